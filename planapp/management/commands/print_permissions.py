"""Prints docs/permissions.md."""

from typing import Any

from django.core.management.base import BaseCommand

from planapp.permissions_page import permissions_page


class Command(BaseCommand):
    help = "Prints who may do what, in Markdown: manage.py print_permissions > docs/permissions.md"

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(permissions_page(), ending="")
