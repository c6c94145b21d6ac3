"""A workshop that is not named is one and the same workshop, as far as its accounts say so."""

from __future__ import annotations

from pathlib import Path

from protocol.bundle import parse_bundle
from protocol.history import History, read_history
from protocol.records import verify_record
from protocol.steps import WITHHELD

FILES = Path(__file__).parents[1] / "vectors" / "bundle" / "files"


def history(name: str) -> History:
    bundle = parse_bundle((FILES / f"{name}.filiera").read_bytes())
    return read_history(bundle.target, [verify_record(entry.token) for entry in bundle.records], [], [])


def test_all_tiers_read_one_history_and_sign_one_digest() -> None:
    named, unnamed = history("on-behalf-named"), history("on-behalf-unnamed")
    assert unnamed.digest == named.digest
    assert [step.digest for step in unnamed.walked.steps] == [step.digest for step in named.walked.steps]


def test_two_workshops_stay_two_and_without_a_name() -> None:
    named, unnamed = history("on-behalf-named"), history("on-behalf-unnamed")
    names = {step.digest: step.holder for step in named.steps}
    shown = {(names[step.digest], step.holder) for step in unnamed.steps}
    assert len(shown) == len({name for name, _ in shown}) == 3
    assert len([said for _, said in shown if said.startswith(WITHHELD)]) == 2


def test_a_record_that_is_left_out_ties_nothing() -> None:
    """Without the receipt nothing says that the one who sewed is the one who got the cloth."""
    bundle = parse_bundle((FILES / "on-behalf-unnamed.filiera").read_bytes())
    records = [verify_record(entry.token) for entry in bundle.records]
    left = [record for record in records if record.subject["filiera:act"] != "receipt"]
    holders = {
        step.holder for step in read_history(bundle.target, left, [], []).steps if step.act == "process"
    }
    assert len(holders) == 2
    assert holders.isdisjoint({step.holder for step in history("on-behalf-named").steps})
