"""Challenge and token.

The token that a client signs names audience, challenge and its key, so that what was signed for one node is
of no use at another, nor twice at the same. What is given back is random; the database keeps its digest
only.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Any

from node.auth import repository
from node.auth.tiers import PUBLIC, Caller, caller_of
from protocol.compact import parse_compact, verify_compact
from protocol.errors import AuthorityError, FormatError
from protocol.keys import PublicKey
from protocol.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from node.db import Database
    from node.participants.service import Participants

TYP = "filiera-auth+jwt"
MAX_AUTH_TOKEN = 4_096
_LIMITS = Limits(max_bytes=MAX_AUTH_TOKEN, max_depth=4, max_items=32, max_string=1_024)


class Auth:
    """Gives out challenges and tokens; `clock` gives milliseconds since 1970."""

    def __init__(
        self,
        database: Database,
        participants: Participants,
        audience: str,
        clock: Callable[[], int],
        *,
        challenge_seconds: int,
        token_seconds: int,
    ) -> None:
        self._database = database
        self._participants = participants
        self._clock = clock
        self._challenge_ms = challenge_seconds * 1000
        self._token_ms = token_seconds * 1000
        self.audience = audience

    def challenge(self, did: str) -> tuple[str, int]:
        """Return (challenge, when it runs out) for a key.

        Any key may ask, only a registered one gets a token.
        """
        key = PublicKey.from_did(did)
        challenge, now = secrets.token_urlsafe(32), self._clock()
        with self._database.write() as connection:
            repository.add_challenge(connection, challenge, key.key_id, now + self._challenge_ms, now)
        return challenge, now + self._challenge_ms

    def token(self, signed: str) -> tuple[str, Caller, int]:
        """Return (token, caller, when it runs out) for a signed challenge; raises FilieraError."""
        key, claims = _read(signed)
        if claims.get("aud") != self.audience:
            raise AuthorityError("AUTH_AUDIENCE", "/aud", expected=self.audience)
        participant = self._participants.snapshot.authorise(key.key_id, claimed=None, capability=0)
        challenge, now = claims.get("challenge"), self._clock()
        token = secrets.token_urlsafe(32)
        with self._database.write() as connection:
            if not isinstance(challenge, str) or not repository.take_challenge(
                connection, challenge, key.key_id, now
            ):
                raise AuthorityError("AUTH_CHALLENGE", "/challenge")
            expires = now + self._token_ms
            repository.add_token(connection, _digest(token), key.key_id, participant.id, expires, now)
        return token, caller_of(participant), expires

    def caller(self, authorization: str | None) -> Caller:
        """Return who asks.

        Roles are those of now: whoever is suspended reads what is public, token or not.
        """
        if authorization is None:
            return PUBLIC
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise AuthorityError("AUTH_TOKEN", "Authorization")
        with self._database.read() as connection:
            found = repository.find_token(connection, _digest(token.strip()), self._clock())
        if found is None:
            raise AuthorityError("AUTH_TOKEN", "Authorization")
        key_id, participant = found
        return caller_of(self._participants.snapshot.authorise(key_id, claimed=participant, capability=0))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _read(signed: str) -> tuple[PublicKey, dict[str, Any]]:
    """Read and verify a client's token: its kind, signature, and that the issuer is the key of the header."""
    if len(signed) > MAX_AUTH_TOKEN:
        raise FormatError("AUTH_MALFORMED", "/token")
    try:
        kid = parse_compact(signed, _LIMITS).header.get("kid")
        key = PublicKey.from_kid(str(kid))
        claims = verify_compact(signed, key, TYP, _LIMITS)
    except FormatError as error:
        raise FormatError("AUTH_MALFORMED", "/token") from error
    if claims.get("iss") != key.did:
        raise FormatError("AUTH_MALFORMED", "/token")
    return key, claims
