"""The rooms and how high each stands, for every test that walks through them: as `pyproject.toml` says it."""

import tomllib
from pathlib import Path

_CONTRACTS = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
    "importlinter"
]["contracts"]
_LAYERS: list[str] = next(one["layers"] for one in _CONTRACTS if one["id"] == "rooms")
HEIGHT = {room: height for height, layer in enumerate(reversed(_LAYERS)) for room in layer.split(" | ")}
