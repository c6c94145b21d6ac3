"""Selective disclosure as RFC 9901 says: against public cases, against a second library, and by properties."""

from __future__ import annotations

import contextlib
import json
from decimal import Decimal
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from openvc.proof.sd_jwt import SdJwtVcProofSuite

from protocol.errors import FilieraError
from protocol.keys import PublicKey, private_key_from_jwk
from protocol.limits import FOREIGN_TOKEN_LIMITS
from protocol.sd_jwt import disclosure_digest, open_claims, verify_sd_jwt
from scripts.make_vectors.front_door_parts import P256, digest, disclosure, padded, token
from tests.support.shared import vectors


def test_digest_is_over_the_text_as_received():
    # RFC 9901 §4.2.3 prints this disclosure and its digest.
    text = "WyI2cU1RdlJMNWhhaiIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
    assert disclosure_digest(text) == "uutlBuYeMDyjLLTpf6Jxi7yNkEF35jdyWMn9U7b_RYY"


# A tree in which leaves, or whole branches, are closed; `opened` says whether its disclosure is at hand.
NAMES = st.sampled_from(["a", "b", "c", "d"])


class Closed:
    """A value behind a digest."""

    def __init__(self, value: Any, *, opened: bool) -> None:
        self.value, self.opened = value, opened

    def __repr__(self) -> str:
        return f"Closed({self.value!r}, opened={self.opened})"


def closed(inner):
    return st.builds(lambda value, opened: Closed(value, opened=opened), inner, st.booleans())


TREES = st.dictionaries(
    NAMES,
    st.recursive(
        st.integers(0, 9) | closed(st.integers(0, 9)),
        lambda inner: (
            st.lists(inner | closed(inner), max_size=3)
            | st.dictionaries(NAMES, inner | closed(inner), max_size=3)
        ),
        max_leaves=8,
    ),
    max_size=4,
)


class Builder:
    """Writes the payload and the disclosures of a tree, and the claims that must come out."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.number = 0

    def build(self, node: Any, shown: bool) -> tuple[Any, Any]:
        if isinstance(node, list):
            written, expected = [], []
            for entry in node:
                if isinstance(entry, Closed):
                    inner, out = self.build(entry.value, shown and entry.opened)
                    written.append({"...": self.close(shown and entry.opened, inner)})
                    expected += [out] if entry.opened else []
                else:
                    inner, out = self.build(entry, shown)
                    written.append(inner)
                    expected.append(out)
            return written, expected
        if isinstance(node, dict):
            payload, claims, digests = {}, {}, []
            for name, entry in node.items():
                if isinstance(entry, Closed):
                    inner, out = self.build(entry.value, shown and entry.opened)
                    digests.append(self.close(shown and entry.opened, name, inner))
                    claims |= {name: out} if entry.opened else {}
                else:
                    payload[name], claims[name] = self.build(entry, shown)
            return payload | ({"_sd": sorted(digests)} if digests else {}), claims
        return node, node

    def close(self, opened: bool, *entries: Any) -> str:
        self.number += 1
        text = disclosure(f"salt{self.number}", *entries)
        if opened:
            self.texts.append(text)
        return digest(text)


def unwrap(tree: Any) -> Any:
    """Closed values of closed values are written once."""
    if isinstance(tree, Closed):
        return Closed(
            unwrap(tree.value.value if isinstance(tree.value, Closed) else tree.value), opened=tree.opened
        )
    if isinstance(tree, list):
        return [unwrap(entry) for entry in tree]
    if isinstance(tree, dict):
        return {name: unwrap(entry) for name, entry in tree.items()}
    return tree


@given(TREES, st.randoms(use_true_random=False))
def test_what_was_disclosed_comes_out_in_any_order(tree, random):
    builder = Builder()
    payload, expected = builder.build(unwrap(tree), shown=True)
    random.shuffle(builder.texts)
    before = json.dumps(payload)
    opened = open_claims(payload, builder.texts)
    assert opened.claims == expected
    assert len(opened.disclosed) == len(builder.texts)
    assert json.dumps(payload) == before


@given(
    TREES.map(unwrap), st.sampled_from(["_sd", "...", "a"]), st.none() | st.lists(st.integers() | st.text())
)
def test_only_our_errors_leave_the_opener(tree, name, value):
    builder = Builder()
    payload, _ = builder.build(tree, shown=True)
    with contextlib.suppress(FilieraError):
        open_claims(payload | {name: value, "deep": [{name: value}]}, builder.texts)


@given(st.lists(st.tuples(NAMES, st.booleans()), max_size=4, unique_by=lambda pair: pair[0]))
def test_second_library_reads_the_same_claims(chosen):
    texts = {name: disclosure("c2FsdHNhbHRzYWx0c2FsdA", name, name.upper()) for name, _ in chosen}
    payload = {"iss": "https://example.org", "vct": "urn:example", "x": {"_sd": padded(*texts.values())}}
    shown = tuple(texts[name] for name, opened in chosen if opened)
    text = token(payload, P256, shown, typ="dc+sd-jwt", kid="k")
    theirs = SdJwtVcProofSuite().verify(text, public_key_jwk=P256.public.jwk)
    assert verify_sd_jwt(text, P256.public, FOREIGN_TOKEN_LIMITS) == theirs.claims


def test_plain_jwt_is_no_sd_jwt():
    with pytest.raises(FilieraError, match="TOKEN_MALFORMED"):
        verify_sd_jwt(token({"a": 1}), P256.public)


def test_places_are_told_for_properties_and_elements():
    inner, element = disclosure("c2FsdA", "b/c", 1), disclosure("c2FsdA", {"_sd": [digest("gone")]})
    payload = {
        "list": [0, {"...": digest(element)}, {"...": digest("gone too")}],
        "a": {"_sd": [digest(inner)]},
    }
    opened = open_claims(payload, (inner, element))
    assert {(entry.place.pointer, entry.place.pattern) for entry in opened.disclosed} == {
        ("/a/b~1c", "a.b/c"),
        ("/list/1", "list[]"),
    }
    assert [place.pointer for place in opened.withheld] == ["/list/1", "/list"]


# --- public cases ------------------------------------------------------------------------------------------


class Tagged:
    """`!sd` of the specifications."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __hash__(self) -> int:
        return hash(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tagged) and self.value == other.value


class Loader(yaml.SafeLoader):
    """YAML with the tag `!sd` on names and elements."""


def _tagged(loader: Loader, node: yaml.Node) -> Tagged:
    if isinstance(node, yaml.MappingNode):
        return Tagged(loader.construct_mapping(node, deep=True))
    if isinstance(node, yaml.SequenceNode):
        return Tagged(loader.construct_sequence(node, deep=True))
    return Tagged(yaml.SafeLoader.construct_object(loader, _untagged(loader, node), deep=True))


def _untagged(loader: Loader, node: yaml.Node) -> yaml.Node:
    tag = loader.resolve(yaml.ScalarNode, node.value, (node.style is None, node.style is not None))
    return yaml.ScalarNode(tag, node.value, node.start_mark, node.end_mark, node.style)


Loader.add_constructor("!sd", _tagged)


def tree_of(claims: Any, disclosed: Any) -> Any:
    """Join a specification's claims with what the holder shows of them."""
    if isinstance(claims, dict):
        given_ = disclosed if isinstance(disclosed, dict) else {}
        result = {}
        for name, value in claims.items():
            plain = name.value if isinstance(name, Tagged) else name
            choice = True if disclosed is True else given_.get(plain, False)
            inner = tree_of(value, choice)
            result[plain] = Closed(inner, opened=bool(choice)) if isinstance(name, Tagged) else inner
        return result
    if isinstance(claims, list):
        given_ = disclosed if isinstance(disclosed, list) else [disclosed is True] * len(claims)
        result = []
        for index, value in enumerate(claims):
            choice = given_[index] if index < len(given_) else False
            inner = tree_of(value.value if isinstance(value, Tagged) else value, choice)
            result.append(Closed(inner, opened=bool(choice)) if isinstance(value, Tagged) else inner)
        return result
    return claims


@pytest.mark.shared
@pytest.mark.parametrize(
    "name",
    [
        "array_data_types",
        "array_in_sd",
        "array_none_disclosed",
        "array_of_objects",
        "array_recursive_sd",
        "header_mod",
        "json_serialization_general",
        "no_sd",
        "recursions",
    ],
)
def test_public_sd_jwt_case(name):
    settings = yaml.safe_load(vectors("sd-jwt", "settings.yml").read_text("utf-8"))
    case = yaml.load(vectors("sd-jwt", name, "specification.yml").read_text("utf-8"), Loader)
    jwk = settings["key_settings"]["issuer_keys"][0]
    builder = Builder()
    payload, _ = builder.build(tree_of(case["user_claims"], case["holder_disclosed_claims"]), shown=True)
    headers = case.get("extra_header_parameters", {"kid": None})
    text = token(payload, private_key_from_jwk(jwk), tuple(builder.texts), typ="example+sd-jwt", **headers)
    claims = verify_sd_jwt(text, PublicKey.from_jwk(jwk), FOREIGN_TOKEN_LIMITS)
    expected = json.loads(json.dumps(case["expect_verified_user_claims"]), parse_float=Decimal)
    assert claims == expected
