"""The registries' whole state: who ever was coordinator, who might sign when, and endpoints that show different ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from protocol.errors import ChainError
from protocol.hashing import sha256
from protocol.roles import ROLES
from tests.support.simulator import TRUST
from tests.support.witnesses import ToldChain, log_of
from verifier.registries import fold, read_registries

if TYPE_CHECKING:
    from protocol.registry_state import RegistryLog

PARTY, KEY, FIRST, SECOND = (sha256(name.encode()) for name in ("party", "key", "first", "second"))


def chosen(key: bytes, block: int) -> RegistryLog:
    return log_of("participants", "CoordinatorsChanged", [bytes(32)], [1, 128, 256, 0, 1, key], block)


def admitted(roles: int, block: int = 3) -> list[RegistryLog]:
    return [
        log_of("participants", "ParticipantAdmitted", [PARTY], [roles, bytes(32)], block),
        log_of("participants", "KeyAdded", [PARTY, KEY], [1, 1, 7, 0, block, 0, 0], block),
    ]


def test_a_coordinator_of_the_past_signed_what_he_signed() -> None:
    found = fold(ToldChain([chosen(FIRST, 1), chosen(SECOND, 8)]), 9)
    assert found.coordinators == {FIRST, SECOND}
    assert fold(ToldChain([chosen(FIRST, 1), chosen(SECOND, 8)]), 7).coordinators == {FIRST}


def test_who_might_sign_when() -> None:
    suspended = log_of("participants", "ParticipantChanged", [PARTY], [ROLES["certifier"], 0, 0], 20)
    closed = log_of("participants", "KeyClosed", [PARTY, KEY], [15, 0, 0, 0, 0], 12)
    found = fold(ToldChain([*admitted(ROLES["certifier"]), closed, suspended]), 30)
    assert [found.may_sign(PARTY, KEY, block) for block in (2, 3, 14, 15)] == [False, True, True, False]
    assert not found.may_sign(KEY, KEY, 10)
    assert (found.participants(), found.certifiers()) == ({PARTY}, set())
    assert fold(ToldChain(admitted(ROLES["certifier"])), 30).certifiers() == {PARTY}


def test_endpoints_that_show_different_registries_are_named() -> None:
    def endpoint(*events: RegistryLog) -> Any:
        return lambda calls: [[_told(event) for event in events] for _ in calls]

    urls = {"http://a": endpoint(*admitted(2)), "http://b": endpoint(*admitted(2)), "http://c": endpoint()}
    assert read_registries(["http://a", "http://b"], TRUST, 9, urls.__getitem__).participants() == {PARTY}
    with pytest.raises(ChainError) as refused:
        read_registries(list(urls), TRUST, 9, urls.__getitem__)
    assert (refused.value.code, refused.value.values["others"]) == ("CHAIN_ENDPOINTS_DISAGREE", "http://c")


def _told(event: RegistryLog) -> dict[str, Any]:
    return {
        "address": TRUST.contracts[event.contract].address,
        "topics": ["0x" + topic.hex() for topic in event.topics],
        "data": "0x" + event.data.hex(),
        "blockNumber": hex(event.block),
        "logIndex": "0x0",
        "transactionHash": event.transaction,
    }
