"""Finds the public vectors kept beside the project; they are no part of it."""

from __future__ import annotations

from pathlib import Path

import pytest

_SHARED = Path(__file__).resolve().parents[2].parent / "shared"


def shared_path(*parts: str) -> Path:
    """Return a path under ../shared, or leave the test out with one visible line that says what is absent."""
    path = _SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"public vectors absent: shared/{'/'.join(parts)}")
    return path


def vectors(*parts: str) -> Path:
    """Return a path under ../shared/vectors."""
    return shared_path("vectors", *parts)


def data(*parts: str) -> Path:
    """Return a path under ../shared/data."""
    return shared_path("data", *parts)
