"""The programs behind the demonstration: each one a `filiera` command, as a user would type it.

Only what was started here is ended, each by its own number, the last one started first, so that the node still
finds its chain while it stops. Their words go to files in the demonstration's folder.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from client.errors import ClientError
from client.texts import language

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

FILIERA = (sys.executable, "-m", "client.cli")
# Settings of this machine that a demonstration keeps. All others of FILIERA_* may name a real database or chain.
_KEPT = frozenset({"FILIERA_ANVIL", "FILIERA_NODE_MODULES", "FILIERA_SOLC", "FILIERA_DEBUG"})
START_SECONDS = 60.0
STOP_SECONDS = 15.0
COMMAND_SECONDS = 120.0
_LOOK_SECONDS = 0.05
_LAST_WORDS = 600


@dataclass(frozen=True)
class Done:
    """A command that ended: exit status and what it printed."""

    status: int
    output: str
    errors: str

    @property
    def last_words(self) -> str:
        """What it said at the end, for people."""
        return (self.errors.strip() or self.output.strip())[-_LAST_WORDS:] or "–"


@dataclass
class Processes:
    """Starts and ends commands.

    `folder` takes their output; `settings` are FILIERA_… variables that all of them get.
    """

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """The variables of every command: ours, and of the user's only what cannot lead out of the demonstration."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("FILIERA_") or name in _KEPT
        }
        return {**inherited, "FILIERA_LANG": language(), "PYTHONUNBUFFERED": "1", **self.settings}

    def start(
        self,
        name: str,
        *arguments: str,
        ready: Callable[[str], bool],
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """Start a command that goes on, and wait until `ready(what it printed)`; errors as `await_ready`."""
        self.launch(name, *arguments, settings=settings)
        self.await_ready(name, ready)

    def launch(self, name: str, *arguments: str, settings: Mapping[str, str] | None = None) -> None:
        """Start a command that goes on, without waiting for it; `settings` are its own beside those of all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._output(name).open("wb") as output, self._errors(name).open("wb") as errors:
            # A session of its own: Ctrl-C reaches this program, which then ends the others in order.
            self._running[name] = subprocess.Popen(  # noqa: S603 - our own program, no shell
                [*FILIERA, *arguments],
                env=self.environment | dict(settings or {}),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                start_new_session=True,
            )

    def await_ready(self, name: str, ready: Callable[[str], bool]) -> None:
        """Wait for a launched command; ClientError with its last words if it ends or takes too long."""
        until = time.monotonic() + START_SECONDS
        while not ready(self.said(name)):
            status = self._running[name].poll()
            if status is not None:
                raise ClientError("DEMO_PROCESS_ENDED", name, status=status, reason=self.last_words(name))
            if time.monotonic() > until:
                raise ClientError(
                    "DEMO_TOO_SLOW", name, seconds=int(START_SECONDS), reason=self.last_words(name)
                )
            time.sleep(_LOOK_SECONDS)

    def ensure_running(self) -> None:
        """Raise `DEMO_PROCESS_ENDED` if a command that should go on has ended."""
        for name, process in self._running.items():
            if process.poll() is not None:
                reason = self.last_words(name)
                raise ClientError("DEMO_PROCESS_ENDED", name, status=process.returncode, reason=reason)

    def said(self, name: str) -> str:
        """What a command printed so far."""
        return self._output(name).read_text("utf-8", "replace")

    def last_words(self, name: str) -> str:
        """The end of what a command said about itself, for people."""
        text = self._errors(name).read_text("utf-8", "replace").strip() or self.said(name).strip()
        return text[-_LAST_WORDS:] or "–"

    def run(self, *arguments: str) -> str:
        """Run a command to its end and return what it printed; `DEMO_COMMAND_FAILED` with its reason if it fails."""
        return self.run_all([arguments])[0]

    def run_all(self, commands: list[tuple[str, ...]]) -> list[str]:
        """Run commands side by side and return what each printed; `DEMO_COMMAND_FAILED` for the first that failed."""
        return [
            self._succeeded(done, arguments)
            for done, arguments in zip(self.attempt_all(commands), commands, strict=True)
        ]

    @staticmethod
    def _succeeded(done: Done, arguments: tuple[str, ...]) -> str:
        if done.status:
            command = "filiera " + " ".join(arguments[:2])
            raise ClientError(
                "DEMO_COMMAND_FAILED", command, command=command, status=done.status, reason=done.last_words
            )
        return done.output

    def attempt(self, *arguments: str) -> Done:
        """Run a command to its end, whatever its exit status."""
        return self.attempt_all([arguments])[0]

    def attempt_all(self, commands: list[tuple[str, ...]]) -> list[Done]:
        """Run commands side by side to their ends; answers in the order given."""
        started = [self._open(arguments) for arguments in commands]
        try:
            return [_finish(process, arguments) for process, arguments in zip(started, commands, strict=True)]
        finally:
            for process in started:
                if process.poll() is None:
                    process.kill()
                    process.communicate()

    def end(self, name: str) -> None:
        """End one command that was started."""
        _end(self._running.pop(name))

    def stop(self) -> None:
        """End everything that was started, the last first."""
        while self._running:
            name, process = next(reversed(self._running.items()))
            _end(process)
            del self._running[name]

    def _open(self, arguments: tuple[str, ...]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - our own program, no shell
            [*FILIERA, *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def _output(self, name: str) -> Path:
        return self.folder / f"{name}.out"

    def _errors(self, name: str) -> Path:
        return self.folder / f"{name}.log"


def _finish(process: subprocess.Popen[bytes], arguments: tuple[str, ...]) -> Done:
    try:
        output, errors = process.communicate(timeout=COMMAND_SECONDS)
    except subprocess.TimeoutExpired as error:
        command = "filiera " + " ".join(arguments[:2])
        raise ClientError("DEMO_TOO_SLOW", command, seconds=int(COMMAND_SECONDS), reason="–") from error
    return Done(process.returncode, output.decode("utf-8", "replace"), errors.decode("utf-8", "replace"))


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    # A second Ctrl-C must not leave the rest running: it only shortens the wait.
    with suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
        process.terminate()
        process.wait(STOP_SECONDS)
    if process.poll() is None:
        process.kill()
        process.wait()
