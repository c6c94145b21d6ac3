"""`filiera verify`, `filiera bundle export | inspect`, `filiera receipt check`.

Exit status: 0 verified · 1 refused · 2 incomplete · 3 bad input. Heavy modules are imported when a command runs.
"""

from __future__ import annotations

import gc
import json
import shlex
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

    from protocol.bundle_model import Bundle
    from protocol.checks.view import Trust
    from protocol.codes import Language
    from protocol.verdict import Finding
    from verifier.paper.facts import Basis
    from verifier.verify import Result

_INCOMPLETE, _BAD_INPUT = 2, 3
_NOT_YET = frozenset({"pending", "unreachable", "expired"})
LANG = click.option("--lang", type=click.Choice(LANGUAGES), default=None, help="it, en")
_NODE = click.option("--node", default=None, help="Indirizzo di un nodo. / Address of a node.")
TRUST = click.option(
    "--trust",
    type=click.Path(path_type=Path),
    default=None,
    help="File di fiducia. / Trust file (or FILIERA_TRUST).",
)


@click.command(help="Verifica un capo, un lotto o un fascicolo. / Verify a garment, a lot or a bundle.")
@click.argument("target")
@_NODE
@click.option(
    "--chain",
    envvar="FILIERA_CHAIN_URL",
    multiple=True,
    help="Indirizzo JSON-RPC, anche più d'uno. / JSON-RPC address, or several.",
)
@TRUST
@click.option(
    "--audit",
    type=click.Path(path_type=Path),
    default=None,
    help="Dichiarazione di verifica del registro. / Audit statement about the log.",
)
@click.option(
    "--bridge",
    "bridge_file",
    type=click.Path(path_type=Path),
    default=None,
    help="Ponte dalla catena di prima. / Bridge from the former chain.",
)
@click.option("--offline", is_flag=True, help="Non chiedere nulla in rete. / Ask nothing of the network.")
@click.option("--json", "as_json", is_flag=True, help="Rapporto in JSON. / Report as JSON.")
@click.option(
    "--report",
    "paper",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="Scrivi anche un PDF da stampare. / Write a PDF for printing too.",
)
@click.option(
    "--graph",
    "drawing",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="Scrivi anche il disegno SVG della filiera. / Write a drawing of the chain (SVG) too.",
)
@LANG
def verify(
    target: str,
    node: str | None,
    chain: tuple[str, ...],
    trust: Path | None,
    audit: Path | None,
    bridge_file: Path | None,
    paper: Path | None,
    drawing: Path | None,
    *,
    offline: bool,
    as_json: bool,
    lang: Language | None,
) -> None:
    """Verify a target and print the report."""
    language = lang or language_of_user()
    gc.disable()  # what is read is one tree that lives to the end; looking for cycles in it takes a fifth of the time
    result, basis = guarded(
        language,
        lambda: _verify(
            language, target, node, () if offline else chain, trust, audit, bridge_file, offline=offline
        ),
    )
    from verifier import report  # noqa: PLC0415

    if as_json:
        click.echo(json.dumps(report.to_json(result, language), ensure_ascii=False, indent=2))
    else:
        click.echo(report.to_text(result, language))
    guarded(
        language,
        lambda: _write_papers(result, basis, paper, drawing, language, _repeat_line(target, trust, chain)),
    )
    sys.exit(result.verdict.exit_status)


def _write_papers(
    result: Result, basis: Basis, paper: Path | None, drawing: Path | None, language: Language, repeat: str
) -> None:
    """Write what was asked for beside the report; reportlab is loaded only then."""
    try:
        if drawing is not None:
            from verifier.drawing import to_svg  # noqa: PLC0415

            drawing.write_text(to_svg(result, language), "utf-8")
        if paper is not None:
            from verifier.paper.pdf import to_pdf  # noqa: PLC0415

            paper.write_bytes(to_pdf(result, basis, language, repeat))
    except OSError as error:
        raise FormatError("PAPER_NOT_WRITTEN", str(error.filename or "")) from error


def _repeat_line(target: str, trust: Path | None, chain: tuple[str, ...]) -> str:
    """The command that gives this report again."""
    asked = [part for url in chain for part in ("--chain", url)] or ["--offline"]
    return shlex.join(["filiera", "verify", target, *(["--trust", str(trust)] if trust else []), *asked])


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
@LANG
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

    count = guarded(language, run)
    click.echo(f"{out}: {count} record, {out.stat().st_size} byte")


@bundle.command(
    help="Che cosa contiene un fascicolo, senza giudicarlo. / What a bundle holds, without judging it."
)
@click.argument("file", type=click.Path(path_type=Path))
@LANG
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

    click.echo(json.dumps(guarded(language, run), indent=2))


@click.group(help="La ricevuta: la promessa firmata del registro. / The receipt: the log's signed promise.")
def receipt() -> None:
    """Commands about receipts."""


@receipt.command(help="Il registro ha mantenuto la promessa? / Did the log keep its promise?")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--node", required=True, help="Indirizzo del nodo. / Address of the node.")
@TRUST
@LANG
def check(file: Path, node: str, trust: Path | None, lang: Language | None) -> None:
    """Check a receipt against the log: exit 0 kept, 1 broken (the receipt is the evidence), 2 not due yet."""
    language = lang or language_of_user()

    def run() -> tuple[str, int]:
        from verifier.receipts import check_receipt  # noqa: PLC0415

        return check_receipt(file, node, trust, language)

    said, status = guarded(language, run)
    click.echo(said)
    sys.exit(status)


def _verify(
    language: Language,
    target: str,
    node: str | None,
    chain: tuple[str, ...],
    trust_file: Path | None,
    audit_file: Path | None,
    bridge_file: Path | None,
    *,
    offline: bool,
) -> tuple[Result, Basis]:
    from protocol.audit import parse_audit  # noqa: PLC0415
    from protocol.bundle import parse_bundle  # noqa: PLC0415
    from protocol.checks.credentials import read_memberships, read_records  # noqa: PLC0415
    from verifier.endpoints import read_endpoints, split_urls  # noqa: PLC0415
    from verifier.paper.facts import Basis  # noqa: PLC0415
    from verifier.sources import read_target  # noqa: PLC0415
    from verifier.trust import find_trust  # noqa: PLC0415
    from verifier.verify import verify as judge  # noqa: PLC0415

    if offline and target.startswith(("http://", "https://")):
        raise FormatError("VERIFY_TARGET", target=target)
    trust = find_trust(trust_file)
    audit = parse_audit(_text_of(audit_file)) if audit_file else None
    evidence = parse_bundle(read_target(target, node))
    records, unsound = read_records(evidence.records)
    if trust is not None and bridge_file is not None:
        trust, crossed = _cross(bridge_file, evidence, trust)
        unsound = [*unsound, *crossed]
    view = None
    if trust is not None and (urls := split_urls(chain)):
        members, _ = read_memberships(evidence.memberships)
        also = [(audit.log, audit.seq)] if audit else []
        view, told = read_endpoints(urls, trust, evidence, records, members, also=also)
        for error in told:
            sentence, _ = text(error.code, language, place=error.place, **error.values)
            click.echo(f"{sentence} [{error.code}]", err=True)
    return judge(evidence, records, unsound, trust, view, audit), Basis(evidence, trust, view)


def _cross(file: Path, evidence: Bundle, trust: Trust) -> tuple[Trust, list[Finding]]:
    """What to trust about the evidence's chain if it is the one that the bridge comes from."""
    from protocol.bridge import check_bridged, former_trust, parse_bridge  # noqa: PLC0415

    try:
        found = parse_bridge(file.read_text("ascii"))
    except (OSError, UnicodeDecodeError) as error:
        raise FormatError("BRIDGE_MALFORMED", str(file)) from error
    former = former_trust(found, trust)
    if (evidence.chain.chain_id, evidence.chain.genesis) != (former.chain_id, former.genesis):
        return trust, []
    return former, list(check_bridged(evidence, found))


def _text_of(path: Path) -> str:
    try:
        return path.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise FormatError("AUDIT_MALFORMED", str(path)) from error


def guarded(language: Language, action: Callable[[], Answer]) -> Answer:
    """Run; an error of ours becomes one sentence and what to do next, with the exit status that it deserves."""
    try:
        return action()
    except FilieraError as error:
        sentence, remedy = text(error.code, language, place=error.place, **error.values)
        click.echo(f"{sentence} [{error.code}]\n→ {remedy}", err=True)
        not_yet = isinstance(error, ChainError) and lookup(error.code).verdict in _NOT_YET
        sys.exit(_INCOMPLETE if not_yet else _BAD_INPUT)
