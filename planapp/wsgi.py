"""WSGI entry point."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "planapp.settings")
application = get_wsgi_application()

from jobs.patience import serve_people  # noqa: E402 - settings have to be there first
from planapp.checks import refuse_unsafe_start  # noqa: E402 - settings have to be there first
from planapp.memory import keep_what_is_loaded, load_pages  # noqa: E402 - once everything is loaded

refuse_unsafe_start()
serve_people()
load_pages()
keep_what_is_loaded()
