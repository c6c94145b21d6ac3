"""For whom a key signs: the participant id and the registry that it was chosen for, in a small file beside the key.

The id is 32 random bytes that the maker chooses before admission (protocol/README §1), so that work can be signed while
the coordinator has not answered yet. A company's second key takes the same id.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from client import files
from client.errors import ClientError
from protocol.errors import FilieraError
from protocol.strict_json import dump_json, parse_json

if TYPE_CHECKING:
    from client.keystore import KeyFile

FORMAT = "filiera-participant/1"
_HEX32 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Profile:
    """`participant` is 64 hex characters; `name` is for people and stays on this machine until the maker sends it."""

    participant: str
    name: str = ""


def new_participant_id() -> str:
    """Choose an id that says nothing about who has it."""
    return secrets.token_hex(32)


def ensure_participant_id(text: str) -> str:
    """Return `text` if it is a participant id; ClientError `PARTICIPANT_ID` otherwise."""
    if not _HEX32.fullmatch(text) or text == "0" * 64:
        raise ClientError("PARTICIPANT_ID", given=text)
    return text


def save_profile(key_file: KeyFile, profile: Profile) -> None:
    """Write the profile; `PARTICIPANT_CHANGED` if the key already signs for somebody else."""
    if key_file.participant.exists():
        former = load_profile(key_file)
        if former.participant != profile.participant:
            raise ClientError("PARTICIPANT_CHANGED", str(key_file.participant), former=former.participant)
    value = {"format": FORMAT, "name": profile.name, "participant": profile.participant}
    files.replace(key_file.participant, dump_json(value) + b"\n")


def load_profile(key_file: KeyFile) -> Profile:
    """Read for whom the key signs; `KEY_WITHOUT_PARTICIPANT` if nobody was chosen yet."""
    if not key_file.participant.exists():
        raise ClientError("KEY_WITHOUT_PARTICIPANT", str(key_file.participant), key=key_file.path)
    try:
        value = parse_json(files.read(key_file.participant))
    except FilieraError as error:
        raise _unreadable(key_file) from error
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise _unreadable(key_file)
    return Profile(ensure_participant_id(str(value.get("participant"))), str(value.get("name", "")))


def _unreadable(key_file: KeyFile) -> ClientError:
    return ClientError("FILE_UNREADABLE", str(key_file.participant), file=key_file.participant, reason=FORMAT)
