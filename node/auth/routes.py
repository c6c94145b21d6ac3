"""POST /auth/challenge, POST /auth/token."""

from __future__ import annotations

from fastapi import APIRouter

from node.auth.schemas import Challenge, ChallengeRequest, Token, TokenRequest
from node.clock import instant
from node.deps import NodeState

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
