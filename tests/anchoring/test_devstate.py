"""The embedded chain's state file after a kill in the middle of a write, and after starts that added a genesis."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from anchoring.devstate import StateFile
from protocol.errors import ChainError

if TYPE_CHECKING:
    from pathlib import Path


SENDER = "0x5409ed021d9299bf6814279a6a1411a7e866a631"
REGISTRY = "0x1dc4c1cefef38a777b15aa20260a54e584b16c48"


def state(*genesis_times: int, nonce: int = 1) -> dict[str, Any]:
    """What anvil writes, as far as it is read here: one transaction in block 1, and an account that sent `nonce`."""
    blocks = [{"header": {"number": "0x0", "timestamp": hex(time)}} for time in genesis_times]
    return {
        "blocks": [*blocks, {"header": {"number": "0x1", "timestamp": "0xffffffff"}}],
        "transactions": [{"block_number": 1, "info": {"from": SENDER, "nonce": 0}}],
        "accounts": {SENDER: {"nonce": nonce, "code": "0x"}, REGISTRY: {"nonce": 1, "code": "0x60"}},
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


def test_file_whose_accounts_are_ahead_of_its_blocks_is_not_used(file: Path) -> None:
    keeper = StateFile(file)
    file.write_text(json.dumps(state(1_700_000_000)))
    keeper.keep()
    kept = file.read_bytes()
    file.write_text(json.dumps(state(1_700_000_000, nonce=2)))
    assert StateFile(file).prepare() == 1_700_000_000
    assert file.read_bytes() == kept


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
