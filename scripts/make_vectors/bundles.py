"""Write tests/vectors/bundle: good graphs, dishonest makers, altered files, each with the verdict that it must get.

What is demanded stands beside each story, written by hand; only the figures of the criteria are the reference's own, so
that another implementation can be held against them (`figures` of a story are those worked out by hand, and a test
compares them). The format is told in tests/vectors/bundle/README.md.
"""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.make_vectors import (
    bundles_altered,
    bundles_altered_more,
    bundles_bad_authority,
    bundles_bad_custody,
    bundles_bad_forms,
    bundles_bad_later,
    bundles_catalogue,
    bundles_evidence,
    bundles_good,
    bundles_good_passports,
    bundles_status,
)
from scripts.make_vectors.bundles_case import BAD_INPUT, EXIT, expected
from scripts.make_vectors.bundles_patch import Edit
from scripts.make_vectors.bundles_world import trust
from scripts.make_vectors.front_door import render
from verifier.conformance_ops.bundle import verify_bundle

if TYPE_CHECKING:
    from scripts.make_vectors.bundles_alteration import Alteration
    from scripts.make_vectors.bundles_case import Evidence, Story

OUT = Path(__file__).resolve().parents[2] / "tests" / "vectors" / "bundle"
# A new family of stories or alterations is one more name here.
GOOD = {
    **bundles_good.good.all,
    **bundles_good_passports.good.all,
    **bundles_evidence.good.all,
    **bundles_catalogue.good.all,
    **bundles_status.good.all,
}
BAD = {
    **bundles_bad_custody.bad.all,
    **bundles_bad_later.bad.all,
    **bundles_bad_authority.bad.all,
    **bundles_bad_forms.bad.all,
    **bundles_evidence.bad.all,
    **bundles_catalogue.bad.all,
    **bundles_status.bad.all,
}
ALTERED = {**bundles_altered.altered.all, **bundles_altered_more.altered.all}
# An endpoint's answer that cannot be read is no bad input: it may be asked again (verifier/cli.py).
_ERROR_EXIT = {"CHAIN_ANSWER_MALFORMED": EXIT["unreachable"]}
_LARGE = 100_000


def build() -> dict[str, bytes]:
    """Return the content of every file by its path; those that end in `.gz` not yet compressed."""
    files = {"trust.json": _text(trust())}
    played = {name: story.play() for name, story in (GOOD | BAD).items()}
    for kind, stories in (("good", GOOD), ("bad", BAD)):
        cases = [_case(story, played[name]) for name, story in stories.items()]
        files[f"{kind}.json"] = render(cases).encode()
        for case in cases:
            files[case["bundle"]] = played[case["name"]].bundle
            files[case["view"]] = _text(played[case["name"]].view)
    files["altered.json"] = render(
        [_altered(each, played[each.source]) for each in ALTERED.values()]
    ).encode()
    return files


def read(path: str) -> bytes:
    """Return a written file's content, uncompressed."""
    data = (OUT / path).read_bytes()
    return gzip.decompress(data) if path.endswith(".gz") else data


def main() -> None:
    """Write what differs, remove what is no longer made. Compressed bytes depend on the library, content does not."""
    files = build()
    for path, content in files.items():
        place = OUT / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists() or read(path) != content:
            place.write_bytes(gzip.compress(content, 9, mtime=0) if path.endswith(".gz") else content)
    for place in [*(OUT / "files").iterdir(), *(OUT / "views").iterdir()]:
        if str(place.relative_to(OUT)) not in files:
            place.unlink()


def _case(story: Story, evidence: Evidence) -> dict[str, Any]:
    question = {
        "bundle_b64": base64.b64encode(evidence.bundle).decode(),
        "trust": evidence.trust,
        "view": evidence.view,
    }
    answer = verify_bundle(question)
    figures = {name: answer[name] for name in ("figures", "beside") if name in answer}
    suffix = ".gz" if len(evidence.bundle) > _LARGE else ""
    return {
        "name": story.name,
        "story": story.text,
        "bundle": f"files/{story.name}.filiera{suffix}",
        "view": f"views/{story.name}.json",
        "trust": "trust.json",
        "expected": expected(story.verdict, story.codes) | figures,
    }


def _altered(alteration: Alteration, evidence: Evidence) -> dict[str, Any]:
    edit = Edit({"bundle": json.loads(evidence.bundle), "view": evidence.view, "trust": evidence.trust})
    alteration.change(edit)
    wanted: dict[str, Any]
    if alteration.error:
        wanted = {"error": alteration.error, "exit": _ERROR_EXIT.get(alteration.error, BAD_INPUT)}
    else:
        wanted = expected(alteration.verdict, alteration.codes)
    named = {"name": alteration.name, "from": alteration.source, "why": alteration.why}
    return named | {"operations": edit.operations, "expected": wanted}


def _text(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


if __name__ == "__main__":
    main()
