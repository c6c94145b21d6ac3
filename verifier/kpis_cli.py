"""`filiera kpis`: the coordinator's indicators, counted again from public records and the chain.

Exit status: 0 counted over the whole log as the chain has it · 1 refused (also: the node publishes others) · 2
incomplete · 3 bad input.
"""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from protocol.errors import FilieraError, FormatError
from verifier.cli import LANG, TRUST, guarded
from verifier.texts import language_of_user

if TYPE_CHECKING:
    from protocol.bundle_model import BundleHead, BundleRecord
    from protocol.checks.view import Trust
    from protocol.codes import Language
    from protocol.kpis.deeds import Period
    from protocol.verdict import Finding
    from verifier.kpis import Recount
    from verifier.registries import Registry


@click.command(
    help="Gli indicatori del coordinatore, ricalcolati. / The coordinator's indicators, counted again."
)
@click.option("--from", "start", required=True, help="Primo giorno, AAAA-MM-GG. / First day, YYYY-MM-DD.")
@click.option("--to", "end", required=True, help="Ultimo giorno. / Last day.")
@click.option("--province", default=None, help="Sigla della provincia. / Letters of a province.")
@click.option("--node", default=None, help="Nodo di cui leggere tutto. / Node to read everything of.")
@click.option(
    "--evidence",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Fascicolo o cartella di fascicoli. / Bundle, or folder of bundles.",
)
@click.option(
    "--members",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=None,
    help="Cartella di filiera participant members: un'azienda con più pseudonimi conta una volta, e non si confronta "
    "con il nodo. / Folder of filiera participant members: a company with pseudonyms counts once.",
)
@click.option(
    "--chain", envvar="FILIERA_CHAIN_URL", multiple=True, help="Indirizzo JSON-RPC. / JSON-RPC address."
)
@TRUST
@click.option(
    "--lists",
    is_flag=True,
    help="Apri ogni numero, anche per provincia: non da diffondere. / Open every number.",
)
@click.option("--json", "as_json", is_flag=True, help="Esito in JSON. / Result as JSON.")
@LANG
def kpis(
    start: str,
    end: str,
    province: str | None,
    node: str | None,
    evidence: tuple[Path, ...],
    members: Path | None,
    chain: tuple[str, ...],
    trust: Path | None,
    *,
    lists: bool,
    as_json: bool,
    lang: Language | None,
) -> None:
    """Count, print, and compare with what the node publishes."""
    language = lang or language_of_user()
    result = guarded(
        language, lambda: _run(period_of(start, end), province, node, evidence, members, chain, trust)
    )
    from verifier import kpis_report  # noqa: PLC0415

    if as_json:
        document = kpis_report.to_json(result, language, lists=lists)
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        click.echo(kpis_report.to_text(result, language, lists=lists))
    sys.exit(result.verdict.exit_status)


def period_of(start: str, end: str) -> Period:
    """The days from … to; FormatError KPI_PERIOD."""
    from protocol.kpis.deeds import Period as Days  # noqa: PLC0415

    try:
        whole = date.fromisoformat(start) <= date.fromisoformat(end)
    except ValueError:
        whole = False
    if not whole or len(start) != len(end) or len(start) != len("YYYY-MM-DD"):
        raise FormatError("KPI_PERIOD", "--from", start=start, end=end)
    return Days(start, end)


def _run(
    period: Period, province: str | None, node: str | None, evidence: tuple[Path, ...], folder: Path | None,
    chain: tuple[str, ...], trust_file: Path | None,
) -> Recount:  # fmt: skip
    from verifier.endpoints import split_urls  # noqa: PLC0415
    from verifier.evidence_files import bundles_at, of_bundles, tokens_in  # noqa: PLC0415
    from verifier.kpis import recount  # noqa: PLC0415
    from verifier.trust import find_trust  # noqa: PLC0415

    trust, urls = find_trust(trust_file), split_urls(chain)
    if node is None and not evidence:
        raise FormatError("KPI_NOTHING_TO_READ", "--node")
    if trust is None and (node is not None or urls):
        raise FormatError("TRUST_ABSENT", "--trust")
    if node is not None and trust is not None:
        entries, heads, said = _of_node(node, trust)
        members: list[str] = []
    else:
        entries, heads, members, said = of_bundles(bundles_at(evidence))
    registry, told = _asked(heads, trust, urls)
    insiders = tokens_in(folder) if folder is not None else []
    found = recount(
        period, entries, heads, registry, memberships=members, insiders=insiders, province=province, said=said + told
    )  # fmt: skip
    # What a node publishes is counted from what the public sees.
    return found if node is None or registry is None or insiders else _compared(found, node, period, province)


def _of_node(node: str, trust: Trust) -> tuple[list[BundleRecord], list[BundleHead], list[Finding]]:
    from protocol.verdict import finding  # noqa: PLC0415
    from verifier.log_reading import read_whole  # noqa: PLC0415

    log = read_whole(node, trust, None)
    missing = [finding("log", "AUDIT_RECORD_NOT_SHOWN", digest.hex()) for digest in log.missing]
    return list(log.records), [log.head], missing


def _asked(
    heads: list[BundleHead], trust: Trust | None, urls: tuple[str, ...]
) -> tuple[Registry | None, list[Finding]]:
    """The registries as the chain has them, and whether it is the chain that is pinned."""
    from protocol.bundle_model import Bundle, BundleChain  # noqa: PLC0415
    from protocol.checks import authority  # noqa: PLC0415
    from protocol.verdict import finding  # noqa: PLC0415
    from verifier.endpoints import read_endpoints  # noqa: PLC0415
    from verifier.registries import read_registries  # noqa: PLC0415
    from verifier.sources import JsonRpc  # noqa: PLC0415

    if trust is None or not urls:
        return None, [finding("chain", "CHAIN_NOT_ASKED")]
    pinned = (trust.contracts[name].address for name in ("participants", "anchors", "passports"))
    asked = Bundle("", (), tuple(heads), (), (), (), BundleChain(trust.chain_id, trust.genesis, *pinned))
    view, _ = read_endpoints(urls, trust, asked, [], [])
    findings = [*authority.check_chain(trust, view), *authority.check_heads(asked, trust, view)]
    registry = read_registries(urls, trust, view.latest, JsonRpc)
    return registry, [each for each in findings if each.code != "EVIDENCE_AS_OF_HEAD"]


def _compared(found: Recount, node: str, period: Period, province: str | None) -> Recount:
    """The same with what the node's own answer differs in; an answer that cannot be read differs."""
    from dataclasses import replace  # noqa: PLC0415
    from urllib.parse import urlencode  # noqa: PLC0415

    from protocol.verdict import from_error, verdict  # noqa: PLC0415
    from verifier.kpis import compare  # noqa: PLC0415
    from verifier.sources import fetch  # noqa: PLC0415

    asked = {"start": period.start, "end": period.end} | ({"province": province} if province else {})
    try:
        theirs = json.loads(fetch(f"{node.rstrip('/')}/kpis?{urlencode(asked)}"))
        findings = list(compare(found.document, theirs))
    except FilieraError as error:
        findings = [from_error("kpis", error)]
    except ValueError:
        findings = list(compare(found.document, None))
    return replace(found, verdict=verdict([*found.verdict.findings, *findings]))
