"""The account's key file: made once, read by its owner only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from eth_account import Account

from anchoring.accounts import create_account, load_account
from protocol.errors import ChainError

if TYPE_CHECKING:
    from pathlib import Path


def test_account_created_is_private_and_read_back(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "operator.key"
    made = create_account(file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert load_account(file).address == made.address
    assert create_account(tmp_path / "other.key").address != made.address


def test_account_file_is_never_overwritten(tmp_path: Path) -> None:
    create_account(tmp_path / "a.key")
    with pytest.raises(ChainError, match="ACCOUNT_FILE_EXISTS"):
        create_account(tmp_path / "a.key")


def test_account_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.key"
    create_account(file)
    file.chmod(0o640)
    with pytest.raises(ChainError, match="ACCOUNT_FILE_OPEN"):
        load_account(file)


@pytest.mark.parametrize("text", ["", "0x", "zz" * 32, "00" * 32, "ff" * 32, "11" * 31, "11" * 33, "é" * 64])
def test_account_file_without_a_key_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "a.key"
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)
    with pytest.raises(ChainError, match=r"ACCOUNT_FILE_(MALFORMED|UNREADABLE)"):
        load_account(file)


def test_account_absent_is_said(tmp_path: Path) -> None:
    with pytest.raises(ChainError, match="ACCOUNT_FILE_UNREADABLE"):
        load_account(tmp_path / "none.key")


@pytest.mark.parametrize("index", [0, 9])
def test_account_of_a_development_chain_is_refused(tmp_path: Path, index: int) -> None:
    Account.enable_unaudited_hdwallet_features()
    words = "test " * 11 + "junk"
    known = Account.from_mnemonic(words, account_path=f"m/44'/60'/0'/0/{index}")
    file = tmp_path / "a.key"
    file.write_text(known.key.hex())
    file.chmod(0o600)
    with pytest.raises(ChainError, match="ACCOUNT_KEY_PUBLISHED"):
        load_account(file)
