"""The built pages of verifier/web, held in memory: a closed list of names, so no path of a visitor reaches a disk.

Each is compressed once: with gzip when the node starts, with Brotli when the pages are built (verifier/web/pack.mjs).
Names that carry a digest of their bytes never change; the others are asked for again, and answered 304 if unchanged.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "dist"
SCRIPT: Final = "passport.js"
STYLE: Final = "passport.css"
DESK: Final = "inspect.html"
_PACKED: Final = "packed.json"
_TYPES: Final = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
}
_NAMED_BY_DIGEST = re.compile(r"-[\w-]{8,}\.(?:js|css|json|wasm)$")
_FOR_EVER, _ASK_AGAIN = "public, max-age=31536000, immutable", "public, no-cache"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent. `tag` is weak (RFC 9110 §8.8.1): it stands for `data` and for every form in `packed`.

    `packed` is by content coding, the one that is sent in preference first.
    """

    data: bytes
    packed: dict[str, bytes]
    media_type: str
    cache: str
    tag: str


class Assets:
    """All files of a folder by name; empty if the pages were not built."""

    def __init__(self, folder: Path = FOLDER) -> None:
        made = _digests(folder / _PACKED)
        self._files = {
            path.name: _read(path, made.get(path.name))
            for path in sorted(folder.glob("*"))
            if path.is_file() and path.suffix in _TYPES and path.name != _PACKED
        }

    @property
    def built(self) -> bool:
        """Whether a page can verify by itself."""
        return SCRIPT in self._files

    def get(self, name: str) -> Asset | None:
        """The file of that name."""
        return self._files.get(name)


def _digests(path: Path) -> dict[str, str]:
    """SHA-256 of the files that the forms in Brotli were made from, by name."""
    return dict(json.loads(path.read_bytes())) if path.is_file() else {}


def _read(path: Path, made_from: str | None) -> Asset:
    """`made_from` is what the form in Brotli was made from: one of another build is never sent."""
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    brotli = {"br": path.with_name(f"{path.name}.br").read_bytes()} if made_from == digest else {}
    packed = {**brotli, "gzip": gzip.compress(data, mtime=0)}
    cache = _FOR_EVER if _NAMED_BY_DIGEST.search(path.name) else _ASK_AGAIN
    return Asset(data, packed, _TYPES[path.suffix], cache, f'W/"{digest[:32]}"')
