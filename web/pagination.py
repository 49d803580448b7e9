"""Pages of the API. Apart from api.py, because DRF's own settings import this."""

from typing import Any

from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request


class Pages(PageNumberPagination):
    """Pages of 100, up to 500 by `page_size`. A page that there is not is refused like every other wrong value."""

    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 500

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """As DRF describes them, with what is refused."""
        found: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        for parameter in found:
            parameter["schema"]["minimum"] = 1
        found[1]["schema"]["maximum"] = self.max_page_size
        return found

    def get_page_size(self, request: Request) -> int:
        text = request.query_params.get("page_size", str(self.page_size))
        if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= self.max_page_size):
            raise ValidationError({"page_size": f"Page size: give a whole number from 1 to {self.max_page_size}."})
        return int(text)

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        try:
            return super().paginate_queryset(queryset, request, view)
        except NotFound:
            text = request.query_params.get("page", "")
            raise ValidationError({"page": f"Page: there is no page “{text[:20]}”."}) from None
