"""What the visitor's device checks against: the trust file of this consortium, and whom it may ask beside this node.

It comes from this node, as the page's script does; who does not want to believe the node opens verify.html and types
the anchors in from paper. The page says so.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from protocol.errors import FormatError
from protocol.limits import Limits
from protocol.strict_json import parse_json

if TYPE_CHECKING:
    from pathlib import Path

    from anchoring.deployment import Deployment

FORMAT = "filiera-trust/1"
_LIMITS = Limits(max_bytes=65_536, max_depth=6, max_items=2_000, max_string=1_024)
_ADDRESS = re.compile(r"https?://[\w.:\[\]-]+(?:/[\w./~%-]*)?")


@dataclass(frozen=True, slots=True)
class Pinned:
    """The trust file as JSON that may stand inside a page, and JSON-RPC addresses of members."""

    trust: str = ""
    chains: tuple[str, ...] = ()

    def policy(self, style: str) -> str:
        """The page's Content-Security-Policy: scripts of this node only, requests to it and to those members only.

        `style` is the style element that the page holds; it is allowed by its hash.
        """
        hashed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        return (
            "default-src 'none'; script-src 'self'; worker-src 'self'; "
            f"style-src 'self' 'sha256-{hashed}'; img-src 'self' data:; {self._asked()}; "
            "base-uri 'none'; form-action 'none'"
        )

    def worker_policy(self) -> str:
        """The worker's own: a worker is bound by the policy of its script, not by that of the page (CSP 3 §4.2)."""
        return f"default-src 'none'; script-src 'self'; {self._asked()}"

    def _asked(self) -> str:
        return " ".join(("connect-src 'self'", *self.chains))


def load_pinned(file: Path | None, chains: str, deployment: Deployment | None) -> Pinned:
    """Read the settings; FormatError `TRUST_MALFORMED`, or `TRUST_OTHER` if it is of another chain than the node's."""
    addresses = tuple(chains.split())
    if not all(_ADDRESS.fullmatch(address) for address in addresses):
        raise FormatError("ADDRESS_MALFORMED", "FILIERA_PUBLIC_CHAINS")
    if file is None:
        return Pinned("", addresses)
    value = _read(file)
    if deployment is not None and (value.get("chainId"), value.get("genesis")) != (
        deployment.chain_id,
        deployment.genesis,
    ):
        raise FormatError("TRUST_OTHER", "FILIERA_TRUST", chain=str(value.get("chainId")))
    return Pinned(_inside_a_page(value), addresses)


def _read(file: Path) -> dict[str, Any]:
    try:
        value = parse_json(file.read_bytes(), _LIMITS)
    except OSError as error:
        raise FormatError("TRUST_MALFORMED", "FILIERA_TRUST") from error
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise FormatError("TRUST_MALFORMED", "FILIERA_TRUST")
    return value


def _inside_a_page(value: dict[str, Any]) -> str:
    """JSON in which nothing ends the script element that holds it."""
    return json.dumps(value, ensure_ascii=True).replace("<", "\\u003c").replace("&", "\\u0026")
