"""Pages of the API. Apart from api.py, because DRF's own settings import this."""

from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from records.history import Version
from records.texts import whole_number

USUAL, MOST = 100, 500  # rows of a page
BIGGEST = 2**63 - 1  # the largest id a table can have


class Pages(BasePagination):
    """Pages of 100 rows in the order of their ids, up to 500 by `page_size`; `next` goes on after the last id seen.

    An id never moves, so no row is skipped or told twice, whatever is added, changed or deleted between two pages.
    """

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        size = _number(request, "page_size", MOST) or USUAL
        after = _number(request, "after", BIGGEST)
        key = "subject_id" if issubclass(queryset.model, Version) else "pk"
        descending = getattr(view, "newest_first", False)
        rows = queryset.order_by(f"-{key}" if descending else key)
        if after is not None:
            rows = rows.filter(**{f"{key}__lt" if descending else f"{key}__gt": after})
        found: list[Any] = getattr(view, "read", list)(rows[: size + 1])
        self.count = queryset.count()
        self.next = None
        if len(found) > size:
            last: Any = found[size - 1]
            last_id = getattr(last, key, None) or last.id
            self.next = replace_query_param(request.build_absolute_uri(), "after", last_id)
        return found[:size]

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"count": self.count, "next": self.next, "results": data})

    def get_paginated_response_schema(self, schema: Any) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["count", "next", "results"],
            "properties": {
                "count": {"type": "integer", "description": "Rows of the whole list."},
                "next": {"type": ["string", "null"], "format": "uri", "description": "Where the list goes on."},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            _parameter("after", "Go on after the row with this id, as `next` does.", BIGGEST),
            _parameter("page_size", "Number of rows of a page.", MOST),
        ]


def _parameter(name: str, description: str, most: int) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 1, "maximum": most}
    return {"name": name, "required": False, "in": "query", "description": description, "schema": schema}


def _number(request: Request, name: str, most: int) -> int | None:
    text = request.query_params.get(name)
    if text is None:
        return None
    if not (found := whole_number(text, most)):
        label = name.replace("_", " ").capitalize()
        raise ValidationError({name: f"{label}: give a whole number from 1 to {most}."})
    return found
