"""What the node's tests share."""

from __future__ import annotations

import hypothesis  # noqa: F401 - imported late, a plugin of it would warn
import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
