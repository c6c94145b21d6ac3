"""Alterations of a named vector: JSON Patch (RFC 6902) and three operations on the file's order and text.

The document that is patched is `{"bundle", "view", "trust"}`; `add`, `remove`, `replace`, `move` and `copy` are
RFC 6902's.
`{"op": "sort"}` puts the bundle's lists into the order of README §12 again. After all of these the bundle is written in
its one spelling; `{"op": "text", "find", "replace"}` then changes the first occurrence in that text, and
`{"op": "cut", "keep"}` keeps so many of its bytes (below zero: all but so many).
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from protocol.bundle import token_order
from protocol.strict_json import dump_json
from scripts.make_vectors.bundles_case import Evidence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Operation = dict[str, Any]
Document = dict[str, Any]
_ORDER: dict[str, Callable[[Any], Any]] = {
    "records": lambda each: token_order(each["token"]),
    "heads": lambda each: (each["log"], each["seq"]),
    "consistency": lambda each: (each["log"], each["first"]),
    "affected": lambda each: each["log"],
    "keys": lambda each: (each["participant"], each["keyHash"], each["fromBlock"]),
    "memberships": token_order,
    "batches": lambda each: (each["passportId"], each["batchRoot"]),
}


class Edit:
    """Collects operations while it applies them, so that a story sees what it has done so far."""

    def __init__(self, document: Document) -> None:
        self.document = deepcopy(document)
        self.operations: list[Operation] = []

    @property
    def bundle(self) -> dict[str, Any]:
        """The bundle as altered so far."""
        found: dict[str, Any] = self.document["bundle"]
        return found

    @property
    def view(self) -> dict[str, Any]:
        """What the chain said, as altered so far."""
        found: dict[str, Any] = self.document["view"]
        return found

    def put(self, path: str, value: Any) -> None:
        """Replace what stands at a path."""
        self._do({"op": "replace", "path": path, "value": value})

    def add(self, path: str, value: Any) -> None:
        """Add a member, or an element before the index (`-`: at the end)."""
        self._do({"op": "add", "path": path, "value": value})

    def drop(self, path: str) -> None:
        """Remove what stands at a path."""
        self._do({"op": "remove", "path": path})

    def move(self, start: str, path: str) -> None:
        """Take from one path and add at another."""
        self._do({"op": "move", "from": start, "path": path})

    def copy(self, start: str, path: str) -> None:
        """Add at a path what stands at another."""
        self._do({"op": "copy", "from": start, "path": path})

    def sort(self) -> None:
        """Put the lists in order."""
        self._do({"op": "sort"})

    def text(self, find: str, replace: str) -> None:
        """Change the first occurrence in the written file."""
        self.operations.append({"op": "text", "find": find, "replace": replace})

    def cut(self, keep: int) -> None:
        """Keep so many bytes of the file."""
        self.operations.append({"op": "cut", "keep": keep})

    def _do(self, operation: Operation) -> None:
        patch_one(self.document, operation)
        self.operations.append(operation)


def patch(document: Document, operations: Iterable[Operation]) -> Evidence:
    """Apply operations to a copy of a document; returns the altered file, view and trust."""
    found = deepcopy(document)
    on_text = [each for each in operations if each["op"] in {"text", "cut"}]
    for operation in operations:
        if operation not in on_text:
            patch_one(found, operation)
    data = dump_json(found["bundle"]) + b"\n"
    for operation in on_text:
        if operation["op"] == "text":
            if operation["find"].encode() not in data:
                raise ValueError(operation)
            data = data.replace(operation["find"].encode(), operation["replace"].encode(), 1)
        else:
            data = data[: operation["keep"]]
    return Evidence(data, found["view"], found["trust"])


def patch_one(document: Document, operation: Operation) -> None:
    """Apply one operation on the document in place; KeyError, IndexError or ValueError if it does not fit."""
    if operation["op"] == "sort":
        for name, order in _ORDER.items():
            if name in document["bundle"]:
                document["bundle"][name].sort(key=order)
        return
    moved = None
    if operation["op"] in {"move", "copy"}:
        parent, name = _place(document, operation["from"])
        moved = deepcopy(parent[name])
        if operation["op"] == "move":
            del parent[name]
    parent, name = _place(document, operation["path"])
    if operation["op"] == "remove":
        del parent[name]
    elif operation["op"] == "replace":
        if not isinstance(parent, list) and name not in parent:
            raise KeyError(operation["path"])
        parent[name] = operation["value"]
    else:
        value = operation["value"] if operation["op"] == "add" else moved
        if isinstance(parent, list):
            parent.insert(name, value)
        else:
            parent[name] = value


def _place(document: Document, path: str) -> tuple[Any, Any]:
    """The container and the name or index in it that a JSON Pointer (RFC 6901) leads to."""
    *way, last = (each.replace("~1", "/").replace("~0", "~") for each in path.removeprefix("/").split("/"))
    value: Any = document
    for name in way:
        value = value[int(name) if isinstance(value, list) else name]
    if isinstance(value, list):
        return value, len(value) if last == "-" else int(last)
    return value, last
