"""Every address of the site, read from the URLconf, with sample values for its parts."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

# Parts of an address that mean the same wherever they stand. `pk` depends on the page, see `sample`.
WORDS = {
    "uidb64": "MQ",
    "token": "set-password",
    "format": "csv",
    "format_key": "csv",
    "quarter": "FY2027-Q1",
    "number": "1",
    "listing": "commitments",
    "kind": "initiative",
    "row_id": 1,
    "way": "down",
    "provider_id": "city",
    "organization_slug": "city",
}


@dataclass(frozen=True)
class Address:
    """One named pattern: `people:person-detail` with the names of its parts."""

    name: str
    parts: tuple[str, ...]

    @property
    def is_api(self) -> bool:
        return self.name.startswith("api")

    def path(self, values: dict[str, Any]) -> str:
        return reverse(self.name, kwargs={part: values[part] for part in self.parts})

    def any_path(self) -> str:
        """A path that matches, whatever stands behind it."""
        for value in (1, "x", "FY2027-Q1", "csv"):
            try:
                return self.path({part: WORDS.get(part, value) for part in self.parts})
            except Exception:  # noqa: S112 - NoReverseMatch of the converter; the next value may fit
                continue
        raise AssertionError(f"{self.name}: no sample path fits")


def _walk(patterns: list[Any], namespace: str = "", parts: tuple[str, ...] = ()) -> Iterator[Address]:
    for entry in patterns:
        own = parts + tuple(entry.pattern.regex.groupindex)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry.url_patterns, inner, own)
        elif isinstance(entry, URLPattern):
            assert entry.name, f"an address without a name: {entry.pattern}"
            yield Address(namespace + entry.name, own)


def addresses() -> list[Address]:
    """All of them, each name once."""
    return list({address.name: address for address in _walk(get_resolver().url_patterns)}.values())
