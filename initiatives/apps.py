from django.apps import AppConfig


class InitiativesConfig(AppConfig):
    name = "initiatives"

    def ready(self) -> None:
        from initiatives.selectors.holdings import holdings_of  # noqa: PLC0415 - once the models are there
        from people.selectors import HOLDINGS  # noqa: PLC0415

        HOLDINGS.append(holdings_of)
