"""Papers over HTTP: sent under an address that is computed here, and believed only when the bytes lead to it.

    document = upload(node, Path("scheda.pdf"), kind="safety-data-sheet", public=True)   # paste into an event
    download(node, document["cid"], Path("copia.pdf"))

`node` must be signed in (`NodeClient.sign_in`) to send, and to get what is not public.
"""

from __future__ import annotations

import os
import secrets
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from client.errors import ClientError
from client.files import PRIVATE, sync_folder
from protocol.cid import CidBuilder, parse_cid
from protocol.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from client.node_client import NodeClient

STEP_BYTES: Final = 1_048_576
MAX_DOWNLOAD_BYTES: Final = 2**30
"""What a node may send before it is left, unless the caller allows more."""
# By the end of the name, as far as the node takes them; whatever else, the node looks at the content.
_TYPES = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".webp": "image/webp",
    ".xml": "application/xml",
    ".json": "application/json",
    ".jsonld": "application/ld+json",
    ".txt": "text/plain",
    ".csv": "text/csv",
    ".p7m": "application/pkcs7-mime",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@dataclass(frozen=True, slots=True)
class Address:
    """What a file's bytes are called: CID, SHA-256 in hex, size."""

    cid: str
    sha256: str
    size: int


def address_of(path: Path) -> Address:
    """Compute the address of a file, whatever its size, in little memory."""
    builder = CidBuilder()
    with closing(steps(path)) as parts:
        for step in parts:
            builder.update(step)
    return Address(builder.finish(), builder.sha256.hex(), builder.size)


def media_type_of(path: Path) -> str:
    """What the end of a file's name says about it; `application/octet-stream` where it says nothing known."""
    return _TYPES.get(path.suffix.lower(), "application/octet-stream")


def upload(
    node: NodeClient,
    path: Path,
    *,
    kind: str = "document",
    public: bool = False,
    tier: str | None = None,
    media_type: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Send a file; returns the document object of an event: `{cid, sha256, mediaType, kind}` (README §1).

    `tier` is who may read besides the owner: `public`, `legitimate` (members) or `authority` (the node's default);
    `public=True` is short for the first. NodeError if the node refuses it, DocumentError `DOCUMENT_EMPTY`,
    `DOCUMENT_ANSWER_WRONG`. `progress` is told how many bytes went, step by step.
    """
    address = address_of(path)
    if not address.size:
        raise DocumentError("DOCUMENT_EMPTY", str(path))
    asked = "public" if public else tier
    query = {"name": path.name} | ({"tier": asked} if asked else {})
    headers = {
        "Content-Type": media_type or media_type_of(path),
        "Content-Length": str(address.size),
        "Filiera-Expected-Cid": address.cid,
    }
    with closing(steps(path, progress)) as parts:
        answer = node.send_document(parts, query, headers)
    if (answer.get("cid"), answer.get("sha256")) != (address.cid, address.sha256):
        raise DocumentError("DOCUMENT_ANSWER_WRONG", "cid", expected=address.cid)
    return {
        "cid": address.cid,
        "sha256": address.sha256,
        "mediaType": str(answer.get("mediaType", "")),
        "kind": kind,
    }


def download(
    node: NodeClient,
    cid: str,
    target: Path,
    *,
    max_bytes: int = MAX_DOWNLOAD_BYTES,
    progress: Callable[[int], None] | None = None,
) -> Address:
    """Fetch a document into a new file; it gets its name only when its bytes have led to `cid`.

    DocumentError `CID_MALFORMED`, `DOCUMENT_CONTENT_WRONG`, `CONTENT_TOO_LARGE`; ClientError `FILE_EXISTS`; NodeError.
    """
    parse_cid(cid)
    if target.exists():
        raise ClientError("FILE_EXISTS", str(target), file=target)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "wb") as file:
            address = fetch(node, cid, file.write, max_bytes=max_bytes, progress=progress)
            file.flush()
            os.fsync(file.fileno())
        name_draft(draft, target)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(target.parent)
    return address


def fetch(
    node: NodeClient,
    cid: str,
    write: Callable[[bytes], Any],
    *,
    max_bytes: int = MAX_DOWNLOAD_BYTES,
    progress: Callable[[int], None] | None = None,
) -> Address:
    """Pass a document's bytes to `write` and check them.

    What was written may be used only when this returns: DocumentError says that it must not.
    """
    builder = CidBuilder()
    with closing(node.document(cid)) as parts:
        for part in parts:
            builder.update(part)
            if builder.size > max_bytes:
                raise DocumentError("CONTENT_TOO_LARGE", "cid", limit=max_bytes)
            write(part)
            if progress is not None:
                progress(len(part))
    if builder.finish() != cid:
        raise DocumentError("DOCUMENT_CONTENT_WRONG", "cid", cid=cid)
    return Address(cid, builder.sha256.hex(), builder.size)


def matches(path: Path, document: dict[str, Any]) -> bool:
    """Tell whether a file is the one that an event's document object names, by CID and SHA-256."""
    address = address_of(path)
    return (document.get("cid"), document.get("sha256")) == (address.cid, address.sha256)


def steps(path: Path, progress: Callable[[int], None] | None = None) -> Generator[bytes, None, None]:
    """Yield a file in steps of 1 MiB; ClientError `FILE_UNREADABLE`."""
    try:
        with path.open("rb") as file:
            while step := file.read(STEP_BYTES):
                yield step
                if progress is not None:
                    progress(len(step))
    except OSError as error:
        raise ClientError("FILE_UNREADABLE", str(path), file=path, reason=error.strerror or error) from error


def name_draft(draft: Path, target: Path) -> None:
    """Give a draft its name, unless somebody else has taken it meanwhile."""
    try:
        os.link(draft, target)
    except FileExistsError as error:
        raise ClientError("FILE_EXISTS", str(target), file=target) from error
    except OSError:  # a file system without hard links
        draft.rename(target)
