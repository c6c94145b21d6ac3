"""Papers for tests, and who brings them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from protocol.compact import sign_compact

if TYPE_CHECKING:
    import httpx

    from tests.support.makers import Maker
    from tests.support.nodes import Running

PDF = b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"
PDF_TYPE = "application/pdf"


def large_pdf(size: int) -> bytes:
    """A PDF of so many bytes, no two chunks alike."""
    body = b"".join(number.to_bytes(8, "big") * 4096 for number in range(size // 32_768 + 1))
    return (PDF + body)[:size]


async def sign_in(node: Running, maker: Maker) -> dict[str, str]:
    """Headers with which a maker asks."""
    asked = (await node.client.post("/auth/challenge", json={"key": maker.key.public.did})).json()
    claims = {"iss": maker.key.public.did, "aud": asked["audience"], "challenge": asked["challenge"]}
    signed = sign_compact(claims, maker.key, "filiera-auth+jwt")
    given = await node.client.post("/auth/token", json={"token": signed})
    assert given.status_code == 200, given.text
    return {"authorization": f"Bearer {given.json()['token']}"}


async def enclosed_for(node: Running, owner: Maker, reader: Maker, *cids: str) -> None:
    """The owner names papers in a record of goods, and ships them to a reader."""
    owner = owner.twin()
    stated = {"kind": "safety-data-sheet", "sha256": "0" * 64, "mediaType": PDF_TYPE}
    goods = owner.declare("goods", **{"filiera:documents": [stated | {"cid": cid} for cid in cids]})
    await node.stored(goods, owner.ship("goods", reader))


async def upload(
    node: Running, maker: Maker | None, data: bytes, media_type: str = PDF_TYPE, *,
    headers: dict[str, str] | None = None, **query: Any,
) -> httpx.Response:  # fmt: skip
    """Bring a paper as the body of a request."""
    who = await sign_in(node, maker) if maker else {}
    said = {"content-type": media_type} if media_type else {}
    return await node.client.post(
        "/documents", content=data, params=query, headers=said | who | (headers or {})
    )
