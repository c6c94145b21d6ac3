"""Challenges and tokens in the database, so that any process of the node may answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select

from node.models import AccessRead, AuthChallenge, AuthToken, table_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

CHALLENGES, TOKENS, READS = (table_of(model) for model in (AuthChallenge, AuthToken, AccessRead))


def add_challenge(connection: Connection, challenge: str, key_id: bytes, expires_at: int, now: int) -> None:
    """Store a challenge; those that have run out go."""
    connection.execute(delete(CHALLENGES).where(CHALLENGES.c.expires_at < now))
    connection.execute(insert(CHALLENGES).values(challenge=challenge, key_id=key_id, expires_at=expires_at))


def take_challenge(connection: Connection, challenge: str, key_id: bytes, now: int) -> bool:
    """Take a challenge away; False if there is none for this key or it has run out.

    Of two callers one wins.
    """
    wanted = (CHALLENGES.c.challenge == challenge) & (CHALLENGES.c.key_id == key_id)
    taken = connection.execute(delete(CHALLENGES).where(wanted, CHALLENGES.c.expires_at >= now))
    return taken.rowcount == 1


def add_token(
    connection: Connection, digest: bytes, key_id: bytes, participant: bytes, expires_at: int, now: int
) -> None:
    """Store a token's digest; those that have run out go."""
    connection.execute(delete(TOKENS).where(TOKENS.c.expires_at < now))
    row = {"digest": digest, "key_id": key_id, "participant": participant, "expires_at": expires_at}
    connection.execute(insert(TOKENS).values(row))


def find_token(connection: Connection, digest: bytes, now: int) -> tuple[bytes, bytes] | None:
    """Return (key id, participant) of a token that has not run out."""
    row = connection.execute(
        select(TOKENS.c.key_id, TOKENS.c.participant).where(
            TOKENS.c.digest == digest, TOKENS.c.expires_at >= now
        )
    ).one_or_none()
    return (row[0], row[1]) if row else None


def note_reads(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep that somebody read above the public tier, or granted: a row for each owner of the data."""
    connection.execute(insert(READS), list(rows))


def reads_of(
    connection: Connection, owners: Sequence[bytes], told_until: int, after: int, limit: int
) -> list[tuple[int, bytes, str, str, str, int]]:
    """(number, reader, tier, act, target, time) about the owners' data; an authority's only until a time."""
    told = (READS.c.tier != "authority") | (READS.c.read_at <= told_until) | READS.c.participant.in_(owners)
    wanted = (
        select(
            READS.c.number, READS.c.participant, READS.c.tier, READS.c.act, READS.c.target, READS.c.read_at
        )
        .where(READS.c.owner.in_(owners), READS.c.number > after, told)
        .order_by(READS.c.number)
        .limit(limit)
    )
    return [(row[0], bytes(row[1]), row[2], row[3], row[4], row[5]) for row in connection.execute(wanted)]
