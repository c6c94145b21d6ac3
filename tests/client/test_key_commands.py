"""The key: made here, private, never overwritten, never printed."""

from __future__ import annotations

import json
import stat

import pytest

from client.keystore import KeyFile, load_key
from protocol.keys import PublicKey


@pytest.mark.parametrize("alg", ["ES256", "EdDSA"])
def test_a_new_key_is_private_and_shows_only_its_public_half(desk, alg):
    said = desk.filiera("key", "new", "--alg", alg, "--name", "Filatura Bisenzio")
    path = desk.folder / "maker.jwk"
    shown = json.loads(said.out)
    key = load_key(path)
    assert said.status == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert PublicKey.from_did(shown["did"]) == key.public
    assert (shown["alg"], shown["keyId"]) == (alg, key.public.key_id.hex())
    assert len(shown["participant"]) == 64
    assert dict(key.jwk)["d"] not in said.all
    assert json.loads(desk.filiera("key", "show").out) == shown


def test_a_key_is_never_overwritten(desk):
    desk.filiera("key", "new")
    before = (desk.folder / "maker.jwk").read_bytes()
    again = desk.filiera("key", "new")
    assert again.status == 3
    assert "FILE_EXISTS" in again.err
    assert str(desk.folder) in again.err
    assert (desk.folder / "maker.jwk").read_bytes() == before


def test_the_folder_may_be_named_on_the_command_line(desk, tmp_path, monkeypatch):
    monkeypatch.delenv("FILIERA_HOME")
    monkeypatch.setenv("FILIERA_HOME", "")
    assert desk.filiera("key", "new", "--home", tmp_path / "altrove").status == 0
    assert (tmp_path / "altrove" / "maker.jwk").exists()


def test_a_second_key_speaks_for_the_same_company(desk):
    first = json.loads(desk.filiera("key", "new").out)
    path = desk.folder / "telefono.jwk"
    said = desk.filiera("key", "new", "--key", path, "--participant", first["participant"])
    assert json.loads(said.out)["participant"] == first["participant"]


def test_a_participant_id_of_the_wrong_form_makes_no_key(desk):
    said = desk.filiera("key", "new", "--participant", "abc")
    assert (said.status, "PARTICIPANT_ID" in said.err) == (3, True)
    assert not (desk.folder / "maker.jwk").exists()


def test_a_key_under_a_passphrase_opens_with_it_only(desk, monkeypatch):
    monkeypatch.setenv("FILIERA_PASSPHRASE", "filo di lana e canapa")
    assert desk.filiera("key", "new", "--passphrase").status == 0
    assert b'"d"' not in (desk.folder / "maker.jwk").read_bytes()
    assert desk.filiera("key", "show").status == 0
    monkeypatch.setenv("FILIERA_PASSPHRASE", "filo di lana e cotone")
    refused = desk.filiera("key", "show")
    assert (refused.status, "PASSPHRASE_WRONG" in refused.err) == (3, True)


def test_a_short_passphrase_makes_no_key(desk, monkeypatch):
    monkeypatch.setenv("FILIERA_PASSPHRASE", "breve")
    said = desk.filiera("key", "new", "--passphrase")
    assert (said.status, "PASSPHRASE_SHORT" in said.err) == (3, True)
    assert not (desk.folder / "maker.jwk").exists()


def test_a_key_that_others_can_read_is_said(desk):
    desk.filiera("key", "new")
    (desk.folder / "maker.jwk").chmod(0o644)
    assert "chmod 600" in desk.filiera("key", "show").err
    assert not KeyFile(desk.folder / "maker.jwk").is_private


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"kty":"EC"}',
        b"eyJ.not.a.key",
        b'{"kty":"EC","crv":"P-256","x":"AA","y":"AA","d":"AA"}',
    ],
)
def test_a_file_that_is_no_key_is_said_to_be_none(desk, content):
    desk.filiera("key", "new")
    (desk.folder / "maker.jwk").write_bytes(content)
    said = desk.filiera("key", "show")
    assert said.status == 3
    assert "KEY_FILE_UNREADABLE" in said.err


def test_without_a_key_the_next_step_is_named(desk):
    said = desk.filiera("key", "show")
    assert said.status == 3
    assert "filiera key new" in said.err
