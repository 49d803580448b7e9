"""The REST API put together: pagination and router. Each room's api.py holds its own endpoints."""

from rest_framework.pagination import PageNumberPagination


class Pages(PageNumberPagination):
    """Pages of 100, up to 500 by `page_size`."""

    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 500
