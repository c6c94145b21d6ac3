"""POST /auth/challenge, POST /auth/token, GET /auth/reads."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from node.auth.schemas import Challenge, ChallengeRequest, ReadOut, Token, TokenRequest
from node.clock import instant
from node.deps import Asking, NodeState

_MAX_READS = 1_000
router = APIRouter(prefix="/auth", tags=["auth"])


@router.post("/challenge")
def post_challenge(request: ChallengeRequest, node: NodeState) -> Challenge:
    """Give a key something to sign."""
    challenge, expires = node.auth.challenge(request.key)
    return Challenge(challenge=challenge, audience=node.auth.audience, expires=instant(expires))


@router.post("/token")
def post_token(request: TokenRequest, node: NodeState) -> Token:
    """Give a token to a registered key that has signed its challenge."""
    token, caller, expires = node.auth.token(request.token)
    return Token(token=token, tier=caller.tier, expires=instant(expires))


@router.get("/reads")
def get_reads(
    node: NodeState,
    caller: Asking,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=_MAX_READS)] = 100,
) -> list[ReadOut]:
    """Who looked at the caller's data above the public tier, oldest first, beyond `after`; authorities later."""
    return [
        ReadOut(
            number=each.number,
            reader=each.reader.hex(),
            tier=each.tier,
            act=each.act,
            target=each.target,
            at=instant(each.read_at),
        )
        for each in node.reads.of(caller, after, limit)
    ]
