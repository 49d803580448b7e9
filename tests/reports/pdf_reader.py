"""Reads a PDF back as its tags tell it: a tree of elements with their text, as a screen reader would have them."""

import io
import re
from dataclasses import dataclass, field

import pikepdf


@dataclass
class Element:
    """One tag with what is inside it, in reading order: texts and further elements."""

    tag: str
    alt: str = ""
    scope: str = ""
    lang: str = ""
    parts: list = field(default_factory=list)

    @property
    def text(self):
        told = "".join(part if isinstance(part, str) else part.text for part in self.parts)
        return re.sub(r"[\u200b\u2068\u2069]", "", told)

    def all(self, *tags):
        found = [self] if self.tag in tags else []
        for part in self.parts:
            if isinstance(part, Element):
                found += part.all(*tags)
        return found


class Document:
    """A PDF with its tree of tags."""

    def __init__(self, data):
        self.pdf = pikepdf.open(io.BytesIO(data))
        self.marked = {page.objgen: _marked(page) for page in self.pdf.pages}
        self.root = self._element(self.pdf.Root.StructTreeRoot.K[0], None)

    def all(self, *tags):
        return self.root.all(*tags)

    def tables(self):
        """Each table as rows of cell texts, the heading row first."""
        return [[[cell.text for cell in row.all("TH", "TD")] for row in table.all("TR")] for table in self.all("Table")]

    def section(self, title):
        """The elements between a heading of level 1 and the next."""
        parts = self.root.parts
        start = next(i for i, part in enumerate(parts) if part.tag == "H1" and part.text == title)
        end = next((i for i in range(start + 1, len(parts)) if parts[i].tag == "H1"), len(parts))
        return Element("Sect", parts=parts[start + 1 : end])

    def _element(self, item, page):
        page = item.get("/Pg", page)
        attributes = item.get("/A", [])
        attributes = list(attributes) if isinstance(attributes, pikepdf.Array) else [attributes]
        scope = next((str(one["/Scope"])[1:] for one in attributes if "/Scope" in one), "")
        made = Element(str(item.S)[1:], str(item.get("/Alt", "")), scope, str(item.get("/Lang", "")))
        children = item.get("/K", [])
        for child in list(children) if isinstance(children, pikepdf.Array) else [children]:
            if isinstance(child, pikepdf.Dictionary) and "/S" in child:
                made.parts.append(self._element(child, page))
            elif isinstance(child, pikepdf.Dictionary) and child.get("/Type") == "/MCR":
                made.parts.append(self.marked[child.get("/Pg", page).objgen].get(int(child.MCID), ""))
            elif isinstance(child, int):
                made.parts.append(self.marked[page.objgen].get(child, ""))
        return made


def _marked(page):
    """The text of each marked content of a page by its number, and of what is marked as no content under None."""
    fonts = {name: _characters(font) for name, font in page.Resources.get("/Font", {}).items()}
    found, marks, font = {}, [], {}
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name in {"BDC", "BMC"}:
            told = operands[1] if name == "BDC" else {}
            marks.append(int(told["/MCID"]) if isinstance(told, pikepdf.Dictionary) and "/MCID" in told else None)
        elif name == "EMC":
            marks.pop()
        elif name == "Tf":
            font = fonts[str(operands[0])]
        elif name in {"Tj", "TJ"}:
            shown = operands[0] if name == "TJ" else [operands[0]]
            codes = b"".join(bytes(part) for part in shown if isinstance(part, pikepdf.String))
            text = "".join(font.get(codes[i : i + 2], "") for i in range(0, len(codes), 2))
            number = next((mark for mark in reversed(marks) if mark is not None), None)
            found[number] = found.get(number, "") + text
    return found


def _characters(font):
    """Which text each code of a font stands for."""
    found = {}
    told = font.ToUnicode.read_bytes().decode("latin-1")
    for block in re.findall(r"beginbfchar(.*?)endbfchar", told, re.DOTALL):
        for code, text in re.findall(r"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>", block):
            found[bytes.fromhex(code)] = bytes.fromhex(text).decode("utf-16-be")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", told, re.DOTALL):
        for first, last, text in re.findall(r"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>", block):
            start = bytes.fromhex(text).decode("utf-16-be")
            for step in range(int(last, 16) - int(first, 16) + 1):
                code = (int(first, 16) + step).to_bytes(2, "big")
                found[code] = start[:-1] + chr(ord(start[-1]) + step)
    return found
