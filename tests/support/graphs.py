"""Steps put together by hand, for tests of what is computed from a graph: who, what went in, what came out, and claims."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

from protocol.criteria.evidence import Evidence
from protocol.criteria.shares import mass_shares
from protocol.goods import LotRefs, Movement
from protocol.steps import Step


class Chain:
    """Collects steps; names are short words, quantities read `"120 KGM"`."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.statements: list[Step] = []
        self.subjects: dict[bytes, dict[str, Any]] = {}
        self.master: dict[str, tuple[dict[str, Any], ...]] = {}
        self.groups: dict[str, str] = {}
        self.proven: set[bytes] = set()

    def step(
        self,
        holder: str,
        inputs: dict[str, str],
        outputs: dict[str, str],
        *,
        process: str | None = None,
        act: str = "process",
        day: str = "2026-03-02",
        scrap: tuple[str, ...] = (),
        facility: str | None = None,
        proven: bool = False,
        recipient: str | None = None,
        **claims: Any,
    ) -> Step:
        """Add a step; with neither inputs nor outputs give `about` among the claims' goods through `say`."""
        goods = LotRefs(
            consumed=_movements(inputs, "consumed"),
            produced=_movements(outputs, "produced") if act != "shipment" else (),
            sent=_movements(outputs, "sent") if act == "shipment" else (),
        )
        return self._add(
            self.steps,
            holder,
            goods,
            process,
            act,
            day,
            scrap,
            facility,
            recipient,
            proven=proven,
            claims=claims,
        )

    def say(
        self, holder: str, act: str, about: tuple[str, ...] = (), *, proven: bool = False, **rest: Any
    ) -> Step:
        """Add a statement about lots, or about the place that its claims name."""
        goods = LotRefs(observed=tuple(Movement(lot, None, "KGM", "observed", "") for lot in about))
        day = rest.pop("day", "2026-03-02")
        return self._add(
            self.statements, holder, goods, None, act, day, (), None, None, proven=proven, claims=rest
        )

    def place(
        self, name: str, country: str = "IT", province: str | None = None, at: tuple[str, str] | None = None
    ) -> str:
        """Add a facility; returns its reference."""
        address = {"country": country} | ({"province": province} if province else {})
        subject: dict[str, Any] = {
            "type": "Facility",
            "id": name,
            "version": 1,
            "validFrom": "2020-01-01",
            "address": address,
        }
        if at:
            subject["location"] = {"latitude": at[0], "longitude": at[1]}
        self.master[name] = (subject,)
        return name

    def evidence(self, target: str) -> Evidence:
        """What the criteria read."""
        return Evidence(
            target=target,
            steps=tuple(self.steps),
            statements=tuple(self.statements),
            subjects=self.subjects,
            master=self.master,
            groups=self.groups,
            proven=frozenset(self.proven),
            shares=mass_shares(target, self.steps, self.subjects),
        )

    def _add(
        self, into: list[Step], holder: str, goods: LotRefs, process: str | None, act: str, day: str,
        scrap: tuple[str, ...], facility: str | None, recipient: str | None, *, proven: bool, claims: dict[str, Any],
    ) -> Step:  # fmt: skip
        digest = hashlib.sha256(f"{len(self.steps)}/{len(self.statements)}/{act}".encode()).digest()
        left = tuple(
            Movement("", Decimal(each.split()[0]), each.split()[1], "scrapped", "") for each in scrap
        )
        step = Step(
            digest=digest, id=digest.hex(), act=act, process=process, day=day, signer=holder, holder=holder,
            on_behalf=False, key=b"", seq=0, previous=None, goods=goods, scrap=left, entries=(), yields=None,
            sender=None, recipient=recipient, answers=None, corrects=None, corrected_by=(),
            stage=claims.get("filiera:stage"), facility=facility,
        )  # fmt: skip
        into.append(step)
        self.subjects[digest] = claims
        if proven:
            self.proven.add(digest)
        return step


def _movements(goods: dict[str, str], effect: str) -> tuple[Movement, ...]:
    return tuple(
        Movement(lot, Decimal(text.split()[0]), text.split()[1], effect, "") for lot, text in goods.items()
    )
