"""Every refusal leaves as a problem document with code, field and remedy, in Italian or English."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from node.problems import language_of, problem
from protocol import errors
from protocol.codes import all_codes
from tests.support.nodes import running

anyio = pytest.mark.anyio


@pytest.mark.parametrize("name", sorted(all_codes()))
@pytest.mark.parametrize("language", ["it", "en"])
def test_problem_every_code_has_one(name, language):
    document = problem(errors.FilieraError(name, "/somewhere"), language)
    assert set(document) == {"type", "title", "status", "code", "field", "detail", "remedy"}
    assert document["type"] == f"urn:filiera:code:{name}"
    assert document["detail"]
    assert document["remedy"]


@pytest.mark.parametrize("kind", [kind for kind in vars(errors).values() if isinstance(kind, type)])
def test_problem_every_kind_of_error_is_mapped(kind):
    assert problem(kind("UNEXPECTED"), "it")["status"] == 500


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "it"), ("en", "en"), ("it", "it"), ("de", "it"), ("de, en;q=0.5", "en"), ("en;q=0.1, it;q=0.9", "it"),
        ("en-GB, it", "en"), ("it;q=x, en", "en"), ("*", "it"), (";;;,,", "it"),
    ],
)  # fmt: skip
def test_problem_language_follows_the_caller(header, language):
    class Request:
        headers = MappingProxyType({"accept-language": header})

    assert language_of(Request()) == language


@anyio
async def test_problem_unknown_address_is_one_too(tmp_path):
    async with running(tmp_path) as node:
        answer = await node.client.get("/no/such/place", headers={"accept-language": "en"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-language"] == "en"
    assert answer.json()["code"] == "ADDRESS_UNKNOWN"


@anyio
async def test_problem_bad_parameter_names_its_field(tmp_path):
    async with running(tmp_path) as node:
        answer = await node.client.get("/heads?limit=zero")
        body = await node.client.post("/auth/token", json={"tokken": 1})
    assert (answer.status_code, answer.json()["field"]) == (422, "/query/limit")
    assert (body.status_code, body.json()["field"]) == (422, "/body/token")


@anyio
async def test_problem_unexpected_errors_say_nothing_about_the_inside(tmp_path, monkeypatch, caplog):
    async with running(tmp_path) as node:
        monkeypatch.setattr(node.node.log.__class__, "checkpoint", lambda _: 1 / 0)
        answer = await node.client.get("/checkpoint")
    assert (answer.status_code, answer.json()["code"]) == (500, "UNEXPECTED")
    assert "division" not in answer.text
    assert "Traceback" not in answer.text
    assert "ZeroDivisionError" in caplog.text
