"""What somebody typed into the box, as words that a database can look for. Nothing typed is an error."""

import re
from dataclasses import dataclass, replace

from records.texts import folded

# Too common to part one thing from another; looked for only where nothing else was typed.
COMMON = frozenset(
    {
        "a", "an", "and", "are", "as", "at", "by", "for", "from", "in", "is", "of", "on", "or", "that", "the", "this",
        "to", "was", "were", "with",
    }
)  # fmt: skip
PIECE = re.compile(r"[\w&@.+-]+")
PART = re.compile(r"[^\W_]+")
NUMBER = re.compile(r"[a-z]{0,3}\d+(?:\.\d+)+")  # 2.3.1, and what other plans make of it: a.1.2 is none, fy1.2 is
LONE_LETTERS = re.compile(r"\b(\w) & (\w)\b")
LONGEST = 60  # characters of a word; what is longer is looked for by its beginning

Phrase = tuple[str, ...]  # words side by side: L&I is l, i


@dataclass(frozen=True)
class Word:
    """One typed word: any of its phrases will do. Those of `begun` may go on, as while somebody types."""

    typed: str
    phrases: tuple[Phrase, ...]
    begun: tuple[Phrase, ...] = ()

    def or_else(self, others: list[str]) -> "Word":
        """The same, or one of these words, or what begins with them."""
        more = tuple((other,) for other in others if (other,) not in self.phrases)
        return replace(self, phrases=self.phrases + more, begun=self.begun + more)


@dataclass(frozen=True)
class Asked:
    """`name` is the whole, for what is called exactly so; `number` an initiative's or a focus area's, without words."""

    name: str
    number: str
    words: tuple[Word, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.words or self.number)


def asked(text: str) -> Asked:
    """Read what was typed or pasted, whatever it is."""
    plain = LONE_LETTERS.sub(r"\1&\2", folded(text).replace("'", ""))
    pieces = [piece.strip(".+-&@") for piece in PIECE.findall(plain)]
    number = next((piece for piece in pieces if NUMBER.fullmatch(piece)), "")
    words = [word for piece in pieces if piece != number for word in _word(piece)]
    if not number and len(pieces) == 1 and pieces[0].isdigit():
        number = pieces[0]
    telling = [word for word in words if word.typed not in COMMON] or words
    if telling and len(telling[-1].phrases[0][-1]) > 1:
        telling[-1] = replace(telling[-1], begun=telling[-1].phrases[:1])
    return Asked(name=plain, number=number, words=tuple(dict.fromkeys(telling)))


def _word(piece: str) -> list[Word]:
    parts = tuple(part[:LONGEST] for part in PART.findall(piece))
    if not parts:
        return []
    joined = "".join(parts)[:LONGEST]
    return [Word(piece, (parts,) if len(parts) == 1 else (parts, (joined,)))]
