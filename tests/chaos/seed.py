"""Run as a program: people who are each owed one digest, about one milestone of one initiative."""

import sys

import django
from django.db import connection
from django.utils import timezone

if __name__ == "__main__":
    django.setup()
    from benchmarks.due import seed

    count = int(sys.argv[1])
    seed(at=timezone.now(), people=count, initiatives=count, milestones=count, due_every=1)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
