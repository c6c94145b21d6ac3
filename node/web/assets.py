"""The built pages of verifier/web, held in memory: a closed list of names, so no path of a visitor reaches a disk.

Each is compressed once, when the node starts: a phone loads a third of what the script weighs.
Names that carry a digest of their bytes never change; the others are asked for again, and answered 304 if unchanged.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "dist"
SCRIPT: Final = "passport.js"
STYLE: Final = "passport.css"
DESK: Final = "inspect.html"
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
    """One file as it is sent. `tag` is weak (RFC 9110 §8.8.1): it stands for both forms, `data` and `packed` (gzip)."""

    data: bytes
    packed: bytes
    media_type: str
    cache: str
    tag: str


class Assets:
    """All files of a folder by name; empty if the pages were not built."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._files = {
            path.name: _read(path)
            for path in sorted(folder.glob("*"))
            if path.is_file() and path.suffix in _TYPES
        }

    @property
    def built(self) -> bool:
        """Whether a page can verify by itself."""
        return SCRIPT in self._files

    def get(self, name: str) -> Asset | None:
        """The file of that name."""
        return self._files.get(name)


def _read(path: Path) -> Asset:
    data = path.read_bytes()
    cache = _FOR_EVER if _NAMED_BY_DIGEST.search(path.name) else _ASK_AGAIN
    tag = f'W/"{hashlib.sha256(data).hexdigest()[:32]}"'
    return Asset(data, gzip.compress(data, mtime=0), _TYPES[path.suffix], cache, tag)
