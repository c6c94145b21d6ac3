"""Cases of whole tokens: records as issued, what may not be a record, tiers, and SD-JWTs made by others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from protocol import base64url
from protocol.disclosure import Tier, hide
from protocol.limits import MAX_DISCLOSURES, MAX_TOKEN_BYTES
from protocol.records import restrict, verify_record
from scripts.make_vectors.front_door_parts import (
    ED25519,
    ID,
    P256,
    Case,
    compact_json,
    credential,
    digest,
    disclosure,
    event,
    padded,
    raw_token,
    salts,
    token,
)

if TYPE_CHECKING:
    from protocol.keys import PrivateKey

_TIERS: tuple[Tier, ...] = ("public", "legitimate", "authority")


_HIDDEN = (
    "eventTime",
    "inputQuantityList[].quantity",
    "outputQuantityList[].quantity",
    "readPoint",
    "filiera:account[].before",
    "filiera:account[].after",
    "filiera:onBehalfOf.party",
    "filiera:previousRecord",
)


def issued(key: PrivateKey) -> str:
    """A record as `issue_record` writes it, signed so that the bytes repeat."""
    payload, disclosures = hide(credential(key=key), _HIDDEN, salts())
    return token(payload, key, tuple(disclosures))


def record_cases() -> list[Case]:
    """Each case: `token`, and `digest`, `id`, `issuer`, `kind`, `withheld`, `claims` as read, or the `code`.

    `more`: a text and how often it is repeated behind the token.
    """
    good = {
        "good_vc_jwt_ed25519": token(credential()),
        "good_vc_jwt_p256": token(credential(key=P256), P256),
        "good_alg_written_ed25519": token(credential(), alg="Ed25519"),
        "good_cty": token(credential(), cty="vc"),
        "good_white_space_in_payload": raw_token(
            compact_json({"alg": "EdDSA", "kid": ED25519.public.kid, "typ": "vc+jwt"}),
            b" " + compact_json(credential()).replace(b'","', b'" ,\n"'),
            ED25519,
        ),
        "good_vc_sd_jwt_ed25519": issued(ED25519),
        "good_vc_sd_jwt_p256": issued(P256),
        "good_nothing_disclosed": issued(ED25519).split("~")[0] + "~",
        "good_some_disclosed": "~".join(issued(ED25519).split("~")[:4]) + "~",
        "good_disclosures_in_other_order": _reversed(issued(ED25519)),
        "good_sd_jwt_without_anything_hidden": token(credential() | {"_sd_alg": "sha-256"}, disclosures=()),
    }
    cases: list[Case] = []
    for name, text in good.items():
        record = verify_record(text)
        cases.append(
            {
                "name": name,
                "token": text,
                "digest": record.digest.hex(),
                "id": record.id,
                "issuer": record.issuer,
                "kind": record.kind,
                "withheld": sorted(record.withheld),
                "claims": record.claims,
                "code": None,
            }
        )
    cases += [
        {
            "name": "too_large",
            "token": good["good_vc_jwt_p256"],
            "more": ["A", MAX_TOKEN_BYTES],
            "code": "TOKEN_TOO_LARGE",
        },
        {
            "name": "too_many_disclosures",
            "token": good["good_vc_sd_jwt_p256"],
            "more": ["YQ~", MAX_DISCLOSURES],
            "code": "DISCLOSURES_TOO_MANY",
        },
    ]
    for group in (_bad_texts(), _bad_headers(), _bad_payloads(), _bad_disclosures()):
        cases += [{"name": name, "token": text, "code": code} for name, (code, text) in group.items()]
    return cases


def tier_cases() -> list[Case]:
    """Each case: a full `token`, a `tier`, and the token `restricted` to it."""
    full = issued(ED25519)
    return [
        {
            "name": f"restricted_to_{tier}",
            "token": full,
            "tier": tier,
            "restricted": restrict(verify_record(full), tier),
        }
        for tier in _TIERS
    ]


def _reversed(text: str) -> str:
    jwt, *disclosures = text.removesuffix("~").split("~")
    return "~".join((jwt, *reversed(disclosures), ""))


def _bad_texts() -> dict[str, tuple[str, str]]:
    plain, selective = token(credential()), issued(ED25519)
    header, payload, signature = plain.split(".")
    other = token(credential(event(**{"filiera:day": "2026-03-03"})))
    return {
        "empty": ("TOKEN_MALFORMED", ""),
        "newline_at_end": ("TOKEN_MALFORMED", plain + "\n"),
        "space_in_front": ("TOKEN_MALFORMED", " " + plain),
        "two_parts": ("TOKEN_MALFORMED", f"{header}.{payload}"),
        "four_parts": ("TOKEN_MALFORMED", plain + ".YQ"),
        "empty_signature": ("TOKEN_MALFORMED", f"{header}.{payload}."),
        "detached_payload": ("TOKEN_MALFORMED", f"{header}..{signature}"),
        "padding": ("TOKEN_MALFORMED", plain + "="),
        "plain_with_tilde": ("TOKEN_MALFORMED", plain + "~"),
        "selective_without_last_tilde": ("TOKEN_MALFORMED", selective.removesuffix("~")),
        "selective_without_any_tilde": ("TOKEN_MALFORMED", selective.split("~")[0]),
        "empty_disclosure": ("TOKEN_MALFORMED", selective + "~"),
        "key_binding_jwt_at_end": ("TOKEN_MALFORMED", selective + plain),
        "signature_second_spelling": ("BASE64URL_MALFORMED", plain[:-1] + _second_spelling(plain[-1])),
        "signature_of_another_record": (
            "SIGNATURE_INVALID",
            f"{header}.{payload}.{other.rpartition('.')[2]}",
        ),
        "payload_of_another_record": ("SIGNATURE_INVALID", f"{header}.{other.split('.')[1]}.{signature}"),
        "signature_of_zeros": ("SIGNATURE_INVALID", f"{header}.{payload}.{'A' * 86}"),
        "signature_too_short": ("SIGNATURE_MALFORMED", f"{header}.{payload}.{'A' * 40}"),
    }


def _second_spelling(character: str) -> str:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return alphabet[alphabet.index(character) + 1]


def _bad_headers() -> dict[str, tuple[str, str]]:
    claims = credential()
    good = compact_json({"alg": "EdDSA", "kid": ED25519.public.kid, "typ": "vc+jwt"})
    payload = compact_json(claims)
    web = "did:web:example.org"
    return {
        "alg_none": ("ALG_REFUSED", token(claims, alg="none")),
        "alg_hs256": ("ALG_REFUSED", token(claims, alg="HS256")),
        "alg_es384": ("ALG_REFUSED", token(claims, alg="ES384")),
        "alg_lower_case": ("ALG_REFUSED", token(claims, alg="eddsa")),
        "alg_of_the_other_key_type": ("KEY_ALG_MISMATCH", token(claims, alg="ES256")),
        "alg_missing": ("HEADER_MALFORMED", token(claims, alg=None)),
        "alg_a_list": ("HEADER_MALFORMED", token(claims, alg=["EdDSA"])),
        "kid_missing": ("HEADER_MALFORMED", token(claims, kid=None)),
        "kid_a_number": ("HEADER_MALFORMED", token(claims, kid=42)),
        "typ_missing": ("HEADER_MALFORMED", token(claims, typ=None)),
        "typ_jwt": ("TYP_REFUSED", token(claims, typ="JWT")),
        "typ_of_a_receipt": ("TYP_REFUSED", token(claims, typ="filiera-receipt+jwt")),
        "cty_other": ("TYP_REFUSED", token(claims, cty="vp")),
        "crit": ("HEADER_NAME_REFUSED", token(claims, crit=["b64"])),
        "b64": ("HEADER_NAME_REFUSED", token(claims, b64=False)),
        "jwk_in_header": ("HEADER_NAME_REFUSED", token(claims, jwk=ED25519.public.jwk)),
        "x5u": ("HEADER_NAME_REFUSED", token(claims, x5u="https://example.org/key")),
        "zip": ("HEADER_NAME_REFUSED", token(claims, zip="DEF")),
        "header_duplicate_alg": (
            "JSON_DUPLICATE_NAME",
            raw_token(good[:-1] + b',"alg":"EdDSA"}', payload, ED25519),
        ),
        "header_a_list": ("JSON_NOT_OBJECT", raw_token(b"[]", payload, ED25519)),
        "header_trailing_bytes": ("JSON_MALFORMED", raw_token(good + b"x", payload, ED25519)),
        "kid_without_fragment": ("KID_MALFORMED", token(claims, kid=ED25519.public.did)),
        "kid_parts_differ": (
            "KID_MALFORMED",
            token(claims, kid=f"{ED25519.public.did}#{P256.public.did[8:]}"),
        ),
        "kid_a_url": ("KID_MALFORMED", token(claims, kid="https://example.org/key#1")),
        "kid_of_another_key_than_issuer": (
            "ISSUER_KEY_MISMATCH",
            token(credential(key=P256), ED25519),
        ),
        "did_web_that_nobody_looked_up": ("KEY_UNKNOWN", token(claims | {"issuer": web}, kid=web + "#key-1")),
    }


def _bad_payloads() -> dict[str, tuple[str, str]]:
    header = compact_json({"alg": "EdDSA", "kid": ED25519.public.kid, "typ": "vc+jwt"})
    payload = compact_json(credential())

    def with_claims(**changes: Any) -> str:
        return token(credential(**changes))

    return {
        "payload_a_string": ("JSON_NOT_OBJECT", raw_token(header, b'"a"', ED25519)),
        "payload_duplicate_id": (
            "JSON_DUPLICATE_NAME",
            raw_token(header, payload[:-1] + b',"id":"x"}', ED25519),
        ),
        "payload_number_with_fraction": (
            "JSON_NUMBER_REFUSED",
            token(credential(event(**{"filiera:recordSeq": 1.5}))),
        ),
        "payload_nan": (
            "JSON_NUMBER_REFUSED",
            raw_token(header, payload.replace(b'"filiera:recordSeq":3', b'"filiera:recordSeq":NaN'), ED25519),
        ),
        "payload_unknown_name": ("PAYLOAD_NAME_REFUSED", with_claims(iss="x")),
        "payload_wrapped_in_vc": ("PAYLOAD_NAME_REFUSED", token({"vc": credential()})),
        "payload_top_level_sd": (
            "PAYLOAD_NAME_REFUSED",
            token(credential(_sd=padded(), _sd_alg="sha-256"), disclosures=()),
        ),
        "context_of_version_1": (
            "PAYLOAD_MALFORMED",
            with_claims(**{"@context": ["https://www.w3.org/2018/credentials/v1", "urn:filiera:context:1"]}),
        ),
        "context_with_more": (
            "PAYLOAD_MALFORMED",
            with_claims(**{"@context": [*credential()["@context"], "https://example.org/context"]}),
        ),
        "id_missing": ("PAYLOAD_MALFORMED", with_claims(id=None)),
        "id_in_capitals": ("PAYLOAD_MALFORMED", with_claims(id=ID.upper())),
        "id_of_uuid_version_1": ("PAYLOAD_MALFORMED", with_claims(id=ID.replace("-4f0b-", "-1f0b-"))),
        "type_unknown": (
            "RECORD_TYPE_UNKNOWN",
            with_claims(type=["VerifiableCredential", "FilieraNothing"]),
        ),
        "type_reversed": ("RECORD_TYPE_UNKNOWN", with_claims(type=["FilieraEvent", "VerifiableCredential"])),
        "type_one_more": (
            "RECORD_TYPE_UNKNOWN",
            with_claims(type=["VerifiableCredential", "FilieraEvent", "FilieraAdoption"]),
        ),
        "issuer_an_object": ("PAYLOAD_MALFORMED", with_claims(issuer={"id": ED25519.public.did})),
        "issuer_of_another_key": ("ISSUER_KEY_MISMATCH", with_claims(issuer=P256.public.did)),
        "valid_from_missing": ("PAYLOAD_MALFORMED", with_claims(validFrom=None)),
        "valid_from_with_offset": ("PAYLOAD_MALFORMED", with_claims(validFrom="2026-03-02T00:00:00+01:00")),
        "valid_from_only_day": ("PAYLOAD_MALFORMED", with_claims(validFrom="2026-03-02")),
        "valid_from_no_such_day": ("PAYLOAD_MALFORMED", with_claims(validFrom="2026-02-30T00:00:00Z")),
        "valid_from_hour_24": ("PAYLOAD_MALFORMED", with_claims(validFrom="2026-03-02T24:00:00Z")),
        "valid_until_a_number": ("PAYLOAD_MALFORMED", with_claims(validUntil=1)),
        "subject_a_list": ("PAYLOAD_MALFORMED", with_claims(credentialSubject=[event()])),
        "plain_with_sd_alg": ("SD_ALG_REFUSED", with_claims(_sd_alg="sha-256")),
        "plain_with_digests": ("SD_MALFORMED", token(credential(event(_sd=padded())))),
    }


def _bad_disclosures() -> dict[str, tuple[str, str]]:
    time = disclosure("c2FsdA", "eventTime", "2026-03-02T08:15:00Z")
    point = disclosure("c2FsdA", "readPoint", {"id": "urn:filiera:facility:" + "c" * 26})
    shut = {"eventTime": None, "readPoint": None}

    def hidden(*texts: str, shown: tuple[str, ...] | None = None, **changes: Any) -> str:
        subject = event(**(shut | {"_sd": padded(*texts)} | changes))
        return token(credential(subject, _sd_alg="sha-256"), disclosures=texts if shown is None else shown)

    def with_array(*digests: object) -> str:
        return hidden(shown=(), _sd=list(digests))

    act = disclosure("c2FsdA", "filiera:act", "process")
    reserved = disclosure("c2FsdA", "_sd", [])
    dots = disclosure("c2FsdA", "...", "x")
    element = disclosure("c2FsdA", {"epcClass": "x"})
    number_salt = disclosure(1, "eventTime", "x")
    second = disclosure("c2FsdB", "eventTime", "2026-03-02T09:00:00Z")
    four = disclosure("c2FsdA", "eventTime", "x", "y")
    empty_array = hidden(shown=(), _sd=[])
    correction = disclosure("c2FsdA", "errorDeclaration", {"reason": "did_not_occur"})
    lot = event(**shut)
    lot["filiera:account"][0]["_sd"] = padded(
        disclosure("c2FsdA", "lot", lot["filiera:account"][0].pop("lot"))
    )
    envelope = event(**shut)
    envelope["filiera:scrap"][0]["where"] = {"_sd": padded()}
    deep: str = disclosure("c2FsdA", "eventTime", "x")
    chain = [deep]
    for _ in range(30):
        deep = disclosure("c2FsdA", "readPoint", {"_sd": padded(deep)})
        chain.append(deep)
    return {
        "disclosure_of_another_record": ("DISCLOSURE_UNREFERENCED", hidden(time, shown=(time, point))),
        "disclosure_twice": ("DISCLOSURE_DUPLICATE", hidden(time, shown=(time, time))),
        "disclosure_second_spelling": (
            "BASE64URL_MALFORMED",
            hidden(time, shown=(time[:-1] + _second_spelling(time[-1]),))
            if len(time) % 4
            else hidden(time + "A"),
        ),
        "disclosure_not_json": ("JSON_MALFORMED", hidden(base64url.encode(b"[x]"))),
        "disclosure_an_object": ("DISCLOSURE_MALFORMED", hidden(base64url.encode(b'{"a":1}'))),
        "disclosure_of_four": ("DISCLOSURE_MALFORMED", hidden(four)),
        "disclosure_salt_a_number": ("DISCLOSURE_MALFORMED", hidden(number_salt)),
        "disclosure_with_duplicate_name": (
            "JSON_DUPLICATE_NAME",
            hidden(base64url.encode(b'["c2FsdA","readPoint",{"id":"a","id":"b"}]')),
        ),
        "disclosure_named_sd": ("DISCLOSURE_NAME_REFUSED", hidden(reserved)),
        "disclosure_named_dots": ("DISCLOSURE_NAME_REFUSED", hidden(dots)),
        "disclosure_name_already_in_clear": (
            "DISCLOSURE_NAME_TAKEN",
            hidden(time, eventTime="2026-03-02T10:00:00Z"),
        ),
        "disclosure_name_twice": ("DISCLOSURE_NAME_TAKEN", hidden(time, second)),
        "disclosure_for_element_under_sd": ("SD_MALFORMED", hidden(element)),
        "digest_twice_in_one_array": ("SD_DIGEST_DUPLICATE", with_array(*[digest("a")] * 4)),
        "digest_twice_in_two_arrays": (
            "SD_DIGEST_DUPLICATE",
            hidden(time, inputQuantityList=[{"epcClass": "x", "uom": "KGM", "_sd": padded(time)}]),
        ),
        "digest_a_number": ("SD_MALFORMED", with_array(1, 2, 3, 4)),
        "digest_too_short": ("SD_MALFORMED", with_array("a", "b", "c", "d")),
        "digests_not_an_array": ("SD_MALFORMED", hidden(shown=(), _sd=digest("a"))),
        "digests_not_sorted": ("SD_NOT_PADDED", with_array(*reversed(padded(time)))),
        "digests_not_padded": ("SD_NOT_PADDED", with_array(digest(time))),
        "digests_empty": ("SD_NOT_PADDED", empty_array),
        "element_of_an_array_hidden": (
            "DISCLOSURE_ELEMENT_REFUSED",
            hidden(element, inputQuantityList=[{"...": digest(element)}], _sd=padded(time)),
        ),
        "element_of_an_array_withheld": (
            "DISCLOSURE_ELEMENT_REFUSED",
            hidden(shown=(), inputQuantityList=[{"...": digest("a")}], _sd=padded(time)),
        ),
        "dots_outside_an_array": ("SD_MALFORMED", hidden(time, **{"...": digest("a")})),
        "sd_alg_missing": ("SD_ALG_REFUSED", token(credential(event(_sd=padded())), disclosures=())),
        "sd_alg_other": (
            "SD_ALG_REFUSED",
            token(credential(event(_sd=padded()), _sd_alg="sha-512"), disclosures=()),
        ),
        "act_hidden": ("MUST_DISCLOSE_HIDDEN", hidden(act, **{"filiera:act": None})),
        "act_withheld": ("MUST_DISCLOSE_HIDDEN", hidden(act, shown=(), **{"filiera:act": None})),
        "correction_hidden": ("MUST_DISCLOSE_HIDDEN", hidden(correction)),
        "lot_of_an_account_withheld": (
            "MUST_DISCLOSE_HIDDEN",
            token(credential(lot, _sd_alg="sha-256"), disclosures=()),
        ),
        "digests_where_nothing_may_be_hidden": (
            "MUST_DISCLOSE_HIDDEN",
            token(credential(envelope, _sd_alg="sha-256"), disclosures=()),
        ),
        "disclosures_nested_too_deep": ("JSON_TOO_DEEP", hidden(deep, shown=tuple(chain))),
    }


def foreign_cases() -> list[Case]:
    """SD-JWTs of any `typ`: `token`, `jwk`, and the `claims` that come out or the `code`."""
    red, two = disclosure("c2FsdA", "red", 1), disclosure("c2FsdA", "two")
    inner = disclosure("c2FsdA", "name", "python")
    outer = disclosure("c2FsdA", "snake", {"_sd": [digest(inner)], "age": 3.5})
    list_of_hidden = disclosure("c2FsdA", [{"...": digest(two)}, "boring"])
    bar, foo = {"bar": {"_sd": [digest(red)]}}, {"foo": ["one", {"...": digest(two)}, "three"]}
    both = {"bar": {"_sd": [digest(red), digest("decoy")]}}
    snake = {"_sd": [digest(outer)], "_sd_alg": "sha-256"}
    plain = {"a": [1, {"b": 2}]}
    twice = {"a": {"_sd": [digest(red)]}, "b": {"_sd": [digest(red)]}}
    python = {"snake": {"age": 3.5, "name": "python"}}
    # name: payload, disclosures, claims that come out or the code
    tokens: dict[str, tuple[dict[str, Any], tuple[str, ...], dict[str, Any] | str]] = {
        "good_nothing_hidden": (plain, (), plain),
        "good_property": (both, (red,), {"bar": {"red": 1}}),
        "good_property_withheld": (bar, (), {"bar": {}}),
        "good_element": (foo, (two,), {"foo": ["one", "two", "three"]}),
        "good_element_withheld": (foo, (), {"foo": ["one", "three"]}),
        "good_nested_properties": (snake, (outer, inner), python),
        "good_nested_properties_inner_first": (snake, (inner, outer), python),
        "good_nested_inner_withheld": (snake, (outer,), {"snake": {"age": 3.5}}),
        "good_nested_elements": (
            {"qux": [{"...": digest(list_of_hidden)}]},
            (list_of_hidden, two),
            {"qux": [["two", "boring"]]},
        ),
        "inner_without_outer": (snake, (inner,), "DISCLOSURE_UNREFERENCED"),
        "property_under_dots": ({"foo": [{"...": digest(red)}]}, (red,), "SD_MALFORMED"),
        "element_under_sd": ({"_sd": [digest(two)]}, (two,), "SD_MALFORMED"),
        "dots_with_other_names": ({"foo": [{"...": digest(two), "x": 1}]}, (two,), "SD_MALFORMED"),
        "digest_twice": (twice, (red,), "SD_DIGEST_DUPLICATE"),
        "sd_alg_unknown": (bar | {"_sd_alg": "md5"}, (red,), "SD_ALG_REFUSED"),
    }
    cases: list[Case] = []
    for name, (payload, disclosures, outcome) in tokens.items():
        text = token(payload, P256, disclosures, typ="example+sd-jwt", kid=42)
        read = {"code": outcome} if isinstance(outcome, str) else {"claims": outcome, "code": None}
        cases.append({"name": name, "token": text, "jwk": P256.public.jwk, **read})
    return cases
