"""Write tests/vectors/front-door: what the front door takes and what it refuses, with each refusal's code.

Every case is named by what is wrong with it (`good_…` by what is right). Python and TypeScript read the
same files. Nothing here is random: Ed25519 and RFC 6979 ECDSA sign and salts are counted, so the script
writes the same bytes again.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.make_vectors import front_door_json, front_door_keys, front_door_tokens

if TYPE_CHECKING:
    from scripts.make_vectors.front_door_parts import Case

OUT = Path(__file__).resolve().parents[2] / "tests" / "vectors" / "front-door"


def build() -> dict[str, list[Case]]:
    """Return the cases of every file by its name."""
    return {
        "json": front_door_json.json_cases(),
        "base64url": front_door_json.base64url_cases(),
        "keys": front_door_keys.key_cases(),
        "signatures": front_door_keys.signature_cases(),
        "records": front_door_tokens.record_cases(),
        "tiers": front_door_tokens.tier_cases(),
        "sd-jwt": front_door_tokens.foreign_cases(),
    }


def render(cases: list[Case]) -> str:
    """Return the text of one file, a case a line, so that a change shows as one line."""
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    return f"[\n{lines}\n]\n"


def main() -> None:
    """Write all files."""
    OUT.mkdir(parents=True, exist_ok=True)
    for name, cases in build().items():
        (OUT / f"{name}.json").write_text(render(cases), "utf-8")


if __name__ == "__main__":
    main()
