"""The sample of the coat as data: who takes part, what is signed once, what each did, how the garments end.

Everything in `client/demo/sample/coat/` is invented and says so. Nothing is checked here: whether the story holds is
for `check_event`, for the node and for the verifier to say.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

from client.demo.stage import Company
from protocol.cid import cid_of_bytes
from protocol.limits import Limits
from protocol.strict_json import parse_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FILE = Limits(max_bytes=1_048_576, max_depth=16, max_items=40_000)
_MEDIA_TYPES = {"pdf": "application/pdf", "xml": "application/xml"}
_TRANSPORT = "transport-document"


@dataclass(frozen=True)
class Paper:
    """A paper of the sample; `bytes` is what is uploaded, and what `document` names by CID and SHA-256."""

    name: str
    kind: str
    reference: str
    bytes: bytes = field(repr=False)

    @property
    def media_type(self) -> str:
        """The media type that the name's ending says."""
        return _MEDIA_TYPES[self.name.rpartition(".")[2]]

    @property
    def document(self) -> dict[str, str]:
        """The paper as an event names it (README §1)."""
        return {
            "cid": cid_of_bytes(self.bytes),
            "sha256": hashlib.sha256(self.bytes).hexdigest(),
            "mediaType": self.media_type,
            "kind": self.kind,
            "reference": self.reference,
        }


@dataclass(frozen=True)
class Sample:
    """The files of the sample, read once. `companies` are admitted; `absent` only appear in others' records."""

    companies: tuple[Mapping[str, Any], ...]
    absent: tuple[Mapping[str, Any], ...]
    hidden: frozenset[str]
    hidden_master_data: frozenset[str]
    master_data: tuple[Mapping[str, Any], ...]
    chapters: tuple[Mapping[str, Any], ...]
    summary: Mapping[str, Sequence[str]]
    papers_title: Mapping[str, str]
    public_papers: frozenset[str]
    garments: Mapping[str, Any]
    papers: Mapping[str, Paper]

    @property
    def pieces(self) -> int:
        """How many garments one order ends in."""
        return sum(sum(group["sizes"].values()) for group in self.garments["groups"])

    def admitted(self) -> Sequence[Company]:
        """Return the companies as the stage admits them."""
        return tuple(
            Company(
                entry["id"],
                entry["name"],
                tuple(entry["roles"]),
                entry["alg"],
                registrations=(("sample", entry["number"]),),
            )
            for entry in self.companies
        )


@cache
def load() -> Sample:
    """Read the sample; FormatError if a file is not strict JSON."""
    who, steps = _read("coat/companies.json"), _read("coat/steps.json")
    return Sample(
        tuple(who["companies"]),
        tuple(who["absent"]),
        frozenset(who["hidden"]),
        frozenset(who["hiddenMasterData"]),
        tuple(_read("coat/masterdata.json")["records"]),
        tuple(steps["chapters"]),
        steps["told"],
        steps["papers"],
        frozenset(steps["publicPapers"]),
        _read("coat/garments.json"),
        _papers(),
    )


def _papers() -> dict[str, Paper]:
    listed = _read("papers.json")
    found = [
        (paper["file"], paper["kind"], f"{paper['number']} ({paper['date']})") for paper in listed["papers"]
    ]
    found += [
        (paper["file"], _TRANSPORT, f"DDT {paper['number']} ({paper['date']})")
        for paper in listed["transport"]
    ]
    folder = files("client.demo") / "sample" / "papers"
    return {name: Paper(name, kind, said, (folder / name).read_bytes()) for name, kind, said in found}


def _read(name: str) -> dict[str, Any]:
    file = files("client.demo") / "sample" / name
    return cast("dict[str, Any]", parse_json(file.read_bytes(), _FILE))
