"""The limit of a PDF, in a process of its own as ours is: `python plain_pdf.py FONTS`, data on standard input."""

import sys
from pathlib import Path

import typst

FOLDER = Path(__file__).parent

if __name__ == "__main__":
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[sys.argv[1]])
    data = sys.stdin.buffer.read().decode()
    plain = typst.Compiler(FOLDER / "plain.typ", root=FOLDER, font_paths=fonts, sys_inputs={"report": data})
    plain.compile(format="pdf", pdf_standards=["ua-1"])
