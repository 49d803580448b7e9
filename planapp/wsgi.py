"""WSGI entry point."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "planapp.settings")
application = get_wsgi_application()

from planapp.checks import refuse_unsafe_start  # noqa: E402 - settings have to be there first

refuse_unsafe_start()
