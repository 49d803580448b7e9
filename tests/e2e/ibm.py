"""IBM's accessibility checker, put into an open page. `make e2e` fetches it; nothing leaves the machine."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from playwright.sync_api import Page

FETCHED = Path(settings.BASE_DIR) / ".tools/checkers/node_modules"
ENGINE = FETCHED / "accessibility-checker-engine/ace.js"
ASK = """async () => {
  document.querySelectorAll("details").forEach((one) => { one.open = true; });
  const report = await new ace.Checker().check(document, ["WCAG_2_2"]);
  return report.results
    .filter(({ value }) => value[1] !== "PASS")
    .map(({ ruleId, value, message, node }) => {
      const element = node.nodeType === 1 ? node : node.parentElement || document.documentElement;
      return [ruleId, value[1], message, element.outerHTML.slice(0, 160), KEPT.map((where) => element.matches(where))];
    });
}"""


class Finding(NamedTuple):
    rule: str
    verdict: str
    message: str
    html: str
    matches: list[bool]  # of each selector that was asked for, in its order

    def __str__(self) -> str:
        return f"{self.rule}: {self.message} {self.html}"


@cache
def engine() -> str:
    return f"{ENGINE.read_text(encoding='utf-8')}; window.ace = ace; null"


def findings(page: Page, selectors: list[str]) -> list[Finding]:
    """What the checker finds by WCAG 2.2 with every folded part open, and which of the selectors each one matches."""
    if not page.evaluate("'ace' in window"):
        page.evaluate(engine())
    return [Finding(*one) for one in page.evaluate(ASK.replace("KEPT", repr(selectors)))]
