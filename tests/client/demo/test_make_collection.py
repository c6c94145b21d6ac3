"""The same collection at 1 and at 100 garments, as files."""

from __future__ import annotations

import json

import pytest

from protocol.limits import MAX_TOKEN_BYTES
from protocol.records import parse_record
from scripts.make_collection import main
from tests.client.demo.judging import tell


@pytest.mark.parametrize("garments", [1, 100])
def test_every_garment_of_a_collection_verifies(garments: int):
    told = tell(garments)
    assert len(told.telling.born) == len({garment.item for garment in told.telling.born}) == garments
    assert told.judge_all().findings == ()
    for garment in told.telling.born:
        assert told.judge(garment.item).exit_status == 0


def test_orders_share_companies_and_buttons_and_no_cloth():
    told = tell(100)
    assert told.telling.orders == 3
    assert told.telling.lot("button-stock", "/2") == told.telling.lot("button-stock")
    assert told.telling.lot("buttons", "/2") != told.telling.lot("buttons")
    assert told.telling.lot("cloth", "/2") != told.telling.lot("cloth")
    stock = told.by_name["buttons-stock"].subject["quantityList"][0]["quantity"]
    assert stock == "6000"


def test_what_is_behind_a_garment_does_not_grow_with_the_number_of_orders():
    one, many = tell(1), tell(100)
    assert len(one.behind(one.telling.born[0].item)) == len(many.behind(many.telling.born[0].item))


def test_files_hold_what_they_say(tmp_path, capsys):
    assert main(["--garments", "2", "--seed", "files", "-o", str(tmp_path)]) == 0
    made = json.loads((tmp_path / "collection.json").read_text("utf-8"))
    lines = (tmp_path / "records.ndjson").read_bytes().splitlines()
    assert len(lines) == made["records"]
    assert f"sha256 {made['sha256']}" in capsys.readouterr().out
    keys = {entry["participant"] for entry in json.loads((tmp_path / "participants.json").read_text("utf-8"))}
    for line in lines:
        token = json.loads(line)
        assert len(token) <= MAX_TOKEN_BYTES
        assert parse_record(token).subject["filiera:participant"] in keys
    assert len(json.loads((tmp_path / "garments.json").read_text("utf-8"))) == 2
    assert not any(
        "d" in entry["key"] for entry in json.loads((tmp_path / "participants.json").read_text("utf-8"))
    )


def test_the_same_command_writes_the_same_bytes(tmp_path, capsys):
    for name in ("one", "two"):
        main(["--garments", "1", "--seed", "again", "-o", str(tmp_path / name)])
    for name in ("records.ndjson", "participants.json", "garments.json", "collection.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    capsys.readouterr()


@pytest.mark.parametrize("garments", ["0", "-1", "1000001", "many"])
def test_sizes_that_make_no_sense_are_refused(garments: str, tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["--garments", garments, "-o", str(tmp_path / "none")])
    assert stopped.value.code == 2
    assert not (tmp_path / "none").exists()
    capsys.readouterr()
