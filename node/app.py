"""The only composition root: settings → adapters → services → application."""

from __future__ import annotations

import gc
import logging
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from anchoring.accounts import load_account
from anchoring.agreement import AgreementWatch
from anchoring.assemble import new_holder
from anchoring.client import ChainClient
from anchoring.confirmation import ConfirmationRule
from anchoring.deployment import load_deployment
from anchoring.registry import Web3Registry
from anchoring.relay import Relayer
from anchoring.worker import AnchoringWorker, WorkerSettings
from node import contract, problems
from node.auth.reads import Reads
from node.auth.service import Auth
from node.capture.admission import Rules
from node.capture.checking import recheck
from node.capture.guarded import GuardedWriter
from node.capture.numbers import Numbers
from node.capture.service import Capture
from node.capture.verifiers import Verifiers
from node.clock import now_ms
from node.content.assemble import open_content
from node.criteria.guard import CriteriaGuard
from node.criteria.service import Criteria
from node.custody.readers import Readers
from node.custody.service import Custody
from node.custody.source import AllLogs, CopiedLogSource, NodeLogSource
from node.db import Database
from node.deps import Node
from node.documents.service import Documents
from node.events.service import Events
from node.health.service import Health
from node.keys import load_log_key
from node.kpis.service import Kpis
from node.log.anchor import Anchor
from node.log.head_store import SqlHeadStore
from node.log.receipts import ReceiptIssuer
from node.log.repository import LogRepository
from node.log.service import Log
from node.mirror.repository import MirrorRepository
from node.mirror.service import Mirror
from node.participants.chain import ChainParticipants
from node.participants.service import FixedParticipants, Participants
from node.passports.batches import Batches
from node.passports.chain import PassportChain
from node.passports.guard import PassportGuard
from node.passports.owners import Owners
from node.passports.relay import PassportRelay
from node.passports.serials import Serials
from node.passports.service import Passports
from node.status.service import StatusLists
from node.web.assets import Assets
from node.web.pinned import load_pinned
from node.witness.service import Witnesses
from node.witness.source import ClientSource
from protocol.errors import LogError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from fastapi import FastAPI

    from anchoring.deployment import Deployment
    from node.config import Settings
    from node.participants.service import ParticipantSource
    from protocol.keys import PrivateKey

_logger = logging.getLogger("filiera.node")


def create_app(
    settings: Settings,
    *,
    participants: ParticipantSource | None = None,
    clock: Callable[[], int] = now_ms,
) -> FastAPI:
    """Build the application.

    `participants` replaces the chain in tests; raises FilieraError if settings do not fit.
    """
    node, anchor = _build(settings, participants, clock)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await node.participants.start()
        node.writer.start()
        node.verifiers.start()
        anchor.start()
        node.health.endpoints.start()
        node.witnesses.start()
        node.mirror.start()
        _calm_collector()
        try:
            yield
        finally:
            # What was acknowledged is stored; what waits is still written before the end.
            await node.writer.stop()
            node.mirror.stop()
            node.witnesses.stop()
            anchor.stop()
            node.health.endpoints.stop()
            await node.participants.stop()
            node.verifiers.close()
            node.content.close()
            node.database.close()

    app = contract.new_app(lifespan)
    app.state.node = node
    problems.install(app)
    return app


def _calm_collector() -> None:
    """Let the cycle collector look rarely: parsed records hold no cycles, walking them all costs time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _build(
    settings: Settings, source: ParticipantSource | None, clock: Callable[[], int]
) -> tuple[Node, Anchor]:
    database = Database(settings.database)
    deployment = load_deployment(settings.deployment) if settings.deployment else None
    key = load_log_key(settings.log_key_file)
    origin = _origin(settings, deployment, key)
    client = ChainClient(settings.chain_url, deployment) if settings.chain_url and deployment else None
    people = Participants(
        source or (ChainParticipants(client) if client else FixedParticipants()),
        settings.participants_seconds,
    )
    stored = LogRepository(database)
    log = Log(stored, origin, key, deployment)
    witnesses = _witnesses(settings, client, log)
    copies = MirrorRepository(database)
    logs = AllLogs(log.log_id, NodeLogSource(log), CopiedLogSource(copies))
    readers = Readers(people, settings.custody_records)
    reads = Reads(database, clock, settings.authority_days)
    custody = Custody(
        database, logs, log.log_id, people, deployment, settings.custody_records, readers, reads, witnesses
    )
    guards = (PassportGuard(database, people, custody), CriteriaGuard(database, people))
    writer = GuardedWriter(database, recheck, guards)
    rules = Rules(settings.promise_seconds, settings.future_seconds, settings.closing_blocks)
    verifiers = Verifiers(settings.verifiers, settings.future_seconds)
    anchor = Anchor(_worker(settings, client, SqlHeadStore(database, stored)))
    relayer = _relayer(settings, client)
    content = open_content(settings)
    capture = Capture(writer, verifiers, people, ReceiptIssuer(origin, key), rules, clock)
    passport_chain = PassportChain(client)
    events = Events(database, log, readers, reads)
    relay = PassportRelay(relayer, people, passport_chain)
    node = Node(
        settings=settings,
        database=database,
        deployment=deployment,
        participants=people,
        writer=writer,
        verifiers=verifiers,
        capture=capture,
        events=events,
        status=StatusLists(database, events),
        documents=Documents(database, content, clock, settings.document_bytes, readers, reads),
        content=content,
        log=log,
        custody=custody,
        auth=Auth(
            database,
            people,
            settings.audience or origin,
            clock,
            challenge_seconds=settings.challenge_seconds,
            token_seconds=settings.token_seconds,
        ),
        reads=reads,
        relay=relay,
        health=Health(
            stored, people, writer, anchor, AgreementWatch(client, deployment), clock, demo=settings.demo
        ),
        kpis=Kpis(database, people, log),
        criteria=Criteria(database),
        mirror=_mirror(settings, client, database, copies, log.log_id, clock),
        passports=Passports(
            database,
            capture,
            custody,
            reads,
            passport_chain,
            Batches(database, relay, passport_chain, clock),
            Serials(database, people, Owners(people), clock),
        ),
        witnesses=witnesses,
        assets=Assets(),
        pinned=load_pinned(settings.trust, settings.public_chains, deployment),
    )
    return node, anchor


def _origin(settings: Settings, deployment: Deployment | None, key: PrivateKey) -> str:
    if deployment is None:
        if not settings.origin:
            raise LogError("DEPLOYMENT_MISSING", "FILIERA_DEPLOYMENT")
        return settings.origin
    if deployment.log.logKey != key.public.raw.hex():
        raise LogError("LOG_KEY_MISMATCH", "FILIERA_LOG_KEY_FILE", expected=deployment.log.logKey)
    return deployment.log.origin


def _worker(settings: Settings, client: ChainClient | None, store: SqlHeadStore) -> AnchoringWorker | None:
    if settings.anchoring == "off" or client is None:
        return None
    if settings.operator_key_file is None:
        raise LogError("OPERATOR_KEY_ABSENT", "FILIERA_OPERATOR_KEY_FILE")
    registry = Web3Registry(client, load_account(settings.operator_key_file))
    rule = ConfirmationRule.parse(settings.confirmation)
    return AnchoringWorker(
        store, registry, WorkerSettings(confirmation=rule, cadence=settings.head_seconds), holder=new_holder()
    )


def _witnesses(settings: Settings, client: ChainClient | None, log: Log) -> Witnesses:
    return Witnesses(
        client,
        ClientSource(client) if client else None,
        log,
        ConfirmationRule.parse(settings.confirmation),
        settings.witness_urls,
        settings.witness_quorum,
        settings.witness_seconds,
    )


def _mirror(
    settings: Settings,
    client: ChainClient | None,
    database: Database,
    copies: MirrorRepository,
    own: bytes,
    clock: Callable[[], int],
) -> Mirror:
    return Mirror(
        database,
        copies,
        own,
        client,
        ClientSource(client) if client else None,
        ConfirmationRule.parse(settings.confirmation),
        settings.peer_urls,
        settings.peer_seconds,
        Numbers(),
        clock,
    )


def _relayer(settings: Settings, client: ChainClient | None) -> Relayer | None:
    if client is None or settings.operator_key_file is None:
        return None
    return Relayer(client, load_account(settings.operator_key_file))
