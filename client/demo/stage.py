"""What a story of the demonstration is given and has to give: companies with keys, a node, and a target to verify.

A story is data and the order of acts, nothing else. Signing and sending go through the functions of the ordinary
commands (`filiera event sign | submit`, `filiera participant admit`) and the node's ordinary HTTP API; nothing here is
a short cut that a user has not.

    class Story: name, companies; play(stage, report) -> target

A new story is a package `client/demo/<name>/` with a function `story() -> Story`; `client/demo/stories.py` finds it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from client.errors import ClientError, NodeError
from client.outgoing import send_outgoing

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from client.demo.admission import Admitted
    from client.demo.processes import Processes
    from client.journal import Signed
    from client.node_client import NodeClient, Sent
    from client.signing import Maker
    from protocol.keys import Alg


_COPY_SECONDS, _LOOK_SECONDS = 60.0, 0.1


@dataclass(frozen=True)
class Company:
    """A company of a story. `id` is short (`spinner`), the name of its files; `name` is for people.

    `roles` are names of `protocol.roles.ROLES`. A company that signs with EdDSA gets a P-256 key beside it, which
    administers (the chain verifies P-256 only); its events are signed with the Ed25519 key.
    """

    id: str
    name: str
    roles: tuple[str, ...] = ("supplier",)
    alg: Alg = "ES256"
    country: str = "IT"
    registrations: tuple[tuple[str, str], ...] = ()


class Report(Protocol):
    """Where a story says, in the user's language, what it is doing; one short line each."""

    def note(self, line: str) -> None:
        """Say a line that stays on the screen."""

    def doing(self, line: str) -> None:
        """Say what goes on right now; the next call replaces it."""


class Story(Protocol):
    """A story: who takes part, and what they do."""

    @property
    def name(self) -> str:
        """The word behind `--story`."""

    @property
    def companies(self) -> Sequence[Company]:
        """Who is admitted before the story is played."""

    def play(self, stage: Stage, report: Report) -> str:
        """Sign and send everything; return the lot or item reference that is then verified.

        Raises FilieraError: the demonstration ends there, with exit status 1 or more.
        """


@dataclass
class Stage:
    """A running chain and node with admitted companies.

    `folder` is the story's own, for papers and the like; `sent` counts records with a receipt; `home` is everything's.
    With a `second` node the companies of `away` are its customers: they sign and send there, `node` copies.
    """

    home: Path
    node: NodeClient
    processes: Processes
    admitted: Mapping[str, Admitted]
    coordinator: Maker
    second: NodeClient | None = None
    away: frozenset[str] = frozenset()
    sent: list[Sent] = field(default_factory=list)
    _taken_by: dict[str, NodeClient] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """A folder for the story's own files; made when first asked for."""
        folder = self.home / "story"
        folder.mkdir(exist_ok=True)
        return folder

    def maker(self, company: str) -> Maker:
        """Return the key, participant and journal of a company (`client.signing.Maker`)."""
        return self.admitted[company].maker

    def participant(self, company: str) -> str:
        """Return a company's participant id, 64 hex characters."""
        return self.admitted[company].maker.participant

    def key_path(self, company: str) -> Path:
        """Return the key file with which a company signs events, for commands that take `--key`."""
        return self.admitted[company].key_path

    def sign(
        self,
        company: str,
        body: Mapping[str, Any],
        hidden: Collection[str] | None = None,
        event_id: str | None = None,
    ) -> Signed:
        """Sign an event's body as a company (`Maker.sign_event`); kept in its journal, not yet sent."""
        return self.maker(company).sign_event(body, hidden, event_id)

    def sign_master_data(
        self, company: str, body: Mapping[str, Any], hidden: Collection[str] | None = None
    ) -> Signed:
        """Sign master data as a company (`Maker.sign_master_data`); kept in its journal, not yet sent."""
        return self.maker(company).sign_master_data(body, hidden)

    def send(self, *companies: str) -> list[Sent]:
        """Send what the companies (all, if none is named) signed and did not send, in the order of signing.

        NodeError if the node refuses a record: the story has no event that is meant to be refused.
        """
        received: list[Sent] = []
        for company in companies or tuple(self.admitted):
            node = self.node_of(company)
            outcome = send_outgoing(self.maker(company).journal, node)
            for refused in outcome.refused:
                raise refused.error or ClientError("NODE_ANSWER_UNREADABLE", "/events", node=node.url)
            received += outcome.received
            self._taken_by |= {sent.digest: node for sent in outcome.received}
        self.sent += received
        return received

    def node_of(self, company: str) -> NodeClient:
        """Return the node whose customer a company is."""
        return self.second if self.second is not None and company in self.away else self.node

    def taken_by(self, digest: str) -> NodeClient:
        """Return the node that took a record."""
        return self._taken_by.get(digest, self.node)

    def await_copies(self) -> None:
        """Wait until `node` has all that the second one took; ClientError `DEMO_TOO_SLOW`."""
        until = time.monotonic() + _COPY_SECONDS
        waiting = [digest for digest, node in self._taken_by.items() if node is not self.node]
        while waiting:
            try:
                self.node.record(waiting[-1])
                waiting.pop()
            except NodeError as error:
                if error.problem_code != "RECORD_UNKNOWN":
                    raise
                if time.monotonic() > until:
                    raise ClientError(
                        "DEMO_TOO_SLOW", "peers", seconds=int(_COPY_SECONDS), reason="–"
                    ) from error
                time.sleep(_LOOK_SECONDS)

    def record(self, record_id: str) -> str:
        """Return a record that anybody sent, as far as strangers may read it."""
        self.await_copies()
        return self.node.record(record_id)

    def filiera(self, *arguments: str) -> str:
        """Run an ordinary command and return what it printed; ClientError `DEMO_COMMAND_FAILED` if it fails."""
        return self.processes.run(*arguments)
