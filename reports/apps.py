from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self) -> None:
        from goals.services import PLAN_RULES  # noqa: PLC0415 - once the models are there
        from initiatives.selectors.waiting import register  # noqa: PLC0415
        from reports.snapshots.freezing import keep_fiscal_year  # noqa: PLC0415
        from reports.workflow.waiting import open_reports  # noqa: PLC0415

        PLAN_RULES.append(keep_fiscal_year)
        register("reports.write_report", open_reports)
