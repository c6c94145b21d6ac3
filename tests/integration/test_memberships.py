"""The coordinator takes a word back, or stops a company: at a real node, on a real chain, with the real command."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from client import texts
from client.keystore import new_key, save_key
from protocol.records import parse_record
from protocol.status_entries import bits_of, entry_of
from tests.client.desk import Desk
from tests.integration.test_verify import codes, verify
from tests.support.chain import deployed, session_chain  # noqa: F401 - fixtures
from tests.support.node_process import NodeProcess

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.chain


class Office:
    """A coordinator and a company at one desk."""

    def __init__(self, node: NodeProcess, desk: Desk) -> None:
        self.node, self.desk, self.number = node, desk, 0
        self.key = desk.folder / "coordinator.jwk"
        save_key(self.key, node.deployed.coordinator)

    def run(self, *arguments: object) -> str:
        said = self.desk.filiera(*arguments)
        assert said.status == 0, said.err
        return said.out

    def admit(self, *more: str) -> str:
        """The company gets in; its id."""
        self.run("key", "new", "--name", "Filatura Esempio")
        self.run("key", "request", "--vat", "IT01234567890", "-o", self.desk.folder / "request.json")
        self.run(
            "participant",
            "admit",
            self.desk.folder / "request.json",
            "--key",
            self.key,
            "--role",
            "supplier",
            *more,
        )
        own = str(json.loads(self.run("key", "show"))["participant"])
        self.node.wait(lambda: self.node.client.get(f"/participants/{own}").status_code == 200)
        return own

    def declare(self) -> Path:
        """A lot comes to be and is signed; the path of the token."""
        self.number += 1
        body = self.desk.write("body.json", json.loads(self.run("event", "template", "lot-declared")))
        out = self.desk.folder / f"{self.number}.jwt"
        self.run("event", "sign", body, "-o", out)
        return out

    def active(self, own: str) -> bool:
        found: bool = self.node.client.get(f"/participants/{own}").json()["active"]
        return found


@pytest.fixture
def office(tmp_path, deployed, monkeypatch, capsys):  # noqa: F811 - a fixture
    process = NodeProcess(tmp_path, deployed, FILIERA_PARTICIPANTS_SECONDS="0.2")
    process.start()
    (tmp_path / "trust.json").write_text(json.dumps(deployed.deployment.trust()))
    folder = tmp_path / "desk"
    folder.mkdir()
    for name, value in (("HOME", str(folder)), ("NODE", process.url), ("LANG", "it")):
        monkeypatch.setenv(f"FILIERA_{name}", value)
    texts.use("it")
    yield Office(process, Desk(folder, capsys))
    process.kill()
    process.client.close()


def test_a_membership_is_withdrawn_once_and_the_goods_stay_what_they_are(office):
    own = office.admit("--withdrawable")
    record = parse_record(office.declare().read_text("ascii").strip())
    office.run("event", "submit", "--wait")
    (lot,) = (each["epcClass"] for each in record.subject["quantityList"])
    target = f"{office.node.url}/lots/{lot}/custody"
    before = verify(office.node, target)
    assert "MEMBERSHIP_REVOKED" not in before.stdout

    stranger = office.desk.folder / "stranger.jwk"
    save_key(stranger, new_key())
    said = office.desk.filiera("participant", "withdraw-membership", own, "--key", stranger)
    assert (said.status, "STATUS_LIST_FOREIGN" in said.err) == (1, True)

    assert "Ritirato" in office.run("participant", "withdraw-membership", own, "--key", office.key)
    after = verify(office.node, target)
    notices = {found["code"] for found in json.loads(after.stdout)["findings"]}
    assert "MEMBERSHIP_REVOKED" in notices
    assert (after.returncode, codes(after)) == (before.returncode, codes(before))

    digest = office.node.client.get(f"/participants/{own}").json()["profileDigest"]
    entry = entry_of(parse_record(office.node.client.get(f"/events/{digest}").text).claims)
    shown = office.node.client.get(f"/status/{entry.list_id.rpartition(':')[2]}").text
    newest = parse_record(shown)
    assert (newest.subject["version"], bits_of(newest.subject).is_set(entry.index)) == (2, True)
    office.run("participant", "withdraw-membership", own, "--key", office.key)
    assert office.node.client.get(f"/status/{entry.list_id.rpartition(':')[2]}").text == shown


def test_a_membership_without_a_place_is_told_apart(office):
    own = office.admit()
    said = office.desk.filiera("participant", "withdraw-membership", own, "--key", office.key)
    assert (said.status, "STATUS_ABSENT" in said.err) == (1, True)


def test_a_suspended_company_is_stopped_at_the_next_confirmation_and_lifted_again(office):
    own = office.admit()
    first = parse_record(office.declare().read_text("ascii").strip())
    office.run("event", "submit", "--wait")
    (lot,) = (each["epcClass"] for each in first.subject["quantityList"])
    target = f"{office.node.url}/lots/{lot}/custody"
    anchored = verify(office.node, target)

    act = json.loads(office.run("participant", "suspend", own, "--key", office.key))
    office.node.wait(lambda: not office.active(own))
    status = office.node.deployed.client().contracts["participants"].functions.statusAt
    was = [status(bytes.fromhex(own), act["block"] + step).call()[1] for step in (-1, 0)]
    assert was == [True, False], "from the block of the act on: one confirmation is all that it takes"
    late = office.declare()
    said = office.desk.filiera("event", "submit", late)
    assert (said.status, "PARTICIPANT_SUSPENDED" in said.err) == (1, True)
    said = office.desk.filiera("event", "balance", "--ask")
    assert (said.status, "sospes" in said.err) == (1, True)
    after = verify(office.node, target)
    assert (after.returncode, codes(after)) == (anchored.returncode, codes(anchored))

    office.run("participant", "suspend", own, "--key", office.key, "--lift")
    office.node.wait(lambda: office.active(own))
    office.run("event", "submit", late)


def test_nobody_but_a_coordinator_stops_a_company(office):
    own = office.admit()
    said = office.desk.filiera("participant", "suspend", own)
    assert said.status == 1
    assert office.active(own)
