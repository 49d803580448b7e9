from planapp.memory import look_less_often

look_less_often()

from planapp.celery import app as celery_app  # noqa: E402 - most is loaded from here on

__all__ = ["celery_app"]
