"""A criterion from its proposal to its retirement: by the command, at a node on a real chain, days going by.

Only the days are played: the node's clock and the maker's calendar are set, everything else is real.
"""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from client import cli, criteria, texts
from client.keystore import KeyFile, save_key
from client.profile import Profile, save_profile
from node.app import create_app
from node.config import Settings
from protocol.codes import lookup
from protocol.records import parse_record
from tests.client.desk import declared
from tests.support.chain import deployed, p256, session_chain  # noqa: F401 - fixtures
from tests.support.criteria import TEXT, next_catalogue
from tests.support.makers import Maker, lot
from tests.support.nodes import Clock
from tests.support.serving import listening

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.chain import Deployed

pytestmark = pytest.mark.chain
NAME, VERSION = "water", "2027-1"
AREA = {"countries": ["IT"], "provinces": ["PO", "BO"], "it": "Appennino", "en": "Apennines"}


@dataclass
class Town:
    """The folder with everybody's keys, the node's address, and what day it is."""

    folder: Path
    url: str
    clock: Clock
    chain: Deployed
    capsys: pytest.CaptureFixture[str]
    today: date = date(2026, 3, 2)

    def wait(self, days: int) -> None:
        self.today += timedelta(days)
        self.clock.now = int(datetime(*self.today.timetuple()[:3], 9, tzinfo=UTC).timestamp() * 1000)

    def day(self, later: int = 0) -> str:
        return (self.today + timedelta(later)).isoformat()

    def filiera(self, *arguments: object, key: str = "") -> tuple[int, str]:
        """Exit status and all that was said, in English."""
        self.capsys.readouterr()
        told = [str(each) for each in arguments]
        told += ["--key", str(self.key(key))] if key else []
        try:
            status = cli.run(["--lang", "en", *told, "--node", self.url])
        except SystemExit as ended:  # `verify` ends the program with its verdict
            status = int(ended.code or 0)
        said = self.capsys.readouterr()
        texts.use("it")
        return status, said.out + said.err

    def criterion(self, command: str, *arguments: object, key: str) -> tuple[int, str]:
        catalogue = () if command == "publish" else ("--catalogue", VERSION)
        return self.filiera("criterion", command, NAME, *arguments, *catalogue, key=key)

    def does(self, command: str, *arguments: object, key: str = "coordinator") -> str:
        status, said = self.criterion(command, *arguments, key=key)
        assert status == 0, said
        return said

    def may_not(self, code: str, command: str, *arguments: object, key: str = "coordinator") -> None:
        status, said = self.criterion(command, *arguments, key=key)
        assert status != 0, said
        fixed = re.split(r"\{[^}]*\}", lookup(code).texts["en"]["sentence"])
        assert all(part in said for part in fixed if part.strip(" ().,“”")), said

    def key(self, name: str) -> Path:
        return self.folder / f"{name}.jwk"

    def write(self, name: str, value: Any) -> Path:
        path = self.folder / name
        path.write_text(json.dumps(value))
        return path

    def own(self, name: str, key: Any, participant: str) -> None:
        save_key(self.key(name), key)
        save_profile(KeyFile(self.key(name)), Profile(participant, name))

    def admit(self, maker: Maker) -> None:
        self.own(maker.name, maker.key, maker.id.hex())
        request = self.folder / f"{maker.name}.json"
        asked = ("key", "request", "--name", maker.name, "--vat", "IT01234567890", "-o", request)
        assert self.filiera(*asked, key=maker.name)[0] == 0
        roles = [part for role in maker.roles for part in ("--role", role)]
        status, said = self.filiera("participant", "admit", request, *roles, key="coordinator")
        assert status == 0, said

    def life(self) -> dict[str, Any]:
        found: dict[str, Any] = httpx.get(f"{self.url}/criteria/{NAME}").json()["versions"][0]
        return found

    def anchored(self) -> dict[str, Any]:
        """The life once all of it is anchored."""
        for _ in range(600):
            told = self.life()
            entries = [each for name in ("steps", "comments", "adoptions") for each in told[name]]
            if all(each["state"] == "anchored" for each in entries):
                return told
            time.sleep(0.05)
        raise AssertionError(told)


@pytest.fixture
def town(tmp_path, deployed, monkeypatch, capsys):  # noqa: F811 - a fixture
    log_key, operator, deployment = (
        tmp_path / name for name in ("log.key", "operator.key", "deployment.json")
    )
    for path, text in ((log_key, json.dumps(deployed.log_key.jwk)), (operator, deployed.account.key.hex())):
        path.touch(mode=0o600)
        path.write_text(text)
    deployment.write_text(json.dumps(deployed.deployment.to_json()))
    (tmp_path / "trust.json").write_text(json.dumps(deployed.deployment.trust()))
    settings = Settings(
        data_dir=tmp_path, chain_url=deployed.chain.url, deployment=deployment, log_key_file=log_key,
        operator_key_file=operator, head_seconds=0.2, confirmation="depth:0", verifiers=0,
    )  # fmt: skip
    clock = Clock()
    with listening(create_app(settings, clock=clock)) as url:
        made = Town(tmp_path, url, clock, deployed, capsys)
        made.wait(0)
        monkeypatch.setenv("FILIERA_HOME", str(tmp_path))
        monkeypatch.setenv("FILIERA_LANG", "en")
        monkeypatch.setattr(criteria, "today", made.day)
        made.own("coordinator", deployed.coordinator, "c0" * 32)
        made.own("elsewhere", p256("coordinator of another consortium"), "c1" * 32)
        yield made


def test_from_proposal_to_retirement(town):
    dyer, museum = Maker("dyer"), Maker("museum", roles=("observer",))
    for each in (dyer, museum):
        town.admit(each)
    texts_file = town.write("texts.json", {"it": TEXT, "en": TEXT | {"name": "Water"}})
    town.may_not("NOT_COORDINATOR", "propose", texts_file, key="elsewhere")
    town.may_not("NOT_COORDINATOR", "propose", texts_file, key="dyer")
    town.does("propose", texts_file)
    town.does("consult", "--until", town.day(8))

    town.wait(3)
    town.does("comment", "--position", "amend", "--text", "Count reused water too.", key="dyer")
    town.does("comment", "--position", "support", "--text", "At last.", key="museum")
    town.may_not("CRITERION_CONSULTATION_OPEN", "agree", "--decision", "x", "--answers", answers(town))
    town.wait(6)
    town.may_not(
        "CRITERION_COMMENT_OUTSIDE", "comment", "--position", "object", "--text", "Late.", key="dyer"
    )
    content = next_catalogue()
    content["areas"]["apennines"] = AREA
    catalogue = town.write("catalogue.json", content)
    town.may_not("CRITERION_STEP_ORDER", "publish", catalogue)
    town.may_not("ANSWER_MISSING", "agree", "--decision", "By all.")
    town.does("agree", "--decision", "By all.", "--answers", town.folder / "answers.json")
    town.may_not("CRITERION_NOT_PUBLISHED", "adopt", "--scope", "all products", key="dyer")
    town.does("publish", catalogue)

    town.may_not("ROLE_MISSING", "adopt", "--scope", "all products", key="museum")
    town.own("impostor", Maker("impostor").key, dyer.id.hex())
    town.may_not("KEY_UNKNOWN", "adopt", "--scope", "all products", key="impostor")
    town.does("adopt", "--scope", "all products", key="dyer")
    told = town.anchored()
    assert (told["stage"], told["adopters"], len(told["comments"])) == ("published", 1, 2)
    for each in (*told["steps"], *told["comments"], *told["adoptions"]):
        record = parse_record(httpx.get(f"{town.url}/events/{each['digest']}").text)
        assert httpx.get(f"{town.url}/events/{record.id}/proof").json()["head"]["seq"] > 0

    verified_beside(town)
    town.wait(10)
    town.does("retire", "--reason", "Replaced.", "--replaced-by", "2027-2")
    town.may_not("CRITERION_RETIRED", "adopt", "--scope", "coats", "--from", town.day(-10), key="dyer")
    town.does("withdraw", key="dyer")
    town.may_not("ADOPTION_ABSENT", "withdraw", key="dyer")
    told = town.anchored()
    assert (told["stage"], told["adopters"]) == ("retired", 0)
    status, said = town.filiera("criterion", "show", NAME)
    assert status == 0
    for word in (
        "retired",
        "consultation opened",
        "to be changed: Count reused water too.",
        "withdraws from",
        "anchored",
    ):
        assert word in said


def answers(town):
    """The file of answers, drafted by the command and filled in."""
    path = town.folder / "answers.json"
    town.does("agree", "--draft", path)
    given = json.loads(path.read_text())
    assert {each["text"] for each in given.values()} == {"Count reused water too.", "At last."}
    return town.write(
        "answers.json", {name: each | {"taken": True, "answer": "Yes."} for name, each in given.items()}
    )


def verified_beside(town):
    """A lot of the dyer's: the report shows it under the catalogue in use, and beside under the one just published."""
    event = town.write("wool.json", declared(lot("wool")))
    assert cli.run(["--lang", "en", "event", "sign", str(event), "--key", str(town.key("dyer"))]) == 0
    status, said = town.filiera("event", "submit", "--wait", key="dyer")
    assert status == 0, said
    trust = ("--trust", town.folder / "trust.json", "--chain", town.chain.chain.url)
    status, said = town.filiera("verify", lot("wool"), *trust, "--json")
    report = json.loads(said)
    assert (status, report["verdict"]) == (0, "verified")
    assert "CATALOGUE_METHOD_UNKNOWN" in {each["code"] for each in report["findings"]}
    assert {each["catalogue"] for each in report["criteria"]} == {"2026-2"}
    (newer,) = report["beside"]
    assert (newer["catalogue"], newer["unknown"]) == (VERSION, [NAME])
    assert "in-apennines" in {each["id"] for criterion in newer["criteria"] for each in criterion["figures"]}
    _, said = town.filiera("verify", lot("wool"), *trust)
    assert "Under catalogue 2027-1 (signed by the coordinator" in said
    assert "the stated one, 2026-2, counts" in said
    assert (
        "Water: this program cannot compute it." in said or "Acqua: this program cannot compute it." in said
    )
