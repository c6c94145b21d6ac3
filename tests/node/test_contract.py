"""docs/openapi.json is what the node serves. `python -m tests.node.test_contract` writes it again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from node.contract import new_app
from tests.support.nodes import running

COMMITTED = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"


def document() -> str:
    return json.dumps(new_app(None).openapi(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def test_contract_committed_document_is_the_one_in_the_code():
    assert COMMITTED.read_text("utf-8") == document()


@pytest.mark.anyio
async def test_contract_served_document_is_the_committed_one(tmp_path):
    async with running(tmp_path) as node:
        served = await node.client.get("/openapi.json")
    assert served.json() == json.loads(COMMITTED.read_text("utf-8"))


def test_contract_every_operation_names_its_refusals():
    for path, operations in json.loads(COMMITTED.read_text("utf-8"))["paths"].items():
        for operation in operations.values():
            refusal = operation["responses"]["default"]["content"]
            assert "application/problem+json" in refusal, path


if __name__ == "__main__":
    COMMITTED.write_text(document(), "utf-8")
