"""Papers that only chosen readers can open: sealed and opened on this machine, by keys that never leave it.

    document = upload_sealed(node, Path("contratto.pdf"), [brand_agreement_key], kind="contract")
    download_sealed(node, document["cid"], my_agreement_key, Path("contratto.pdf"))

The node, and IPFS behind it, hold ciphertext; the wrapped keys lie at the node, apart from it. Granting later wraps the
key again and sends nothing else; erasing destroys the wrapped keys. Copies that readers have made stay theirs.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast

from joserfc import jwe
from joserfc.jwk import ECKey

from client import documents
from client.errors import ClientError
from client.files import PRIVATE, sync_folder
from protocol.cid import format_cid, parse_cid
from protocol.errors import DocumentError
from protocol.sealing import KEY_BYTES, PREFIX_BYTES, seal, unseal
from protocol.strict_json import dump_json
from protocol.wrapped import ALG, ENC, MAX_READERS, READERS_STEP, Secret, unwrap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from client.node_client import NodeClient
    from protocol.keys import PrivateKey, PublicKey

MEDIA_TYPE = "application/vnd.filiera.sealed"
_REGISTRY = jwe.JWERegistry(algorithms=[ALG, ENC])


def upload_sealed(
    node: NodeClient,
    path: Path,
    readers: Sequence[PublicKey],
    *,
    kind: str = "document",
    media_type: str | None = None,
) -> dict[str, Any]:
    """Seal a file for `readers` (P-256 agreement keys; name yourself too) and send it.

    Returns the document object of an event: `cid` is that of the ciphertext, `sha256` that of the paper.
    """
    address = documents.address_of(path)
    if not address.size:
        raise DocumentError("DOCUMENT_EMPTY", str(path))
    kept_type = media_type or documents.media_type_of(path)
    key = secrets.token_bytes(KEY_BYTES)
    with TemporaryDirectory(prefix="filiera-sealed-") as folder:
        # The name says nothing about the paper: it goes to the node.
        draft = Path(folder) / "sealed"
        with draft.open("wb") as file:
            file.writelines(seal(documents.steps(path), address.size, key, secrets.token_bytes(PREFIX_BYTES)))
        sent = documents.upload(node, draft, kind=kind, public=True, media_type=MEDIA_TYPE)
    secret = Secret(key, parse_cid(sent["cid"]), bytes.fromhex(address.sha256), kept_type)
    node.put_document_key(sent["cid"], wrap(secret, readers))
    return {"cid": sent["cid"], "sha256": address.sha256, "mediaType": kept_type, "kind": kind}


def grant(node: NodeClient, cid: str, mine: PrivateKey, readers: Sequence[PublicKey]) -> None:
    """Wrap the key of a sealed paper anew, for exactly these readers; the paper itself is not sent again.

    Whoever is left out can no longer get the key here, but may have kept it.
    """
    node.put_document_key(cid, wrap(secret_of(node, cid, mine), readers))


def secret_of(node: NodeClient, cid: str, reader: PrivateKey) -> Secret:
    """Fetch and open the key of a sealed paper; DocumentError `WRAPPED_NOT_FOR_YOU`, `SEALED_OTHER`."""
    refused = DocumentError("WRAPPED_NOT_FOR_YOU", "key")
    for wrapped in node.document_keys(cid):
        try:
            secret = unwrap(wrapped, reader)
        except DocumentError as error:
            if error.code != "WRAPPED_NOT_FOR_YOU":
                raise
            continue
        if format_cid(secret.cid) != cid:
            raise DocumentError("SEALED_OTHER", "cid", cid=cid)
        return secret
    raise refused


def download_sealed(node: NodeClient, cid: str, reader: PrivateKey, target: Path) -> dict[str, str]:
    """Fetch, check and open a sealed paper into a new file; nothing is left of one that does not hold.

    Returns `{cid, sha256, mediaType}` as the event names it.
    """
    if target.exists():
        raise ClientError("FILE_EXISTS", str(target), file=target)
    secret = secret_of(node, cid, reader)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}")
    try:
        with TemporaryDirectory(prefix="filiera-sealed-") as folder:
            sealed = Path(folder) / "sealed"
            documents.download(node, cid, sealed)
            _write(draft, unseal(documents.steps(sealed), secret.key), secret)
        documents.name_draft(draft, target)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(target.parent)
    return {"cid": cid, "sha256": secret.sha256.hex(), "mediaType": secret.media_type}


def wrap(secret: Secret, readers: Sequence[PublicKey]) -> bytes:
    """Wrap a content key to its readers, among decoys that nobody has the key of."""
    if not readers or len(readers) > MAX_READERS or any(reader.alg != "ES256" for reader in readers):
        raise DocumentError("WRAPPED_READERS", "readers", limit=MAX_READERS)
    keys = [ECKey.import_key(dict(reader.jwk)) for reader in readers]
    while len(keys) % READERS_STEP:
        keys.append(ECKey.generate_key("P-256", private=False))
    secrets.SystemRandom().shuffle(keys)
    wrapped = jwe.GeneralJSONEncryption({"enc": ENC}, secret.to_bytes())
    for key in keys:
        wrapped.add_recipient({"alg": ALG}, key)
    return dump_json(cast("Any", jwe.encrypt_json(wrapped, None, registry=_REGISTRY)))


def _write(draft: Path, parts: Iterator[bytes], secret: Secret) -> None:
    digest = hashlib.sha256()
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "wb") as file:
        for part in parts:
            digest.update(part)
            file.write(part)
        file.flush()
        os.fsync(file.fileno())
    if digest.digest() != secret.sha256:
        raise DocumentError("SEALED_OTHER", "sha256", cid=format_cid(secret.cid))
