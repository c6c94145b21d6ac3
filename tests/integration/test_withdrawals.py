"""A certificate is withdrawn after the goods were made: at a real node, on a real chain, as `filiera verify` sees it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from protocol.bundle import parse_bundle, serialise
from protocol.records import parse_record
from tests.integration.test_verify import codes, node, verify
from tests.support.makers import Maker, lot
from tests.support.node_process import NodeProcess
from tests.support.statuses import certificate, reference, status_list

__all__ = ["node"]
pytestmark = pytest.mark.chain
PLACE = 4_711


def _anchored(process: NodeProcess, *records) -> None:
    for record in records:
        answer = process.post(record)
        assert answer.status_code == 201, answer.text
        process.proof(record)


def test_a_withdrawal_falls_on_what_rests_on_the_paper_and_cannot_be_hidden(node, tmp_path):
    lab, carla = Maker("lab", ("certifier",)), Maker("carla")
    for maker in (lab, carla):
        assert node.admit(maker).status_code == 200
    first = status_list(lab)
    paper, other = (certificate(lab, place, holder=carla.urn) for place in (PLACE, PLACE + 1))
    _anchored(node, first, paper, other)
    for name, cited in (("silk", paper), ("linen", other)):
        fibre = carla.declare(name, **{"filiera:stage": "raw-material"})
        thread = carla.spin(
            name, f"{name} thread", "120", "110", **{"filiera:certificates": [reference(cited)]}
        )
        _anchored(node, fibre, thread)
    before = tmp_path / "before.filiera"
    before.write_bytes(node.client.get(f"/lots/{lot('silk thread')}/custody").content)
    assert (codes(verify(node, str(before))), verify(node, str(before)).returncode) == (set(), 0)

    _anchored(node, status_list(lab, [PLACE], first))
    withdrawn = verify(node, f"{node.url}/lots/{lot('silk thread')}/custody")
    untouched = verify(node, f"{node.url}/lots/{lot('linen thread')}/custody")
    assert (withdrawn.returncode, codes(withdrawn)) == (1, {"EVIDENCE_REVOKED"})
    assert (untouched.returncode, codes(untouched)) == (0, set())

    # Whoever made a file before holds it as of its head; a file as of now with the list of then is found out.
    now = parse_bundle(node.client.get(f"/lots/{lot('silk thread')}/custody").content)
    then = parse_bundle(before.read_bytes())
    old = next(entry for entry in then.records if parse_record(entry.token).digest == first.digest)
    kept = [entry for entry in now.records if "BitstringStatusList" not in parse_record(entry.token).kind]
    records = sorted([*kept, old], key=lambda entry: parse_record(entry.token).digest)
    heads = {(head.log, head.seq): head for head in (*then.heads, *now.heads)}
    forged = tmp_path / "forged.filiera"
    forged.write_bytes(serialise(replace(now, records=tuple(records), heads=_in_order(heads))))
    assert "STATUS_LIST_STALE" in codes(verify(node, str(forged)))
    assert verify(node, str(forged)).returncode == 1


def _in_order(heads) -> tuple:
    return tuple(heads[place] for place in sorted(heads))
