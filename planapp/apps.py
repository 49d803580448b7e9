from importlib import import_module

from django.apps import AppConfig
from django.conf import settings


class PlanappConfig(AppConfig):
    name = "planapp"

    def ready(self) -> None:
        from planapp import checks  # noqa: F401, PLC0415 - registers them, once the apps are there

        if settings.SENTRY_DSN or settings.OTEL_EXPORTER_OTLP_ENDPOINT:
            import_module("planapp.telemetry").start()  # a fifth of a second and 10 MB, for who asked for it alone
