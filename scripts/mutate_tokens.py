"""Alterations of one signed token: header, claims, signature, disclosures, and the same claims signed by others."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from protocol import base64url
from protocol.curves import P256_N
from protocol.keys import private_key_from_secret
from scripts.make_vectors.front_door_parts import compact_json, raw_token

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Altered = tuple[str, str, str]
"""Family, label, token."""
_STRANGER = private_key_from_secret("ES256", b"\x2a" * 32)
_STRANGER_ED = private_key_from_secret("EdDSA", b"\x2a" * 32)


def token_mutations(token: str, others: Sequence[str]) -> Iterator[Altered]:
    """Yield every alteration of a token; `others` are the tokens beside it, whose parts it may be given."""
    jwt, *disclosures = token.split("~")
    head, payload, signature = jwt.split(".")
    selective = disclosures != []
    texts = disclosures[:-1]

    def whole(header: str = head, body: str = payload, proof: str = signature) -> str:
        return "~".join((f"{header}.{body}.{proof}", *disclosures))

    yield from ((f"claims {what}", label, whole(body=other)) for what, label, other in _claims(payload))
    yield from (("header", label, whole(header=other)) for label, other in _headers(head))
    yield from (("signature", label, whole(proof=other)) for label, other in _signatures(head, signature))
    yield from (
        ("signed by others", label, "~".join((other, *disclosures)))
        for label, other in _resigned(head, payload)
    )
    for number, other in enumerate(others):
        if other != token:
            theirs = other.split("~")[0].split(".")
            for name, part in zip(("header", "claims", "signature"), theirs, strict=True):
                given = {"header": head, "claims": payload, "signature": signature} | {name: part}
                made = ".".join(given.values())
                if made != jwt:
                    yield "part of another", f"{name} of {number}", "~".join((made, *disclosures))
    if selective:
        yield from _disclosures(jwt, texts, others)
    else:
        yield "disclosures", "a tilde", token + "~"


def _claims(payload: str) -> Iterator[Altered]:
    """Each claim changed or removed, the signature kept."""
    claims = json.loads(base64url.decode(payload))
    for path, inner, name in _places(claims):
        for what, other in (("changed", _other(inner[name])), ("removed", None)):
            altered = deepcopy(claims)
            place = _follow(altered, path)
            if what == "removed":
                del place[name]
            else:
                place[name] = other
            yield what, f"{'/'.join(map(str, path))}/{name}", base64url.encode(compact_json(altered))


def _headers(head: str) -> Iterator[tuple[str, str]]:
    header = json.loads(base64url.decode(head))
    kids = [_STRANGER.public.kid, _STRANGER_ED.public.kid, header["kid"].upper()]
    changes: list[dict[str, Any]] = [
        {"alg": alg} for alg in ("none", "HS256", "EdDSA", "Ed25519", "ES256", "ES384")
    ]
    changes += [{"kid": kid} for kid in kids] + [{"typ": typ} for typ in ("JWT", "vc+jwt", "vc+sd-jwt")]
    changes += [{"cty": "vc"}, {"crit": ["b64"], "b64": False}, {"jwk": _STRANGER.public.jwk}]
    for change in changes:
        if header | change != header:
            yield str(change)[:60], base64url.encode(compact_json(header | change))
    for name in header:
        rest = {each: value for each, value in header.items() if each != name}
        yield f"without {name}", base64url.encode(compact_json(rest))
    yield "spaced", base64url.encode(json.dumps(header).encode())


def _signatures(head: str, signature: str) -> Iterator[tuple[str, str]]:
    raw = base64url.decode(signature)
    for at in (0, 31, 32, 63):
        flipped = bytearray(raw)
        flipped[at] ^= 1
        yield f"byte {at}", base64url.encode(bytes(flipped))
    yield "zeros", base64url.encode(bytes(64))
    yield "empty", ""
    yield "shorter", base64url.encode(raw[:-1])
    yield "longer", base64url.encode(raw + b"\0")
    yield "turned round", base64url.encode(raw[32:] + raw[:32])
    yield "padded", signature + "=="
    if json.loads(base64url.decode(head))["alg"] == "ES256":
        # Valid for the same message, and yet other bytes: the record digest covers the signature.
        mirrored = (P256_N - int.from_bytes(raw[32:], "big")).to_bytes(32, "big")
        yield "the other s", base64url.encode(raw[:32] + mirrored)


def _resigned(head: str, payload: str) -> Iterator[tuple[str, str]]:
    """The same claims, signed by a stranger: in the maker's name, and as the stranger's own."""
    header, claims = json.loads(base64url.decode(head)), json.loads(base64url.decode(payload))
    for key in (_STRANGER, _STRANGER_ED):
        yield f"{key.alg} in the maker's name", raw_token(compact_json(header), compact_json(claims), key)
        own = header | {"alg": key.alg, "kid": key.public.kid}
        yield (
            f"{key.alg} as its own",
            raw_token(compact_json(own), compact_json(claims | {"issuer": key.public.did}), key),
        )
        yield f"{key.alg} for the issuer", raw_token(compact_json(own), compact_json(claims), key)


def _disclosures(jwt: str, texts: list[str], others: Sequence[str]) -> Iterator[Altered]:
    for number in range(len(texts)):
        yield "disclosure withheld", str(number), "~".join((jwt, *texts[:number], *texts[number + 1 :], ""))
        yield "disclosures", f"{number} twice", "~".join((jwt, *texts, texts[number], ""))
        for label, other in _opened(texts[number]):
            yield (
                "disclosures",
                f"{number} {label}",
                "~".join((jwt, *texts[:number], other, *texts[number + 1 :], "")),
            )
    if len(texts) > 1:
        yield "disclosures reordered", "turned round", "~".join((jwt, *texts[::-1], ""))
    yield "disclosure withheld", "all", jwt + "~"
    yield "disclosures", "no tilde", "~".join((jwt, *texts))
    yield "disclosures", "empty", "~".join((jwt, *texts, "", ""))
    for other in others:
        foreign = [each for each in other.split("~")[1:-1] if each not in texts]
        if foreign:
            yield "disclosures", "of another", "~".join((jwt, *texts, foreign[0], ""))


def _opened(text: str) -> Iterator[tuple[str, str]]:
    salt, name, value = json.loads(base64url.decode(text))
    yield "value", base64url.encode(compact_json([salt, name, _other(value)]))
    yield "name", base64url.encode(compact_json([salt, name + "x", value]))
    yield "salt", base64url.encode(compact_json([salt + "x", name, value]))
    yield "element", base64url.encode(compact_json([salt, value]))


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any, Any]]:
    """Every member and element: the way to its container, the container, its name."""
    for name, inner in list(value.items()) if isinstance(value, dict) else list(enumerate(value)):
        yield path, value, name
        if isinstance(inner, dict | list):
            yield from _places(inner, (*path, name))


def _follow(value: Any, path: tuple[Any, ...]) -> Any:
    for name in path:
        value = value[name]
    return value


def _other(value: Any) -> Any:
    """A value of the same type that is not this one."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return (value[:-1] + ("1" if value[-1] != "1" else "2")) if value else "x"
    return type(value)() if value else [0]
