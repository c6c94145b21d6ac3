"""Put the three contracts on a chain, admit the operator, open the log, and say where everything is.

The order is fixed: the registry of participants first, because the others hold its address for ever; then the
participant that operates the log; then the log, which `openLog` grants to an active participant only. A
deployment that stops half-way leaves contracts that nobody uses: run it again, it begins anew.

The account that pays gets no rights by paying. It becomes the log's operator because the coordinator signs
so.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from eth_utils.address import to_checksum_address
from web3.exceptions import TimeExhausted

from anchoring import fees
from anchoring.acts import ActTarget, possession, sign_act
from anchoring.artifacts import artifact
from anchoring.client import DEFAULT_TIMEOUT, ChainClient, connect, genesis_hash
from anchoring.deployment import DeployedContract, DeployedLog, Deployment
from anchoring.errors import RevertCodes, chain_errors
from anchoring.participants import ALGORITHMS, CAPABILITIES, ROLES, USES
from anchoring.relay import Relayer
from anchoring.transactions import current_fees, sign_call
from protocol.errors import ChainError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from eth_account.signers.local import LocalAccount
    from web3 import Web3

    from protocol.keys import PrivateKey, PublicKey

DEFAULT_KEY_DELAY = 172_800  # two days, in which a key that nobody wanted can be cancelled
_DEADLINE_SECONDS = 3_600
_WAIT_SECONDS = 120.0
_MAX_ORIGIN = 255


@dataclass(frozen=True, slots=True)
class DeployPlan:
    """What to deploy. `coordinators` are P-256 keys, at least `threshold` of them; `key_delay` in seconds.

    `participant` (32 bytes, random if None) is admitted as coordinator and technical operator with the
    coordinators' keys, and operates the log. `profile_digest` is that of its membership credential, zero if
    there is none yet.
    """

    coordinators: Sequence[PrivateKey]
    log_origin: str
    log_key: PublicKey
    threshold: int = 1
    key_delay: int = DEFAULT_KEY_DELAY
    participant: bytes | None = None
    profile_digest: bytes = bytes(32)
    operator: str | None = None


def deploy(url: str, account: LocalAccount, plan: DeployPlan, timeout: float = DEFAULT_TIMEOUT) -> Deployment:
    """Deploy and open the log; `account` pays, and anchors unless the plan names another operator."""
    _check(plan)
    web3 = connect(url, timeout)
    with chain_errors():
        chain_id = int(web3.eth.chain_id)
    genesis = genesis_hash(web3)
    keys = [key.public.uncompressed for key in plan.coordinators]
    participants = _create(web3, account, "participants", keys, plan.threshold, plan.key_delay)
    anchors = _create(web3, account, "anchors", participants.address)
    passports = _create(web3, account, "passports", participants.address)
    identifier = plan.participant or secrets.token_bytes(32)
    log = _log(plan, identifier, plan.operator or str(account.address))
    deployment = Deployment(chain_id, genesis, participants, anchors, passports, log)
    client = ChainClient(url, deployment, timeout)
    client.check_identity()
    relayer = Relayer(client, account)
    _act(relayer, plan, "participants", "admit", _admission(plan, identifier, relayer.target("participants")))
    _act(relayer, plan, "anchors", "openLog", _opening(deployment))
    return deployment


def open_log(
    url: str,
    account: LocalAccount,
    deployment: Deployment,
    plan: DeployPlan,
    participant: bytes,
    operator: str,
    timeout: float = DEFAULT_TIMEOUT,
) -> Deployment:
    """Open another log on the chain of a deployment: for a participant that is admitted, anchored by `operator`.

    Returns the deployment as the other node reads it: the same contracts, its own log.
    """
    _check(plan)
    client = ChainClient(url, deployment, timeout)
    client.check_identity()
    opened = replace(deployment, log=_log(plan, participant, operator))
    _act(Relayer(client, account), plan, "anchors", "openLog", _opening(opened))
    return opened


def write_json(path: Path, value: dict[str, Any], *, replace: bool = False) -> None:
    """Write a file whole or not at all; ChainError FILE_EXISTS unless it may be replaced."""
    if path.exists() and not replace:
        raise ChainError("FILE_EXISTS", str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("w", encoding="utf-8") as file:
        file.write(json.dumps(value, indent=2) + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _log(plan: DeployPlan, participant: bytes, operator: str) -> DeployedLog:
    return DeployedLog(
        origin=plan.log_origin,
        logId=sha256(plan.log_origin.encode()).hexdigest(),
        logKey=plan.log_key.raw.hex(),
        participant=participant.hex(),
        operator=to_checksum_address(operator),
    )


def _check(plan: DeployPlan) -> None:
    if not 1 <= plan.threshold <= len(plan.coordinators):
        raise ChainError("DEPLOY_THRESHOLD", threshold=plan.threshold, keys=len(plan.coordinators))
    if any(key.alg != "ES256" for key in plan.coordinators):
        raise ChainError("CHAIN_ACT_KEY_KIND", "coordinator", alg="EdDSA")
    if plan.log_key.alg != "EdDSA":
        raise ChainError("DEPLOY_LOG_KEY", alg=plan.log_key.alg)
    origin = plan.log_origin
    if not 0 < len(origin) <= _MAX_ORIGIN or "+" in origin or any(char.isspace() for char in origin):
        raise ChainError("DEPLOY_ORIGIN", origin=origin[:80])


def _create(web3: Web3, account: LocalAccount, name: str, *arguments: Any) -> DeployedContract:
    """Deploy one contract and wait for it."""
    compiled = artifact(name)
    with chain_errors(RevertCodes(compiled.abi)):
        factory = web3.eth.contract(abi=compiled.abi, bytecode=compiled.creation)
        nonce = int(web3.eth.get_transaction_count(account.address, "pending"))
        offer = fees.offer(current_fees(web3), None)
        signed = sign_call(account, factory.constructor(*arguments), int(web3.eth.chain_id), nonce, offer)
        sent = web3.eth.send_raw_transaction(signed.raw)
        try:
            receipt = web3.eth.wait_for_transaction_receipt(sent, timeout=_WAIT_SECONDS, poll_latency=0.05)
        except TimeExhausted as error:
            raise ChainError("CHAIN_TIMEOUT", name, reason="0x" + bytes(sent).hex()) from error
    if receipt["status"] != 1 or receipt["contractAddress"] is None:
        raise ChainError("CHAIN_REVERTED", name, data="0x" + bytes(sent).hex())
    return DeployedContract(
        address=str(receipt["contractAddress"]),
        block=int(receipt["blockNumber"]),
        transaction="0x" + bytes(sent).hex(),
        codeHash=compiled.code_hash,
    )


def _act(relayer: Relayer, plan: DeployPlan, contract: str, act: str, args: dict[str, Any]) -> None:
    """Sign as coordinator, k keys, and send."""
    nonce, deadline = relayer.nonce_of(contract), relayer.chain_time() + _DEADLINE_SECONDS
    signers = plan.coordinators[: plan.threshold]
    signatures = sign_act(relayer.target(contract), contract, act, args, nonce, deadline, signers)
    relayer.relay_act(contract, act, args, nonce, deadline, signatures)


def _admission(plan: DeployPlan, identifier: bytes, target: ActTarget) -> dict[str, Any]:
    return {
        "id": identifier,
        "roles": ROLES["coordinator"] | ROLES["technical-operator"],
        "profileDigest": plan.profile_digest,
        "keys": [key_input(key, identifier, target, "capture", "admin") for key in plan.coordinators],
    }


def _opening(deployment: Deployment) -> dict[str, Any]:
    log = deployment.log
    return {
        "logId": log.logId,
        "operator": log.operator,
        "participantId": log.participant,
        "logKey": log.logKey,
        "origin": log.origin,
    }


def key_input(key: PrivateKey, participant: bytes, target: ActTarget, *capabilities: str) -> dict[str, Any]:
    """A signing key as `admit` and `addKey` want it, with its proof of possession (only P-256 has one)."""
    is_p256 = key.alg == "ES256"
    r, s = possession(target, participant, key) if is_p256 else (bytes(32), bytes(32))
    return {
        "alg": ALGORITHMS[key.alg],
        "use": USES["signing"],
        "capabilities": sum(CAPABILITIES[name] for name in capabilities),
        "publicKey": key.public.uncompressed if is_p256 else key.public.raw,
        "r": r,
        "s": s,
    }
