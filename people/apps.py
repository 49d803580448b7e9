from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "people"

    def ready(self) -> None:
        from people import signed_in  # noqa: F401, PLC0415 - hears of each sign-in, once the models are there
