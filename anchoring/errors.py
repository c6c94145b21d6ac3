"""What the libraries below raise, as codes of `vocabulary/codes/chain.json`.

Two tables: exceptions of web3 and its transport, and custom errors of the contracts. Tests fail when either
side grows an error that is not listed here, so nothing reaches a caller unmapped. Only ChainError leaves this
package's I/O.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import requests.exceptions as transport
from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError, EncodingError
from eth_utils.crypto import keccak
from web3 import exceptions as w3e

from protocol.errors import ChainError

if TYPE_CHECKING:
    from collections.abc import Iterator

# The most specific class found along an exception's own line of ancestors decides.
EXCEPTION_CODES: dict[type[BaseException], str] = {
    # The endpoint does not answer.
    transport.ConnectTimeout: "CHAIN_TIMEOUT",
    transport.ReadTimeout: "CHAIN_TIMEOUT",
    transport.Timeout: "CHAIN_TIMEOUT",
    transport.HTTPError: "CHAIN_ANSWER_INVALID",
    transport.JSONDecodeError: "CHAIN_ANSWER_INVALID",
    transport.RequestException: "CHAIN_UNREACHABLE",
    w3e.RequestTimedOut: "CHAIN_TIMEOUT",
    w3e.TimeExhausted: "CHAIN_TIMEOUT",
    w3e.CannotHandleRequest: "CHAIN_UNREACHABLE",
    w3e.ProviderConnectionError: "CHAIN_UNREACHABLE",
    w3e.PersistentConnectionError: "CHAIN_UNREACHABLE",
    w3e.PersistentConnectionClosedOK: "CHAIN_UNREACHABLE",
    w3e.MultipleFailedRequests: "CHAIN_UNREACHABLE",
    w3e.TooManyRequests: "CHAIN_BUSY",
    w3e.StaleBlockchain: "CHAIN_BUSY",
    w3e.TransactionIndexingInProgress: "CHAIN_BUSY",
    # It answers, but not so that we could use it.
    w3e.BadResponseFormat: "CHAIN_ANSWER_INVALID",
    w3e.BadFunctionCallOutput: "CHAIN_ANSWER_INVALID",
    w3e.InsufficientData: "CHAIN_ANSWER_INVALID",
    w3e.LogTopicError: "CHAIN_ANSWER_INVALID",
    w3e.InvalidEventABI: "CHAIN_ANSWER_INVALID",
    w3e.ExtraDataLengthError: "CHAIN_ANSWER_INVALID",
    w3e.ReadBufferLimitReached: "CHAIN_ANSWER_INVALID",
    DecodingError: "CHAIN_ANSWER_INVALID",
    w3e.BlockNotFound: "CHAIN_BLOCK_UNKNOWN",
    w3e.BlockNumberOutOfRange: "CHAIN_BLOCK_UNKNOWN",
    w3e.TransactionNotFound: "CHAIN_TRANSACTION_UNKNOWN",
    w3e.MethodUnavailable: "CHAIN_METHOD_UNAVAILABLE",
    w3e.MethodNotSupported: "CHAIN_METHOD_UNAVAILABLE",
    # A contract refuses.
    w3e.ContractCustomError: "CHAIN_REVERTED",
    w3e.ContractPanicError: "CHAIN_REVERTED",
    w3e.ContractLogicError: "CHAIN_REVERTED",
    w3e.OffchainLookup: "CHAIN_REVERTED",
    # We asked wrongly: a defect of ours or of the caller's arguments.
    w3e.ABIConstructorNotFound: "CHAIN_CALL_MALFORMED",
    w3e.ABIEventNotFound: "CHAIN_CALL_MALFORMED",
    w3e.ABIFallbackNotFound: "CHAIN_CALL_MALFORMED",
    w3e.ABIFunctionNotFound: "CHAIN_CALL_MALFORMED",
    w3e.ABIReceiveNotFound: "CHAIN_CALL_MALFORMED",
    w3e.MismatchedABI: "CHAIN_CALL_MALFORMED",
    w3e.NoABIEventsFound: "CHAIN_CALL_MALFORMED",
    w3e.NoABIFound: "CHAIN_CALL_MALFORMED",
    w3e.NoABIFunctionsFound: "CHAIN_CALL_MALFORMED",
    w3e.InvalidAddress: "CHAIN_CALL_MALFORMED",
    w3e.NameNotFound: "CHAIN_CALL_MALFORMED",
    w3e.InvalidTransaction: "CHAIN_CALL_MALFORMED",
    w3e.TransactionTypeMismatch: "CHAIN_CALL_MALFORMED",
    w3e.InfuraProjectIdNotFound: "CHAIN_CALL_MALFORMED",
    w3e.TaskNotRunning: "CHAIN_CALL_MALFORMED",
    w3e.SubscriptionHandlerTaskException: "CHAIN_CALL_MALFORMED",
    w3e.SubscriptionProcessingFinished: "CHAIN_CALL_MALFORMED",
    w3e.Web3AssertionError: "CHAIN_CALL_MALFORMED",
    w3e.Web3AttributeError: "CHAIN_CALL_MALFORMED",
    w3e.Web3TypeError: "CHAIN_CALL_MALFORMED",
    w3e.Web3ValidationError: "CHAIN_CALL_MALFORMED",
    w3e.Web3ValueError: "CHAIN_CALL_MALFORMED",
    EncodingError: "CHAIN_CALL_MALFORMED",
    # The rest of what a JSON-RPC error says is told apart by its words, below.
    w3e.Web3RPCError: "CHAIN_CALL_REFUSED",
    w3e.Web3Exception: "CHAIN_CALL_REFUSED",
}

# Endpoints put these cases in words only; spellings of anvil, geth, Besu and Hardhat.
_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (code, re.compile(pattern, re.IGNORECASE))
    for code, pattern in (
        ("CHAIN_NO_FUNDS", r"insufficient funds|upfront cost|doesn't have enough funds"),
        ("CHAIN_REPLACEMENT_UNDERPRICED", r"replacement transaction underpriced|underpriced replacement"),
        (
            "CHAIN_FEE_TOO_LOW",
            r"max fee per gas less|fee cap (is )?(too low|less)|underpriced|gas price below",
        ),
        ("CHAIN_NONCE_USED", r"nonce too low|nonce (is )?below|already (been )?(used|mined)"),
        ("CHAIN_TRANSACTION_KNOWN", r"already known|already imported|known transaction"),
        ("CHAIN_BLOCK_UNKNOWN", r"BlockOutOfRange|(block|header).{0,40}not found|unknown block"),
        (
            "CHAIN_BLOCK_UNKNOWN",
            r"missing trie node|data unavailable|state .{0,40}not available|historical state",
        ),
        ("CHAIN_ID_MISMATCH", r"invalid chain.?id|chain.?id does not match|invalid sender"),
        ("CHAIN_BUSY", r"rate limit|too many requests|txpool is full|pool (is )?full|syncing"),
    )
)


def code_of(error: BaseException) -> str:
    """The code for an exception of web3, its transport or its encoder; CHAIN_CALL_REFUSED if unknown."""
    code = next((EXCEPTION_CODES[kind] for kind in type(error).__mro__ if kind in EXCEPTION_CODES), None)
    if code in (None, "CHAIN_CALL_REFUSED", "CHAIN_CALL_MALFORMED"):
        message = str(error)
        return next((name for name, words in _WORDS if words.search(message)), code or "CHAIN_CALL_REFUSED")
    return code


def contract_error_code(name: str) -> str:
    """The code of a custom error: `StaleHead` → `CHAIN_STALE_HEAD`."""
    return "CHAIN_" + re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).upper()


class RevertCodes:
    """Custom errors by their four-byte selector, for several ABIs (names are unique over all contracts)."""

    def __init__(self, *abis: list[dict[str, Any]]) -> None:
        self._known: dict[bytes, tuple[str, list[str], list[str]]] = {}
        for entry in (entry for abi in abis for entry in abi if entry["type"] == "error"):
            types = [value["type"] for value in entry["inputs"]]  # errors of ours hold no structs
            names = [value["name"] for value in entry["inputs"]]
            self._known[selector(entry["name"], types)] = (entry["name"], types, names)

    def error(self, data: bytes) -> ChainError:
        """The ChainError for a revert's data; CHAIN_REVERTED if the selector is none of ours."""
        known = self._known.get(data[:4])
        if known is None:
            return ChainError("CHAIN_REVERTED", data="0x" + data[:36].hex())
        name, types, names = known
        try:
            values = decode(types, data[4:])
        except DecodingError:
            return ChainError(contract_error_code(name))
        shown = {key: _shown(value) for key, value in zip(names, values, strict=True)}
        return ChainError(
            contract_error_code(name), "", **{_safe(key): value for key, value in shown.items()}
        )


@contextmanager
def chain_errors(reverts: RevertCodes | None = None) -> Iterator[None]:
    """Turn whatever the libraries raise inside into ChainError."""
    try:
        yield
    except ChainError:
        raise
    except w3e.ContractLogicError as error:
        data = revert_data(error)
        raise (reverts or RevertCodes()).error(data) from error
    except (w3e.Web3Exception, transport.RequestException, DecodingError, EncodingError) as error:
        raise _from_exception(error, reverts) from error
    except (OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        # A broken answer shows as these inside the libraries' own parsers.
        code = "CHAIN_UNREACHABLE" if isinstance(error, OSError) else "CHAIN_ANSWER_INVALID"
        raise ChainError(code, reason=str(error)[:200]) from error


def revert_data(error: w3e.Web3Exception) -> bytes:
    """The revert data that an exception carries, empty if none; endpoints wrap it in several ways."""
    for value in (getattr(error, "data", None), *error.args):
        found = _hex_in(value)
        if found:
            return found
    return b""


def selector(name: str, types: list[str]) -> bytes:
    """First four bytes of Keccak-256 of the signature."""
    return keccak(text=f"{name}({','.join(types)})")[:4]


def _from_exception(error: BaseException, reverts: RevertCodes | None) -> ChainError:
    if isinstance(error, w3e.Web3RPCError) and reverts is not None:
        answer = error.rpc_response or {}
        details = answer.get("error", {})
        data = _hex_in(details.get("data") if isinstance(details, dict) else None)
        if data:
            return reverts.error(data)
    return ChainError(code_of(error), reason=str(error)[:200])


def _hex_in(value: object) -> bytes:
    if isinstance(value, dict):
        return next((found for entry in value.values() if (found := _hex_in(entry))), b"")
    if isinstance(value, str):
        match = re.fullmatch(r"(?:.*\s)?(0x(?:[0-9a-fA-F]{2}){4,})", value)
        return bytes.fromhex(match[1][2:]) if match else b""
    return b""


def _shown(value: object) -> object:
    return value.hex() if isinstance(value, bytes) else value


def _safe(name: str) -> str:
    """ChainError takes `code` and `place` itself."""
    return {"code": "code_", "place": "place_", "": "value"}.get(name, name)
