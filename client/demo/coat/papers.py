"""The papers of the sample go to the node before the records that name them; each company brings its own.

What everybody may read is said by kind: a certificate is shown, a transport document is for those who deal with the
goods.
"""

from __future__ import annotations

from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any

from client.documents import upload
from client.node_client import NodeClient
from protocol.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from client.demo.coat.sample import Paper, Sample
    from client.demo.stage import Stage

_MARK = "$paper:"


def owners(sample: Sample) -> dict[str, str]:
    """Return who brings each paper: the company that is the first to name it."""
    found: dict[str, str] = {}
    steps = [step for chapter in sample.chapters for step in chapter.get("steps", ())]
    for entry in (*sample.master_data, *steps):
        for name in _named(entry):
            found.setdefault(name, entry["by"])
    return found


def bring(stage: Stage, sample: Sample) -> int:
    """Send every paper to its owner's node, each by its owner's key; returns how many.

    NodeError if the node refuses one; DocumentError `DOCUMENT_ANSWER_WRONG` if it calls one by another address.
    """
    by_owner: dict[str, list[Paper]] = {}
    for name, company in owners(sample).items():
        by_owner.setdefault(company, []).append(sample.papers[name])
    for company, papers in by_owner.items():
        with NodeClient(stage.node_of(company).url) as node:
            node.sign_in(stage.maker(company).key)
            for paper in papers:
                _bring(node, paper, "public" if paper.kind in sample.public_papers else "legitimate")
    return sum(len(papers) for papers in by_owner.values())


def _bring(node: NodeClient, paper: Paper, tier: str) -> None:
    with as_file(files("client.demo") / "sample" / "papers" / paper.name) as path:
        sent = upload(node, path, kind=paper.kind, tier=tier, media_type=paper.media_type)
    if not sent.items() <= paper.document.items():
        raise DocumentError("DOCUMENT_ANSWER_WRONG", paper.name, expected=paper.document["cid"])


def _named(entry: Mapping[str, Any]) -> Iterator[str]:
    """The names of papers in a step or a master record, wherever they stand."""
    yield from entry.get("papers", ())
    if "behalf" in entry:
        yield entry["behalf"]["paper"]
    for text in _texts(entry.get("subject", {})):
        if text.startswith(_MARK):
            yield text.removeprefix(_MARK)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for member in value.values():
            yield from _texts(member)
    elif isinstance(value, list):
        for member in value:
            yield from _texts(member)
