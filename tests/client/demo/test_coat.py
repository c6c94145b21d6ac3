"""The sample of the coat, offline: it holds, it is what its papers say, and it breaks where it is broken."""

from __future__ import annotations

import copy
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

import pytest

from client.demo.coat import offline, story
from client.demo.coat.bodies import instant
from client.demo.coat.garments import order_garments
from client.demo.coat.references import References
from client.demo.coat.sample import load
from protocol.custody import corrected
from protocol.errors import CustodyError
from protocol.identifiers import parse_reference, participant_urn
from protocol.masterdata import covers, valid_on
from protocol.quantities import parse_decimal
from protocol.records import restrict, verify_record
from protocol.vocabulary import vocabulary
from tests.client.demo.judging import Told, changed, tell


@pytest.fixture(scope="module")
def told() -> Told:
    return tell()


# --- it holds ---------------------------------------------------------------------------------------------------


def test_every_record_is_well_formed_and_signed_by_its_company(told: Told):
    keys = {
        entry["id"]: offline.seeded_key("1", entry["id"], "EdDSA").public.did for entry in load().companies
    }
    for (company, _), record in zip(told.signed, told.records, strict=True):
        assert record.issuer == keys[company]
        assert record.subject["filiera:participant"] == offline.seeded_participant("1", company)


def test_about_a_dozen_companies_and_more_than_sixty_events(told: Told):
    events = [record for record in told.records if record.kind == "FilieraEvent"]
    assert len(load().companies) == 13
    assert len(events) >= 60
    assert len({record.subject["filiera:act"] for record in events}) >= 15
    processes = {record.subject.get("filiera:processType") for record in events}
    assert processes >= {
        "sorting", "fibre-recycling", "spinning", "weaving", "dyeing", "finishing", "cutting", "sewing", "rework",
        "embroidery", "ironing",
    }  # fmt: skip


def test_numbers_and_accounts_have_no_fork_and_no_gap(told: Told):
    assert told.judge_all().findings == ()


def test_every_coat_verifies(told: Told):
    assert len(told.telling.born) == 38
    for garment in told.telling.born:
        judged = told.judge(garment.item)
        assert judged.exit_status == 0, (garment, judged.findings)
        assert not [found for found in judged.findings if found.severity != "notice"]


def test_every_coat_verifies_for_the_public_too():
    told = tell(hidden=True, tier="public")
    assert told.by_name["rags"].is_withheld("/credentialSubject", "filiera:lotCode")
    assert told.judge_all().exit_status == 0
    assert {told.judge(garment.item).exit_status for garment in told.telling.born} == {0}


def test_with_the_keys_that_the_sample_gives_it_verifies_too():
    told = tell(1, alg=None)
    assert Counter(record.key.alg for record in told.records)["ES256"] > 100
    assert told.by_name["spun"].key.alg == "EdDSA"
    assert told.judge(told.telling.born[0].item).exit_status == 0


def test_roles_allow_every_act(told: Told):
    roles = {entry["id"]: set(entry["roles"]) for entry in load().companies}
    for (company, _), record in zip(told.signed, told.records, strict=True):
        if record.kind == "FilieraEvent":
            allowed = vocabulary("acts")["acts"][record.subject["filiera:act"]]["roles"]
            assert roles[company] & set(allowed), (company, record.subject["filiera:act"])


def test_days_run_forward_and_end_before_the_sample_was_made(told: Told):
    days: dict[str, list[str]] = {}
    for (company, _), record in zip(told.signed, told.records, strict=True):
        if record.kind == "FilieraEvent" and "errorDeclaration" not in record.subject:
            days.setdefault(company, []).append(record.subject["filiera:day"])
    for company, of_company in days.items():
        assert min(of_company) >= "2026-01-01"
        assert max(of_company) <= "2026-10-31"
        assert all(before <= after for before, after in pairwise(of_company)), company


# --- the story --------------------------------------------------------------------------------------------------


def test_behind_a_coat_from_argelato_are_rags_and_nothing_that_another_signed_for_somebody(told: Told):
    item = told.telling.born[0].item
    behind = told.behind(item)
    assert {"rags", "polyamide", "viscose", "buttons-stock", "dyed", "reworked", "sewn-1", "sewn-3"} <= set(
        behind
    )
    assert "sewn-p" not in behind
    assert {found.code for found in told.judge(item).findings} == {"ORIGIN_OPENING_STOCK"}


def test_a_coat_from_persiceto_says_that_one_signer_speaks_for_both_sides(told: Told):
    garment = told.telling.born[-1]
    assert garment.lot == "coats-persiceto"
    on_behalf = [
        name for name in told.behind(garment.item) if "filiera:onBehalfOf" in told.by_name[name].subject
    ]
    assert on_behalf == ["buttons-at-persiceto", "coats-p-out", "kits-at-persiceto", "sewn-p"]
    for name in on_behalf:
        said = told.by_name[name].subject["filiera:onBehalfOf"]
        assert parse_reference(said["party"]).kind == "party"
        assert said["basis"]["sha256"]
    assert "HANDOVER_ONE_SIGNER" in {found.code for found in told.judge(garment.item).findings}


def test_the_delivery_comes_in_three_parts_two_short_and_four_come_back(told: Told):
    parts = [_amount(told, f"coats-{part}-in") for part in (1, 2, 3)]
    assert parts == [10, 8, 4]
    assert _amount(told, "kits-at-workshop") - sum(parts) == 2
    assert told.by_name["coats-3-in"].subject["filiera:reason"] == "short"
    assert _amount(told, "defective-in") == _amount(told, "reworked-in") == 4
    assert told.by_name["defective-out"].subject["filiera:reason"] == "defective"


def test_one_record_is_taken_back_and_another_takes_its_place(told: Told):
    taken_back = corrected(told.steps)
    wrong, right = told.by_name["wool-in-wrong"], told.by_name["wool-in"]
    assert list(taken_back) == [wrong.digest]
    error = told.by_name["wool-in-taken-back"].subject["errorDeclaration"]
    assert error == {
        "declarationTime": "2026-02-16T08:00:00Z",
        "reason": "incorrect_data",
        "correctiveEventIDs": [right.id],
    }
    assert (_amount(told, "wool-in-wrong"), _amount(told, "wool-in")) == (121, 112)


def test_the_certificate_expires_is_renewed_and_covers_what_names_it(told: Told):
    versions = [told.by_name[name].subject for name in ("certificate-2025", "certificate-2026")]
    assert valid_on(versions, "2026-02-05") is None
    assert versions[1]["replaces"]["digest"] == told.by_name["certificate-2025"].digest.hex()
    by_digest = {
        told.by_name[name].digest.hex(): told.by_name[name].subject
        for name in ("certificate-2025", "certificate-2026")
    }
    for name in ("rags", "sorted", "pulled"):
        subject = told.by_name[name].subject
        certificate = by_digest[subject["filiera:certificates"][0]["digest"]]
        assert covers(
            certificate,
            day=subject["filiera:day"],
            facility=subject["readPoint"]["id"],
            process=subject.get("filiera:processType"),
        )


def test_every_master_record_that_is_named_is_there(told: Told):
    known = {record.digest.hex(): record.id for record in told.records}
    for record in told.records:
        for name in ("filiera:order", "filiera:subcontractOrder", "filiera:answers", "filiera:corrects"):
            if name in record.subject:
                assert known[record.subject[name]["digest"]] == record.subject[name]["id"]


def test_facilities_exist_for_everybody_who_acts(told: Told):
    facilities = {record.subject["id"] for record in told.records if record.subject["type"] == "Facility"}
    assert {step.facility for step in told.steps} <= facilities


def test_one_coat_is_sold_and_nothing_says_to_whom(told: Told):
    sold = told.by_name["sold"].subject
    assert sold["epcList"] == [told.telling.born[0].item]
    assert not {"sourceList", "destinationList", "bizTransactionList"} & sold.keys()


def test_serials_say_nothing(told: Told):
    serials = [garment.item.rpartition("/")[2] for garment in told.telling.born]
    assert len(set(serials)) == 38
    assert {len(serial) for serial in serials} == {16}  # 80 bits; the design asks for 60


def test_pieces_add_up_from_the_cut_to_the_boxes(told: Told):
    born = Counter(garment.lot for garment in told.telling.born)
    assert born == {"coats-argelato": 22, "coats-persiceto": 16}
    assert _amount(told, "kits-in") == 40
    boxes = [record.subject for name, record in told.by_name.items() if name.startswith("packed-")]
    assert sum(len(box["childEPCs"]) for box in boxes) == 38


# --- it is marked as a sample, and says what its papers say -----------------------------------------------------


def test_companies_are_invented_and_say_so(told: Told):
    for entry in (*load().companies, *load().absent):
        assert entry["number"].startswith("SAMPLE-")
    for record in told.records:
        if record.subject["type"] in {"Facility", "Party"}:
            assert record.subject["note"].startswith("ESEMPIO - SAMPLE")
    # No number of eleven digits that could be somebody's VAT number, no address beyond the town.
    assert all("street" not in record.subject.get("address", {}) for record in told.records)


def test_names_in_the_papers_are_those_of_the_companies():
    names = {entry["name"] for entry in (*load().companies, *load().absent)}
    assert {
        "Maison Reno S.p.A.", "Recupero Lane Bisenzio S.r.l.", "Lanificio Montemurlo S.r.l.", "Confezioni Argelato S.n.c.",
        "Laboratorio di Persiceto (ditta individuale)", "Laboratorio Prove Esempio", "Ente di Certificazione Esempio",
    } <= names  # fmt: skip


def test_first_day_of_summer_time_is_known_without_a_time_zone_database():
    assert instant("2026-03-28", "09:00") == ("2026-03-28T08:00:00Z", "+01:00")
    assert instant("2026-03-29", "09:00") == ("2026-03-29T07:00:00Z", "+02:00")
    assert instant("2026-10-24", "09:00") == ("2026-10-24T07:00:00Z", "+02:00")
    assert instant("2026-10-25", "09:00") == ("2026-10-25T08:00:00Z", "+01:00")


# --- it breaks where it is broken -------------------------------------------------------------------------------


def test_more_yarn_than_fibre_is_refused():
    def spin_too_much(steps):
        steps["spun"] |= {
            "makes": {"yarn": "146 KGM"},
            "yields": {"yarn": "1.042857"},
            "scrap": ["1 KGM recycling"],
        }
        for name in ("yarn-sold", "yarn-out"):
            steps[name]["goods"] = {"yarn": "146 KGM"}

    told = tell(sample=changed(spin_too_much))
    judged = told.judge(told.telling.born[0].item)
    assert judged.exit_status == 1
    assert "BALANCE_GAIN" in {found.code for found in judged.findings}


def test_more_kits_than_were_received_cannot_be_signed():
    def sew_too_much(steps):
        steps["sewn-3"]["takes"] = {"kits": "7 C62", "buttons": "20 C62"}

    with pytest.raises(CustodyError, match="ACCOUNT_OVERDRAWN"):
        tell(sample=changed(sew_too_much))


def test_a_missing_declaration_of_origin_does_not_verify():
    def forget(steps):
        del steps["blended"]["takes"]["polyamide"]
        steps["blended"]["takes"]["other"] = "28 KGM"
        steps["polyamide"]["makes"] = {"other": "28 KGM"}

    told = tell(sample=changed(forget))
    item = told.telling.born[0].item
    assert told.judge(item).exit_status == 0
    digest = told.by_name["polyamide"].digest
    told.signed = [
        pair for pair, record in zip(told.signed, told.records, strict=True) if record.digest != digest
    ]
    del told.telling.told["polyamide"]
    left = Told(told.telling, told.signed)
    assert left.judge(item).exit_status != 0


def test_an_unanswered_shipment_does_not_verify(told: Told):
    without = told.by_name["cloth-in"].digest
    signed = [
        pair for pair, record in zip(told.signed, told.records, strict=True) if record.digest != without
    ]
    left = Told(told.telling, signed)
    assert left.judge(told.telling.born[0].item).exit_status != 0


# --- it is the same again, and larger ---------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes_and_another_seed_shares_nothing(told: Told):
    tokens = [signed.token for _, signed in told.signed]
    assert [signed.token for _, signed in tell().signed] == tokens
    other = [signed.token for _, signed in tell(seed="2").signed]
    assert not set(tokens) & set(other)
    assert not {garment.item for garment in told.telling.born} & {
        garment.item for garment in tell(seed="2").telling.born
    }


@pytest.mark.parametrize("wanted", [1, 37, 38])
def test_as_many_garments_as_asked_for(wanted: int):
    references = References(load(), lambda label: offline.seeded("1", label)[:16], {})
    assert len(order_garments(load(), references, "", wanted).garments) == wanted


# --- on the stage -----------------------------------------------------------------------------------------------


@dataclass
class FakeStage:
    """Signs like the stage and notes when what is sent."""

    makers: dict[str, offline.SeededMaker]
    log: list[tuple[str, str]] = field(default_factory=list)

    def participant(self, company):
        return self.makers[company].participant

    def sign(self, company, body, hidden=None, event_id=None):
        signed = self.makers[company].sign_event(body, hidden, event_id)
        self.log.append(("sign", signed.id))
        return signed

    def sign_master_data(self, company, body, hidden=None):
        signed = self.makers[company].sign_master_data(body, hidden)
        self.log.append(("sign", signed.id))
        return signed

    def send(self, company):
        self.log.append(("send", company))


@dataclass
class FakeReport:
    notes: list[str] = field(default_factory=list)
    doings: list[str] = field(default_factory=list)

    def note(self, line):
        self.notes.append(line)

    def doing(self, line):
        self.doings.append(line)


def test_on_the_stage_everything_is_signed_sent_and_said(monkeypatch):
    monkeypatch.setattr("client.demo.coat.performance.bring", lambda _stage, sample: len(sample.papers))
    monkeypatch.setattr("client.demo.coat.performance.issue_passports", lambda *_: [])
    stage, report = FakeStage(offline.telling("1", 1, lambda *_: None).writer.makers), FakeReport()  # type: ignore[attr-defined]
    played = story()
    target = played.play(stage, report)  # type: ignore[arg-type]
    assert target == played.sold.item == played.telling.born[0].item
    assert stage.log[-1][0] == "send"
    assert all(before[0] == "sign" for before, after in pairwise(stage.log) if after[0] == "send")
    assert sum(kind == "sign" for kind, _ in stage.log) == len(played.telling.told)
    assert len(report.doings) == 12
    assert len(report.notes) == 3
    assert "14 carte" in report.notes[0] or "14 papers" in report.notes[0]


def test_the_stage_is_told_who_to_admit():
    companies = {company.id: company for company in story().companies}
    assert "persiceto" not in companies
    assert companies["spinner"].alg == "EdDSA"
    assert {"brand", "retailer"} == set(companies["brand"].roles)


def test_the_sample_itself_is_never_changed():
    before = copy.deepcopy(load().chapters)
    tell(1)
    assert load().chapters == before


def _amount(told: Told, name: str) -> Decimal:
    return sum(
        (
            parse_decimal(each["quantity"])
            for each in told.by_name[name].subject["quantityList"]
            if each["uom"] != "MTR"
        ),
        Decimal(0),
    )


def test_selective_disclosure_hides_from_the_public_what_the_sample_hides():
    told = tell(hidden=True)
    record = told.by_name["work-april"]
    assert "people" in record.subject["filiera:work"]
    public = verify_record(restrict(record, "public"))
    assert "people" not in public.subject["filiera:work"]


def test_a_party_that_is_no_member_is_no_participant(told: Told):
    members = {participant_urn(offline.seeded_participant("1", entry["id"])) for entry in load().companies}
    parties = {step.holder for step in told.steps if step.on_behalf}
    assert len(parties) == 1
    assert not parties & members
