"""The usual way to build such a service, for comparison in `ingest.py`; the product uses none of it.

FastAPI with pydantic models for body and answer, joserfc for the signature, JSON Schema left to pydantic,
SQLModel with `session.add` and one commit per event. It stores the same rows, makes the same lookups for
replays, sequence and accounts, and signs the same receipt. It does not do what only our front door does
(strict JSON, canonical base64url, strict keys), so it is compared with more work on our side, not less.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator  # noqa: TC003
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path  # noqa: TC003
from typing import Any, ClassVar

from fastapi import Depends, FastAPI, HTTPException
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OKPKey
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import LargeBinary, UniqueConstraint, event
from sqlmodel import Field as Column
from sqlmodel import Session, SQLModel, create_engine, select

from protocol.keys import PublicKey


class Model(BaseModel):
    model_config = ConfigDict(extra="allow", populate_by_name=True)


class Goods(Model):
    epcClass: str  # noqa: N815
    quantity: Decimal
    uom: str


class Entry(Model):
    lot: str
    lotSeq: int  # noqa: N815
    before: Decimal
    after: Decimal
    uom: str
    previous: str | None = None


class Named(Model):
    id: str


class Subject(Model):
    type: str
    eventID: str  # noqa: N815
    eventTime: datetime  # noqa: N815
    eventTimeZoneOffset: str  # noqa: N815
    bizStep: str  # noqa: N815
    disposition: str
    act: str = Field(alias="filiera:act")
    day: str = Field(alias="filiera:day")
    participant: str = Field(alias="filiera:participant")
    recordSeq: int = Field(alias="filiera:recordSeq")  # noqa: N815
    previousRecord: str | None = Field(alias="filiera:previousRecord", default=None)  # noqa: N815
    quantityList: list[Goods] = []  # noqa: N815
    inputQuantityList: list[Goods] = []  # noqa: N815
    outputQuantityList: list[Goods] = []  # noqa: N815
    account: list[Entry] = Field(alias="filiera:account", default=[])
    readPoint: Named  # noqa: N815
    bizLocation: Named  # noqa: N815


class Credential(Model):
    context: list[str] = Field(alias="@context")
    id: str
    type: list[str]
    issuer: str
    validFrom: datetime  # noqa: N815
    credentialSubject: Subject  # noqa: N815


class UsualRecord(SQLModel, table=True):
    __table_args__: ClassVar = (
        UniqueConstraint("record_id", "issuer"),
        UniqueConstraint("issuer", "record_seq"),
    )
    number: int | None = Column(default=None, primary_key=True)
    digest: bytes = Column(sa_type=LargeBinary, unique=True)
    record_id: str
    issuer: str
    participant: str
    act: str
    day: str
    record_seq: int
    previous: str | None
    token: str
    received_at: datetime


class UsualEdge(SQLModel, table=True):
    lot: str = Column(primary_key=True)
    direction: int = Column(primary_key=True)
    number: int = Column(primary_key=True, index=True)


class UsualAccount(SQLModel, table=True):
    lot: str = Column(primary_key=True)
    holder: str = Column(primary_key=True)
    lot_seq: int = Column(primary_key=True)
    digest: str
    before: str
    after: str
    uom: str


class Submission(BaseModel):
    token: str


class Answer(BaseModel):
    id: str
    digest: str
    state: str
    receipt: str


def usual_app(folder: Path, log_key: dict[str, str], participants: dict[str, str]) -> FastAPI:
    """`participants`: did:key → participant id in hex."""
    engine = create_engine(f"sqlite:///{folder / 'usual.sqlite'}")
    event.listen(engine, "connect", lambda connection, _: _configure(connection))
    SQLModel.metadata.create_all(engine)
    key = OKPKey.import_key(log_key)
    app = FastAPI()

    def opened_session() -> Iterator[Session]:
        with Session(engine) as opened:
            yield opened

    @app.post("/events", status_code=201, response_model=Answer)
    def post(submission: Submission, session: Session = Depends(opened_session)) -> Answer:  # noqa: B008, FAST002
        credential, digest = _verified(submission.token)
        if participants.get(credential.issuer) != credential.credentialSubject.participant:
            raise HTTPException(403)
        _store(session, credential, digest, submission.token)
        claims = {"iss": "usual", "record": digest.hex(), "received": datetime.now(UTC).isoformat()}
        receipt = jwt.encode({"alg": "EdDSA"}, claims, key, algorithms=["EdDSA"])
        return Answer(id=credential.id, digest=digest.hex(), state="received", receipt=receipt)

    return app


def _configure(connection: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=15000"):
        connection.execute(f"PRAGMA {pragma}")


def _verified(token: str) -> tuple[Credential, bytes]:
    signed, *disclosures = token.split("~")
    header = jws.extract_compact(signed.encode()).headers()
    public = PublicKey.from_kid(header["kid"])
    key: Any = ECKey.import_key(public.jwk) if public.alg == "ES256" else OKPKey.import_key(public.jwk)
    opened = jws.deserialize_compact(signed, key, algorithms=["ES256", "EdDSA"])
    payload = json.loads(opened.payload)
    if disclosures:
        _disclose(payload, disclosures)
    credential = Credential.model_validate(payload)
    if credential.issuer != public.did:
        raise HTTPException(422)
    return credential, hashlib.sha256(signed.encode()).digest()


def _disclose(payload: Any, disclosures: list[str]) -> None:
    import base64  # noqa: PLC0415

    found = {}
    for text in filter(None, disclosures):
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        _, name, value = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        found[digest] = (name, value)
    _open(payload, found)


def _open(value: Any, found: dict[str, tuple[str, Any]]) -> None:
    if isinstance(value, dict):
        for digest in value.pop("_sd", []):
            if digest in found:
                name, inner = found[digest]
                value[name] = inner
        for inner in value.values():
            _open(inner, found)
    elif isinstance(value, list):
        for inner in value:
            _open(inner, found)


def _store(session: Session, credential: Credential, digest: bytes, token: str) -> None:
    subject = credential.credentialSubject
    issuer = credential.issuer
    same = session.exec(
        select(UsualRecord).where(UsualRecord.record_id == credential.id, UsualRecord.issuer == issuer)
    ).first()
    if same is not None:
        raise HTTPException(409)
    if subject.recordSeq:
        before = session.exec(
            select(UsualRecord).where(
                UsualRecord.issuer == issuer, UsualRecord.record_seq == subject.recordSeq - 1
            )
        ).first()
        if before is not None and before.digest.hex() != subject.previousRecord:
            raise HTTPException(409)
    record = UsualRecord(
        digest=digest,
        record_id=credential.id,
        issuer=issuer,
        participant=subject.participant,
        act=subject.act,
        day=subject.day,
        record_seq=subject.recordSeq,
        previous=subject.previousRecord,
        token=token,
        received_at=datetime.now(UTC),
    )
    session.add(record)
    session.flush()
    made = subject.outputQuantityList or subject.quantityList
    for direction, goods in ((0, subject.inputQuantityList), (1, made)):
        for entry in goods:
            session.add(UsualEdge(lot=entry.epcClass, direction=direction, number=record.number or 0))
    for line in subject.account:
        if session.get(UsualAccount, (line.lot, subject.participant, line.lotSeq)) is not None:
            raise HTTPException(409)
        if line.lotSeq:
            former = session.get(UsualAccount, (line.lot, subject.participant, line.lotSeq - 1))
            if former is not None and (
                former.digest != line.previous or Decimal(former.after) != line.before
            ):
                raise HTTPException(409)
        session.add(
            UsualAccount(
                lot=line.lot,
                holder=subject.participant,
                lot_seq=line.lotSeq,
                digest=digest.hex(),
                before=str(line.before),
                after=str(line.after),
                uom=line.uom,
            )
        )
    session.commit()
