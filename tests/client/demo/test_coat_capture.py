"""The sample at the node's front door: form, authority and conflicts, as capture decides them, without a server."""

from __future__ import annotations

import pytest

from client.demo.coat import offline
from client.demo.coat.sample import load
from node.capture.admission import Rules, admit
from node.capture.checking import check
from node.capture.conflicts import Known, ensure_free, find_replay
from node.participants.snapshot import CAPTURE, ROLES, SIGNING, Participant, RegisteredKey, Snapshot
from protocol.errors import AuthorityError
from tests.client.demo.judging import tell

# 2026-11-01, when all of it has happened.
NOW_MS = 1_793_491_200_000


def snapshot(*absent: str) -> Snapshot:
    members = []
    for entry in load().companies:
        if entry["id"] in absent:
            continue
        participant = bytes.fromhex(offline.seeded_participant("1", entry["id"]))
        public = offline.seeded_key("1", entry["id"], "EdDSA").public
        key = RegisteredKey(public.key_id, participant, public.raw, 2, SIGNING, CAPTURE, 1)
        roles = sum(ROLES[role] for role in entry["roles"])
        members.append(Participant(participant, roles, active=True, admitted_block=1, keys=(key,)))
    return Snapshot.of(10, members)


def test_the_node_takes_every_record_in_the_order_of_signing():
    known, members = Known(), snapshot()
    for _, signed in tell().signed:
        candidate = admit(check(signed.token.encode(), NOW_MS, 300), members, Rules(), NOW_MS)
        assert find_replay(candidate, known) is None
        ensure_free(candidate, known)
        assert not candidate.adverse
        known.add(candidate)


def test_the_node_takes_nothing_of_a_company_that_is_not_admitted():
    members = snapshot("spinner")
    tokens = [signed.token for company, signed in tell().signed if company == "spinner"]
    with pytest.raises(AuthorityError):
        admit(check(tokens[0].encode(), NOW_MS, 300), members, Rules(), NOW_MS)
