"""A record that has passed every check which needs no database, ready to be stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from node.capture.checking import Checked


@dataclass(frozen=True, slots=True)
class Candidate:
    """A checked record, its author, the holder of its lot accounts; times in milliseconds since 1970."""

    checked: Checked
    participant: bytes
    holder: str
    received_at: int
    promised_at: int
    adverse: bool = False

    def row(self, number: int) -> dict[str, Any]:
        """The row of table `records` under the given number."""
        checked = self.checked
        return {
            "number": number,
            "digest": checked.digest,
            "record_id": checked.record_id,
            "key_id": checked.key_id,
            "participant": self.participant,
            "kind": checked.kind,
            "act": checked.act,
            "day": checked.day,
            "record_seq": checked.record_seq,
            "previous": checked.previous,
            "answers": checked.answers,
            "corrects": checked.corrects,
            "adverse": self.adverse,
            "jwt": checked.jwt,
            "disclosures": checked.token[checked.jwt_length :],
            "received_at": self.received_at,
            "promised_at": self.promised_at,
            "leaf_index": None,
        }

    def account_rows(self) -> list[dict[str, Any]]:
        """The rows of table `lot_accounts`."""
        return [
            {
                "lot": line.lot,
                "holder": self.holder,
                "lot_seq": line.lot_seq,
                "digest": self.checked.digest,
                "previous": line.previous,
                "before": line.before,
                "after": line.after,
                "uom": line.uom,
            }
            for line in self.checked.lines
        ]
