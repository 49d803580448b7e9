"""Sets the report in a process of its own: `python typeset.py`, data on standard input, the PDF on standard output.

The typesetter keeps what it computed, and a text may be bad enough to end a process; neither is the server's to bear.
Exit code 3: it refused, and standard error says why.
"""

import json
import sys
from pathlib import Path

import typst

FOLDER = Path(__file__).parent


def main() -> int:
    data = sys.stdin.buffer.read().decode()
    fonts = typst.Fonts(
        include_system_fonts=json.loads(data)["machine"], include_embedded_fonts=False, font_paths=[FOLDER / "fonts"]
    )
    compiler = typst.Compiler(FOLDER / "report.typ", root=FOLDER, font_paths=fonts, sys_inputs={"report": data})
    try:
        made = compiler.compile(format="pdf", pdf_standards=["ua-1"])
    except typst.TypstError as error:
        sys.stderr.buffer.write(error.diagnostic.encode())
        return 3
    assert isinstance(made, bytes)  # noqa: S101 - PDF is one file; only pictures are a list
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
