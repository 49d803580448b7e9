from django.apps import AppConfig


class InitiativesConfig(AppConfig):
    name = "initiatives"

    def ready(self) -> None:
        from goals.services import PLAN_RULES  # noqa: PLC0415 - once the models are there
        from initiatives.selectors.activity import about_plans  # noqa: PLC0415
        from initiatives.selectors.holdings import depending_on, holdings_of, people_out_of_reach  # noqa: PLC0415
        from initiatives.selectors.waiting import register  # noqa: PLC0415
        from initiatives.services.readiness import refuse_unready  # noqa: PLC0415
        from people.selectors import ABOUT_PLANS, DEPENDENTS, HOLDINGS  # noqa: PLC0415

        ABOUT_PLANS.append(about_plans)
        HOLDINGS.append(holdings_of)
        DEPENDENTS.append(depending_on)
        register("people.change_person", people_out_of_reach)
        PLAN_RULES.append(refuse_unready)
