"""The life of a shared criterion (README §20): which record may follow which, and who may sign it.

    proposed ─► consultation ─► agreed ─► published ─► retired      the coordinator's records, each naming the last
                 comments by companies and partners   adoptions and withdrawals by companies

One life belongs to one criterion in one version of the catalogue. Pure: a life is a value, `judge` refuses or is
silent, `take` appends. A node judges in the order of arrival with the day on which it received each record; an
outsider judges in the order of the log's heads (`in_order`), with the day of the head's block and a grace of a day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from protocol.catalogue import KIND as CATALOGUE
from protocol.criteria.evaluate import VERSIONS, catalogue
from protocol.errors import AuthorityError, ConflictError, FormatError
from protocol.roles import bits_of
from protocol.schema import SUBJECT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from protocol.catalogue import Published

STEP, COMMENT, ADOPTION = "FilieraCriterion", "FilieraComment", "FilieraAdoption"
KINDS: Final = frozenset({STEP, COMMENT, ADOPTION})
# What speaks for the consortium: signed by a coordinator's key, for no participant.
COORDINATED: Final = frozenset({"FilieraMembership", STEP, CATALOGUE})
# Who works with goods or examines them adopts; partners comment as well. Who runs machines does neither.
COMPANIES: Final = bits_of(("supplier", "brand", "retailer", "repairer", "recycler", "certifier"))
COMMENTATORS: Final = COMPANIES | bits_of(("association", "authority", "observer"))

PROPOSED, CONSULTATION, AGREED, PUBLISHED, RETIRED = (
    "proposed",
    "consultation",
    "agreed",
    "published",
    "retired",
)
# Where nothing was recorded: a criterion that a shipped catalogue has counts as published with it, another as unknown.
SHIPPED, UNKNOWN = "shipped", "unknown"
_STAGES: Final = {
    "CriterionProposal": PROPOSED,
    "CriterionConsultation": CONSULTATION,
    "CriterionAgreement": AGREED,
    "CriterionPublication": PUBLISHED,
    "CriterionRetirement": RETIRED,
}
# A criterion that nobody agreed on ends too: by retirement before its publication.
_AFTER: Final = {
    PROPOSED: {UNKNOWN, SHIPPED},
    CONSULTATION: {PROPOSED},
    AGREED: {CONSULTATION},
    PUBLISHED: {AGREED},
    RETIRED: {SHIPPED, PROPOSED, CONSULTATION, AGREED, PUBLISHED},
}
_IN_FORCE: Final = frozenset({SHIPPED, PUBLISHED})
_WITHIN_HEAD: Final = (PROPOSED, CONSULTATION, COMMENT, AGREED, CATALOGUE, PUBLISHED, ADOPTION, RETIRED)


@dataclass(frozen=True, slots=True)
class Entry:
    """A sound record of a life. `author` is a participant's URN, empty for the coordinator; `roles` his, as bits.

    `at` is the day (YYYY-MM-DD, UTC) on which it was received, or on which the block of its head was made.
    """

    kind: str
    digest: str
    author: str
    roles: int
    at: str
    subject: Mapping[str, Any]

    @property
    def stage(self) -> str:
        """The stage that a step leads to."""
        return _STAGES[self.subject["type"]]


@dataclass(frozen=True, slots=True)
class Life:
    """What was recorded of a criterion in a version of the catalogue, in order."""

    criterion: str
    version: str
    steps: tuple[Entry, ...] = ()
    comments: tuple[Entry, ...] = ()
    adoptions: tuple[Entry, ...] = ()

    @property
    def stage(self) -> str:
        """Where it stands."""
        if self.steps:
            return self.steps[-1].stage
        known = self.version in VERSIONS and any(
            entry["id"] == self.criterion for entry in catalogue(self.version)["criteria"]
        )
        return SHIPPED if known else UNKNOWN

    @property
    def window(self) -> tuple[str, str] | None:
        """First and last day of the consultation; None if there was none."""
        step = self.step(CONSULTATION)
        return None if step is None else (step.subject["from"], step.subject["until"])

    def step(self, stage: str) -> Entry | None:
        """The record that led to a stage."""
        return next((each for each in self.steps if each.stage == stage), None)

    def adopted(self, author: str) -> Entry | None:
        """The newest word of a company, if it is an adoption and not a withdrawal."""
        words = [each for each in self.adoptions if each.author == author]
        return words[-1] if words and "withdrawn" not in words[-1].subject else None


def life_of(subject: Mapping[str, Any]) -> tuple[str, str]:
    """Criterion and version whose life a record belongs to."""
    return subject["criterion"], subject["catalogueVersion"]


def take(life: Life, entry: Entry) -> Life:
    """The life with one more record, unjudged."""
    if entry.kind == STEP:
        return replace(life, steps=(*life.steps, entry))
    if entry.kind == COMMENT:
        return replace(life, comments=(*life.comments, entry))
    return replace(life, adoptions=(*life.adoptions, entry))


def advance(life: Life, entry: Entry, catalogues: Mapping[str, Published], grace: int = 0) -> Life:
    """The life with one more record; raises what `judge` raises."""
    judge(life, entry, catalogues, grace)
    return take(life, entry)


def judge(life: Life, entry: Entry, catalogues: Mapping[str, Published], grace: int = 0) -> None:
    """Raise AuthorityError, ConflictError or FormatError unless the record may follow.

    `catalogues` are the versions that are published, `grace` the days by which `at` may be later than the receipt.
    """
    if life_of(entry.subject) != (life.criterion, life.version):
        raise ValueError("the record belongs to another life")
    arrival = _before(entry.at, grace)
    if entry.kind == STEP:
        _judge_step(life, entry, catalogues, arrival)
    elif entry.kind == COMMENT:
        _judge_comment(life, entry, arrival)
    else:
        _judge_adoption(life, entry, catalogues, arrival)


def in_order(entries: Iterable[Entry], head_of: Callable[[Entry], int]) -> list[Entry]:
    """The entries by their heads, within a head in the order of life: leaves of one head are shuffled (README §8)."""

    def place(entry: Entry) -> tuple[int, int, bool, str]:
        name = entry.stage if entry.kind == STEP else entry.kind
        return head_of(entry), _WITHIN_HEAD.index(name), "withdrawn" in entry.subject, entry.digest

    return sorted(entries, key=place)


def _judge_step(life: Life, entry: Entry, catalogues: Mapping[str, Published], arrival: str) -> None:
    if entry.author:
        raise AuthorityError("NOT_COORDINATOR", "/issuer", key=entry.author)
    if life.stage not in _AFTER[entry.stage]:
        raise ConflictError("CRITERION_STEP_ORDER", f"{SUBJECT}/type", step=entry.stage, stage=life.stage)
    last = life.steps[-1] if life.steps else None
    named = entry.subject.get("previous", {}).get("digest")
    if named != (last.digest if last else None):
        raise ConflictError("CRITERION_PREVIOUS", f"{SUBJECT}/previous", stage=life.stage)
    day = entry.subject["day"]
    if day < (last.subject["day"] if last else day) or day > _after(entry.at):
        raise ConflictError("CRITERION_DAY", f"{SUBJECT}/day", day=day, received=entry.at)
    if entry.stage == CONSULTATION:
        _judge_window(entry, arrival)
    elif entry.stage == AGREED:
        _judge_agreement(life, entry)
    elif entry.stage == PUBLISHED:
        _judge_catalogue(life, entry.subject, catalogues)


def _judge_window(entry: Entry, arrival: str) -> None:
    """Nobody is consulted about the past."""
    start, end = entry.subject["from"], entry.subject["until"]
    if end < start:
        raise FormatError("RANGE_REVERSED", f"{SUBJECT}/until", low=start, high=end)
    if start < arrival:
        raise ConflictError("CRITERION_WINDOW_PAST", f"{SUBJECT}/from", start=start, received=entry.at)


def _judge_agreement(life: Life, entry: Entry) -> None:
    """The window is over, and each comment has its answer."""
    _, end = life.window or ("", "")
    if entry.subject["day"] <= end or entry.at <= end:
        raise ConflictError("CRITERION_CONSULTATION_OPEN", f"{SUBJECT}/day", end=end)
    said = {comment.digest for comment in life.comments}
    answered = [answer["comment"]["digest"] for answer in entry.subject["comments"]]
    if left := sorted(said - set(answered)):
        raise ConflictError(
            "CRITERION_COMMENT_UNANSWERED", f"{SUBJECT}/comments", count=len(left), first=left[0]
        )
    if len(answered) != len(said):
        raise ConflictError("CRITERION_COMMENT_UNKNOWN", f"{SUBJECT}/comments")


def _judge_catalogue(life: Life, subject: Mapping[str, Any], catalogues: Mapping[str, Published]) -> None:
    """The version is published, has this criterion, and is the one of the digest."""
    found = catalogues.get(life.version)
    if found is None:
        raise ConflictError("CATALOGUE_NOT_PUBLISHED", f"{SUBJECT}/catalogueVersion", version=life.version)
    if found.digest != subject["catalogueDigest"]:
        raise ConflictError("CATALOGUE_DIFFERS", f"{SUBJECT}/catalogueDigest", version=life.version)
    if life.criterion not in found.criteria:
        stated = {"criterion": life.criterion, "version": life.version}
        raise ConflictError("CRITERION_NOT_IN_CATALOGUE", f"{SUBJECT}/criterion", **stated)


def _judge_comment(life: Life, entry: Entry, arrival: str) -> None:
    if not entry.roles & COMMENTATORS:
        raise AuthorityError("ROLE_MISSING", "/issuer", roles="–")
    _ensure_own(entry)
    opened = life.step(CONSULTATION)
    if opened is None or life.stage != CONSULTATION:
        raise ConflictError("CRITERION_NOT_IN_CONSULTATION", f"{SUBJECT}/consultation", stage=life.stage)
    if entry.subject["consultation"]["digest"] != opened.digest:
        raise ConflictError("CRITERION_PREVIOUS", f"{SUBJECT}/consultation", stage=life.stage)
    start, end = opened.subject["from"], opened.subject["until"]
    if not (start <= entry.subject["day"] <= end and start <= _after(entry.at) and arrival <= end):
        stated = {"day": entry.subject["day"], "received": entry.at, "start": start, "end": end}
        raise ConflictError("CRITERION_COMMENT_OUTSIDE", f"{SUBJECT}/day", **stated)


def _judge_adoption(life: Life, entry: Entry, catalogues: Mapping[str, Published], arrival: str) -> None:
    if not entry.roles & COMPANIES:
        raise AuthorityError("ROLE_MISSING", "/issuer", roles="–")
    _ensure_own(entry)
    if "withdrawn" in entry.subject:
        _judge_withdrawal(life, entry, arrival)
        return
    if life.stage == RETIRED:
        raise ConflictError(
            "CRITERION_RETIRED", f"{SUBJECT}/criterion", criterion=life.criterion, version=life.version
        )
    if life.stage not in _IN_FORCE:
        raise ConflictError("CRITERION_NOT_PUBLISHED", f"{SUBJECT}/criterion", stage=life.stage)
    if "catalogueDigest" in entry.subject:
        _judge_catalogue(life, entry.subject, catalogues)
    words = [each for each in life.adoptions if each.author == entry.author]
    if words and entry.subject["from"] < words[-1].subject["from"]:
        stated = {"start": entry.subject["from"], "last": words[-1].subject["from"]}
        raise ConflictError("ADOPTION_ORDER", f"{SUBJECT}/from", **stated)
    step = life.step(PUBLISHED)
    if step is not None and entry.subject["from"] < step.subject["day"]:
        stated = {"start": entry.subject["from"], "published": step.subject["day"]}
        raise ConflictError("ADOPTION_BEFORE_PUBLICATION", f"{SUBJECT}/from", **stated)


def _judge_withdrawal(life: Life, entry: Entry, arrival: str) -> None:
    """From today or a later day: nobody takes back what was counted."""
    adopted = life.adopted(entry.author)
    if adopted is None or adopted.subject["from"] != entry.subject["from"]:
        raise ConflictError("ADOPTION_NOT_IN_FORCE", f"{SUBJECT}/from", criterion=life.criterion)
    ends = entry.subject["withdrawn"]
    if ends < entry.subject["from"] or ends < arrival:
        raise ConflictError("ADOPTION_WITHDRAWN_PAST", f"{SUBJECT}/withdrawn", day=ends, received=entry.at)


def _ensure_own(entry: Entry) -> None:
    """A company speaks for itself."""
    if not entry.author.endswith(f":{entry.subject['filiera:participant']}"):
        raise AuthorityError("PARTICIPANT_MISMATCH", f"{SUBJECT}/filiera:participant", key=entry.author)


def _before(day: str, days: int) -> str:
    return (date.fromisoformat(day) - timedelta(days)).isoformat()


def _after(day: str) -> str:
    """The day that some place on Earth may have when it is `day` in UTC."""
    return (date.fromisoformat(day) + timedelta(1)).isoformat()
