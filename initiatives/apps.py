from django.apps import AppConfig


class InitiativesConfig(AppConfig):
    name = "initiatives"

    def ready(self) -> None:
        from goals.services import PLAN_RULES  # noqa: PLC0415 - once the models are there
        from initiatives.selectors.holdings import holdings_of  # noqa: PLC0415
        from initiatives.services.readiness import refuse_unready  # noqa: PLC0415
        from people.selectors import HOLDINGS  # noqa: PLC0415

        HOLDINGS.append(holdings_of)
        PLAN_RULES.append(refuse_unready)
