"""The REST API put together: its addresses. Each room's api.py holds its own endpoints."""

from rest_framework.routers import DefaultRouter


class Router(DefaultRouter):
    """Addresses with a trailing slash, like the pages."""

    include_format_suffixes = False
