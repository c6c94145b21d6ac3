"""Pairwise pseudonyms: for each customer another participant id, another key, other facilities, another journal.

    HOME/pseudonyms/LABEL.jwk               the key, with journal and lot book beside it as for every key
    HOME/pseudonyms/LABEL.pseudonym.json    for which customer it acts, whom it stands for, its facilities

Everything is drawn at random: nothing of one identity can be computed from another. The label stays on this machine.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from client import files
from client.errors import ClientError
from client.keystore import KeyFile, new_key, save_key
from client.profile import Profile, ensure_participant_id, load_profile, new_participant_id, save_profile
from protocol.errors import FilieraError
from protocol.identifiers import RANDOM_BYTES, facility_reference, parse_facility, parse_participant
from protocol.strict_json import dump_json, parse_json

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = "filiera-pseudonym/1"
FOLDER = "pseudonyms"
MAX_FACILITIES = 50
_LABEL = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_SUFFIX = ".pseudonym.json"


@dataclass(frozen=True)
class Pseudonym:
    """`customer`, `member` and `participant` are 64 hex characters; `facilities` are facility references."""

    label: str
    file: KeyFile
    participant: str
    customer: str
    member: str
    facilities: tuple[str, ...]


def new_pseudonym(
    home: Path, label: str, customer: str, member: str, places: int = 1, passphrase: str | None = None
) -> Pseudonym:
    """Draw an identity of `member` for `customer` and keep it under `label`.

    ClientError `PSEUDONYM_LABEL`, `PSEUDONYM_EXISTS` if the label is taken or the customer has one, `FILE_EXISTS`.
    """
    customer = customer_id(customer)
    for known in pseudonyms(home):
        if known.label == label or known.customer == customer:
            raise ClientError("PSEUDONYM_EXISTS", "--for", label=known.label)
    path = key_path(home, label)
    facilities = tuple(facility_reference(secrets.token_bytes(RANDOM_BYTES)) for _ in range(places))
    file = save_key(path, new_key(), passphrase)
    made = Pseudonym(label, file, new_participant_id(), customer, member, facilities)
    save_profile(file, Profile(made.participant, label))
    value = {"format": FORMAT, "customer": customer, "member": member, "facilities": list(facilities)}
    files.write_new(path.with_suffix(_SUFFIX), dump_json(value) + b"\n")
    return made


def customer_id(given: str) -> str:
    """Return the id in `given`, a participant's id or URN; ClientError `PARTICIPANT_ID` otherwise."""
    try:
        return ensure_participant_id(parse_participant(given) if given.startswith("urn:") else given.lower())
    except ClientError:
        raise
    except FilieraError as error:
        raise ClientError("PARTICIPANT_ID", given=given[:100]) from error


def key_path(home: Path, label: str) -> Path:
    """Where the key of a label lies; ClientError `PSEUDONYM_LABEL` for what could lead out of the folder."""
    if not _LABEL.fullmatch(label):
        raise ClientError("PSEUDONYM_LABEL", given=label[:80])
    return home / FOLDER / f"{label}.jwk"


def pseudonyms(home: Path) -> list[Pseudonym]:
    """All identities that this machine keeps, by label; ClientError `FILE_UNREADABLE` for a damaged one."""
    return [_load(path) for path in sorted((home / FOLDER).glob(f"*{_SUFFIX}"))]


def pseudonym_of(file: KeyFile) -> Pseudonym | None:
    """The pseudonym whose key this is, None for a key in the company's own name."""
    path = file.path.with_suffix(_SUFFIX)
    return _load(path) if path.exists() else None


def ensure_own_name(file: KeyFile) -> None:
    """Raise ClientError `PSEUDONYM_REQUEST` for the key of a pseudonym: it asks for nothing in the open."""
    if pseudonym_of(file) is not None:
        raise ClientError("PSEUDONYM_REQUEST", "--key", file=file.path)


def _load(path: Path) -> Pseudonym:
    label = path.name.removesuffix(_SUFFIX)
    file = KeyFile(path.with_name(f"{label}.jwk"))
    try:
        value: Any = parse_json(files.read(path))
        if value["format"] != FORMAT:
            raise _unreadable(path)
        return Pseudonym(
            label, file, load_profile(file).participant, customer_id(value["customer"]),
            ensure_participant_id(value["member"]), tuple(parse_facility(each).text for each in value["facilities"]),
        )  # fmt: skip
    except ClientError:
        raise
    except (FilieraError, KeyError, TypeError, AttributeError) as error:
        raise _unreadable(path) from error


def _unreadable(path: Path) -> ClientError:
    return ClientError("FILE_UNREADABLE", str(path), file=path, reason=FORMAT)
