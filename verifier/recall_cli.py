"""`filiera recall`: from a bad lot, a facility or a certificate to every lot and garment that it touched.

Exit status: 0 over a whole log · 1 refused · 2 incomplete, others may be touched · 3 bad input.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from protocol.codes import text
from protocol.errors import FormatError
from verifier.cli import LANG, TRUST, guarded
from verifier.texts import language_of_user, say

if TYPE_CHECKING:
    from protocol.codes import Language
    from protocol.kpis.deeds import Period
    from protocol.recall import Affected, Held
    from verifier.recall import RecallResult

_COLUMNS = ("lot", "kind", "made", "unit", "party", "state", "amount", "amountUnit", "path")
# What a spreadsheet takes for a formula at the beginning of a cell.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@click.command(
    help="Lotti e capi toccati da un lotto, uno stabilimento o un certificato. / "
    "Lots and garments touched by a lot, a facility or a certificate."
)
@click.argument("name")
@click.option("--node", default=None, help="Nodo di cui leggere tutto. / Node to read everything of.")
@click.option(
    "--evidence",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Fascicolo o cartella di fascicoli. / Bundle, or folder of bundles.",
)
@TRUST
@click.option(
    "--key",
    "key_file",
    type=click.Path(path_type=Path),
    default=None,
    help="Chiave JWK con cui leggere. / JWK with which to read.",
)
@click.option("--from", "start", default=None, help="Di uno stabilimento: dal giorno. / Of a facility: from.")
@click.option("--to", "end", default=None, help="Di uno stabilimento: al giorno. / Of a facility: to.")
@click.option("--csv", "form", flag_value="csv", help="Elenco in CSV. / List as CSV.")
@click.option("--json", "form", flag_value="json", help="Elenco in JSON. / List as JSON.")
@LANG
def recall(
    name: str,
    node: str | None,
    evidence: tuple[Path, ...],
    trust: Path | None,
    key_file: Path | None,
    start: str | None,
    end: str | None,
    form: str | None,
    lang: Language | None,
) -> None:
    """Read, list, and say what could not be read."""
    language = lang or language_of_user()
    result = guarded(language, lambda: _run(name, node, evidence, trust, key_file, start, end))
    if form == "json":
        click.echo(json.dumps(_to_json(result, language), ensure_ascii=False, indent=2))
    elif form == "csv":
        click.echo(_to_csv(result), nl=False)
        click.echo("\n".join(_findings(result, language)), err=True)
    else:
        click.echo("\n".join([*_to_text(result, language), *_findings(result, language)]))
    sys.exit(result.verdict.exit_status)


def _run(
    name: str, node: str | None, evidence: tuple[Path, ...], trust_file: Path | None, key_file: Path | None,
    start: str | None, end: str | None,
) -> RecallResult:  # fmt: skip
    from protocol.verdict import finding  # noqa: PLC0415
    from verifier.audit_cli import load_key  # noqa: PLC0415
    from verifier.evidence_files import bundles_at, of_bundles  # noqa: PLC0415
    from verifier.kpis_cli import period_of  # noqa: PLC0415
    from verifier.log_reading import read_whole  # noqa: PLC0415
    from verifier.recall import list_affected  # noqa: PLC0415
    from verifier.trust import find_trust  # noqa: PLC0415

    period: Period | None = period_of(start or "0001-01-01", end or "9999-12-31") if start or end else None
    if node is None:
        entries, heads, _, said = of_bundles(bundles_at(evidence))
        return list_affected(name, entries, heads, period, said)
    trust = find_trust(trust_file)
    if trust is None:
        raise FormatError("TRUST_ABSENT", "--trust")
    log = read_whole(node, trust, load_key(key_file) if key_file else None)
    missing = [finding("log", "AUDIT_RECORD_NOT_SHOWN", digest.hex()) for digest in log.missing]
    return list_affected(name, log.records, [log.head], period, missing)


def _to_text(result: RecallResult, language: Language) -> list[str]:
    found = result.recall
    lines = [
        say("recall.found", language, asked=found.name, lots=len(found.affected) - len(found.items),
            items=len(found.items), records=result.records)
    ]  # fmt: skip
    for each in found.affected:
        lines.append(f"{_kind(each, language)} {each.lot}: {_amount(each.made, each.unit, language)}")
        lines += [f"    {_holding(held, language)}" for held in each.held]
        lines.append(f"    {_path(each)}")
    return lines


def _kind(each: Affected, language: Language) -> str:
    return say("recall.item" if each.is_item else "recall.lot", language)


def _amount(amount: object, unit: str, language: Language) -> str:
    return say("withheld", language) if amount is None else f"{amount:f} {unit}"


def _holding(held: Held, language: Language) -> str:
    party = held.party or say("withheld", language)
    return f"{say(f'recall.{held.state}', language)} {party}: {_amount(held.amount, held.unit, language)}"


def _path(each: Affected) -> str:
    """`chemical → dyeing 2026-03-02 → cloth → …`: what was asked about, and each record by which it went on."""
    steps = [f"→ {way.process or way.act or '–'} {way.day} → {way.lot}" for way in each.path[1:]]
    return " ".join([each.path[0].lot, *steps])


def _findings(result: RecallResult, language: Language) -> list[str]:
    lines = []
    for each in result.verdict.findings:
        sentence, remedy = text(each.code, language, place=each.place, **each.values)
        lines.append(f"{'✗' if each.severity == 'refused' else '·'} {sentence} [{each.code}]\n  → {remedy}")
    return lines or [say("recall.whole", language)]


def _to_csv(result: RecallResult) -> str:
    """One line for each lot and holder; a lot that nobody holds any more has one line."""
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(_COLUMNS)
    for each in result.recall.affected:
        own = (each.lot, "item" if each.is_item else "lot", _plain(each.made), each.unit)
        for held in each.held or (None,):
            holding = (
                (held.party or "", held.state, _plain(held.amount), held.unit) if held else ("", "", "", "")
            )
            rows.writerow(_cell(value) for value in (*own, *holding, _path(each)))
    return written.getvalue()


def _plain(amount: object) -> str:
    return "" if amount is None else f"{amount:f}"


def _cell(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value


def _to_json(result: RecallResult, language: Language) -> dict[str, Any]:
    return {
        "format": "filiera-recall/1",
        "name": result.recall.name,
        "verdict": result.verdict.word,
        "exit": result.verdict.exit_status,
        "records": result.records,
        "affected": [_entry(each) for each in result.recall.affected],
        "findings": [
            {
                "code": each.code,
                "severity": each.severity,
                "place": each.place,
                "sentence": text(each.code, language, place=each.place, **each.values)[0],
            }
            for each in result.verdict.findings
        ],
    }


def _entry(each: Affected) -> dict[str, Any]:
    return {
        "lot": each.lot,
        "kind": "item" if each.is_item else "lot",
        "made": None if each.made is None else f"{each.made:f}",
        "unit": each.unit,
        "held": [
            {"party": held.party, "state": held.state, "amount": None if held.amount is None else f"{held.amount:f}",
             "unit": held.unit}
            for held in each.held
        ],
        "path": [
            {"lot": way.lot, "record": way.digest.hex() if way.digest else None, "act": way.act, "process": way.process,
             "day": way.day}
            for way in each.path
        ],
    }  # fmt: skip
