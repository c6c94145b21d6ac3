"""The stores that the settings name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.content.disk import DiskStore
from node.content.places import Places
from node.content.staging import Incoming

if TYPE_CHECKING:
    from node.config import Settings


def open_content(settings: Settings) -> Places:
    """Open the folder, and the daemon if there is one; DocumentError `KUBO_ADDRESS`."""
    folder = settings.content_dir or settings.data_dir / "content"
    shared = None
    if settings.kubo:
        from node.content.kubo import KuboStore  # noqa: PLC0415 - slow to import, and rarely used

        shared = KuboStore(settings.kubo)
    return Places(Incoming(folder / "incoming"), DiskStore(folder), shared)
