"""Sets the report in a process of its own: `python typeset.py`, data on standard input, the PDF on standard output.

The typesetter keeps what it computed, and a text may be bad enough to end a process; neither is the server's to bear.
Exit code 3: it refused, and standard error says why.
"""

import json
import re
import sys
from pathlib import Path

import typst

FOLDER = Path(__file__).parent
SAID = b"To its place in this report"  # of a link, to whom its words alone do not say where it leads


class LostLink(Exception):
    """A link leads to a place that the document has not, or is written in the file as none was before."""


def main() -> int:
    data = sys.stdin.buffer.read().decode()
    told = json.loads(data)
    fonts = typst.Fonts(
        include_system_fonts=told["machine"], include_embedded_fonts=False, font_paths=[FOLDER / "fonts"]
    )
    compiler = typst.Compiler(FOLDER / "report.typ", root=FOLDER, font_paths=fonts, sys_inputs={"report": data})
    try:
        made = compiler.compile(format="pdf", pdf_standards=["ua-1"])
        assert isinstance(made, bytes)  # noqa: S101 - PDF is one file; only pictures are a list
        made = linked(made, told["here"].encode())
    except typst.TypstError as error:
        sys.stderr.buffer.write(error.diagnostic.encode())
        return 3
    except LostLink as error:
        sys.stderr.write(f"error: {error}")
        return 3
    sys.stdout.buffer.write(made)
    return 0


def linked(made: bytes, here: bytes) -> bytes:
    """The file with its links to addresses `here:PLACE` made links to the places of that name in it.

    Each is replaced by as many bytes: a PDF says of every object at which byte it begins.
    """
    names = made.partition(b"/Dests<</Names[")[2].partition(b"]")[0]
    places = set(re.findall(rb"\(([\w-]+)\)", names))

    def link(found: re.Match[bytes]) -> bytes:
        if found[1] not in places:
            raise LostLink(f"there is no place called {found[1].decode()}")
        return (b"/Dest(%b)" % found[1]).ljust(len(found[0]))

    made = re.sub(rb"/A<</Type/Action/S/URI/URI\(%b:([\w-]+)\)>>" % here, link, made)
    made = re.sub(rb"/Contents\(%b:[\w-]+\)" % here, lambda found: (b"/Contents(%b)" % SAID).ljust(len(found[0])), made)
    if here in made:
        raise LostLink("a link within the document is written in an unknown way")
    return made


if __name__ == "__main__":
    sys.exit(main())
