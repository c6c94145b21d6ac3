"""The demonstration as one reads it: nine numbered steps, each a line in plain words, with what it took.

Everything that is shown is asked of the running programs. A step that is not as it should be ends the demonstration
with its reason and an exit status other than 0.
"""

from __future__ import annotations

import io
import signal
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx
import segno
from rich.console import Console
from rich.markup import escape

from client import files
from client.demo.checking import await_witnessed, check_refusals, trust_options, verify, verify_offline
from client.demo.setup import SECOND_ORIGIN, WITNESSES, Setup, await_admitted
from client.demo.stage import Stage
from client.demo.words import decimal, tell
from client.errors import ClientError, NodeError
from protocol.gs1 import GS1_STEM

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import FrameType

    from client.demo.stage import Company, Story
    from client.node_client import NodeClient

STEPS = 9
EVIDENCE = "evidence.filiera"
_CONFIRM_SECONDS = 90.0
_LOOK_SECONDS = 0.25
_PAUSE_SECONDS = 0.5
_PAGE_SECONDS = 10.0


@dataclass
class Show:
    """Says the steps, and is the `Report` of the story; a spinner where a person looks on, plain lines elsewhere."""

    console: Console = field(default_factory=lambda: Console(highlight=False))
    number: int = 0

    @contextmanager
    def step(self, key: str, **values: object) -> Iterator[dict[str, object]]:
        """Number a step and say it when it is done; what the body puts into the yielded dict completes the sentence."""
        self.number += 1
        found: dict[str, object] = dict(values)
        begun = time.monotonic()
        self._status = self.console.status(f"{self.number}/{STEPS} {tell(f'doing.{key}')}")
        self._notes: list[str] = []
        try:
            with self._status:
                yield found
        except BaseException:
            self.console.print(f"[red]✗ {self.number}/{STEPS}[/] {tell(f'doing.{key}')}")
            raise
        took = decimal(time.monotonic() - begun)
        line = escape(tell(f"done.{key}", **found))
        self.console.print(
            f"[green]✓[/] [bold]{self.number}/{STEPS}[/] {line} [dim]({took} s)[/]", soft_wrap=True
        )
        for note in self._notes:
            self.console.print(f"      {escape(note)}", soft_wrap=True)

    def note(self, line: str) -> None:
        """Say a line under the step, once the step is done."""
        self._notes.append(line)

    def doing(self, line: str) -> None:
        """Say what goes on right now, beside the spinner."""
        self._status.update(f"{self.number}/{STEPS} {escape(line)}")

    def say(self, key: str, **values: object) -> None:
        """Say a line that belongs to no step."""
        self.console.print(escape(tell(key, **values)), soft_wrap=True)


def run(
    story: Story, home: Path, port: int | None, *, once: bool, kept: bool, two_nodes: bool = False
) -> None:
    """Set up, play, verify; then stay until interrupted, or end with `once`. Ends all that it started, always.

    `kept` tells that `home` is there afterwards, so that its files are worth naming.
    """
    show = Show()
    setup = Setup(home, port, two_nodes)
    with _interruptible():
        try:
            begun = time.monotonic()
            show.console.print(f"[bold]{escape(tell('title'))}[/]")
            show.console.print(f"[bold yellow]{escape(tell('warning'))}[/]", soft_wrap=True)
            _play(show, setup, story, kept=kept or not once)
            show.say("finished", seconds=decimal(time.monotonic() - begun, 0))
            if not once:
                _stay(show, setup)
        finally:
            # From here on nothing may interrupt: a second Ctrl-C would leave programs running.
            for number in _interruptions():
                signal.signal(number, signal.SIG_IGN)
            with show.console.status(tell("stopping")):
                setup.processes.stop()


def _play(show: Show, setup: Setup, story: Story, *, kept: bool) -> None:
    with show.step("chain") as found:
        found["url"] = setup.start_chain()
    with show.step("contracts"):
        setup.deploy()
    with show.step("node") as found:
        setup.start_witnesses()
        node = setup.start_node()
        found["url"] = node.url
        second = setup.start_second_node() if setup.two_nodes else None
        if second is not None:
            show.note(tell("second.node", url=second.url))
    with show.step("companies", number=len(story.companies)):
        admitted = setup.admit(node, story.companies, show)
        away = _customers_of_the_second(story.companies) if second else frozenset()
        stage = Stage(setup.home, node, setup.processes, admitted, setup.coordinator, second, away)
        if second is not None:
            await_admitted(second, [each.maker.participant for each in admitted.values()])
        for company in story.companies:
            roles = ", ".join(tell(f"role.{role}") for role in company.roles)
            where = f" · {tell('second.customer')}" if company.id in away else ""
            show.note(f"{company.name}: {roles} ({company.alg}){where}")
    with show.step("events") as found:
        target = story.play(stage, show)
        found["number"] = len(stage.sent)
    url = custody_url(node, target)
    stage.await_copies()
    with show.step("anchored") as found:
        found["number"], found["heads"] = len(stage.sent), await_confirmed(node, stage, show)
        await_witnessed(setup, url)
        show.note(tell("witnessed", names=", ".join(WITNESSES)))
    evidence = setup.home / EVIDENCE
    with show.step("verified"):
        if second is not None:
            verify_offline(
                setup, url, evidence
            )  # until the copy has what the witnesses said of the other log
            setup.processes.end("second")
            show.note(tell("second.away", origin=SECOND_ORIGIN))
        tree = verify(setup, url)
        as_of = verify_offline(setup, url, evidence)
        show.note(tell("verified.offline", block=as_of["block"], count=len(as_of["witnesses"])))
    show.console.print(tree, markup=False, soft_wrap=True)
    with show.step("refused"):
        check_refusals(setup, files.read(evidence), show)
    with show.step("look"):
        _look(show, setup, target, url, page_url(node, target), kept=kept)


def await_confirmed(node: NodeClient, stage: Stage, show: Show) -> int:
    """Wait until everything sent is received, anchored and confirmed; returns how many heads it took."""
    waiting = {sent.digest for sent in stage.sent}
    heads: set[tuple[str, int]] = set()
    until = time.monotonic() + _CONFIRM_SECONDS
    while True:
        for digest in sorted(waiting):
            taker = stage.taken_by(digest)
            seq = _anchored_in(taker, digest)
            if seq is not None:
                heads.add((taker.url, seq))
                waiting.discard(digest)
        states = {
            (each.url, int(head["seq"])): head["state"]
            for each in (node, stage.second)
            if each is not None
            for head in each.heads()
        }
        confirmed = sum(states.get(place) == "confirmed" for place in heads)
        show.doing(
            tell(
                "doing.states", anchored=len(stage.sent) - len(waiting), all=len(stage.sent), heads=confirmed
            )
        )
        if not waiting and confirmed == len(heads):
            return len(heads)
        if time.monotonic() > until:
            raise ClientError("DEMO_TOO_SLOW", "anchoring", seconds=int(_CONFIRM_SECONDS), reason="–")
        stage.processes.ensure_running()
        time.sleep(_LOOK_SECONDS)


def _customers_of_the_second(companies: Sequence[Company]) -> frozenset[str]:
    """The first half of those who only supply: whoever makes the stuff is another operator's customer."""
    suppliers = [company.id for company in companies if company.roles == ("supplier",)]
    return frozenset(suppliers[: len(suppliers) // 2])


def custody_url(node: NodeClient, target: str) -> str:
    """Where anybody gets the evidence about the target from this node."""
    return f"{node.url}/lots/{quote(target, safe='')}/custody"


def page_url(node: NodeClient, target: str) -> str | None:
    """Return the product's page, as its GS1 Digital Link leads to at this node; None if the node has no page for it."""
    path = target.removeprefix(GS1_STEM)
    if path == target:
        return None
    try:
        answer = httpx.get(f"{node.url}{path}", headers={"Accept": "text/html"}, timeout=_PAGE_SECONDS)
    except httpx.HTTPError:
        return None
    is_page = answer.headers.get("content-type", "").startswith("text/html")
    return f"{node.url}{path}" if answer.status_code == httpx.codes.OK and is_page else None


def _anchored_in(node: NodeClient, digest: str) -> int | None:
    try:
        return int(node.proof(digest)["head"]["seq"])
    except NodeError as error:
        if error.problem_code != "PROOF_PENDING":
            raise
        return None


def _look(show: Show, setup: Setup, target: str, url: str, page: str | None, *, kept: bool) -> None:
    """Write down where everything is, with the address of the page, or else of the evidence, as a QR code."""
    picture = io.StringIO()
    segno.make(page or url, error="l").terminal(picture, compact=True)
    show.note(tell("look.target", target=target))
    if page:
        show.note(tell("look.page", url=page))
    for line in picture.getvalue().splitlines():
        show.note(line)
    show.note(tell("look.evidence", url=url))
    base = url.partition("/lots/")[0]
    show.note(
        tell("look.node", heads=f"{base}/heads", api=f"{base}/openapi.json", checkpoint=f"{base}/checkpoint")
    )
    if kept:
        evidence = setup.home / EVIDENCE
        show.note(tell("look.bundle", file=evidence))
        show.note(tell("look.verify", command=f"filiera verify {evidence} {' '.join(trust_options(setup))}"))


def _stay(show: Show, setup: Setup) -> None:
    """Leave everything running until the user has seen enough."""
    try:
        show.say("staying")
        while True:
            setup.processes.ensure_running()
            time.sleep(_PAUSE_SECONDS)
    except KeyboardInterrupt:
        show.say("ending")


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let a request to end, or a closed terminal, end the demonstration as Ctrl-C does; restore the handlers."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    numbers = _interruptions()
    former = [signal.signal(number, interrupt) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, former, strict=True):
            signal.signal(number, handler)


def _interruptions() -> list[signal.Signals]:
    """The signals by which people and systems ask a program to end, as far as this system has them."""
    return [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
