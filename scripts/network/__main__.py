"""A permissioned network of three members on this machine, with our contracts.

    python -m scripts.network start      build geth once, make the network once, start it, deploy once
    python -m scripts.network status     who runs, who seals, whether they agree
    python -m scripts.network stop
    python -m scripts.network admit NAME     a further member, voted in by the others
    python -m scripts.network remove NAME    the others vote a member out

Everything is in one folder (`--dir`, .filiera/network); the members run on when the command has ended.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
import time
from pathlib import Path

import click

from scripts.network import contracts, geth, ipc
from scripts.network.network import NAMES, SETTLED, Network, NetworkError, Place

_DEPTH = 2  # more than half of three signers have built on a head then

folder_option = click.option(
    "--dir", "folder", default=Path(".filiera/network"), show_default=True, type=click.Path(path_type=Path)
)


@click.group(help=__doc__.split("\n\n", maxsplit=1)[0])
def network() -> None:
    """Commands about one network."""


@network.command()
@folder_option
@click.option("--period", default=2, show_default=True, type=click.IntRange(1, 60), help="Seconds a block.")
@click.option("--port", default=8551, show_default=True, help="RPC port of the first member; 0: free ones.")
@click.option("--contracts/--no-contracts", "with_contracts", default=True, show_default=True)
def start(folder: Path, period: int, port: int, *, with_contracts: bool) -> None:
    """Start the network; the first time also build the client, make the network and deploy."""
    began, folder = time.monotonic(), folder.resolve()
    if not geth.is_built():
        click.echo(f"Building geth {geth.VERSION} from its Go module: once, 1 to 6 minutes …")
        geth.build()
        click.echo(f"  {geth.program()}  ({time.monotonic() - began:.0f} s)")
    if not (folder / "network.json").exists():
        places = [Place(port=port + number if port else 0) for number in range(len(NAMES))]
        Network.create(folder, [contracts.make_keys(folder)], period, places)
        click.echo(f"Keys and block 0 are in {folder}")
    found = Network.open(folder)
    click.echo("Starting the members: the first time their first common block takes about 10 seconds …")
    found.start()
    if with_contracts:
        fresh = not (folder / "deployment.json").exists()
        contracts.deploy(folder, found.urls, _DEPTH)
        click.echo("Contracts are deployed and the log is open." if fresh else "Contracts are there.")
    _show(found)
    if with_contracts:
        click.echo("\nWhat a node on this network is told:")
        for name, value in contracts.settings(folder, found.urls, _DEPTH).items():
            click.echo(f"  export {name}={shlex.quote(value)}")


@network.command()
@folder_option
def stop(folder: Path) -> None:
    """Stop all members, as their operators would."""
    Network.open(folder.resolve()).stop()
    click.echo("All members are stopped. What they wrote is kept.")


@network.command()
@folder_option
def status(folder: Path) -> None:
    """Say who runs, who seals and whether they agree; exit status 2 unless all is well."""
    found = Network.open(folder.resolve())
    if not _show(found):
        sys.exit(2)


@network.command()
@folder_option
@click.argument("name")
@click.option("--port", default=0, help="RPC port; 0: a free one.")
def admit(folder: Path, name: str, port: int) -> None:
    """Make a member NAME; the others vote it in."""
    found = Network.open(folder.resolve())
    member = found.admit(name, Place(port=port))
    click.echo(f"{name} seals from now on as {member.identity.signer}.")
    _show(found)


@network.command()
@folder_option
@click.argument("name")
def remove(folder: Path, name: str) -> None:
    """Let the others vote member NAME out; its folder is kept."""
    found = Network.open(folder.resolve())
    found.remove(name)
    click.echo(f"{name} seals no more.")
    _show(found)


def _show(found: Network) -> bool:
    """Print one line a member and the verdict; whether all is well."""
    heights = found.heights()
    running = {name: height for name, height in heights.items() if height is not None}
    signers = found.signers() if running else []
    for member in found.members:
        height = running.get(member.name)
        state = "away" if height is None else f"block {height}"
        role = "seals" if member.identity.signer.lower() in signers else "follows"
        click.echo(f"  {member.name:<8} {member.identity.url:<26} {state:<14} {role if signers else '':<8}"
                   f"{member.identity.signer}")  # fmt: skip
    return _judge(found, running)


def _judge(found: Network, running: dict[str, int]) -> bool:
    needed = len(found.members) // 2 + 1
    if len(running) < needed:
        click.echo(f"{len(running)} of {len(found.members)} run; {needed} are needed: no blocks are made.")
        return False
    # The newest blocks of a healthy network differ for a moment.
    common = max(0, min(running.values()) - SETTLED)
    hashes = {(found.member(name).block(common) or {}).get("hash") for name in running}
    agree = len(hashes) == 1
    click.echo(f"Chain {found.chain_id}, {found.period} s a block; at block {common} the members "
               f"{'agree' if agree else 'DISAGREE'}.")  # fmt: skip
    return agree and len(running) == len(found.members)


def main() -> None:
    """Run a command; what goes wrong is one sentence."""
    try:
        network(prog_name="python -m scripts.network")
    except (NetworkError, RuntimeError, ipc.MemberAwayError, ipc.RefusedError) as error:
        click.secho(str(error), err=True, fg="red")
        sys.exit(1)
    except subprocess.CalledProcessError as error:
        click.secho(f"{error}\n{(error.stderr or b'').decode('utf-8', 'replace')}", err=True, fg="red")
        sys.exit(1)


if __name__ == "__main__":
    main()
