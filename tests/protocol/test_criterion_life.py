"""The life of a criterion: the one good story, every way to bend it, and what holds after any sequence of records."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from protocol.catalogue import Published, digest_of, number_of, shipped
from protocol.criteria.evaluate import VERSIONS, catalogue
from protocol.criterion_life import (
    ADOPTION,
    AGREED,
    COMMENT,
    CONSULTATION,
    PROPOSED,
    PUBLISHED,
    RETIRED,
    SHIPPED,
    STEP,
    UNKNOWN,
    Entry,
    Life,
    advance,
    in_order,
    take,
)
from protocol.errors import FilieraError
from protocol.kinds import check_record
from protocol.roles import ROLES
from protocol.vocabulary import vocabulary
from tests.support.criteria import CRITERION, VERSION, Steps, comments, next_catalogue, publishes
from tests.support.makers import Maker
from tests.support.members import adopts

COORDINATOR = Maker("coordinator").key
CONTENT = next_catalogue()
CATALOGUES = shipped() | {VERSION: Published(VERSION, digest_of(CONTENT), frozenset({CRITERION, "social"}))}
DYER, PARTNER = Maker("dyer"), Maker("museum", roles=("association",))
START = Life(CRITERION, VERSION)


def entry(record, at=None, maker=None):
    """The record as it arrives: on the day that it states, unless another is given."""
    author = maker or {DYER.key.public: DYER, PARTNER.key.public: PARTNER}.get(record.key)
    roles = sum(ROLES[role] for role in author.roles) if author else 0
    day = at or record.subject.get("withdrawn") or record.subject.get("day") or record.subject["from"]
    return Entry(record.kind, record.digest.hex(), author.urn if author else "", roles, day, record.subject)


def adoption(maker=DYER, day="2026-03-13", **more):
    return adopts(maker, CRITERION, day, catalogueVersion=VERSION, **more)


class Story:
    """The good story, to be stopped anywhere."""

    def __init__(self):
        self.steps = Steps(COORDINATOR)
        self.life = START

    def add(self, record, at=None, maker=None):
        self.life = advance(self.life, entry(record, at, maker), CATALOGUES)
        return record

    def until(self, stage):
        made = [
            (PROPOSED, self.steps.propose),
            (CONSULTATION, self.steps.consult),
            (AGREED, self.steps.agree),
            (PUBLISHED, lambda: self.steps.publish(CONTENT)),
            (RETIRED, self.steps.retire),
        ]
        for name, make in made:
            self.add(make())
            if name == stage:
                return self
        raise AssertionError(stage)


def refused(story, record, at=None, maker=None):
    before = story.life
    with pytest.raises(FilieraError) as refusal:
        story.add(record, at, maker)
    assert story.life is before
    return refusal.value.code


def test_from_proposal_to_retirement():
    story = Story().until(CONSULTATION)
    said = [
        story.add(comments(DYER, story.steps.last)),
        story.add(comments(PARTNER, story.steps.last, "2026-03-10")),
    ]
    story.add(story.steps.agree(*said))
    story.add(story.steps.publish(CONTENT))
    story.add(adoption())
    assert story.life.adopted(DYER.urn) is not None
    story.add(adoption(withdrawn="2026-06-30"))
    assert story.life.adopted(DYER.urn) is None
    story.add(adoption(day="2026-07-01"))
    story.add(story.steps.retire("2026-08-01"))
    story.add(adoption(day="2026-07-01", withdrawn="2026-08-02"))
    assert (story.life.stage, story.life.window) == (RETIRED, ("2026-03-03", "2026-03-10"))


@pytest.mark.parametrize(
    "record", [Steps(COORDINATOR).propose(), publishes(COORDINATOR, CONTENT), adoption()]
)
def test_records_have_the_written_form(record):
    check_record(record)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (next_catalogue() | {"version": "2027-2"}, "CATALOGUE_VERSION_MISMATCH"),
        (next_catalogue("2026-2"), "CATALOGUE_DIFFERS"),
        (next_catalogue() | {"criteria": [CONTENT["criteria"][0]] * 2}, "CATALOGUE_CRITERION_TWICE"),
        (next_catalogue() | {"mrslLevel": "high"}, "SCHEMA_PATTERN"),
        ({name: value for name, value in CONTENT.items() if name != "areas"}, "SCHEMA_PROPERTY_MISSING"),
    ],
)
def test_a_catalogue_of_another_form_is_refused(content, code):
    record = publishes(COORDINATOR, next_catalogue())
    claims = record.claims | {"credentialSubject": record.subject | {"content": content, "version": VERSION}}
    if code == "CATALOGUE_DIFFERS":
        claims["credentialSubject"]["version"] = "2026-2"
    with pytest.raises(FilieraError) as refusal:
        check_record(claims)
    assert refusal.value.code == code


def test_a_later_version_may_say_more():
    check_record(publishes(COORDINATOR, next_catalogue(repairScore={"least": "0.3"})))


def test_versions_follow_each_other():
    assert number_of("2026-2") < number_of("2027-1") < number_of("2027-10")


def test_digest_does_not_depend_on_how_the_file_is_written():
    shuffled = dict(reversed(list(CONTENT.items())))
    assert digest_of(shuffled) == digest_of(CONTENT)
    assert digest_of(CONTENT | {"mrslLevel": "2"}) != digest_of(CONTENT)


def test_nothing_is_skipped():
    for stage, made in (
        (PROPOSED, lambda steps: steps.agree()),
        (PROPOSED, lambda steps: steps.publish(CONTENT)),
        (CONSULTATION, lambda steps: steps.publish(CONTENT)),
        (CONSULTATION, lambda steps: steps.consult()),
        (AGREED, lambda steps: steps.consult("2026-03-12", "2026-03-20")),
        (PUBLISHED, lambda steps: steps.propose()),
        (RETIRED, lambda steps: steps.retire()),
        (RETIRED, lambda steps: steps.propose()),
    ):
        story = Story().until(stage)
        assert refused(story, made(story.steps), at="2026-03-25") == "CRITERION_STEP_ORDER", stage


def test_a_proposal_that_nobody_wants_ends():
    story = Story().until(CONSULTATION)
    story.add(story.steps.retire())
    assert story.life.stage == RETIRED


def test_a_step_names_the_one_before():
    story, other = Story().until(CONSULTATION), Story()
    other.add(other.steps.propose("2026-03-01"))
    other.add(other.steps.consult("2026-03-04"))
    assert refused(story, other.steps.agree()) == "CRITERION_PREVIOUS"


def test_days_go_forward_and_not_ahead():
    story = Story().until(PROPOSED)
    assert refused(story, story.steps.consult(day="2026-03-01")) == "CRITERION_DAY"
    story = Story().until(PROPOSED)
    assert refused(story, story.steps.consult(day="2026-03-05"), at="2026-03-03") == "CRITERION_DAY"


def test_nobody_is_consulted_about_the_past():
    story = Story().until(PROPOSED)
    assert refused(story, story.steps.consult("2026-03-01"), at="2026-03-02") == "CRITERION_WINDOW_PAST"
    story = Story().until(PROPOSED)
    assert refused(story, story.steps.consult("2026-03-05", "2026-03-04")) == "RANGE_REVERSED"


@pytest.mark.parametrize(
    ("day", "at"),
    [
        ("2026-03-11", "2026-03-11"),
        ("2026-03-10", "2026-03-11"),  # signed with an old date, sent after the end
        ("2026-03-02", "2026-03-02"),
        ("2026-03-11", "2026-03-10"),
        ("2026-03-03", "2026-03-01"),
    ],
)
def test_a_comment_lies_in_the_window_by_its_day_and_by_its_arrival(day, at):
    story = Story().until(CONSULTATION)
    assert refused(story, comments(DYER, story.steps.last, day), at) == "CRITERION_COMMENT_OUTSIDE"


def test_an_outsider_allows_for_the_head_that_came_a_day_later():
    story = Story().until(CONSULTATION)
    late = entry(comments(DYER, story.steps.last, "2026-03-10"), "2026-03-11")
    assert advance(story.life, late, CATALOGUES, grace=1).comments == (late,)


def test_a_comment_answers_this_consultation_while_it_is_open():
    story = Story().until(PROPOSED)
    assert refused(story, comments(DYER, story.steps.last)) == "CRITERION_NOT_IN_CONSULTATION"
    asked = story.add(story.steps.consult())
    other = Steps(COORDINATOR)
    other.propose("2026-03-01")
    assert refused(story, comments(DYER, other.consult())) == "CRITERION_PREVIOUS"
    story.add(story.steps.agree())
    assert refused(story, comments(DYER, asked)) == "CRITERION_NOT_IN_CONSULTATION"


def test_every_comment_has_its_answer():
    story = Story().until(CONSULTATION)
    asked = story.steps.last
    first, second = story.add(comments(DYER, asked)), story.add(comments(PARTNER, asked))
    before = story.steps.last
    assert refused(story, story.steps.agree(first)) == "CRITERION_COMMENT_UNANSWERED"
    for answered in ((first, second, second), (first, second, comments(DYER, asked, text="Altro."))):
        story.steps.last = before
        assert refused(story, story.steps.agree(*answered)) == "CRITERION_COMMENT_UNKNOWN"


def test_nobody_agrees_while_others_may_still_speak():
    story = Story().until(CONSULTATION)
    asked = story.steps.last
    assert (
        refused(story, story.steps.agree(day="2026-03-10"), at="2026-03-11") == "CRITERION_CONSULTATION_OPEN"
    )
    story.steps.last = asked
    assert (
        refused(story, story.steps.agree(day="2026-03-11"), at="2026-03-10") == "CRITERION_CONSULTATION_OPEN"
    )


def test_publication_names_the_catalogue_that_has_the_criterion():
    for content, known, code in (
        (CONTENT, {}, "CATALOGUE_NOT_PUBLISHED"),
        (next_catalogue(mrslLevel="2"), CATALOGUES, "CATALOGUE_DIFFERS"),
        (
            CONTENT,
            {VERSION: replace(CATALOGUES[VERSION], criteria=frozenset())},
            "CRITERION_NOT_IN_CATALOGUE",
        ),
    ):
        story = Story().until(AGREED)
        with pytest.raises(FilieraError) as refusal:
            advance(story.life, entry(story.steps.publish(content)), known)
        assert refusal.value.code == code


def test_only_the_coordinator_takes_steps():
    story = Story()
    assert refused(story, Steps(DYER.key).propose(), maker=DYER) == "NOT_COORDINATOR"


def test_who_may_speak_and_who_may_adopt():
    operator, observer = Maker("operator", roles=("technical-operator",)), Maker("town", roles=("observer",))
    story = Story().until(CONSULTATION)
    assert refused(story, comments(operator, story.steps.last), maker=operator) == "ROLE_MISSING"
    story.add(comments(observer, story.steps.last), maker=observer)
    story = Story().until(PUBLISHED)
    for partner in (operator, observer):
        assert refused(story, adoption(partner), maker=partner) == "ROLE_MISSING"


def test_nobody_speaks_or_adopts_for_another():
    story = Story().until(CONSULTATION)
    assert refused(story, comments(PARTNER, story.steps.last), maker=DYER) == "PARTICIPANT_MISMATCH"
    story = Story().until(PUBLISHED)
    assert refused(story, adoption(PARTNER), maker=DYER) == "PARTICIPANT_MISMATCH"


@pytest.mark.parametrize("stage", [PROPOSED, CONSULTATION, AGREED])
def test_what_is_not_published_is_not_adopted(stage):
    assert refused(Story().until(stage), adoption()) == "CRITERION_NOT_PUBLISHED"


def test_what_is_retired_is_not_adopted_whatever_day_is_written():
    story = Story().until(RETIRED)
    for day in ("2026-03-13", "2026-03-21"):
        assert refused(story, adoption(day=day), at="2026-03-21") == "CRITERION_RETIRED"


def test_an_adoption_begins_with_the_publication_at_the_earliest_and_goes_forward():
    story = Story().until(PUBLISHED)
    assert refused(story, adoption(day="2026-03-11")) == "ADOPTION_BEFORE_PUBLICATION"
    assert refused(story, adoption(catalogueDigest="0" * 64)) == "CATALOGUE_DIFFERS"
    story.add(adoption(day="2026-05-01", catalogueDigest=digest_of(CONTENT)))
    assert refused(story, adoption(day="2026-04-01")) == "ADOPTION_ORDER"


def test_a_withdrawal_ends_what_is_in_force_and_never_the_past():
    story = Story().until(PUBLISHED)
    assert refused(story, adoption(withdrawn="2026-06-30")) == "ADOPTION_NOT_IN_FORCE"
    story.add(adoption())
    assert refused(story, adoption(day="2026-03-14", withdrawn="2026-06-30")) == "ADOPTION_NOT_IN_FORCE"
    assert refused(story, adoption(withdrawn="2026-06-30"), at="2026-07-15") == "ADOPTION_WITHDRAWN_PAST"
    story.add(adoption(withdrawn="2026-06-30"))
    assert refused(story, adoption(withdrawn="2026-07-30")) == "ADOPTION_NOT_IN_FORCE"


def test_a_shipped_criterion_is_in_force_without_a_life_of_its_own():
    life = Life("social", "2026-2")
    assert (life.stage, Life("social", "1999-1").stage, Life("water", "2026-2").stage) == (
        SHIPPED,
        UNKNOWN,
        UNKNOWN,
    )
    adopted = advance(life, entry(adopts(DYER, "social")), CATALOGUES)
    assert adopted.adopted(DYER.urn)
    retired = advance(life, entry(Steps(COORDINATOR, "social", "2026-2").retire()), CATALOGUES)
    with pytest.raises(FilieraError, match="CRITERION_RETIRED"):
        advance(retired, entry(adopts(DYER, "social")), CATALOGUES)


def test_another_life_is_a_mistake_of_the_program():
    with pytest.raises(ValueError, match="another life"):
        advance(START, entry(adopts(DYER, "social")), CATALOGUES)


# --- whatever is sent, in whatever order -----------------------------------------------------------------

ORDER = [UNKNOWN, PROPOSED, CONSULTATION, AGREED, PUBLISHED, RETIRED]
NAMES = [
    "CriterionProposal",
    "CriterionConsultation",
    "CriterionAgreement",
    "CriterionPublication",
    "CriterionRetirement",
]


@st.composite
def moves(draw):
    """What is sent next, how many days later, with which days around that one, and whether its references are right."""
    later = draw(st.sampled_from([0, 0, 1, 1, 2, 5]))
    days = draw(st.tuples(*[st.sampled_from([-2, 0, 0, 0, 1, 3])] * 3))
    kind = draw(st.sampled_from([STEP, STEP, COMMENT, ADOPTION]))
    return kind, later, days, draw(st.integers(0, 9)), draw(st.booleans())


def made(life, move, number, today):
    """An entry out of a move: most fit the life as it stands, some do not."""
    kind, _, days, choice, ends = move
    day, first, second = ((today + timedelta(each)).isoformat() for each in days)
    last = {"id": "-", "digest": life.steps[-1].digest if life.steps and choice > 1 else "f" * 64}
    about = {"criterion": CRITERION, "catalogueVersion": VERSION, "day": day}
    own = about | {"filiera:participant": DYER.id.hex(), "consultation": last}
    if kind == ADOPTION:
        adopted = life.adopted(DYER.urn)
        subject = own | {"type": "Adoption", "from": adopted.subject["from"] if adopted and ends else first}
        subject |= {"withdrawn": second} if ends else {}
    elif kind == COMMENT:
        subject = own | {"type": "CriterionComment"}
    else:
        name = NAMES[choice % 5 if choice < 2 else min(len(life.steps), 4)]
        answers = [{"comment": {"digest": each.digest}} for each in life.comments]
        more = {"from": first, "until": second, "catalogueDigest": digest_of(CONTENT), "comments": answers}
        subject = about | {"type": name} | more | ({"previous": last} if life.steps else {})
    author, roles = ("", 0) if kind == STEP else (DYER.urn, ROLES["supplier"] if choice else 0)
    return Entry(kind, f"{number:064x}", author, roles, today.isoformat(), subject)


def lived(sent):
    """Every life on the way through a sequence of moves, with what was taken."""
    life, today, passed = START, date(2026, 3, 1), []
    for number, move in enumerate(sent):
        today += timedelta(move[1])
        each = made(life, move, number, today)
        try:
            after = advance(life, each, CATALOGUES)
        except FilieraError:
            continue
        passed.append((life, each, after))
        life = after
    return life, passed


many = st.lists(moves(), max_size=60)


@given(many)
def test_whatever_is_sent_what_is_taken_is_a_life(sent):
    life, passed = lived(sent)
    for before, each, after in passed:
        ahead = ORDER.index(after.stage) - ORDER.index(before.stage)
        assert ahead == (1 if each.kind == STEP else 0) or (each.kind == STEP and after.stage == RETIRED)
        if each.kind == ADOPTION:
            assert before.stage == PUBLISHED or "withdrawn" in each.subject
            assert (after.adopted(DYER.urn) is None) == ("withdrawn" in each.subject)
    for comment in life.comments:
        start, end = life.window
        assert start <= comment.subject["day"] <= end
        assert comment.at <= end < life.steps[2].at if len(life.steps) > 2 and life.stage != RETIRED else True
    for adopted in life.adoptions:
        assert adopted.subject["from"] >= life.step(PUBLISHED).subject["day"]
    if life.step(AGREED):
        answered = {each["comment"]["digest"] for each in life.step(AGREED).subject["comments"]}
        assert answered == {each.digest for each in life.comments}
    for step, before in zip(life.steps[1:], life.steps, strict=False):
        assert step.subject["previous"]["digest"] == before.digest
        assert step.subject["day"] >= before.subject["day"]


def test_the_sequences_reach_every_stage():
    """A property over lives that never begin would hold of anything."""
    quickly = settings(phases=[Phase.generate], max_examples=3_000, database=None, derandomize=True)
    for wanted in ORDER:
        find(many, lambda sent, wanted=wanted: lived(sent)[0].stage == wanted, settings=quickly)
    find(many, lambda sent: len(lived(sent)[0].adoptions) > 1, settings=quickly)


@given(st.randoms(use_true_random=False))
def test_the_leaves_of_one_head_find_their_order_again(chance):
    story = Story().until(CONSULTATION)
    story.add(story.steps.agree(story.add(comments(DYER, story.steps.last))))
    story.add(story.steps.publish(CONTENT))
    story.add(adoption())
    story.add(adoption(withdrawn="2026-06-30"))
    story.add(story.steps.retire("2026-08-01"))
    everything = [*story.life.steps, *story.life.comments, *story.life.adoptions]
    chance.shuffle(everything)
    life = START
    for each in in_order(everything, lambda _: 7):
        life = take(life, each)
    assert life == story.life


def test_every_shipped_catalogue_is_the_one_that_was_published():
    pinned = vocabulary("catalogues")["digests"]
    assert pinned == {version: digest_of(catalogue(version)) for version in VERSIONS}
