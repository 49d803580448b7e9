"""Builds what is missing of the index that search stands on, such as spelling once pg_trgm was created. By hand."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, transaction

from records.search_index import create_sql, has_spelling
from search.kinds import KINDS


class Command(BaseCommand):
    help = "Build what is missing of the search index. Safe to run twice; tables are locked while it runs."

    def handle(self, *args: Any, **options: Any) -> None:
        for kind in KINDS:
            with transaction.atomic(), connection.cursor() as cursor:
                for sql in create_sql(connection, kind.table):
                    cursor.execute(sql)
        spelling = "slips of spelling are forgiven" if has_spelling(connection) else "spelling is not: no pg_trgm here"
        self.stdout.write(f"{len(KINDS)} tables are indexed; {spelling}.")
