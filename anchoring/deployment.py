"""The deployment file and the trust file: where the contracts are, and what a verifier pins.

The deployment file is what `filiera chain deploy` writes and node and worker read. The trust file holds less:
only what somebody else may compare with and decide to trust. Neither holds a secret.

`codeHash` is the SHA-256 of the deployed code with the bytes of all immutables set to zero, as in
`protocol/abi/*.json`: immutables differ from one deployment to the next, the rest must not.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from protocol.errors import ChainError

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

DEPLOYMENT_FORMAT = "filiera-deployment/1"
TRUST_FORMAT = "filiera-trust/1"
CONTRACTS = ("participants", "anchors", "passports")
_MAX_FILE_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class DeployedContract:
    """One contract: address, block and hash of the deploying transaction, code hash; hex with 0x."""

    address: str
    block: int
    transaction: str
    codeHash: str  # noqa: N815 - the file's own name

    @property
    def raw(self) -> bytes:
        """The address as 20 bytes."""
        return bytes.fromhex(self.address[2:])


@dataclass(frozen=True, slots=True)
class DeployedLog:
    """The log that was opened: origin line, log id, Ed25519 key, operating participant (hex), account."""

    origin: str
    logId: str  # noqa: N815
    logKey: str  # noqa: N815
    participant: str
    operator: str


@dataclass(frozen=True, slots=True)
class Deployment:
    """What `filiera chain deploy` left on a chain."""

    chain_id: int
    genesis: str
    participants: DeployedContract
    anchors: DeployedContract
    passports: DeployedContract
    log: DeployedLog

    def contract(self, name: str) -> DeployedContract:
        """The contract called `participants`, `anchors` or `passports`; else CHAIN_ACT_CONTRACT_UNKNOWN."""
        if name not in CONTRACTS:
            raise ChainError("CHAIN_ACT_CONTRACT_UNKNOWN", name=name)
        found: DeployedContract = getattr(self, name)
        return found

    @property
    def log_id(self) -> bytes:
        """The log id as 32 bytes."""
        return bytes.fromhex(self.log.logId)

    def to_json(self) -> dict[str, Any]:
        """The deployment file's content."""
        contracts = {name: asdict(self.contract(name)) for name in CONTRACTS}
        head = {"format": DEPLOYMENT_FORMAT, "chainId": self.chain_id, "genesis": self.genesis}
        return {**head, **contracts, "log": asdict(self.log)}

    def trust(
        self, confirmations: int = 0, coordinators: Collection[str] = (), quorum: int = 0
    ) -> dict[str, Any]:
        """The trust file's content; `confirmations` is how many blocks a verifier wants on top of a head.

        `coordinators` (did:key), `quorum` of them, may sign that the ledger moves to another chain.
        """
        pinned = {
            name: {"address": self.contract(name).address, "codeHash": self.contract(name).codeHash}
            for name in CONTRACTS
        }
        return {
            "format": TRUST_FORMAT,
            "chainId": self.chain_id,
            "genesis": self.genesis,
            **pinned,
            "logs": [{"origin": self.log.origin, "logKey": self.log.logKey}],
            "witnesses": [],
            "confirmations": confirmations,
            **({"coordinators": sorted(coordinators), "coordinatorQuorum": quorum} if coordinators else {}),
        }


def parse_deployment(data: bytes) -> Deployment:
    """Read a deployment file strictly; ChainError DEPLOYMENT_MALFORMED names the place."""
    if len(data) > _MAX_FILE_BYTES:
        raise ChainError("DEPLOYMENT_MALFORMED", "")
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ChainError("DEPLOYMENT_MALFORMED", "") from error
    if not isinstance(value, dict) or value.get("format") != DEPLOYMENT_FORMAT:
        raise ChainError("DEPLOYMENT_MALFORMED", "/format")
    chain_id = value.get("chainId")
    if not isinstance(chain_id, int) or isinstance(chain_id, bool) or chain_id < 1:
        raise ChainError("DEPLOYMENT_MALFORMED", "/chainId")
    genesis = _text(value, "genesis", "", r"0x[0-9a-f]{64}")
    contracts = {name: _contract(value.get(name), f"/{name}") for name in CONTRACTS}
    return Deployment(chain_id=chain_id, genesis=genesis, log=_log(value.get("log")), **contracts)


def load_deployment(path: Path) -> Deployment:
    """Read a deployment file from disk; ChainError DEPLOYMENT_ABSENT if there is none."""
    try:
        return parse_deployment(path.read_bytes())
    except OSError as error:
        raise ChainError("DEPLOYMENT_ABSENT", str(path)) from error


def _contract(value: object, place: str) -> DeployedContract:
    entry = _object(value, place)
    block = entry.get("block")
    if not isinstance(block, int) or isinstance(block, bool) or block < 0:
        raise ChainError("DEPLOYMENT_MALFORMED", f"{place}/block")
    return DeployedContract(
        address=_text(entry, "address", place, r"0x[0-9a-fA-F]{40}"),
        block=block,
        transaction=_text(entry, "transaction", place, r"0x[0-9a-f]{64}"),
        codeHash=_text(entry, "codeHash", place, r"0x[0-9a-f]{64}"),
    )


def _log(value: object) -> DeployedLog:
    entry = _object(value, "/log")
    return DeployedLog(
        origin=_text(entry, "origin", "/log", r"[^\s+]{1,255}"),
        logId=_text(entry, "logId", "/log", r"[0-9a-f]{64}"),
        logKey=_text(entry, "logKey", "/log", r"[0-9a-f]{64}"),
        participant=_text(entry, "participant", "/log", r"[0-9a-f]{64}"),
        operator=_text(entry, "operator", "/log", r"0x[0-9a-fA-F]{40}"),
    )


def _object(value: object, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ChainError("DEPLOYMENT_MALFORMED", place)
    return value


def _text(entry: dict[str, Any], name: str, place: str, pattern: str) -> str:
    value = entry.get(name)
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise ChainError("DEPLOYMENT_MALFORMED", f"{place}/{name}")
    return value
