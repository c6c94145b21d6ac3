"""From bodies to records: numbers, accounts, hiding, rehearsal, and a journal that survives what happens to files."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from client.errors import ClientError
from client.journal import Balance, Journal
from client.keystore import new_key
from client.profile import new_participant_id
from client.signing import Maker
from protocol.errors import CustodyError, FilieraError
from protocol.events import check_event
from protocol.records import parse_record, verify_record
from protocol.vocabulary import vocabulary
from tests.client.desk import declared, furnish, journal_of, spun
from tests.support.makers import lot


def test_records_of_a_key_follow_each_other_and_carry_the_accounts_on(desk):
    maker = furnish(desk.folder)
    first = maker.sign_event(declared(lot("a")))
    second = maker.sign_event(spun(lot("a"), lot("b")))
    third = maker.sign_event(spun(lot("a"), lot("c"), "70", "64"))
    records = [verify_record(signed.token) for signed in (first, second, third)]
    for record in records:
        check_event(record.claims)
    assert [record.subject["filiera:recordSeq"] for record in records] == [0, 1, 2]
    assert records[2].subject["filiera:previousRecord"] == second.digest
    entry = next(e for e in records[2].subject["filiera:account"] if e["lot"] == lot("a"))
    assert entry == {
        "lot": lot("a"),
        "lotSeq": 2,
        "before": "70",
        "after": "0",
        "uom": "KGM",
        "previous": second.digest,
    }


def test_quantities_names_and_codes_are_hidden_unless_shown(desk):
    maker = furnish(desk.folder)
    hidden = parse_record(maker.sign_event(declared(lot("a"))).token)
    bare = parse_record(hidden.jwt + "~")
    assert "quantity" not in bare.subject["quantityList"][0]
    assert bare.subject["quantityList"][0]["uom"] == "KGM"
    shown = parse_record(maker.sign_event(declared(lot("b")), hidden=()).token)
    assert shown.typ == "vc+jwt"


def test_what_overdraws_a_lot_is_not_signed(desk):
    maker = furnish(desk.folder)
    maker.sign_event(declared(lot("a"), "10"))
    with pytest.raises(CustodyError, match="ACCOUNT_OVERDRAWN"):
        maker.sign_event(spun(lot("a"), lot("b"), "10.5", "9"))
    assert len(journal_of(desk.folder).signed) == 1


def test_a_lot_keeps_its_unit(desk):
    maker = furnish(desk.folder)
    maker.sign_event(declared(lot("a")))
    body = spun(lot("a"), lot("b"))
    body["inputQuantityList"][0]["uom"] = "GRM"
    with pytest.raises(ClientError, match="LOT_UNIT_CHANGED"):
        maker.sign_event(body)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"filiera:act": "teleport"}, "ACT_MISSING"),
        ({"filiera:act": ["process"]}, "ACT_MISSING"),
        ({"eventTime": None}, "EVENT_WITHOUT_TIME"),
        ({"eventTimeZoneOffset": "sometimes"}, "EVENT_WITHOUT_TIME"),
        ({"quantityList": "120 kg"}, "SCHEMA_TYPE"),
        ({"quantityList": [{"epcClass": 7}]}, "SCHEMA_PROPERTY_MISSING"),
        (
            {"quantityList": [{"epcClass": "urn:filiera:lot:x", "quantity": "1", "uom": "KGM"}]},
            "SCHEMA_PATTERN",
        ),
        ({"quantityList": [{"epcClass": lot("a"), "quantity": "1,5", "uom": "KGM"}]}, "QUANTITY_FORM"),
        ({"quantityList": [{"epcClass": lot("a"), "quantity": "1", "uom": "kg"}]}, "UNIT_UNKNOWN"),
        ({"quantityList": [{"epcClass": lot("a"), "quantity": "0", "uom": "KGM"}]}, "QUANTITY_ZERO"),
        ({"bizStep": "shipping"}, "ACT_BIZ_STEP"),
        ({"filiera:material": [{"fibre": "wool", "share": "0.9"}]}, "MATERIAL_SHARES"),
        ({"note": "x"}, "SCHEMA_PROPERTY_UNKNOWN"),
    ],
)
def test_a_wrong_body_is_refused_and_leaves_nothing(desk, change, code):
    maker = furnish(desk.folder)
    body = {name: value for name, value in (declared(lot("a")) | change).items() if value is not None}
    with pytest.raises(FilieraError, match=code):
        maker.sign_event(body)
    assert not journal_of(desk.folder).signed


def test_a_rehearsal_leaves_nothing_until_it_is_kept(desk):
    maker = furnish(desk.folder)
    rehearsal = maker.rehearsal()
    rehearsal.sign_event(declared(lot("a")))
    rehearsal.sign_event(spun(lot("a"), lot("b")))
    assert not journal_of(desk.folder).signed
    kept = maker.keep(rehearsal)
    assert [record.seq for record in kept] == [0, 1]
    assert list(journal_of(desk.folder).signed) == [record.id for record in kept]
    assert maker.keep(rehearsal) == []


def test_a_rehearsal_is_not_kept_when_another_program_has_signed_meanwhile(desk):
    maker, other = furnish(desk.folder), None
    rehearsal = maker.rehearsal()
    rehearsal.sign_event(declared(lot("a")))
    other = desk.maker
    other.sign_event(declared(lot("z")))
    with pytest.raises(ClientError, match="JOURNAL_MOVED"):
        maker.keep(rehearsal)
    assert len(journal_of(desk.folder).signed) == 1


def test_two_programs_with_one_key_number_after_each_other(desk):
    first, second = furnish(desk.folder), desk.maker
    records = [
        maker.sign_event(declared(lot(str(n)))) for n, maker in enumerate([first, second, first, second])
    ]
    assert [record.seq for record in records] == [0, 1, 2, 3]


def test_what_was_given_up_is_signed_again_and_stays_hidden(desk):
    maker = furnish(desk.folder)
    body = declared(lot("a")) | {"filiera:origin": {"country": "IT", "region": "Prato"}}
    old = maker.sign_event(body, {"quantityList[].quantity", "filiera:origin.region"})
    later = maker.sign_event(spun(lot("a"), lot("b")))
    given_up = maker.journal.append_void(old.id, "LOT_ACCOUNT_FORK")
    assert [record.id for record in given_up] == [old.id, later.id]
    new, _ = maker.sign_again(given_up)
    assert (new.id, new.seq) == (old.id, 0)
    assert new.digest != old.digest
    bare = parse_record(parse_record(new.token).jwt + "~").subject
    assert "region" not in bare["filiera:origin"]
    assert "quantity" not in bare["quantityList"][0]
    assert "filiera:lotCode" not in bare
    assert "eventTime" in bare


def test_a_power_cut_in_the_middle_of_a_line_loses_only_that_line(desk):
    maker = furnish(desk.folder)
    first = maker.sign_event(declared(lot("a")))
    path = maker.journal.path
    whole = path.read_bytes()
    maker.sign_event(declared(lot("b")))
    cut = path.read_bytes()[: len(whole) + 40]
    path.write_bytes(cut)
    again = desk.maker
    assert list(again.journal.signed) == [first.id]
    third = again.sign_event(declared(lot("c")))
    assert third.seq == 1
    assert list(journal_of(desk.folder).signed) == [first.id, third.id]


@pytest.mark.parametrize(
    "line",
    [b"\n", b"{}\n", b'{"line":"signed"}\n', b'{"line":"void"}\n', b"[1]\n", b'{"line":"x"}\n', b"\xff\n"],
)
def test_a_damaged_journal_is_said_and_nothing_is_signed(desk, line):
    maker = furnish(desk.folder)
    maker.sign_event(declared(lot("a")))
    with maker.journal.path.open("ab") as file:
        file.write(line)
    with pytest.raises(ClientError, match="JOURNAL_DAMAGED"):
        desk.maker  # noqa: B018


def test_the_journal_is_private(desk):
    maker = furnish(desk.folder)
    maker.sign_event(declared(lot("a")))
    assert maker.journal.path.stat().st_mode & 0o077 == 0


def test_older_news_of_an_account_changes_nothing(desk):
    maker = furnish(desk.folder)
    signed = maker.sign_event(declared(lot("a")))
    entry = dict(signed.account[0])
    with maker.journal.changing():
        maker.journal.append_seen(signed.holder, Balance(entry | {"after": "1"}, "0" * 64))
    assert maker.journal.balance(lot("a"), signed.holder).entry["after"] == "120"
    with maker.journal.changing():
        maker.journal.append_seen(signed.holder, Balance(entry | {"lotSeq": 4, "after": "7"}, "1" * 64))
    assert journal_of(desk.folder).balance(lot("a"), signed.holder).entry["after"] == "7"


amounts = st.integers(1, 40).map(str)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("+-"), amounts), max_size=12))
def test_accounts_add_up_whatever_is_done(tmp_path_factory, moves):
    folder = tmp_path_factory.mktemp("journal")
    maker = Maker(new_key(), new_participant_id(), Journal.open(folder / "maker.journal"))
    held: dict[str, int] = {}
    for number, (name, sign, amount) in enumerate(moves):
        body = (
            declared(lot(name), amount) if sign == "+" else spun(lot(name), lot("out", number), amount, "1")
        )
        if sign == "-" and held.get(name, 0) < int(amount):
            with pytest.raises(CustodyError):
                maker.sign_event(body)
            continue
        maker.sign_event(body)
        held[name] = held.get(name, 0) + (int(amount) if sign == "+" else -int(amount))
    again = Journal.open(folder / "maker.journal")
    holder = f"urn:filiera:participant:{maker.participant}"
    for name, amount in held.items():
        assert Decimal(again.balance(lot(name), holder).entry["after"]) == amount
    assert [record.seq for record in again.signed.values()] == list(range(len(again.signed)))


def test_template_is_signed_from_the_command_line_after_filling_in(desk):
    desk.filiera("key", "new")
    made = desk.filiera("event", "template", "lot-declared")
    body = json.loads(made.out)
    file = desk.write("lotto.json", body)
    said = desk.filiera("event", "sign", file, "-o", desk.folder / "lotto.token")
    assert said.status == 0
    record = verify_record((desk.folder / "lotto.token").read_text().strip())
    assert record.subject["quantityList"] == body["quantityList"]
    # the code of the lot is known from now on, and a process may name it
    process = json.loads(desk.filiera("event", "template", "process", "--process", "spinning").out)
    process["inputQuantityList"][0]["epcClass"] = "L-2026-014"
    said = desk.filiera("event", "sign", desk.write("filatura.json", process))
    assert said.status == 0
    token = said.out.strip()
    assert (
        parse_record(token).subject["inputQuantityList"][0]["epcClass"] == body["quantityList"][0]["epcClass"]
    )


def test_a_template_that_nobody_filled_in_is_not_signed(desk):
    desk.filiera("key", "new")
    for act in ("process", "shipment", "receipt"):
        file = desk.write("e.json", json.loads(desk.filiera("event", "template", act).out))
        said = desk.filiera("event", "sign", file)
        assert (said.status, "PLACEHOLDER_LEFT" in said.err) == (3, True), act
    assert not journal_of(desk.folder).signed


def test_nothing_is_signed_when_the_file_for_it_is_there_already(desk):
    desk.filiera("key", "new")
    file = desk.write("l.json", declared(lot("a")))
    out = desk.write("l.token", b"mine")
    assert desk.filiera("event", "sign", file, "-o", out).status == 3
    assert out.read_bytes() == b"mine"
    assert not journal_of(desk.folder).signed


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"7", b'{"a":1,"a":2}', b'{"q":1.5}', b'{"q":NaN}', b"\xff\xfe", b"[" * 10_000],
)
def test_a_file_that_is_no_body_is_refused(desk, data):
    desk.filiera("key", "new")
    said = desk.filiera("event", "sign", desk.write("e.json", data))
    assert (said.status, "EVENT_FILE_MALFORMED" in said.err) == (3, True)


def test_templates_of_all_acts_are_printed(desk):
    for act in vocabulary("acts")["acts"]:
        said = desk.filiera("event", "template", act)
        assert said.status == 0
        assert json.loads(said.out)["filiera:act"] == act
    assert desk.filiera("event", "template", "telepatia").status == 3
    assert desk.filiera("event", "template", "process", "--process", "magia").status == 3


def test_master_data_is_numbered_with_the_events(desk):
    maker = furnish(desk.folder)
    maker.sign_event(declared(lot("a")))
    facility = {
        "type": "Facility", "id": "urn:filiera:facility:" + "b" * 25 + "c", "version": 1, "validFrom": "2026-01-01",
        "party": f"urn:filiera:participant:{maker.participant}", "name": "Stabilimento", "address": {"country": "IT"},
    }  # fmt: skip
    said = desk.filiera("event", "sign", desk.write("f.json", facility))
    assert said.status == 0, said.err
    assert parse_record(said.out.strip()).subject["filiera:recordSeq"] == 1
    wrong = desk.filiera("event", "sign", desk.write("g.json", facility | {"version": 2}))
    assert (wrong.status, "MASTER_DATA_VERSION" in wrong.err) == (3, True)
