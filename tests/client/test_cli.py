"""The command itself: language, errors in one sentence, exit status, texts that are all there."""

from __future__ import annotations

import ast
import json
import string
from pathlib import Path

import pytest

from client import cli, texts
from client.errors import ClientError
from protocol.codes import all_codes

ROOT = Path(cli.__file__).parent
LOCALES = {
    language: json.loads((ROOT / f"locales/{language}.json").read_text("utf-8")) for language in ("it", "en")
}


def test_both_languages_have_the_same_texts_with_the_same_places():
    assert LOCALES["it"].keys() == LOCALES["en"].keys()
    for key, text in LOCALES["it"].items():
        assert _places(text) == _places(LOCALES["en"][key]), key


def _places(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def _calls():
    for path in sorted(ROOT.rglob("*.py")):
        if "demo" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                yield path, node


def test_every_text_that_is_said_is_there():
    for path, call in _calls():
        name = getattr(call.func, "id", "")
        if name == "say" and call.args and isinstance(call.args[0], ast.Constant):
            assert call.args[0].value in LOCALES["it"], (path.name, call.args[0].value)
        for keyword in call.keywords:
            if keyword.arg == "help" and isinstance(keyword.value, ast.Constant):
                assert keyword.value.value in LOCALES["it"], (path.name, keyword.value.value)


def test_every_code_that_is_raised_is_in_the_list():
    for path, call in _calls():
        if getattr(call.func, "id", "") == "ClientError" and isinstance(call.args[0], ast.Constant):
            assert call.args[0].value in all_codes(), (path.name, call.args[0].value)


def test_help_is_italian_and_english_on_request(desk):
    assert "Comandi" in desk.filiera("--help").out
    assert "Commands" in desk.filiera("--lang", "en", "--help").out
    assert "Uso:" in desk.filiera("event", "sign", "--help").out


@pytest.mark.parametrize(
    ("given", "language"),
    [({}, "it"), ({"LANG": "C.UTF-8"}, "it"), ({"LANG": "it_IT.UTF-8"}, "it"), ({"LANG": "en_GB.UTF-8"}, "en"),
     ({"LANG": "de_DE"}, "en"), ({"LANG": "en_US", "FILIERA_LANG": "it"}, "it"), ({"LC_ALL": "en_US", "LANG": "it_IT"}, "en"),
     ({"FILIERA_LANG": "xx"}, "it")],
)  # fmt: skip
def test_language_follows_the_users_settings(monkeypatch, given, language):
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert texts.preferred() == language


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["evnt"], "Il comando «evnt» non esiste"),
        (["key", "nw"], "Il comando «nw» non esiste"),
        (["key", "new", "--algo", "x"], "L'opzione --algo non esiste"),
        (["key", "new", "--alg", "RSA"], "--alg accetta: ES256, EdDSA"),
        (["event", "sign"], "Manca FILE"),
        (["event", "template", "process", "extra"], "Argomento di troppo"),
    ],
)
def test_a_wrong_command_line_is_one_sentence_and_what_to_do(desk, arguments, words):
    said = desk.filiera(*arguments)
    assert said.status == 3
    assert words in said.err
    assert "--help" in said.err


def test_whatever_breaks_inside_is_said_without_a_traceback(desk, monkeypatch):
    monkeypatch.setattr("client.commands.options.home_folder", lambda: 1 / 0)
    said = desk.filiera("key", "new")
    assert (said.status, "CLIENT_DEFECT" in said.err) == (1, True)


def test_a_command_that_cannot_be_loaded_says_which(desk, monkeypatch):
    class Broken:
        name, value = "rotto", "nowhere.at:all"

        def load(self):
            raise ImportError("no module")

    monkeypatch.setitem(vars(cli.filiera), "_points", {"rotto": Broken()})
    said = desk.filiera("rotto")
    assert "COMMAND_BROKEN" in said.err
    assert "nowhere.at:all" in said.err


@pytest.mark.parametrize(
    ("code", "status"),
    [("KEY_ABSENT", 3), ("NODE_UNREACHABLE", 2), ("ROW_SIGNED_OTHERWISE", 1), ("NOT_ANCHORED_YET", 2)],
)
def test_exit_status_follows_the_code(code, status):
    assert cli.complain(ClientError(code)) == status
