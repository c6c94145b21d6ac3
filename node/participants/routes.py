"""GET /participants, POST /participants/acts, GET /participants/nonce, GET /deployment."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from starlette.concurrency import run_in_threadpool

from node.deps import NodeState
from node.participants.schemas import HEX32, ActRequest, ActResult, KeyOut, NonceOut, ParticipantOut
from node.participants.snapshot import (
    ADMIN,
    CAPTURE,
    OPEN,
    PASSPORT,
    RECOVERY,
    SIGNING,
    Participant,
    RegisteredKey,
)
from protocol.errors import AuthorityError

router = APIRouter(tags=["participants"])
_STALE = frozenset({"KEY_UNKNOWN"})
_CAPABILITIES = {"capture": CAPTURE, "passport": PASSPORT, "admin": ADMIN, "recovery": RECOVERY}


@router.get("/participants")
def get_participants(node: NodeState) -> list[ParticipantOut]:
    """Everybody admitted, with roles and keys, as the chain says."""
    return [_shown(participant) for participant in node.participants.snapshot.participants.values()]


@router.get("/participants/nonce")
def get_nonce(
    node: NodeState,
    contract: Annotated[Literal["participants", "anchors", "passports"], Query()] = "participants",
    participant: Annotated[str, Query(pattern=r"^([0-9a-f]{64})?$")] = "",
) -> NonceOut:
    """The nonce that the next act of a participant (none given: of the coordinator) must carry."""
    nonce = node.relay.nonce(contract, bytes.fromhex(participant) or None)
    return NonceOut(contract=contract, participant=participant, nonce=nonce)


@router.post("/participants/acts")
async def post_act(request: ActRequest, node: NodeState) -> ActResult:
    """Relay a signed act; the node pays, the signature decides."""
    try:
        done = await run_in_threadpool(node.relay.relay, request)
    except AuthorityError as refusal:
        # Whoever was admitted a moment ago may act at once.
        if not await node.participants.refresh_after(refusal, _STALE):
            raise
        done = await run_in_threadpool(node.relay.relay, request)
    return ActResult.model_validate(done)


@router.get("/participants/{participant}")
def get_participant(participant: Annotated[str, Path(pattern=HEX32)], node: NodeState) -> ParticipantOut:
    """One participant."""
    found = node.participants.snapshot.participants.get(bytes.fromhex(participant))
    if found is None:
        raise AuthorityError("PARTICIPANT_UNKNOWN", "/participant", participant=participant)
    return _shown(found)


@router.get("/deployment", tags=["log"])
def get_deployment(node: NodeState) -> dict[str, Any]:
    """Where the node says the contracts and its log are: information, never a reason to trust."""
    deployment = node.deployment
    contracts = deployment.to_json() if deployment else {}
    return {
        "chainId": contracts.get("chainId"),
        "genesis": contracts.get("genesis"),
        **{name: contracts.get(name) for name in ("participants", "anchors", "passports")},
        "log": {"origin": node.log.origin, "logId": node.log.log_id.hex(), "vkey": node.log.vkey},
        "coordinator": {
            key.hex(): public.hex() for key, public in sorted(node.participants.snapshot.coordinators.items())
        },
        "audience": node.auth.audience,
    }


def _shown(participant: Participant) -> ParticipantOut:
    return ParticipantOut(
        id=participant.id.hex(),
        roles=participant.role_names,
        active=participant.active,
        admittedBlock=participant.admitted_block,
        profileDigest=participant.profile_digest.hex(),
        keys=[_key(key) for key in participant.keys],
    )


def _key(key: RegisteredKey) -> KeyOut:
    return KeyOut(
        keyHash=key.key_id.hex(),
        alg="ES256" if key.alg == 1 else "EdDSA",
        use="signing" if key.use == SIGNING else "agreement",
        capabilities=[name for name, bit in _CAPABILITIES.items() if key.capabilities & bit],
        publicKey=key.public_key.hex(),
        fromBlock=key.from_block,
        toBlock=None if key.to_block == OPEN else key.to_block,
        disputedFrom=key.disputed_from or None,
    )
