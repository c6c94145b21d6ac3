"""The embedded chain's state file after a kill in the middle of a write, and after starts that added a genesis."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from anchoring.devstate import StateFile
from protocol.errors import ChainError

if TYPE_CHECKING:
    from pathlib import Path


SENDER, CONTRACT = "0x" + "1A" * 20, "0x" + "2b" * 20


def state(*genesis_times: int, mined: int = 2, listed: int = 2, nonce: int = 2) -> dict[str, Any]:
    """What anvil writes, as far as it is read here: a block for each of a sender's transactions."""
    headers = [{"number": "0x0", "timestamp": hex(time)} for time in genesis_times]
    headers += [{"number": hex(1 + number), "timestamp": "0xffffffff"} for number in range(mined)]
    return {
        "blocks": [{"header": header} for header in headers],
        "transactions": [
            {"block_number": 1 + number, "info": {"from": SENDER.lower(), "nonce": number}}
            for number in reversed(range(listed))
        ],
        "accounts": {SENDER: {"nonce": nonce, "code": "0x"}, CONTRACT: {"nonce": 1, "code": "0x60"}},
    }


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state.json"


def test_no_state_yet_is_a_new_chain(file: Path) -> None:
    assert StateFile(file).prepare() is None


def test_whole_file_gives_the_time_of_its_genesis(file: Path) -> None:
    file.write_text(json.dumps(state(1_700_000_000)))
    assert StateFile(file).prepare() == 1_700_000_000


def test_several_genesis_blocks_give_the_first_one(file: Path) -> None:
    file.write_text(json.dumps(state(1_700_000_900, 1_700_000_000)))
    assert StateFile(file).prepare() == 1_700_000_000


@pytest.mark.parametrize("left", [0, 1, 40], ids=["truncated", "begun", "torn"])
def test_torn_file_is_replaced_by_the_copy(file: Path, left: int) -> None:
    keeper = StateFile(file)
    file.write_text(json.dumps(state(1_700_000_000)))
    assert keeper.keep() > 0
    kept = file.read_bytes()
    file.write_bytes(kept[:left])
    assert StateFile(file).prepare() == 1_700_000_000
    assert file.read_bytes() == kept


@pytest.mark.parametrize(
    "mixed",
    [
        {"nonce": 3},
        {"nonce": 3, "listed": 3},
        {"nonce": 1, "mined": 0, "listed": 0},
    ],
    ids=["accounts are ahead", "blocks are behind", "a first transaction"],
)
def test_file_of_two_moments_is_neither_kept_nor_started_from(file: Path, mixed: dict[str, int]) -> None:
    keeper = StateFile(file)
    file.write_text(json.dumps(state(1_700_000_000)))
    kept_at = keeper.keep()
    file.write_text(json.dumps(state(1_700_000_000, **mixed)))
    assert keeper.keep() == kept_at
    assert StateFile(file).prepare() == 1_700_000_000
    assert json.loads(file.read_text()) == state(1_700_000_000)


def test_transactions_taken_back_leave_a_usable_file(file: Path) -> None:
    file.write_text(json.dumps(state(1_700_000_000, nonce=1)))
    assert StateFile(file).prepare() == 1_700_000_000


def test_file_lost_is_replaced_by_the_copy(file: Path) -> None:
    file.write_text(json.dumps(state(1_700_000_000)))
    StateFile(file).keep()
    file.unlink()
    assert StateFile(file).prepare() == 1_700_000_000
    assert file.exists()


def test_torn_file_is_never_kept(file: Path) -> None:
    keeper = StateFile(file)
    file.write_text(json.dumps(state(1_700_000_000)))
    kept_at = keeper.keep()
    file.write_text('{"blocks": [')
    assert keeper.keep() == kept_at
    assert StateFile(file).prepare() == 1_700_000_000


def test_neither_file_nor_copy_is_whole_and_no_new_chain_is_begun(file: Path) -> None:
    file.write_text("{")
    with pytest.raises(ChainError, match="DEVCHAIN_FAILED"):
        StateFile(file).prepare()
    assert file.read_text() == "{"


def test_keeping_ends_when_asked(file: Path) -> None:
    keeper = StateFile(file)
    keeper.start_keeping()
    keeper.stop_keeping()
    file.write_text(json.dumps(state(1_700_000_000)))
    assert not file.with_name("state.json.kept").exists()
