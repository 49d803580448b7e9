"""The REST API put together: pagination and addresses. Each room's api.py holds its own endpoints."""

from rest_framework.pagination import PageNumberPagination
from rest_framework.routers import DefaultRouter


class Pages(PageNumberPagination):
    """Pages of 100, up to 500 by `page_size`."""

    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 500


class Router(DefaultRouter):
    """Addresses with a trailing slash, like the pages."""

    include_format_suffixes = False
