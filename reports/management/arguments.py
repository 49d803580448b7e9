"""What the commands of this room have in common: the plan and the quarter they are for."""

from django.core.management.base import CommandError, CommandParser

from goals.models import Plan
from goals.quarters import NotAQuarter, Quarter


def add_plan_and_quarter(parser: CommandParser) -> None:
    parser.add_argument("quarter", help="such as FY2027-Q1")
    parser.add_argument("--plan", required=True, metavar="SLUG", help="the plan's short name")


def plan_and_quarter(slug: str, text: str) -> tuple[Plan, Quarter]:
    plan = Plan.objects.filter(slug=slug, deleted_at__isnull=True).first()
    if plan is None:
        known = ", ".join(Plan.objects.filter(deleted_at__isnull=True).values_list("slug", flat=True)) or "none"
        raise CommandError(f"There is no plan “{slug}”. Plans here: {known}.")
    try:
        return plan, Quarter.parse(text, plan.fiscal_year_start_month)
    except NotAQuarter as error:
        raise CommandError(str(error)) from None
