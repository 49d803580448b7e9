"""XML of a stranger as a tree: no DOCTYPE, no entities, nothing fetched, so many nodes and no deeper than so many."""

from typing import Any
from xml.parsers import expat  # only told where elements begin; what it reads was refused if it declares anything

from lxml import etree

from imports.reading.sheets import CannotRead

MOST_NODES = 400_000
DEEPEST = 60

DECLARED = "The file has a DOCTYPE, which can make a reader fetch or repeat what it names. It is not read."
BROKEN = "The file is not well-formed in line {line}, column {column}: {what}. Mend it in the program that wrote it."
LONE = "an “&” stands alone there; it must be written “&amp;”"


def read_tree(data: bytes) -> Any:
    """The root element. Raises CannotRead with a sentence that names the place."""
    _look_through(data)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise CannotRead(BROKEN.format(line=error.lineno, column=error.offset, what="it cannot be read")) from None


def _look_through(data: bytes) -> None:
    parser = expat.ParserCreate()
    depth = nodes = 0

    def begin(name: str, attributes: object) -> None:
        nonlocal depth, nodes
        depth, nodes = depth + 1, nodes + 1
        if nodes > MOST_NODES or depth > DEEPEST:
            raise CannotRead("The file has far more parts than a plan. It is not read.")

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1

    def declared(*said: object) -> None:
        raise CannotRead(DECLARED)

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = declared
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        line = data.splitlines()[error.lineno - 1 : error.lineno]
        is_lone = bool(line) and b"&" in line[0][max(error.offset - 8, 0) : error.offset + 2]
        what = LONE if is_lone else expat.ErrorString(error.code)
        raise CannotRead(BROKEN.format(line=error.lineno, column=error.offset + 1, what=what)) from None
    except (LookupError, ValueError):
        raise CannotRead(
            "The letters of this file are in an encoding that is not known here. Save it as UTF-8."
        ) from None
