"""What a chain said is written and read alike; whatever has another form is refused with its place."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.checks.view import ChainHead, ChainKey, ChainView
from protocol.checks.view_form import VIEW_FORMAT, view_from_json, view_to_json
from protocol.errors import ChainError
from protocol.roles import OPEN
from protocol.strict_json import dump_json, parse_json

HASH = st.binary(min_size=32, max_size=32)
NUMBER = st.integers(0, 2**53 - 1)
CHAIN_HASH = HASH.map(lambda value: "0x" + value.hex())
LOGS = st.dictionaries(HASH, st.tuples(HASH, NUMBER), max_size=3)


@st.composite
def views(draw: st.DrawFn) -> ChainView:
    logs = draw(LOGS)
    return ChainView(
        chain_id=draw(NUMBER),
        genesis=draw(CHAIN_HASH),
        latest=draw(NUMBER),
        code_hashes=draw(st.dictionaries(st.sampled_from(["participants", "anchors"]), CHAIN_HASH)),
        log_keys={log: key for log, (key, _) in logs.items()},
        log_seqs={log: seq for log, (_, seq) in logs.items()},
        heads=draw(
            st.dictionaries(
                st.tuples(HASH, NUMBER), st.builds(ChainHead, HASH, HASH, HASH, NUMBER, NUMBER), max_size=3
            )
        ),
        keys=draw(
            st.dictionaries(
                st.tuples(HASH, HASH),
                st.builds(ChainKey, NUMBER, NUMBER, st.one_of(NUMBER, st.just(OPEN)), NUMBER),
                max_size=3,
            )
        ),
        coordinators=draw(st.frozensets(HASH, max_size=3)),
        roles=draw(st.dictionaries(st.tuples(HASH, NUMBER), NUMBER, max_size=3)),
        passports=draw(
            st.dictionaries(st.tuples(HASH, HASH), st.tuples(HASH, st.integers(0, 5)), max_size=3)
        ),
        transactions=draw(st.dictionaries(CHAIN_HASH, NUMBER, max_size=3)),
    )


EXAMPLE = view_to_json(
    ChainView(
        chain_id=31337,
        genesis="0x" + "9" * 64,
        latest=30,
        code_hashes={"anchors": "0x" + "7" * 64},
        log_keys={b"\1" * 32: b"\2" * 32},
        log_seqs={b"\1" * 32: 3},
        heads={(b"\1" * 32, 3): ChainHead(b"\3" * 32, b"\4" * 32, b"\5" * 32, 9, 12)},
        keys={(b"\6" * 32, b"\7" * 32): ChainKey(3, 1, OPEN, 0)},
        coordinators=frozenset({b"\7" * 32}),
        roles={(b"\6" * 32, 12): 1},
        passports={(b"\6" * 32, b"\1" * 32): (b"\2" * 32, 1)},
        transactions={"0x" + "a" * 64: 12},
    )
)


@given(views())
def test_what_is_written_is_read_again(view):
    assert view_from_json(parse_json(dump_json(view_to_json(view)))) == view


def test_open_and_undisputed_have_no_names():
    assert EXAMPLE["format"] == VIEW_FORMAT
    assert EXAMPLE["keys"][0].keys() == {"participant", "keyHash", "capabilities", "fromBlock"}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("format",), "filiera-chain-view/2"),
        (("chainId",), "31337"),
        (("latest",), True),
        (("genesis",), "9" * 64),
        (("codeHashes",), []),
        (("codeHashes", "anchors"), "0x7"),
        (("heads",), {}),
        (("heads", 0), []),
        (("heads", 0, "root"), "A" * 64),
        (("heads", 0, "block"), -1),
        (("heads", 0, "time"), 0),
        (("heads", 0, "age"), 5),
        (("keys", 0, "origin"), 0),
        (("keys", 0, "disputedFrom"), 0),
        (("coordinators", 0), 7),
        (("note",), "trust me"),
    ],
)
def test_another_form_is_refused(path, value):
    altered = copy.deepcopy(EXAMPLE)
    place = altered
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    with pytest.raises(ChainError) as caught:
        view_from_json(altered)
    assert caught.value.code == "CHAIN_ANSWER_MALFORMED"
    assert caught.value.place.startswith(f"/{path[0]}")


@pytest.mark.parametrize("name", sorted(EXAMPLE))
def test_nothing_may_be_missing(name):
    with pytest.raises(ChainError):
        view_from_json({other: value for other, value in EXAMPLE.items() if other != name})


@pytest.mark.parametrize("name", ["logs", "heads", "keys", "roles", "passports", "transactions"])
def test_nothing_is_said_twice(name):
    # Of two answers about one thing the later would silently win.
    with pytest.raises(ChainError):
        view_from_json(EXAMPLE | {name: EXAMPLE[name] * 2})


@pytest.mark.parametrize("value", [None, [], "view", 5])
def test_what_is_no_object_is_refused(value):
    with pytest.raises(ChainError):
        view_from_json(value)
