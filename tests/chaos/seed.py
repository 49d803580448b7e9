"""Run as a program: people who are each owed one digest, about one milestone of one initiative.

With a file as second word the first of them is an administrator who is signed in, and the file gets their cookies.
"""

import sys
from pathlib import Path

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
    if len(sys.argv) > 2:
        from django.core.handlers.wsgi import WSGIHandler

        from benchmarks.due import ADDRESS
        from benchmarks.pages import Browser
        from people.models import User
        from people.roles import Role
        from people.services import grant_role
        from records.audit import Act

        person = User.objects.get(email=ADDRESS)
        grant_role(user=person, role=Role.ADMINISTRATOR, act=Act(by=None, at=timezone.now()))
        Path(sys.argv[2]).write_text(Browser(WSGIHandler(), person).cookies, encoding="ascii")
