"""`filiera verify`, `filiera bundle export | inspect`, `filiera receipt check`.

Exit status: 0 verified · 1 refused · 2 incomplete · 3 bad input. Heavy modules are imported when a command runs.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from protocol.codes import lookup, text
from protocol.errors import ChainError, FilieraError, FormatError
from verifier.texts import LANGUAGES, language_of_user

Answer = TypeVar("Answer")

if TYPE_CHECKING:
    from collections.abc import Callable

    from protocol.codes import Language
    from verifier.verify import Result

_INCOMPLETE, _BAD_INPUT = 2, 3
_NOT_YET = frozenset({"pending", "unreachable", "expired"})
_LANG = click.option("--lang", type=click.Choice(LANGUAGES), default=None, help="it, en")
_NODE = click.option("--node", default=None, help="Indirizzo di un nodo. / Address of a node.")
_TRUST = click.option(
    "--trust",
    type=click.Path(path_type=Path),
    default=None,
    help="File di fiducia. / Trust file (or FILIERA_TRUST).",
)


@click.command(help="Verifica un capo, un lotto o un fascicolo. / Verify a garment, a lot or a bundle.")
@click.argument("target")
@_NODE
@click.option(
    "--chain", envvar="FILIERA_CHAIN_URL", default=None, help="Indirizzo JSON-RPC. / JSON-RPC address."
)
@_TRUST
@click.option("--offline", is_flag=True, help="Non chiedere nulla in rete. / Ask nothing of the network.")
@click.option("--json", "as_json", is_flag=True, help="Rapporto in JSON. / Report as JSON.")
@_LANG
def verify(
    target: str,
    node: str | None,
    chain: str | None,
    trust: Path | None,
    *,
    offline: bool,
    as_json: bool,
    lang: Language | None,
) -> None:
    """Verify a target and print the report."""
    language = lang or language_of_user()
    result = _guarded(
        language, lambda: _verify(target, node, None if offline else chain, trust, offline=offline)
    )
    from verifier import report  # noqa: PLC0415

    if as_json:
        click.echo(json.dumps(report.to_json(result, language), ensure_ascii=False, indent=2))
    else:
        click.echo(report.to_text(result, language))
    sys.exit(result.verdict.exit_status)


@click.group(help="Il fascicolo: un file che prova un capo. / The bundle: one file that proves a garment.")
def bundle() -> None:
    """Commands about bundles."""


@bundle.command(
    help="Scrivi il fascicolo di un capo o di un lotto. / Write the bundle of a garment or a lot."
)
@click.argument("target")
@click.option(
    "-o", "--out", required=True, type=click.Path(path_type=Path), help="File da scrivere. / File to write."
)
@_NODE
@_LANG
def export(target: str, out: Path, node: str | None, lang: Language | None) -> None:
    """Fetch the evidence about a target, check its form and write it."""
    language = lang or language_of_user()

    def run() -> int:
        from protocol.bundle import parse_bundle  # noqa: PLC0415
        from verifier.sources import read_target  # noqa: PLC0415

        data = read_target(target, node)
        records = len(parse_bundle(data).records)
        out.write_bytes(data)
        return records

    count = _guarded(language, run)
    click.echo(f"{out}: {count} record, {out.stat().st_size} byte")


@bundle.command(
    help="Che cosa contiene un fascicolo, senza giudicarlo. / What a bundle holds, without judging it."
)
@click.argument("file", type=click.Path(path_type=Path))
@_LANG
def inspect(file: Path, lang: Language | None) -> None:
    """Print what is in a bundle as JSON."""
    language = lang or language_of_user()

    def run() -> dict[str, object]:
        from protocol.bundle import parse_bundle  # noqa: PLC0415
        from verifier.sources import read_target  # noqa: PLC0415

        found = parse_bundle(read_target(str(file), None))
        return {
            "target": found.target,
            "records": len(found.records),
            "heads": [{"origin": head.origin, "seq": head.seq, "size": head.size} for head in found.heads],
            "keys": len(found.keys),
            "memberships": len(found.memberships),
            "chain": {"chainId": found.chain.chain_id, "anchors": found.chain.anchors},
        }

    click.echo(json.dumps(_guarded(language, run), indent=2))


@click.group(help="La ricevuta: la promessa firmata del registro. / The receipt: the log's signed promise.")
def receipt() -> None:
    """Commands about receipts."""


@receipt.command(help="Il registro ha mantenuto la promessa? / Did the log keep its promise?")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--node", required=True, help="Indirizzo del nodo. / Address of the node.")
@_TRUST
@_LANG
def check(file: Path, node: str, trust: Path | None, lang: Language | None) -> None:
    """Check a receipt against the log: exit 0 kept, 1 broken (the receipt is the evidence), 2 not due yet."""
    language = lang or language_of_user()

    def run() -> tuple[str, int]:
        from verifier.receipts import check_receipt  # noqa: PLC0415

        return check_receipt(file, node, trust, language)

    said, status = _guarded(language, run)
    click.echo(said)
    sys.exit(status)


def _verify(
    target: str, node: str | None, chain: str | None, trust_file: Path | None, *, offline: bool
) -> Result:
    from protocol.bundle import parse_bundle  # noqa: PLC0415
    from protocol.checks.credentials import read_memberships, read_records  # noqa: PLC0415
    from verifier.chain import read_chain  # noqa: PLC0415
    from verifier.sources import JsonRpc, read_target  # noqa: PLC0415
    from verifier.trust import find_trust  # noqa: PLC0415
    from verifier.verify import verify as judge  # noqa: PLC0415

    if offline and target.startswith(("http://", "https://")):
        raise FormatError("VERIFY_TARGET", target=target)
    trust = find_trust(trust_file)
    evidence = parse_bundle(read_target(target, node))
    records, unsound = read_records(evidence.records)
    view = None
    if trust is not None and chain is not None:
        members, _ = read_memberships(evidence.memberships)
        view = read_chain(JsonRpc(chain), trust, evidence, records, members)
    return judge(evidence, records, unsound, trust, view)


def _guarded(language: Language, action: Callable[[], Answer]) -> Answer:
    """Run; an error of ours becomes one sentence and what to do next, with the exit status that it deserves."""
    try:
        return action()
    except FilieraError as error:
        sentence, remedy = text(error.code, language, place=error.place, **error.values)
        click.echo(f"{sentence} [{error.code}]\n→ {remedy}", err=True)
        not_yet = isinstance(error, ChainError) and lookup(error.code).verdict in _NOT_YET
        sys.exit(_INCOMPLETE if not_yet else _BAD_INPUT)
