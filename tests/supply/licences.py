"""Which licences may be installed beside ours (Apache-2.0), and which packages were looked at one by one."""

import re
from typing import Any

# Each asks at most to be named with its text, which the package carries itself.
FREE = {
    "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CC-BY-4.0", "ISC", "MIT", "MIT-0", "MIT-CMU", "PSF-2.0",
    "License :: OSI Approved :: Apache Software License", "License :: OSI Approved :: BSD License",
    "License :: OSI Approved :: MIT License",
}  # fmt: skip
# Other licences, by package, with the reason why it may be installed. A reason holds for these licences alone.
REVIEWED = {
    **dict.fromkeys(
        ("psycopg", "psycopg-binary", "psycopg-pool"),
        ("LGPL-3.0-only", "a library, imported and not changed; whoever has the image can put another in its place"),
    ),
    "certifi": (
        "MPL-2.0",
        "a list of certificates, not changed; asks for the source of its own files alone",
    ),
    "fido2": (
        "MPL-2.0",
        "its own code is BSD; what it took over is a list of domains, not changed, under the MPL",
    ),
    "qrcode": (
        "License :: Other/Proprietary License",
        "its LICENSE is the BSD text and the MIT text, no other",
    ),
    "orjson": ("MPL-2.0", "asks for the source of its own files alone, which we do not change"),
}
SAME = {"License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0"}
# What a package says of itself in words that the list cannot take over.
SAID = {"uritemplate": "BSD-3-Clause OR Apache-2.0", "protobuf": "BSD-3-Clause"}


def licences_of(component: dict[str, Any]) -> list[str]:
    """Every licence that a component of the list names, as SPDX expressions or classifiers."""
    found = []
    for one in component.get("licenses", []):
        licence = one.get("license", {})
        found.append(one.get("expression") or licence.get("id") or licence.get("name") or "")
    return [SAME.get(text, text) for text in found if text]


def refused(component: dict[str, Any]) -> str:
    """Why a component may not be installed; empty where it may. Of several licences all count, of "A OR B" one."""
    name, said = component["name"], licences_of(component)
    if not said:
        return f"{name}: no licence is known"
    reviewed = REVIEWED.get(name, ("", ""))[0]
    for text in said:
        if not _fits(text, FREE | {reviewed}):
            return f"{name}: {text} was not looked at (tests/supply/licences.py)"
    return ""


def _fits(text: str, free: set[str]) -> bool:
    if text in free:
        return True
    while "(" in text:  # innermost brackets first: each becomes a licence that is fine, or one that is not
        judged = re.sub(r"\(([^()]*)\)", lambda found: "MIT" if _fits(found[1].strip(), free) else "?", text)
        if judged == text:
            return False
        text = judged
    either = re.split(r"\s+OR\s+", text)
    return any(all(one.strip() in free for one in re.split(r"\s+AND\s+", part)) for part in either)
