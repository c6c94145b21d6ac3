"""A stage without a node: keys, journals and signatures are real, sending is only counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from client.chain_acts import Registry
from client.demo.admission import make_company, open_maker
from client.demo.processes import Processes
from client.demo.stage import Stage, Story
from client.demo.thread import Thread
from client.keystore import new_key
from client.node_client import NodeClient, Sent
from protocol.bundle import BundleChain, build_bundle, serialise

if TYPE_CHECKING:
    from pathlib import Path

REGISTRY = Registry(31337, "0x" + "11" * 20)
NO_CHAIN = BundleChain(31337, "0x" + "00" * 32, *("0x" + digit * 40 for digit in "123"))


class SilentStage(Stage):
    """Everything that is sent is received at once."""

    def send(self, *companies: str) -> list[Sent]:
        received = []
        for company in companies or tuple(self.admitted):
            journal = self.maker(company).journal
            for record in journal.outgoing:
                journal.append_received(record.id, "receipt")
                received.append(Sent(record.token, 201, record.id, record.digest, "receipt"))
        self.sent += received
        return received

    def record(self, record_id: str) -> str:
        return next(sent.token for sent in self.sent if sent.id == record_id)


@dataclass
class Lines:
    """A report that keeps what it was told."""

    notes: list[str] = field(default_factory=list)
    current: list[str] = field(default_factory=list)

    def note(self, line: str) -> None:
        self.notes.append(line)

    def doing(self, line: str) -> None:
        self.current.append(line)


def stage_for(story: Story, home: Path) -> SilentStage:
    admitted = {company.id: make_company(home, company, REGISTRY)[0] for company in story.companies}
    coordinator = open_maker(home / "coordinator.jwk", new_key(), "c" * 64)
    return SilentStage(
        home, NodeClient("http://127.0.0.1:9"), Processes(home / "output"), admitted, coordinator
    )


def played_bundle(home: Path) -> bytes:
    """The thread's records as a bundle, not yet anchored anywhere."""
    story = Thread()
    stage = stage_for(story, home)
    target = story.play(stage, Lines())
    records = [(sent.token, b"\x00" * 32, None) for sent in stage.sent]
    return serialise(build_bundle(target, records, NoSource(), NO_CHAIN))


class NoSource:
    """A log that has no head."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"nothing is anchored, so nobody asks for {name}")
