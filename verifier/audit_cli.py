"""`filiera audit`: all records of a node's log, or several bundles, looked at together.

Exit status: 0 nothing found · 1 refused · 2 incomplete · 3 bad input. With a key the audit of a whole log is signed.
"""

from __future__ import annotations

import json
import stat
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from protocol.audit import sign_audit
from protocol.codes import text
from protocol.errors import FilieraError, FormatError
from protocol.keys import PrivateKey, private_key_from_jwk
from verifier.cli import LANG, TRUST, guarded
from verifier.texts import language_of_user, say

if TYPE_CHECKING:
    from protocol.checks.view import Trust
    from protocol.codes import Language
    from protocol.verdict import Finding
    from verifier.audit import AuditResult
    from verifier.log_reading import WholeLog

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_MOST_LINES = 40


@click.command(
    help="Controlla un registro intero, o più fascicoli insieme. / Audit a whole log, or several bundles together."
)
@click.argument("bundles", nargs=-1, type=click.Path(path_type=Path))
@click.option("--node", default=None, help="Nodo di cui leggere tutto. / Node to read everything of.")
@click.option(
    "--chain", envvar="FILIERA_CHAIN_URL", multiple=True, help="Indirizzo JSON-RPC. / JSON-RPC address."
)
@TRUST
@click.option(
    "--key",
    "key_file",
    type=click.Path(path_type=Path),
    default=None,
    help="Chiave JWK con cui leggere e firmare. / JWK with which to read and sign.",
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    default=None,
    help="Dichiarazione firmata. / Signed statement.",
)
@click.option("--json", "as_json", is_flag=True, help="Esito in JSON. / Result as JSON.")
@LANG
def audit(
    bundles: tuple[Path, ...],
    node: str | None,
    chain: tuple[str, ...],
    trust: Path | None,
    key_file: Path | None,
    out: Path | None,
    *,
    as_json: bool,
    lang: Language | None,
) -> None:
    """Audit, print what was found, and sign it if asked to."""
    language = lang or language_of_user()
    result = guarded(language, lambda: _run(bundles, node, chain, trust, key_file, out))
    click.echo(
        json.dumps(_to_json(result, language), ensure_ascii=False, indent=2)
        if as_json
        else _to_text(result, language)
    )
    sys.exit(result.verdict.exit_status)


def load_key(path: Path) -> PrivateKey:
    """Read a private JWK that only its owner can read; FormatError AUDIT_KEY_FILE."""
    try:
        mode, data = path.stat().st_mode, path.read_bytes()
        key = private_key_from_jwk(json.loads(data))
    except (OSError, ValueError, AttributeError, TypeError, FilieraError) as error:
        raise FormatError("AUDIT_KEY_FILE", str(path), path=str(path), reason=type(error).__name__) from error
    if stat.S_IMODE(mode) & _OTHERS:
        raise FormatError("AUDIT_KEY_FILE", str(path), path=str(path), reason=f"{stat.S_IMODE(mode):o}")
    return key


def _run(
    bundles: tuple[Path, ...], node: str | None, chain: tuple[str, ...], trust_file: Path | None, key_file: Path | None,
    out: Path | None,
) -> AuditResult:  # fmt: skip
    from verifier.audit import audit as judge  # noqa: PLC0415
    from verifier.audit import statement  # noqa: PLC0415
    from verifier.log_reading import read_whole  # noqa: PLC0415
    from verifier.trust import find_trust  # noqa: PLC0415

    trust = find_trust(trust_file)
    key = load_key(key_file) if key_file else None
    if node is None or trust is None:
        if node is not None or out is not None:
            raise FormatError("AUDIT_NOTHING_TO_SIGN", "--trust")
        return judge(_entries(bundles), None)
    log = read_whole(node, trust, key)
    result = judge(log.records, log, _asked(log, trust, chain))
    if out is not None:
        if key is None:
            raise FormatError("AUDIT_KEY_FILE", "--key", path="–", reason="–")
        at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        out.write_text(sign_audit(statement(result, key.public, at), key) + "\n", "ascii")
    return result


def _asked(log: WholeLog, trust: Trust, chain: tuple[str, ...]) -> list[Finding]:
    """What the chain says of the log's head."""
    from protocol.checks import authority  # noqa: PLC0415
    from protocol.verdict import finding  # noqa: PLC0415
    from verifier.endpoints import read_endpoints, split_urls  # noqa: PLC0415

    urls = split_urls(chain)
    if not urls:
        return [finding("chain", "CHAIN_NOT_ASKED")]
    head = log.bundle(trust)
    view, _ = read_endpoints(urls, trust, head, [], [])
    return [*authority.check_chain(trust, view), *authority.check_heads(head, trust, view)]


def _entries(bundles: tuple[Path, ...]) -> Any:
    from protocol.bundle import parse_bundle  # noqa: PLC0415
    from verifier.log_reading import records_of  # noqa: PLC0415
    from verifier.sources import read_target  # noqa: PLC0415

    if not bundles:
        raise FormatError("VERIFY_TARGET", target="")
    return records_of([parse_bundle(read_target(str(path), None)) for path in bundles])


def _to_text(result: AuditResult, language: Language) -> str:
    verdict = result.verdict
    over = result.overuse
    head = result.log.head if result.log else None
    lines = [say("audit.clean" if not over else "audit.overuse", language, count=len(over))]
    if head is not None:
        lines.append(
            say(
                "audit.head",
                language,
                origin=head.origin,
                seq=head.seq,
                size=head.size,
                records=result.records,
            )
        )
    heavy = [found for found in verdict.findings if found.severity != "notice"]
    for found in [*heavy[:_MOST_LINES], *(each for each in verdict.findings if each.severity == "notice")]:
        sentence, _ = text(found.code, language, place=found.place, **found.values)
        lines.append(f"  {'✗' if found.severity == 'refused' else '·'} {sentence} [{found.code}]")
    if len(heavy) > _MOST_LINES:
        lines.append(say("more", language, count=len(heavy) - _MOST_LINES))
    return "\n".join(lines)


def _to_json(result: AuditResult, language: Language) -> dict[str, Any]:
    from verifier.audit import CHECKS  # noqa: PLC0415

    head = result.log.head if result.log else None
    return {
        "format": "filiera-audit-report/1",
        "verdict": result.verdict.word,
        "exit": result.verdict.exit_status,
        "records": result.records,
        "withheld": {"amounts": result.amounts, "months": result.months},
        **(
            {"head": {"origin": head.origin, "seq": head.seq, "size": head.size, "root": head.root.hex()}}
            if head
            else {}
        ),
        "checks": [{"check": name, "verdict": result.verdict.word_of(name)} for name in CHECKS],
        "findings": [
            {
                "check": found.check,
                "code": found.code,
                "severity": found.severity,
                "place": found.place,
                "values": {name: str(value) for name, value in sorted(found.values.items())},
                "sentence": text(found.code, language, place=found.place, **found.values)[0],
            }
            for found in result.verdict.findings
        ],
    }
