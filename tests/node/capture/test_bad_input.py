"""Every bad input that the project promises to refuse, through the real door: code, field, remedy, and nothing stored."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from protocol import base64url
from protocol.keys import private_key_from_secret
from protocol.signatures import verify
from protocol.templates import credential_template
from scripts.make_vectors.front_door_parts import raw_token, token
from tests.support.makers import Maker, lot, seeded
from tests.support.nodes import Running, running

pytestmark = pytest.mark.anyio
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
SMALL_ORDER = "z6MkeTG3bFFSLYVU7VqhgZxqr6YzpaGrQtFMh1uvqGy1vDnP"


def claims(maker: Maker, **changes: Any) -> dict[str, Any]:
    """A declared lot in full form, as claims that nobody has signed yet."""
    account = [maker.entry(lot("wool"), Decimal(120))]
    goods = [{"epcClass": lot("wool"), "quantity": "120", "uom": "KGM"}]
    subject = maker.subject("lot-declared", **({"quantityList": goods, "filiera:account": account} | changes))
    return credential_template(subject, issuer=maker.key.public.did)


def signed(maker: Maker, **changes: Any) -> str:
    return token(claims(maker, **changes), maker.key)


def raw(maker: Maker, old: str, new: str) -> str:
    """Sign JSON text in which something stands that no JSON writer of ours would write."""
    written = json.dumps(claims(maker))
    assert old in written
    header = {"alg": maker.key.alg, "kid": maker.key.public.kid, "typ": "vc+jwt"}
    return raw_token(json.dumps(header).encode(), written.replace(old, new, 1).encode(), maker.key)


def altered_disclosure(maker: Maker) -> str:
    parts = maker.declare("wool", hidden=None).token.split("~")
    salt, name, value = json.loads(base64url.decode(parts[1]))
    changed = "999" if isinstance(value, str) else value
    parts[1] = base64url.encode(json.dumps([salt, name, changed]).encode())
    return "~".join(parts)


def with_header(maker: Maker, **header: Any) -> str:
    return token(claims(maker), maker.key, **header)


def spun(maker: Maker, **changes: Any) -> str:
    maker.declare("wool")
    return maker.spin("wool", "yarn", **changes).token


SPINNING_LOOP = {
    "outputQuantityList": [{"epcClass": lot("wool"), "quantity": "46", "uom": "KGM"}],
    "filiera:declaredYield": None,
}
CASES = {
    "not_json": (lambda m: raw(m, "{", "["), "JSON_MALFORMED"),
    "not_a_token": (lambda _: "hello", "TOKEN_MALFORMED"),
    "wrong_typ": (lambda m: with_header(m, typ="JWT"), "TYP_REFUSED"),
    "alg_none": (lambda m: with_header(m, alg="none"), "ALG_REFUSED"),
    "alg_of_another_key": (lambda m: with_header(m, alg="EdDSA"), "KEY_ALG_MISMATCH"),
    "key_in_the_header": (lambda m: with_header(m, jwk={"kty": "EC"}), "HEADER_NAME_REFUSED"),
    "nan": (lambda m: raw(m, '"filiera:recordSeq": 0', '"filiera:recordSeq": NaN'), "JSON_NUMBER_REFUSED"),
    "huge_number": (lambda m: raw(m, '"filiera:recordSeq": 0', '"filiera:recordSeq": ' + "9" * 400), "JSON_INTEGER_RANGE"),
    "fraction": (lambda m: raw(m, '"filiera:recordSeq": 0', '"filiera:recordSeq": 0.5'), "JSON_NUMBER_REFUSED"),
    "name_twice": (lambda m: raw(m, '"action": "ADD"', '"action": "ADD", "action": "OBSERVE"'), "JSON_DUPLICATE_NAME"),
    "deep_nesting": (lambda m: raw(m, '"ADD"', "[" * 500 + "]" * 500), "JSON_TOO_DEEP"),
    "altered_disclosure": (altered_disclosure, "DISCLOSURE_UNREFERENCED"),
    "unknown_unit": (
        lambda m: signed(m, quantityList=[{"epcClass": lot("wool"), "quantity": "120", "uom": "ZZZ"}]),
        "UNIT_UNKNOWN",
    ),
    "quantity_as_number": (
        lambda m: signed(m, quantityList=[{"epcClass": lot("wool"), "quantity": 120, "uom": "KGM"}]),
        "QUANTITY_FORM",
    ),
    "transformation_without_quantities": (
        lambda m: spun(m, inputQuantityList=None, outputQuantityList=None),
        "SCHEMA_MISMATCH",
    ),
    "lot_made_of_itself": (lambda m: spun(m, **SPINNING_LOOP), "SELF_CONSUMPTION"),
    "future": (lambda m: signed(m, **{"eventTime": "2036-03-02T08:15:00Z", "filiera:day": "2036-03-02"}), "EVENT_IN_FUTURE"),
}  # fmt: skip


TABLES = ("records", "lot_edges", "lot_accounts")


async def refused(node: Running, token_: str, code: str) -> dict[str, Any]:
    kind = "application/vc+sd-jwt" if "~" in token_ else "application/vc+jwt"
    headers = {"content-type": kind, "accept-language": "it"}
    answer = await node.client.post("/events", content=token_, headers=headers)
    problem: dict[str, Any] = answer.json()
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert (problem["code"], answer.status_code >= 400) == (code, True), problem
    assert problem["remedy"].strip()
    with node.node.database.read() as connection:
        assert all(
            connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0 for table in TABLES
        )
    return problem


@pytest.mark.parametrize("name", CASES)
async def test_bad_input_is_refused_with_its_code(tmp_path, name):
    build, code = CASES[name]
    anna = Maker("anna")
    async with running(tmp_path, anna) as node:
        await refused(node, build(anna), code)


async def test_bad_input_too_many_items_in_one_event(tmp_path):
    anna = Maker("anna")
    goods = [{"epcClass": lot(number), "quantity": "1", "uom": "KGM"} for number in range(100_000)]
    token_ = signed(anna, quantityList=goods)
    async with running(tmp_path, anna) as node:
        answer = await node.client.post(
            "/events", content=token_, headers={"content-type": "application/vc+jwt"}
        )
    assert (answer.status_code, answer.json()["code"]) == (413, "BODY_TOO_LARGE")


async def test_bad_input_ed25519_key_of_small_order(tmp_path):
    anna = Maker("anna", alg="EdDSA")
    did = f"did:key:{SMALL_ORDER}"
    body = claims(anna) | {"issuer": did}
    token_ = token(body, anna.key, kid=f"{did}#{SMALL_ORDER}")
    async with running(tmp_path, anna) as node:
        answer = await node.client.post(
            "/events", content=token_, headers={"content-type": "application/vc+jwt"}
        )
    assert answer.status_code == 422
    assert answer.json()["code"].startswith(("KEY_", "DID_", "BASE58"))


async def test_high_s_is_accepted_for_events(tmp_path):
    """Browsers make both forms; only the chain asks for the low one."""
    anna = Maker("anna")
    head, body, signature = signed(anna).split(".")
    number = base64url.decode(signature)
    s = int.from_bytes(number[32:], "big")
    high = max(s, P256_ORDER - s)
    turned = number[:32] + high.to_bytes(32, "big")
    verify(anna.key.public, f"{head}.{body}".encode(), turned)
    token_ = f"{head}.{body}.{base64url.encode(turned)}"
    async with running(tmp_path, anna) as node:
        answer = await node.client.post(
            "/events", content=token_, headers={"content-type": "application/vc+jwt"}
        )
    assert answer.status_code == 201, answer.text


async def test_unknown_key_is_told_what_to_do_in_both_languages(tmp_path):
    stranger = Maker("stranger")
    async with running(tmp_path, Maker("anna")) as node:
        for language in ("it", "en"):
            answer = await node.client.post(
                "/events",
                content=signed(stranger),
                headers={"content-type": "application/vc+jwt", "accept-language": language},
            )
            assert (answer.json()["code"], answer.headers["content-language"]) == ("KEY_UNKNOWN", language)


async def test_a_forged_signature_is_refused(tmp_path):
    anna = Maker("anna")
    thief = private_key_from_secret("ES256", seeded("thief"))
    token_ = token(claims(anna), thief, kid=anna.key.public.kid)
    async with running(tmp_path, anna) as node:
        await refused(node, token_, "SIGNATURE_INVALID")
