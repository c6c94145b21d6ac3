"""The maker's own lot codes, in a small file beside the key: `L-2026-014` here, a random reference in the events.

The code itself is hidden in the events (`filiera:lotCode`), and the reference says nothing about it. The file is
written before what uses it is signed: a code put down and never used does no harm, the other way round would.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from client import files
from client.errors import ClientError
from client.imports.values import text
from protocol.epcis_import import canonical_identifier
from protocol.errors import FilieraError
from protocol.identifiers import RANDOM_BYTES, lot_reference, parse_lot
from protocol.limits import Limits
from protocol.strict_json import dump_json, parse_json

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = "filiera-lots/1"
_LIMITS = Limits(max_bytes=32 * 1024 * 1024, max_depth=4, max_items=1_000_000, max_string=8192)


@dataclass
class LotBook:
    """Codes and the references that they stand for. Changes stay in memory until `save`."""

    path: Path
    codes: dict[str, str] = field(default_factory=dict)
    changed: bool = False

    @classmethod
    def open(cls, path: Path) -> LotBook:
        """Read the book, empty if there is none; ClientError `FILE_UNREADABLE`."""
        if not path.exists():
            return cls(path)
        try:
            value = parse_json(files.read(path), _LIMITS)
            if not isinstance(value, dict) or value.get("format") != FORMAT:
                raise ClientError("FILE_UNREADABLE", str(path), file=path, reason=FORMAT)
            codes: Any = value.get("codes")
            return cls(path, {str(code): parse_lot(lot).text for code, lot in codes.items()})
        except ClientError:
            raise
        except (FilieraError, AttributeError) as error:
            raise ClientError("FILE_UNREADABLE", str(path), file=path, reason=FORMAT) from error

    def find(self, given: Any, place: str, *, create: bool) -> tuple[str, str]:
        """Return (reference, own code or "") of what a cell says.

        An unknown code becomes a new lot where one may come to be (`create`), and is `LOT_CODE_UNKNOWN` elsewhere.
        """
        code = text(given, place)
        if code in self.codes:
            return self.codes[code], code
        if code.startswith(("urn:", "http://", "https://")):
            return parse_lot(canonical_identifier(code, place), place).text, ""
        if not create:
            raise ClientError("LOT_CODE_UNKNOWN", place, given=code)
        return self.put(code, lot_reference(secrets.token_bytes(RANDOM_BYTES)), place), code

    def put(self, code: str, lot: str, place: str) -> str:
        """Let `code` stand for `lot` from now on; `LOT_CODE_TAKEN` if it stands for another."""
        known = self.codes.setdefault(code, lot)
        if known != lot:
            raise ClientError("LOT_CODE_TAKEN", place, given=code, lot=known)
        self.changed = True
        return lot

    def save(self) -> None:
        """Put the book on disk, if anything was added."""
        if self.changed:
            files.replace(self.path, dump_json({"format": FORMAT, "codes": self.codes}) + b"\n")
            self.changed = False
