"""What strangers send: too much, the wrong kind, broken forms. All of it ends in a problem document."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.capture.routes import split_lines
from protocol.errors import FilieraError
from protocol.limits import MAX_BATCH_LINES, MAX_BODY_BYTES, MAX_TOKEN_BYTES
from tests.support.makers import Maker
from tests.support.nodes import running

pytestmark = pytest.mark.anyio
JWT = {"content-type": "application/vc+jwt"}


async def drip(pieces):
    for piece in pieces:
        yield piece


async def test_attack_body_announced_too_large_is_not_read(tmp_path):
    async with running(tmp_path) as node:
        read = 0

        async def endless():
            nonlocal read
            while True:
                read += 1
                yield b"x" * 65_536

        headers = JWT | {"content-length": str(MAX_TOKEN_BYTES * 10)}
        answer = await node.client.post("/events", content=endless(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "BODY_TOO_LARGE")
    assert read <= 1


@pytest.mark.parametrize(
    ("media_type", "limit"),
    [("application/vc+sd-jwt", MAX_TOKEN_BYTES), ("application/x-ndjson", MAX_BODY_BYTES)],
)
async def test_attack_body_without_length_is_cut_off(tmp_path, media_type, limit):
    async with running(tmp_path) as node:
        pieces = [b"x" * 65_536] * (limit // 65_536 + 2)
        answer = await node.client.post("/events", content=drip(pieces), headers={"content-type": media_type})
    assert (answer.status_code, answer.json()["code"]) == (413, "BODY_TOO_LARGE")


@pytest.mark.parametrize(
    "media_type", ["", "application/json", "text/plain", "application/vc", "multipart/form-data"]
)
async def test_attack_other_media_types_are_refused(tmp_path, media_type):
    async with running(tmp_path) as node:
        answer = await node.client.post("/events", content=b"x", headers={"content-type": media_type})
    assert (answer.status_code, answer.json()["code"]) == (415, "MEDIA_TYPE_UNKNOWN")


async def test_attack_nobody_writes_without_a_signature(tmp_path):
    anna = Maker("anna")
    async with running(tmp_path, anna) as node:
        head, body, _ = anna.declare("wool").jwt.split(".")
        for token in (
            f"{head}.{body}.",
            f"{head}.{body}",
            f"eyJhbGciOiJub25lIn0.{body}.AA",
            "",
            "~",
            "a.b.c\n",
        ):
            answer = await node.client.post("/events", content=token, headers=JWT)
            assert answer.status_code in {400, 422}, (token, answer.text)
            assert answer.headers["content-type"] == "application/problem+json"


def test_attack_too_many_lines_are_refused():
    with pytest.raises(FilieraError, match="BATCH_TOO_LONG"):
        split_lines(b'"x"\n' * (MAX_BATCH_LINES + 1))
    assert len(split_lines(b'"x"\n' * MAX_BATCH_LINES)) == MAX_BATCH_LINES
    with pytest.raises(FilieraError, match="BATCH_EMPTY"):
        split_lines(b"")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary(max_size=40).map(lambda line: line.replace(b"\n", b"")), min_size=2, max_size=8))
async def test_attack_any_lines_get_one_answer_each(tmp_path_factory, lines):
    async with running(tmp_path_factory.mktemp("node")) as node:
        body = b"\n".join([*lines, b'"x"'])
        answer = await node.client.post(
            "/events", content=body, headers={"content-type": "application/x-ndjson"}
        )
    assert answer.status_code == 200
    answers = [json.loads(line) for line in answer.text.splitlines()]
    assert len(answers) == len(lines) + 1
    assert all(entry["problem"]["status"] == entry["status"] for entry in answers)


async def test_attack_every_method_but_post_is_refused_on_events(tmp_path):
    async with running(tmp_path) as node:
        for method in ("GET", "PUT", "DELETE", "PATCH"):
            answer = await node.client.request(method, "/events")
            assert (answer.status_code, answer.json()["code"]) == (405, "METHOD_NOT_ALLOWED")
