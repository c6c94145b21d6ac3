"""What routes are given: the node's services, and who is asking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

from node.auth.reads import Reads
from node.auth.service import Auth
from node.auth.tiers import Caller
from node.capture.service import Capture
from node.criteria.service import Criteria
from node.custody.service import Custody
from node.documents.service import Documents
from node.events.service import Events
from node.kpis.service import Kpis
from node.log.service import Log
from node.mirror.service import Mirror
from node.participants.relay import Relay
from node.participants.service import Participants
from node.passports.service import Passports
from node.status.service import StatusLists
from node.web.assets import Assets
from node.web.pinned import Pinned
from node.witness.service import Witnesses

if TYPE_CHECKING:
    from anchoring.deployment import Deployment
    from node.capture.verifiers import Verifiers
    from node.capture.writer import GroupWriter
    from node.config import Settings
    from node.content.places import Places
    from node.db import Database
    from node.health.service import Health


@dataclass(frozen=True, slots=True)
class Node:
    """Everything that one process of the node consists of; built in `app.py` only."""

    settings: Settings
    database: Database
    deployment: Deployment | None
    participants: Participants
    writer: GroupWriter
    verifiers: Verifiers
    capture: Capture
    events: Events
    documents: Documents
    content: Places
    log: Log
    custody: Custody
    auth: Auth
    reads: Reads
    relay: Relay
    health: Health
    kpis: Kpis
    criteria: Criteria
    mirror: Mirror
    passports: Passports
    status: StatusLists
    witnesses: Witnesses
    assets: Assets
    pinned: Pinned


def _node(request: Request) -> Node:
    node: Node = request.app.state.node
    return node


def _caller(request: Request) -> Caller:
    return _node(request).auth.caller(request.headers.get("authorization"))


NodeState = Annotated[Node, Depends(_node)]
Asking = Annotated[Caller, Depends(_caller)]
