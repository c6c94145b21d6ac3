"""Closed by default: what settings refuse, and that nothing secret has a default."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from node.app import create_app
from node.config import Settings, is_loopback
from node.keys import load_log_key
from protocol.errors import LogError
from tests.support.chain import ed25519, p256
from tests.support.nodes import LOG_KEY, settings_in


def test_settings_default_is_this_machine_only():
    settings = Settings()
    assert is_loopback(settings.host)
    assert not settings.demo
    assert settings.log_key_file is None
    assert settings.operator_key_file is None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "node.example", ""])
def test_settings_demo_refuses_to_be_reached_from_elsewhere(monkeypatch, host):
    monkeypatch.setenv("FILIERA_DEMO", "1")
    monkeypatch.setenv("FILIERA_HOST", host)
    with pytest.raises(ValidationError, match="loopback"):
        Settings()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.9.9.9"])
def test_settings_demo_on_loopback_is_fine(monkeypatch, host):
    monkeypatch.setenv("FILIERA_DEMO", "1")
    monkeypatch.setenv("FILIERA_HOST", host)
    assert Settings().demo


@pytest.mark.parametrize("rule", ["depth:-1", "depth:01", "soon", "", "depth:", "finalized "])
def test_settings_confirmation_rule_is_checked(rule):
    with pytest.raises(ValidationError, match="CONFIRMATION"):
        Settings(confirmation=rule)


def test_settings_are_read_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("FILIERA_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("FILIERA_HEAD_SECONDS", "0.5")
    settings = Settings()
    assert settings.database == f"sqlite:///{tmp_path}/node.sqlite"
    assert settings.head_seconds == 0.5


def key_file(tmp_path, content, mode=0o600):
    path = tmp_path / "key"
    path.write_text(content)
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("content", "mode", "code"),
    [
        (json.dumps(LOG_KEY.jwk), 0o644, "LOG_KEY_OPEN"),
        ("{", 0o600, "LOG_KEY_MALFORMED"),
        ("[]", 0o600, "LOG_KEY_MALFORMED"),
        (json.dumps(LOG_KEY.public.jwk), 0o600, "LOG_KEY_MALFORMED"),
        (json.dumps(p256("log").jwk), 0o600, "LOG_KEY_MALFORMED"),
    ],
    ids=["others may read it", "no JSON", "no object", "public half", "wrong kind"],
)
def test_log_key_file_is_checked(tmp_path, content, mode, code):
    with pytest.raises(LogError, match=code):
        load_log_key(key_file(tmp_path, content, mode))


def test_log_key_has_no_default(tmp_path):
    with pytest.raises(LogError, match="LOG_KEY_ABSENT"):
        create_app(settings_in(tmp_path, log_key_file=None))
    with pytest.raises(LogError, match="LOG_KEY_ABSENT"):
        load_log_key(tmp_path / "nothing")


def test_node_needs_to_know_its_log(tmp_path):
    with pytest.raises(LogError, match="DEPLOYMENT_MISSING"):
        create_app(settings_in(tmp_path, deployment=None))


def test_node_refuses_a_log_key_that_the_ledger_does_not_know(tmp_path):
    settings = settings_in(tmp_path)
    settings.log_key_file.write_text(json.dumps(ed25519("another").jwk))
    with pytest.raises(LogError, match="LOG_KEY_MISMATCH"):
        create_app(settings)


def test_node_that_should_anchor_needs_an_account(tmp_path):
    with pytest.raises(LogError, match="OPERATOR_KEY_ABSENT"):
        create_app(settings_in(tmp_path, anchoring="on", chain_url="http://127.0.0.1:1"))
