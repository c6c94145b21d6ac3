"""What a paper is, by its first bytes, held against what it is declared to be.

A browser, an inspector's laptop and a brand's office open these files; a web page or a program that calls itself a PDF
is refused at the door. The list is closed: what is not on it is not taken.
"""

from __future__ import annotations

import re
from typing import Final

from protocol.errors import DocumentError

HEAD_BYTES: Final = 4096
"""How much of the beginning is looked at."""
UNSTATED: Final = frozenset({"", "application/octet-stream", "application/x-www-form-urlencoded"})
_TEXT = frozenset({"text", "json", "xml"})
_OFFICE = "application/vnd.openxmlformats-officedocument"
# What may be declared, and the kinds of content that it may have.
ACCEPTED: Final[dict[str, frozenset[str]]] = {
    "application/pdf": frozenset({"pdf"}),
    "image/png": frozenset({"png"}),
    "image/jpeg": frozenset({"jpeg"}),
    "image/tiff": frozenset({"tiff"}),
    "image/webp": frozenset({"webp"}),
    "application/xml": frozenset({"xml"}),
    "text/xml": frozenset({"xml"}),
    "application/json": frozenset({"json"}),
    "application/ld+json": frozenset({"json"}),
    "text/plain": _TEXT,
    "text/csv": _TEXT,
    # Opened by its readers only: what it is, they see.
    "application/vnd.filiera.sealed": frozenset({"sealed"}),
    "application/pkcs7-mime": frozenset({"der", "text"}),
    "application/vnd.oasis.opendocument.spreadsheet": frozenset({"zip"}),
    "application/vnd.oasis.opendocument.text": frozenset({"zip"}),
    f"{_OFFICE}.spreadsheetml.sheet": frozenset({"zip"}),
    f"{_OFFICE}.wordprocessingml.document": frozenset({"zip"}),
}
# What a paper is called whose type nobody stated.
_NAMES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "tiff": "image/tiff",
    "webp": "image/webp",
    "xml": "application/xml",
    "json": "application/json",
    "text": "text/plain",
    "sealed": "application/vnd.filiera.sealed",
}
_SHOWN = {
    "html": "text/html",
    "svg": "image/svg+xml",
    "zip": "application/zip",
    "der": "application/pkcs7-mime",
}
_MAGIC = (
    (b"filiera-sealed/1\n", "sealed"),
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"PK\x03\x04", "zip"),
    (b"\x30\x80", "der"),
    (b"\x30\x82", "der"),
    (b"\x30\x83", "der"),
)
# As the first tag, as browsers sniff it (WHATWG MIME Sniffing §7.1); or a web page behind an XML declaration.
_HTML = re.compile(
    rb"(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|script|iframe|meta|title|style|table|div|h1|p|a|b|br|img)[\s/>]",
    re.IGNORECASE | re.DOTALL,
)
_XHTML = re.compile(rb"<(!doctype\s+)?html[\s>]", re.IGNORECASE)
_SVG = re.compile(rb"<(!doctype\s+)?svg[\s>]", re.IGNORECASE)
# Control bytes that no text holds; windows-1252, in which offices still save CSV, has none of them either.
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")


def media_type_of(declared: str, head: bytes) -> str:
    """Return the media type to keep for a paper that begins with `head`.

    DocumentError `DOCUMENT_MEDIA_TYPE` if it is something else than declared, `DOCUMENT_MEDIA_TYPE_REFUSED` if papers
    of that type are not taken.
    """
    stated = declared.partition(";")[0].strip().lower()
    found = kind_of(head)
    if stated in UNSTATED:
        if found not in _NAMES:
            raise DocumentError("DOCUMENT_MEDIA_TYPE_REFUSED", "Content-Type", declared=_shown(found))
        return _NAMES[found]
    if stated not in ACCEPTED:
        raise DocumentError("DOCUMENT_MEDIA_TYPE_REFUSED", "Content-Type", declared=stated[:80])
    if found not in ACCEPTED[stated]:
        raise DocumentError("DOCUMENT_MEDIA_TYPE", "Content-Type", declared=stated, found=_shown(found))
    return stated


def kind_of(head: bytes) -> str:
    """Return what the first bytes are: a word of this module, `html`, `svg` or `binary`."""
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        text = text.replace(b"\0", b"")
        text = text[2:].lstrip()
    if _NOT_TEXT.search(text):
        return "binary"
    if text.startswith(b"<"):
        if _HTML.match(text) or _XHTML.search(text):
            return "html"
        return "svg" if _SVG.search(text) else "xml"
    return "json" if text[:1] in {b"{", b"["} else "text"


def _shown(found: str) -> str:
    return _NAMES.get(found) or _SHOWN.get(found) or "application/octet-stream"
