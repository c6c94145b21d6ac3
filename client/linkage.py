"""What would make two identities of one company recognisable as one, found before it is signed.

    Maker(…, guard=Linkage.of(home, main, key_file).check)

A reader links identities by what they share: a participant id, a key, a facility, a lot, a record's id or digest, a
document. So nothing that stands in the records of one identity may be signed under another, and nobody who is the
customer of one identity may be addressed by another. What an identity has signed itself before is linked already.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from client.errors import ClientError
from client.journal import Journal
from client.keystore import KeyFile
from client.profile import load_profile
from client.pseudonyms import pseudonym_of, pseudonyms
from protocol import base64url
from protocol.identifiers import PARTICIPANT_PREFIX, participant_urn

if TYPE_CHECKING:
    from pathlib import Path

MAIN = "–"
"""How the identity in the company's own name is called where labels are shown."""
# Ids of goods, places and records, digests, addresses of documents, keys: what is one hand if two chains share it.
_MARK = re.compile(
    rb"urn:filiera:(?:lot|item|facility|party|package|carrier|product|order|certificate|status-list):[a-z2-7]{26}"
    rb"|urn:uuid:[0-9a-f-]{36}"
    rb"|https://id\.gs1\.org/[0-9A-Za-z/%._-]+|did:key:z[1-9A-HJ-NP-Za-km-z]+"
    rb"|(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])|(?<![a-z2-7])b[a-z2-7]{58}(?![a-z2-7])"
)
# Whom a record names is often a third company that deals with both.
_PARTICIPANT = (b"urn:filiera:participant:", b'"filiera:participant":"')


@dataclass(frozen=True)
class Identity:
    """One identity of the company. `label` is `MAIN` and `customer` empty for the one in its own name."""

    label: str
    participant: str
    customer: str
    marks: frozenset[str]

    @classmethod
    def read(cls, file: KeyFile) -> Identity:
        """What stands beside a key: whom it acts for, and all that its journal names."""
        own, participant = pseudonym_of(file), load_profile(file).participant
        marks = {participant, participant_urn(participant), *(own.facilities if own else ())}
        for signed in Journal.open(file.journal).signed.values():
            marks |= {signed.digest, *marks_of(signed.token)}
        return cls(own.label if own else MAIN, participant, own.customer if own else "", frozenset(marks))


@dataclass(frozen=True)
class Linkage:
    """The identity that signs; what shows another, and who is the customer of another, each with its label."""

    own: Identity
    foreign: Mapping[str, str]
    customers: Mapping[str, str]

    @classmethod
    def of(cls, home: Path, main: Path, file: KeyFile) -> Linkage | None:
        """What there is to keep apart from the key `file`; None if the company has one identity only."""
        named = [each.file for each in pseudonyms(home)]
        known = [*named, *([KeyFile(main)] if KeyFile(main).participant.exists() else [])]
        if not named:
            return None
        own = Identity.read(file)
        read = [Identity.read(each) for each in known if each.path.resolve() != file.path.resolve()]
        others = [each for each in read if each.participant != own.participant]
        foreign = {mark: each.label for each in others for mark in each.marks - own.marks}
        customers = {each.customer: each.label for each in others if each.customer}
        return cls(own, foreign, customers)

    def check(self, body: Mapping[str, Any], *, linked: bool = False) -> None:
        """Raise ClientError `PSEUDONYM_CUSTOMER` or `PSEUDONYM_LINK` for a body that shows two identities as one.

        `linked` lets goods and papers through that two identities share, never an identity or a customer.
        """
        texts = list(_strings(body, ""))
        for place, text in texts:
            label = self.customers.get(text.removeprefix(PARTICIPANT_PREFIX))
            if label is not None:
                raise ClientError("PSEUDONYM_CUSTOMER", place, label=label, own=self.own.label)
        for place, text in texts:
            for mark in {text, *_marks(text.encode())} & self.foreign.keys():
                if not linked or text.startswith(PARTICIPANT_PREFIX):
                    values = {"value": mark, "label": self.foreign[mark], "own": self.own.label}
                    raise ClientError("PSEUDONYM_LINK", place, **values)


def marks_of(token: str) -> set[str]:
    """Every id, digest and address that a record or one of its disclosures names, participants excepted."""
    jwt, *disclosures = token.split("~")
    texts = [base64url.decode(part) for part in (jwt.split(".")[1], *filter(None, disclosures))]
    return {mark for text in texts for mark in _marks(text)}


def _marks(text: bytes) -> Iterator[str]:
    for match in _MARK.finditer(text):
        if not text[: match.start()].endswith(_PARTICIPANT):
            yield match.group().decode()


def _strings(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, entry in value.items():
            yield from _strings(entry, f"{place}/{name}")
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _strings(entry, f"{place}/{index}")
    elif isinstance(value, str):
        yield place, value
