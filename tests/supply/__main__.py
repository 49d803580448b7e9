"""`python -m tests.supply audit` and `… sbom`: make audit, make sbom."""

import sys

from tests.supply.audit import audit
from tests.supply.sbom import sbom

if __name__ == "__main__":
    sys.exit({"audit": audit, "sbom": sbom}[sys.argv[1]]())
