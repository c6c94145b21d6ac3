"""The guide says every column and every sheet as the program has them."""

from __future__ import annotations

from pathlib import Path

from client.imports.columns import layout

GUIDE = (Path(__file__).resolve().parents[3] / "docs" / "import.md").read_text("utf-8")


def test_every_column_is_in_the_guide_with_its_help():
    for column in layout()["columns"].values():
        assert f"| {column['it']} | {column['en']} | {column['helpIt']} |" in GUIDE


def test_every_sheet_is_in_the_guide_with_its_columns():
    names = {name: column["it"] for name, column in layout()["columns"].items()}
    for act, entry in layout()["acts"].items():
        must, may = (", ".join(names[name] for name in entry[part]) for part in ("must", "may"))
        assert f"| {entry['it']} (`{act}`) | {entry['en']} | {must} | {may} |" in GUIDE
