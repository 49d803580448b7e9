from django.apps import AppConfig


class PlanappConfig(AppConfig):
    name = "planapp"

    def ready(self) -> None:
        from planapp import checks  # noqa: F401, PLC0415 - registers them, once the apps are there
