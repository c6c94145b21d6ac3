"""`filiera witness key | show | run`.

The witness is a process of its own, best on a machine and an endpoint of the chain that are not the log operator's.
"""

from __future__ import annotations

import contextlib
import json
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from protocol.errors import FormatError

if TYPE_CHECKING:
    from protocol.keys import PrivateKey

_KEY = click.option(
    "--key",
    "key_file",
    envvar="FILIERA_WITNESS_KEY_FILE",
    required=True,
    type=click.Path(path_type=Path),
    help="File della chiave. / Key file.",
)


@click.group(
    help="Il testimone: segue un registro e ne firma le teste. / The witness: cosigns a log's heads."
)
def witness() -> None:
    """Commands of a witness."""


@witness.command(help="Crea la chiave di un testimone e il suo stato vuoto. / Make a witness's key.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--name", required=True, help="Nome, come witness.example/w1. / Name, such as witness.example/w1."
)
def key(file: Path, name: str) -> None:
    """Make key and state; print the entry for others' trust files."""
    from verifier.witness.keyfile import make_key  # noqa: PLC0415

    _show(name, make_key(file, name))


@witness.command(help="La voce per il file di fiducia. / The entry for a trust file.")
@_KEY
def show(key_file: Path) -> None:
    """Print name and public key as JSON."""
    from verifier.witness.keyfile import load_key, state_path  # noqa: PLC0415
    from verifier.witness.state import StateFile  # noqa: PLC0415

    found = load_key(key_file)
    _show(StateFile(state_path(key_file)).load().name, found)


@witness.command(help="Avvia il testimone. / Run the witness.")
@_KEY
@click.option(
    "--trust",
    envvar="FILIERA_TRUST",
    required=True,
    type=click.Path(path_type=Path),
    help="File di fiducia: catena e registri da seguire. / Trust file: chain and logs to follow.",
)
@click.option(
    "--chain",
    envvar="FILIERA_CHAIN_URL",
    required=True,
    help="JSON-RPC del proprio nodo della catena. / JSON-RPC of one's own node of the chain.",
)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65_535), default=8421, show_default=True)
def run(key_file: Path, trust: Path, chain: str, host: str, port: int) -> None:
    """Serve until stopped; one line of JSON says where, as soon as it answers."""
    from verifier.endpoints import split_urls  # noqa: PLC0415
    from verifier.sources import JsonRpc  # noqa: PLC0415
    from verifier.trust import find_trust  # noqa: PLC0415
    from verifier.witness.chain import RpcSource  # noqa: PLC0415
    from verifier.witness.cosigner import Cosigner  # noqa: PLC0415
    from verifier.witness.keyfile import load_key, state_path  # noqa: PLC0415
    from verifier.witness.server import new_server  # noqa: PLC0415
    from verifier.witness.state import StateFile  # noqa: PLC0415

    found = load_key(key_file)
    pinned = find_trust(trust)
    if pinned is None:
        raise FormatError("TRUST_ABSENT", str(trust))
    with StateFile(state_path(key_file)) as state:
        # A setting for nodes may name several: the first is one's own, and a witness speaks for that one only.
        own = RpcSource(JsonRpc(next(iter(split_urls([chain])), chain)), pinned)
        cosigner = Cosigner(found, pinned, state, own, lambda: int(time.time()))
        about = json.dumps(_entry(cosigner.name, found)) + "\n"
        with new_server(cosigner, host, port, about) as server:
            # As Ctrl-C does: the answer at hand is given, the state is on disk already.
            signal.signal(signal.SIGTERM, _interrupt)
            click.echo(
                json.dumps({"url": f"http://{host}:{server.server_address[1]}", "name": cosigner.name})
            )
            with contextlib.suppress(KeyboardInterrupt):
                server.serve_forever()


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _show(name: str, key: PrivateKey) -> None:
    click.echo(json.dumps(_entry(name, key), indent=2))


def _entry(name: str, key: PrivateKey) -> dict[str, Any]:
    from protocol.cosignature import format_cosigner  # noqa: PLC0415

    return {"name": name, "key": key.public.raw.hex(), "vkey": format_cosigner(name, key.public)}
