"""What goes wrong on the maker's side: files, key, journal, node, imports. Texts in `vocabulary/codes/client.json`."""

from __future__ import annotations

from protocol.errors import FilieraError


class ClientError(FilieraError):
    """The maker's own files, the command line or the way to the node."""


class NodeError(ClientError):
    """The node refused: `code` is `NODE_REFUSED`, the node's own code and words are in `values` (RFC 9457 problem).

    `status` is the HTTP status; `problem_code` the node's code, empty if it gave none.
    """

    def __init__(self, status: int, problem: dict[str, object]) -> None:
        self.status = status
        self.problem = problem
        self.problem_code = str(problem.get("code", ""))
        super().__init__(
            "NODE_REFUSED",
            str(problem.get("field", "")),
            status=status,
            reason=problem.get("detail") or problem.get("title") or self.problem_code or "–",
            advice=problem.get("remedy") or "–",
        )
