"""Nothing of the libraries or of the contracts reaches a caller unmapped."""

from __future__ import annotations

import inspect

import pytest
import requests.exceptions as transport
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st
from web3 import exceptions as w3e

from anchoring.artifacts import CONTRACT_NAMES, artifact
from anchoring.errors import (
    _WORDS,
    EXCEPTION_CODES,
    RevertCodes,
    chain_errors,
    code_of,
    contract_error_code,
    selector,
)
from protocol.codes import all_codes
from protocol.errors import ChainError

WEB3 = [kind for _, kind in inspect.getmembers(w3e, inspect.isclass) if issubclass(kind, w3e.Web3Exception)]
CONTRACT_ERRORS = sorted(
    {
        (entry["name"], tuple(value["type"] for value in entry["inputs"]))
        for name in CONTRACT_NAMES
        for entry in artifact(name).abi
        if entry["type"] == "error"
    }
)
REVERTS = RevertCodes(*(artifact(name).abi for name in CONTRACT_NAMES))


@pytest.mark.parametrize("kind", WEB3, ids=lambda kind: kind.__name__)
def test_web3_exception_is_listed_itself(kind: type[BaseException]) -> None:
    assert kind in EXCEPTION_CODES


def test_every_code_of_the_tables_is_in_the_closed_list() -> None:
    used = {*EXCEPTION_CODES.values(), *(code for code, _ in _WORDS)}
    assert used <= all_codes().keys()


@pytest.mark.parametrize(("name", "types"), CONTRACT_ERRORS)
def test_contract_error_has_a_code_found_by_selector(name: str, types: tuple[str, ...]) -> None:
    code = contract_error_code(name)
    assert code in all_codes()
    assert REVERTS.error(selector(name, list(types))).code == code


def test_selectors_are_unique_over_all_contracts() -> None:
    assert len({selector(name, list(types)) for name, types in CONTRACT_ERRORS}) == len(CONTRACT_ERRORS)


def test_contract_error_brings_its_values() -> None:
    data = selector("StaleHead", ["bytes32", "uint64", "bytes32"])
    data += encode(["bytes32", "uint64", "bytes32"], [b"l" * 32, 7, b"h" * 32])
    error = REVERTS.error(data)
    assert (error.code, error.values["seq"]) == ("CHAIN_STALE_HEAD", 7)


@given(st.binary(max_size=80))
def test_any_revert_data_becomes_a_chain_error(data: bytes) -> None:
    assert isinstance(REVERTS.error(data), ChainError)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("Insufficient funds for gas * price + value", "CHAIN_NO_FUNDS"),
        ("insufficient funds for transfer", "CHAIN_NO_FUNDS"),
        ("replacement transaction underpriced", "CHAIN_REPLACEMENT_UNDERPRICED"),
        ("transaction underpriced", "CHAIN_FEE_TOO_LOW"),
        ("max fee per gas less than block base fee", "CHAIN_FEE_TOO_LOW"),
        ("nonce too low: next nonce 5, tx nonce 4", "CHAIN_NONCE_USED"),
        ("already known", "CHAIN_TRANSACTION_KNOWN"),
        ("transaction already imported", "CHAIN_TRANSACTION_KNOWN"),
        ("finalized block not found", "CHAIN_BLOCK_UNKNOWN"),
        ("BlockOutOfRangeError: block height is 3 but requested was 9", "CHAIN_BLOCK_UNKNOWN"),
        ("missing trie node 12ab", "CHAIN_BLOCK_UNKNOWN"),
        ("invalid chain id for signer: have 2 want 1", "CHAIN_ID_MISMATCH"),
        ("something nobody has seen", "CHAIN_CALL_REFUSED"),
    ],
)
def test_json_rpc_error_is_told_by_its_words(message: str, code: str) -> None:
    assert code_of(w3e.Web3RPCError(message)) == code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (transport.ReadTimeout("slow"), "CHAIN_TIMEOUT"),
        (transport.ConnectionError("refused"), "CHAIN_UNREACHABLE"),
        (transport.ChunkedEncodingError("cut"), "CHAIN_UNREACHABLE"),
        (ConnectionResetError("reset"), "CHAIN_UNREACHABLE"),
        (w3e.ContractLogicError("no data"), "CHAIN_REVERTED"),
        (w3e.ContractCustomError("0xdeadbeef", data="0xdeadbeef"), "CHAIN_REVERTED"),
        (KeyError("number"), "CHAIN_ANSWER_INVALID"),
        (ValueError("not hex"), "CHAIN_ANSWER_INVALID"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else value,
)
def test_whatever_the_libraries_raise_leaves_as_chain_error(error: BaseException, code: str) -> None:
    with pytest.raises(ChainError) as caught, chain_errors(REVERTS):
        raise error
    assert caught.value.code == code


def test_our_own_errors_pass_unchanged() -> None:
    with pytest.raises(ChainError, match="LOG_NOT_OPEN"), chain_errors():
        raise ChainError("LOG_NOT_OPEN")
