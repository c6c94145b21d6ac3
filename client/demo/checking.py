"""The verifier, asked as anybody would ask it: `filiera verify`, `filiera bundle export`, as programs of their own.

It is told what to trust by the file that the deployment wrote, and nothing else.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import httpx

from client import files
from client.demo.refusals import altered_copies
from client.demo.words import tell
from client.errors import ClientError

if TYPE_CHECKING:
    from pathlib import Path

    from client.demo.processes import Done
    from client.demo.refusals import Altered
    from client.demo.setup import Setup
    from client.demo.stage import Report

_REFUSED, _INCOMPLETE = 1, 2
_WITNESS_SECONDS = 60.0
_LOOK_SECONDS = 0.5


def verify(setup: Setup, target: str) -> str:
    """Return the report of `filiera verify`; `DEMO_NOT_VERIFIED` unless it ends with 0."""
    done = setup.processes.attempt("verify", target, *trust_options(setup))
    if done.status:
        raise ClientError("DEMO_NOT_VERIFIED", target, status=done.status, reason=done.last_words)
    return done.output.rstrip()


def await_witnessed(setup: Setup, url: str) -> None:
    """Wait until the evidence carries what the witnesses confirm; DEMO_TOO_SLOW."""
    until = time.monotonic() + _WITNESS_SECONDS
    while "snapshot" not in httpx.get(url, timeout=_WITNESS_SECONDS).json():
        setup.processes.ensure_running()
        if time.monotonic() > until:
            raise ClientError("DEMO_TOO_SLOW", "witnesses", seconds=int(_WITNESS_SECONDS), reason="–")
        time.sleep(_LOOK_SECONDS)


def verify_offline(setup: Setup, target: str, path: Path) -> dict[str, Any]:
    """Export the evidence and verify the file without network; returns as of when (`asOf` of the report).

    What was done in the last seconds is confirmed by the witnesses a moment later: until then the answer is *pending*,
    and the file is exported again. `DEMO_NOT_VERIFIED` unless it then ends with 0.
    """
    until = time.monotonic() + _WITNESS_SECONDS
    while True:
        export(setup, target, path)
        done = setup.processes.attempt(
            "verify", str(path), "--offline", "--trust", str(setup.trust), "--json"
        )
        if done.status != _INCOMPLETE or time.monotonic() > until:
            break
        time.sleep(_LOOK_SECONDS)
    if done.status:
        raise ClientError("DEMO_NOT_VERIFIED", str(path), status=done.status, reason=done.last_words)
    as_of: dict[str, Any] = json.loads(done.output)["asOf"]
    return as_of


def export(setup: Setup, target: str, path: Path) -> bytes:
    """Write the evidence about the target to one file and return it."""
    setup.processes.run("bundle", "export", target, "--out", str(path))
    return files.read(path)


def check_refusals(setup: Setup, bundle: bytes, report: Report) -> None:
    """Have three altered copies verified; raise unless each is refused for the reason that it must be refused for."""
    copies = list(altered_copies(bundle))
    paths = [setup.home / f"altered-{copy.name}.filiera" for copy in copies]
    for path, copy in zip(paths, copies, strict=True):
        files.write_new(path, copy.data)
    commands = [("verify", str(path), "--json", *trust_options(setup)) for path in paths]
    for copy, done in zip(copies, setup.processes.attempt_all(commands), strict=True):
        found = _reason(copy, done)
        report.note(tell("refused.copy", done=copy.done, code=found["code"]))
        report.note(f"  {found.get('sentence', '')}")


def trust_options(setup: Setup) -> tuple[str, ...]:
    """What the verifier is told: whom to trust, and where the chain is."""
    return ("--trust", str(setup.trust), "--chain", setup.chain_url)


def _reason(copy: Altered, done: Done) -> dict[str, Any]:
    """Return the finding by which the verifier refused, which has to be one that was expected."""
    if done.status != _REFUSED:
        raise ClientError("DEMO_COPY_ACCEPTED", copy.name, what=copy.done, status=done.status)
    refusals = [found for found in _findings(done) if found.get("severity") == "refused"]
    for found in refusals:
        if found.get("code") in copy.expected:
            return found
    codes = ", ".join(str(found.get("code")) for found in refusals) or done.last_words
    expected = ", ".join(sorted(copy.expected))
    raise ClientError("DEMO_OTHER_REASON", copy.name, what=copy.done, expected=expected, found=codes)


def _findings(done: Done) -> list[dict[str, Any]]:
    try:
        report = json.loads(done.output)
    except json.JSONDecodeError:
        return []
    found = report.get("findings") if isinstance(report, dict) else None
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []
