"""The current version of a status list, for anybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from node.status import repository
from protocol.errors import LogError
from protocol.records import parse_record, restrict
from protocol.status_entries import LIST_PREFIX

if TYPE_CHECKING:
    from node.db import Database
    from node.events.service import Events


@dataclass(frozen=True, slots=True)
class Published:
    """A list as it was signed, for the public; `state` is received, anchored or confirmed."""

    token: str
    media_type: str
    digest: bytes
    state: str


class StatusLists:
    """Reads status lists back."""

    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events

    def current(self, name: str) -> Published:
        """The newest version of the list with these 26 characters; LogError STATUS_LIST_UNKNOWN."""
        list_id = LIST_PREFIX + name
        with self._database.read() as connection:
            stored = repository.newest(connection, (list_id,)).get(list_id)
        if stored is None:
            raise LogError("STATUS_LIST_UNKNOWN", "/id", list=list_id)
        record = parse_record(stored.token)
        state = self._events.state(stored)
        return Published(restrict(record, "public"), f"application/{record.typ}", stored.digest, state)
