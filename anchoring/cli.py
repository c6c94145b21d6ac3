"""`filiera anchor` and `filiera chain`: run the worker, run the embedded chain, deploy, look.

Results go to standard output as JSON, one object; refusals to standard error as sentence and remedy. Exit
status: 0 done · 1 refused · 2 the chain is not reachable, or not yet · 3 bad input.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from web3.types import RPCEndpoint

from anchoring import deploy as deploying
from anchoring.accounts import create_account, load_account
from anchoring.agreement import AgreementWatch, compare
from anchoring.assemble import build_worker, load_store, open_registry
from anchoring.bridging import read_bridge
from anchoring.client import ChainClient, connect
from anchoring.confirmation import ConfirmationRule
from anchoring.deployment import load_deployment
from anchoring.devchain import CHAIN_ID, FUNDS, DevChain, DevChainSettings
from anchoring.errors import chain_errors
from anchoring.participants import read_participants
from anchoring.status import describe, next_head, next_transaction
from anchoring.worker import WorkerSettings
from protocol.bridge import sign_bridge
from protocol.codes import lookup, text
from protocol.errors import ChainError, FilieraError
from protocol.keys import PublicKey, private_key_from_jwk
from protocol.strict_json import parse_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from protocol.codes import Language
    from protocol.keys import PrivateKey

_REFUSED, _INCOMPLETE, _BAD_INPUT = 1, 2, 3
_BAD_REQUEST = 400
DEFAULT_STORE = "node.log.head_store:open_store"

chain_url = click.option(
    "--chain-url", envvar="FILIERA_CHAIN_URL", required=True, help="JSON-RPC address; several with commas."
)
deployment_file = click.option(
    "--deployment", envvar="FILIERA_DEPLOYMENT", required=True, type=click.Path(path_type=Path)
)
operator_key = click.option(
    "--operator-key",
    envvar="FILIERA_OPERATOR_KEY_FILE",
    required=True,
    type=click.Path(path_type=Path),
    help="Key file of the chain account that pays (mode 0600).",
)
head_store = click.option("--store", envvar="FILIERA_HEAD_STORE", default=DEFAULT_STORE, show_default=True)


def guarded(command: Callable[..., None]) -> Callable[..., None]:
    """Say our errors in words and end with their exit status."""

    @functools.wraps(command)
    def wrapper(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except FilieraError as error:
            sys.exit(_complain(error))

    return wrapper


@click.group()
def anchor() -> None:
    """Anchor the log's heads on the chain."""


@anchor.command("run")
@chain_url
@deployment_file
@operator_key
@head_store
@click.option("--confirmation", envvar="FILIERA_CONFIRMATION", default="depth:1", show_default=True)
@click.option("--head-seconds", envvar="FILIERA_HEAD_SECONDS", default=2.0, show_default=True, type=float)
@click.option("--dry-run", is_flag=True, help="Only show what would be planned and sent first.")
@guarded
def anchor_run(
    chain_url: str,
    deployment: Path,
    operator_key: Path,
    store: str,
    confirmation: str,
    head_seconds: float,
    dry_run: bool,
) -> None:
    """Lead, or wait to lead, until interrupted."""
    settings = WorkerSettings(confirmation=ConfirmationRule.parse(confirmation), cadence=head_seconds)
    if dry_run:
        _compare(chain_url, deployment, operator_key, store, ahead=True)
        return
    pinned = load_deployment(deployment)
    registry = open_registry(pinned, chain_url, operator_key)
    worker = build_worker(load_store(store), registry, settings)
    with AgreementWatch(registry.client, pinned):
        worker.run(_until_interrupted())
    if worker.status.halted:
        raise ChainError(worker.status.problem, "", **worker.status.values)


@anchor.command("status")
@chain_url
@deployment_file
@operator_key
@head_store
@click.option("--dry-run", is_flag=True, help="Also show what would be planned and sent next.")
@guarded
def anchor_status(chain_url: str, deployment: Path, operator_key: Path, store: str, dry_run: bool) -> None:
    """Compare the outbox with the chain."""
    _compare(chain_url, deployment, operator_key, store, ahead=dry_run)


def _compare(chain_url: str, deployment: Path, operator_key: Path, store: str, *, ahead: bool) -> None:
    """Show outbox and chain, and if asked what a leader would do next; nothing is written or sent."""
    opened = load_store(store)
    registry = open_registry(load_deployment(deployment), chain_url, operator_key)
    shown = describe(opened, registry)
    if ahead and not shown["foreign"]:
        shown["next"] = next_head(opened, registry)
        try:
            shown["transaction"] = next_transaction(opened, registry, WorkerSettings().fee_ceiling)
        except ChainError as error:
            shown["transaction"] = {"refused": error.code}
    _show(shown)
    if shown["foreign"]:
        raise ChainError("FOREIGN_HEAD", seq=shown["chainSeq"], chain=shown["chainHead"], ours=shown["ours"])


@click.group()
def chain() -> None:
    """Run, fill and inspect a chain."""


@chain.command("up")
@click.option(
    "--state", default=Path(".filiera/chain/state.json"), show_default=True, type=click.Path(path_type=Path)
)
@click.option("--port", default=8545, show_default=True, type=click.IntRange(0, 65_535))
@click.option("--chain-id", default=CHAIN_ID, show_default=True, type=click.IntRange(1))
@click.option("--block-seconds", type=click.IntRange(1), help="Also mine a block in this interval.")
@click.option("--fund", multiple=True, help="Address to give funds to; may be repeated.")
@click.option(
    "--allow-origin", help="The one web origin whose pages may ask it, http://HOST:PORT; default none."
)
@guarded
def chain_up(
    state: Path,
    port: int,
    chain_id: int,
    block_seconds: int | None,
    fund: tuple[str, ...],
    allow_origin: str | None,
) -> None:
    """Run the embedded development chain on loopback until interrupted."""
    stop = _until_interrupted()
    with DevChain(
        DevChainSettings(state, port, chain_id, block_seconds, allow_origin=allow_origin)
    ) as devchain:
        for address in fund:
            devchain.fund(address)
        _show({"url": devchain.url, "chainId": chain_id, "state": str(state), "pid": devchain.pid})
        while devchain.pid is not None and not stop.wait(0.5):
            pass
        if not stop.is_set():
            raise ChainError("DEVCHAIN_FAILED", reason="ended by itself")


@chain.command("account")
@click.argument("file", type=click.Path(path_type=Path))
@guarded
def chain_account(file: Path) -> None:
    """Make a chain account in FILE (mode 0600) and show its address."""
    _show({"address": str(create_account(file).address), "file": str(file)})


@chain.command("deploy")
@chain_url
@operator_key
@click.option("--coordinator", "coordinators", multiple=True, required=True, type=click.Path(path_type=Path),
              help="Private JWK, P-256; repeat for each coordinator.")  # fmt: skip
@click.option("--threshold", default=1, show_default=True, type=click.IntRange(1, 16))
@click.option("--key-delay", default=deploying.DEFAULT_KEY_DELAY, show_default=True, type=click.IntRange(0))
@click.option("--log-origin", required=True)
@click.option("--log-key", envvar="FILIERA_LOG_KEY_FILE", required=True, type=click.Path(path_type=Path))
@click.option("--log-operator", help="Address that anchors, if not the account that pays now.")
@click.option("--participant", help="Participant id (hex) that operates the log; random if absent.")
@click.option("--profile-digest", help="Digest (hex) of its membership credential.")
@click.option("--out", required=True, type=click.Path(path_type=Path))
@click.option("--trust-out", type=click.Path(path_type=Path))
@click.option("--confirmations", default=0, show_default=True, type=click.IntRange(0))
@click.option("--replace", is_flag=True, help="Overwrite the files that exist.")
@click.option("--fund", is_flag=True, help="Embedded chain only: give the account funds first.")
@guarded
def chain_deploy(
    chain_url: str, operator_key: Path, coordinators: tuple[Path, ...], out: Path, **options: Any
) -> None:
    """Deploy the contracts, admit the operator, open the log, write the deployment file."""
    trust_out: Path | None = options["trust_out"]
    for path in (out, trust_out):
        if path is not None and path.exists() and not options["replace"]:
            raise ChainError("FILE_EXISTS", str(path))
    account = load_account(operator_key)
    if options["fund"]:
        _fund(chain_url, str(account.address))
    plan = deploying.DeployPlan(
        coordinators=[_private_key(path) for path in coordinators],
        log_origin=options["log_origin"],
        log_key=_public_key(options["log_key"]),
        threshold=options["threshold"],
        key_delay=options["key_delay"],
        participant=_hex32(options["participant"], "participant"),
        profile_digest=_hex32(options["profile_digest"], "profile-digest") or bytes(32),
        operator=options["log_operator"],
    )
    deployment = deploying.deploy(chain_url, account, plan)
    deploying.write_json(out, deployment.to_json(), replace=options["replace"])
    if trust_out is not None:
        signers = [key.public.did for key in plan.coordinators]
        pinned = deployment.trust(options["confirmations"], signers, plan.threshold)
        deploying.write_json(trust_out, pinned, replace=options["replace"])
    _show(deployment.to_json())


@chain.command("open-log")
@chain_url
@deployment_file
@operator_key
@click.option("--coordinator", "coordinators", multiple=True, required=True, type=click.Path(path_type=Path),
              help="Private JWK, P-256; repeat for each coordinator that has to sign.")  # fmt: skip
@click.option(
    "--participant", required=True, help="Participant id (hex) that operates the log; admitted already."
)
@click.option("--log-origin", required=True)
@click.option("--log-key", required=True, type=click.Path(path_type=Path))
@click.option("--log-operator", required=True, help="Address that anchors it.")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Deployment file of the other node."
)
@click.option(
    "--trust", type=click.Path(path_type=Path), help="Trust file that gets the log beside those it has."
)
@click.option("--fund", is_flag=True, help="Embedded chain only: give the log's account funds first.")
@guarded
def chain_open_log(
    chain_url: str,
    deployment: Path,
    operator_key: Path,
    coordinators: tuple[Path, ...],
    out: Path,
    **options: Any,
) -> None:
    """Open a log for a second node, on the same chain and contracts; the operator's account pays."""
    trust: Path | None = options["trust"]
    if out.exists():
        raise ChainError("FILE_EXISTS", str(out))
    if options["fund"]:
        _fund(chain_url, options["log_operator"])
    pinned = None if trust is None else json.loads(trust.read_text("utf-8"))
    plan = deploying.DeployPlan(
        coordinators=[_private_key(path) for path in coordinators],
        log_origin=options["log_origin"],
        log_key=_public_key(options["log_key"]),
        threshold=len(coordinators),
    )
    participant = _hex32(options["participant"], "participant") or bytes(32)
    account, known = load_account(operator_key), load_deployment(deployment)
    opened = deploying.open_log(chain_url, account, known, plan, participant, options["log_operator"])
    deploying.write_json(out, opened.to_json())
    if trust is not None and pinned is not None:
        pinned["logs"].append({"origin": opened.log.origin, "logKey": opened.log.logKey})
        deploying.write_json(trust, pinned, replace=True)
    _show(opened.to_json())


@chain.command("bridge")
@chain_url
@click.option(
    "--former", required=True, type=click.Path(path_type=Path), help="Deployment file of that chain."
)
@click.option("--following", required=True, type=click.Path(path_type=Path),
              help="Deployment file of the chain where it goes on.")  # fmt: skip
@click.option("--coordinator", "coordinators", multiple=True, required=True, type=click.Path(path_type=Path),
              help="Private JWK, P-256; repeat for each coordinator.")  # fmt: skip
@click.option("--out", required=True, type=click.Path(path_type=Path))
@guarded
def chain_bridge(
    chain_url: str, former: Path, following: Path, coordinators: tuple[Path, ...], out: Path
) -> None:
    """Sign where the former chain (--chain) ends and which one follows it: `filiera verify --bridge`."""
    if out.exists():
        raise ChainError("FILE_EXISTS", str(out))
    left = load_deployment(former)
    bridge = read_bridge(ChainClient(chain_url, left), left, load_deployment(following))
    out.write_text(sign_bridge(bridge, [_private_key(path) for path in coordinators]), "ascii")
    _show(bridge.claims())


@chain.command("status")
@chain_url
@deployment_file
@guarded
def chain_status(chain_url: str, deployment: Path) -> None:
    """Check that the endpoint shows the pinned chain, and what is on it."""
    pinned = load_deployment(deployment)
    client = ChainClient(chain_url, pinned)
    client.check_identity()
    snapshot = read_participants(client)
    with client.errors():
        log = client.contracts["anchors"].functions.logOf(pinned.log_id).call()
    agreement = compare([ChainClient(url, pinned) for url in client.urls])
    coordinator = snapshot.coordinator
    _show(
        {
            "chainId": pinned.chain_id,
            "block": snapshot.block.number,
            "participants": len(snapshot.participants),
            "active": sum(entry.active for entry in snapshot.participants.values()),
            "coordinators": len(coordinator.keys) if coordinator else 0,
            "threshold": coordinator.threshold if coordinator else 0,
            "log": {"origin": pinned.log.origin, "operator": log[0], "seq": log[1]},
            "endpoints": {url: url in agreement.preferred for url in client.urls},
        }
    )
    if agreement.code:
        raise ChainError(agreement.code, **agreement.values)


def _fund(url: str, address: str) -> None:
    """Only anvil can, and only a chain on this machine is asked."""
    web3 = connect(url)
    with chain_errors():
        local = url.startswith(("http://127.0.0.1:", "http://localhost:", "http://[::1]:"))
        if not local or not web3.client_version.startswith("anvil/"):
            raise ChainError("DEVCHAIN_ONLY")
        method = RPCEndpoint("anvil_setBalance")
        answer = web3.provider.make_request(method, [address, hex(FUNDS)])
    if answer.get("error"):
        raise ChainError("DEVCHAIN_ONLY")


def _until_interrupted() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _private_key(path: Path) -> PrivateKey:
    return private_key_from_jwk(_jwk(path))


def _public_key(path: Path) -> PublicKey:
    jwk = _jwk(path)
    return private_key_from_jwk(jwk).public if "d" in jwk else PublicKey.from_jwk(jwk)


def _jwk(path: Path) -> dict[str, Any]:
    try:
        value = parse_json(path.read_bytes())
    except OSError as error:
        raise ChainError("KEY_FILE_ABSENT", str(path)) from error
    if not isinstance(value, dict):
        raise ChainError("KEY_FILE_ABSENT", str(path))
    return value


def _hex32(value: str | None, name: str) -> bytes | None:
    if value is None:
        return None
    try:
        data = bytes.fromhex(value)
    except ValueError:
        data = b""
    if len(data) != 32:  # noqa: PLR2004 - a digest or an id
        raise ChainError("CHAIN_ACT_ARGUMENT", name, expected="32 bytes")
    return data


def _show(value: dict[str, Any]) -> None:
    click.echo(json.dumps(value, indent=2))


def _complain(error: FilieraError) -> int:
    """Print sentence and remedy in the user's language; the exit status of README §13."""
    language: Language = (
        "en" if os.environ.get("FILIERA_LANG", os.environ.get("LANG", "it")).startswith("en") else "it"
    )
    try:
        code = lookup(error.code)
        sentence, remedy = text(error.code, language, place=error.place, **error.values)
    except KeyError:
        click.echo(str(error), err=True)
        return _REFUSED
    click.echo(f"{error.code}: {sentence} {remedy}".rstrip(), err=True)
    if type(error) is not ChainError or code.status == _BAD_REQUEST:
        return _BAD_INPUT
    return _INCOMPLETE if code.verdict in {"unreachable", "pending"} else _REFUSED
