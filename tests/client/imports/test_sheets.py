"""Sheets of makers: what is read, what is refused and where, and that a file is signed whole or not at all."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, time

import pytest
from openpyxl import load_workbook

from client.imports import tables
from protocol.events import check_event
from protocol.records import verify_record
from tests.client.desk import furnish, journal_of
from tests.client.imports.books import book, subjects

LOTS = ["Data", "Lotto", "Quantità", "Unità", "Composizione", "Stadio", "Paese d'origine"]
LOT = ["02/03/2026", "L-1", "1200,5", "kg", "80% lana; 20% poliammide riciclata", "fibra", "it"]
WORK = ["Evento", "Data", "Lavorazione", "Lotto in ingresso", "Quantità in ingresso", "Unità in ingresso",
        "Lotto ottenuto", "Quantità ottenuta", "Unità ottenuta", "Scarto", "Destinazione scarto"]  # fmt: skip
DONE = ["", "03/03/2026", "filatura", "L-1", "500", "kg", "F-1", "460", "kg", "40", "riciclo"]
OTHER = "ab" * 32


@pytest.fixture(autouse=True)
def key(desk):
    return furnish(desk.folder)


def sheet(desk, rows, name="Lotti.csv", delimiter=";", encoding="utf-8"):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return desk.write(name, out.getvalue().encode(encoding))


def test_a_workbook_of_lots_and_work_becomes_signed_events(desk):
    path = book(desk, {"Lotti": [LOTS, LOT], "Lavorazioni": [WORK, DONE]})
    dry = desk.filiera("import", "xlsx", path, "--dry-run")
    assert dry.status == 0, dry.err
    assert "Da firmare: 2" in dry.out
    assert "lotto di partenza" in dry.out
    assert "500 kg L-1 → 460 kg F-1" in dry.out
    assert not journal_of(desk.folder).signed
    said = desk.filiera("import", "xlsx", path)
    assert (said.status, "Firmati 2 eventi" in said.out) == (0, True)
    declared, worked = subjects(desk)
    assert declared["filiera:material"] == [
        {"fibre": "wool", "share": "0.8"}, {"fibre": "polyamide", "share": "0.2", "recycled": "1"},
    ]  # fmt: skip
    assert declared["quantityList"][0] | {"epcClass": ""} == {
        "epcClass": "",
        "quantity": "1200.5",
        "uom": "KGM",
    }
    assert declared["filiera:lotCode"] == "L-1"
    assert (declared["filiera:day"], declared["eventTime"]) == ("2026-03-02", "2026-03-02T11:00:00Z")
    assert worked["inputQuantityList"][0]["epcClass"] == declared["quantityList"][0]["epcClass"]
    assert worked["filiera:scrap"] == [{"quantity": "40", "uom": "KGM", "destination": "recycling"}]
    assert worked["filiera:processType"] == "spinning"
    for record in journal_of(desk.folder).signed.values():
        check_event(verify_record(record.token).claims)


def test_the_same_file_again_signs_nothing_and_a_grown_one_only_what_is_new(desk):
    path = book(desk, {"Lotti": [LOTS, LOT, LOT]})
    assert "Firmati 2" in desk.filiera("import", "xlsx", path).out
    again = desk.filiera("import", "xlsx", path, "--dry-run")
    assert "già firmate: 2" in again.out
    assert "Firmati 0" in desk.filiera("import", "xlsx", path).out
    other = ["02/03/2026", "L-2", 7, "kg", "lana", "fibra", "IT"]
    grown = book(desk, {"Lotti": [LOTS, LOT, LOT, other]})
    assert "Firmati 1" in desk.filiera("import", "xlsx", grown).out
    assert len(subjects(desk)) == 3


def test_a_signed_event_cannot_be_changed_in_the_sheet(desk):
    header, row = ["Evento", *LOTS], ["12", *LOT]
    desk.filiera("import", "xlsx", book(desk, {"Lotti": [header, row]}))
    row[3] = "1300"
    said = desk.filiera("import", "xlsx", book(desk, {"Lotti": [header, row]}))
    assert (said.status, "ROW_SIGNED_OTHERWISE" in said.err) == (
        1,
        False,
    ) or "ROW_SIGNED_OTHERWISE" in said.err
    assert said.status != 0
    assert len(subjects(desk)) == 1


def test_one_wrong_row_and_nothing_is_signed(desk):
    rows = [
        LOTS,
        LOT,
        [*LOT[:3], "spanne", *LOT[4:]],
        [*LOT[:2], "1.234", *LOT[3:]],
        ["31/02/2026", *LOT[1:]],
    ]
    said = desk.filiera("import", "xlsx", book(desk, {"Lotti": rows}))
    assert said.status == 1
    assert "UNIT_UNKNOWN [Lotti!D3]" in said.err
    assert "NUMBER_AMBIGUOUS [Lotti!C4]" in said.err
    assert "ROW_DATE [Lotti!A5]" in said.err
    assert said.err.count("→") == 4
    assert not journal_of(desk.folder).signed
    assert not (desk.folder / "maker.lots.json").exists()
    assert desk.filiera("import", "xlsx", book(desk, {"Lotti": rows}), "--dry-run").status == 3


def test_rows_with_one_number_are_one_event_with_several_lots(desk):
    rows = [
        WORK,
        ["7", "03/03/2026", "tessitura", "A", "10", "kg", "T-1", "40", "m", "", ""],
        ["7", "", "", "B", "5", "kg", "", "", "", "", ""],
    ]
    lots = [LOTS, [*LOT[:1], "A", *LOT[2:]], [*LOT[:1], "B", *LOT[2:]]]
    said = desk.filiera("import", "xlsx", book(desk, {"Lotti": lots, "Lavorazioni": rows}))
    assert said.status == 0, said.err
    worked = subjects(desk)[-1]
    assert [entry["quantity"] for entry in worked["inputQuantityList"]] == ["10", "5"]
    assert len(worked["outputQuantityList"]) == 1


def test_rows_of_one_event_must_agree(desk):
    rows = [
        WORK,
        ["7", "03/03/2026", "filatura", *DONE[3:]],
        ["7", "04/03/2026", "", "L-1", "1", "kg", *[""] * 5],
    ]
    said = desk.filiera("import", "xlsx", book(desk, {"Lotti": [LOTS, LOT], "Lavorazioni": rows}))
    assert "ROWS_DISAGREE [Lavorazioni!B3]" in said.err


def test_excel_cells_may_be_dates_times_and_numbers(desk):
    header = ["Date", "Time", "Lot", "Quantity", "Unit", "Composition", "Stage", "Country of origin"]
    row = [date(2026, 3, 2), time(8, 15), 14.0, 0.1 + 0.2, "KGM", "wool", "yarn", "IT"]
    said = desk.filiera("import", "xlsx", book(desk, {"Lots": [header, row]}))
    assert said.status == 0, said.err
    (subject,) = subjects(desk)
    assert subject["eventTime"] == "2026-03-02T07:15:00Z"
    assert subject["quantityList"][0]["quantity"] == "0.3"
    assert subject["filiera:lotCode"] == "14"


@pytest.mark.parametrize(
    ("delimiter", "encoding"), [(";", "utf-8"), (";", "cp1252"), (",", "utf-8-sig"), ("\t", "utf-8")]
)
def test_csv_of_every_office_is_read(desk, delimiter, encoding):
    said = desk.filiera("import", "csv", sheet(desk, [LOTS, LOT], delimiter=delimiter, encoding=encoding))
    assert said.status == 0, said.err
    assert subjects(desk)[0]["quantityList"][0]["quantity"] == "1200.5"


def test_shipment_and_receipt(desk, key):
    desk.filiera("import", "csv", sheet(desk, [LOTS, LOT]))
    header = [
        "Operazione",
        "Data",
        "Lotto",
        "Quantità",
        "Unità",
        "Destinatario",
        "Documento",
        "Subappalto ammesso",
    ]
    rows = [header, ["spedizione", "04/03/2026", "L-1", "60", "kg", "Tessitura Rossi", "DDT 27/2026", "no"]]
    mapping = desk.write("nomi.json", {"participants": {"tessitura rossi": OTHER}})
    said = desk.filiera("import", "csv", sheet(desk, rows, "giornata.csv"), "--mapping", mapping)
    assert said.status == 0, said.err
    shipped = subjects(desk)[-1]
    assert shipped["destinationList"][0]["destination"] == f"urn:filiera:participant:{OTHER}"
    assert shipped["bizTransactionList"] == [{"type": "desadv", "bizTransaction": "DDT 27/2026"}]
    assert shipped["filiera:maySubcontract"] is False
    header = [
        "Data",
        "Lotto",
        "Nostro codice",
        "Quantità",
        "Unità",
        "Spedizione",
        "Impronta spedizione",
        "Motivo",
    ]
    goods = "urn:filiera:lot:" + "abcdefgh" * 3 + "ij"
    row = [
        "05/03/2026",
        goods,
        "R-9",
        "59,5",
        "kg",
        "urn:uuid:11111111-2222-4333-8444-555555555555",
        "cd" * 32,
        "mancante",
    ]
    said = desk.filiera("import", "csv", sheet(desk, [header, row], "ricevimenti.csv"))
    assert said.status == 0, said.err
    received = subjects(desk)[-1]
    assert received["filiera:answers"]["digest"] == "cd" * 32
    assert received["filiera:reason"] == "short"
    count = [["Data", "Lotto", "Quantità", "Unità"], ["06/03/2026", "R-9", "59", "kg"]]
    assert desk.filiera("import", "csv", sheet(desk, count, "inventario.csv")).status == 0
    assert subjects(desk)[-1]["quantityList"][0]["epcClass"] == goods


def test_a_shipment_that_nobody_knows_is_said(desk):
    header = ["Data", "Lotto", "Quantità", "Unità", "Spedizione"]
    row = [
        "05/03/2026",
        "urn:filiera:lot:" + "abcdefgh" * 3 + "ij",
        "1",
        "kg",
        "urn:uuid:11111111-2222-4333-8444-555555555555",
    ]
    said = desk.filiera(
        "import", "csv", sheet(desk, [header, row], "ricevimenti.csv"), "--node", "http://127.0.0.1:9"
    )
    assert "SHIPMENT_UNKNOWN [E2]" in said.err


def test_own_headings_and_units_by_a_mapping(desk):
    header = ["Giorno lav.", "Cod.", "Q", "Comp.", "Stadio", "Paese d'origine"]
    mapping = desk.write("m.json", {
        "columns": {"Giorno lav.": "day", "Cod.": "lot", "Q": "quantity", "Comp.": "material"},
        "constants": {"unit": "Balle"}, "units": {"balle": "KGM"},
    })  # fmt: skip
    rows = [header, ["2026-03-02", "L-1", "3", "lana", "fibra", "IT"]]
    said = desk.filiera("import", "csv", sheet(desk, rows), "--mapping", mapping)
    assert said.status == 0, said.err
    assert subjects(desk)[0]["quantityList"][0]["uom"] == "KGM"


@pytest.mark.parametrize(
    "mapping",
    [
        b"",
        b"[]",
        b"{",
        b'{"columns":[]}',
        b'{"columns":{"x":"nowhere"}}',
        b'{"constants":{"nowhere":"1"}}',
        b'{"x":{}}',
    ],
)
def test_a_mapping_that_is_none_is_refused(desk, mapping):
    said = desk.filiera("import", "csv", sheet(desk, [LOTS, LOT]), "--mapping", desk.write("m.json", mapping))
    assert (said.status, "MAPPING_MALFORMED" in said.err) == (3, True)


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ([*LOTS, "Prezzo"], "COLUMN_UNKNOWN"),
        ([*LOTS, "Lotto"], "COLUMN_TWICE"),
        (LOTS[:-1], "SHEET_COLUMNS"),
        ([*LOTS, "Destinatario"], "SHEET_COLUMNS"),
    ],
)
def test_wrong_columns_are_refused_before_any_row(desk, header, code):
    said = desk.filiera("import", "xlsx", book(desk, {"Lotti": [header, LOT]}))
    assert (said.status, code in said.err) == (3, True)


def test_a_formula_is_refused_where_it_stands(desk):
    said = desk.filiera("import", "xlsx", book(desk, {"Lotti": [LOTS, [*LOT[:2], "=1000+200", *LOT[3:]]]}))
    assert "SHEET_FORMULA [Lotti!C2]" in said.err
    said = desk.filiera("import", "csv", sheet(desk, [LOTS, [*LOT[:1], '=HYPERLINK("x")', *LOT[2:]]]))
    assert "SHEET_FORMULA [B2]" in said.err
    assert not journal_of(desk.folder).signed


def test_merged_cells_are_refused(desk):
    path = book(desk, {"Lotti": [LOTS, LOT, LOT]})
    workbook = load_workbook(path)
    workbook["Lotti"].merge_cells("A2:A3")
    workbook.save(path)
    said = desk.filiera("import", "xlsx", path)
    assert "SHEET_MERGED" in said.err
    assert said.status == 1


def test_more_than_ten_thousand_rows_are_refused(desk):
    said = desk.filiera("import", "csv", sheet(desk, [LOTS, *[LOT] * (tables.MAX_ROWS + 1)]))
    assert (said.status, "SHEET_TOO_LONG" in said.err) == (3, True)


def test_a_hundred_thousand_rows_of_excel_are_refused(desk, monkeypatch):
    monkeypatch.setattr(tables, "MAX_ROWS", 100)
    said = desk.filiera("import", "xlsx", book(desk, {"Lotti": [LOTS, *[LOT] * 102]}))
    assert (said.status, "SHEET_TOO_LONG" in said.err) == (3, True)


def test_a_file_that_unpacks_to_gigabytes_is_not_unpacked(desk):
    path = desk.folder / "bomba.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (tables.MAX_UNPACKED_BYTES + 1))
    said = desk.filiera("import", "xlsx", path)
    assert (said.status, "SHEET_TOO_LARGE" in said.err) == (3, True)


@pytest.mark.parametrize("data", [b"not a sheet", b"PK\x03\x04", b"\xd0\xcf\x11\xe0" * 200, b"<html></html>"])
def test_what_is_no_workbook_is_said_to_be_none(desk, data):
    said = desk.filiera("import", "xlsx", desk.write("x.xlsx", data))
    assert (said.status, "SHEET_UNREADABLE" in said.err) == (3, True)


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"])
def test_a_workbook_with_a_broken_part_is_said_to_be_broken(desk, part):
    path = book(desk, {"Lotti": [LOTS, LOT]})
    broken = desk.folder / "rotto.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"<oops" if name == part else old.read(name))
    said = desk.filiera("import", "xlsx", broken)
    assert (said.status, "SHEET_UNREADABLE" in said.err) == (3, True), said.err


@pytest.mark.parametrize("rows", [[], [LOTS], [[""], [""]]])
def test_an_empty_sheet_is_said_to_be_empty(desk, rows):
    said = desk.filiera("import", "csv", sheet(desk, rows))
    assert said.status == 3
    assert "SHEET_EMPTY" in said.err


def test_an_absent_file_and_a_folder_are_said(desk):
    assert desk.filiera("import", "csv", desk.folder / "nulla.csv").status == 3
    assert "Il valore di FILE" in desk.filiera("import", "csv", desk.folder).err


def test_a_lot_that_was_never_made_is_said(desk):
    said = desk.filiera("import", "xlsx", book(desk, {"Lavorazioni": [WORK, DONE]}))
    assert "LOT_CODE_UNKNOWN [Lavorazioni!D2]" in said.err


def test_more_than_there_is_cannot_be_taken(desk):
    rows = [WORK, [*DONE[:4], "1200,6", *DONE[5:]]]
    said = desk.filiera("import", "xlsx", book(desk, {"Lotti": [LOTS, LOT], "Lavorazioni": rows}))
    assert "ACCOUNT_OVERDRAWN" in said.err
    assert not journal_of(desk.folder).signed


def test_a_day_to_come_is_refused(desk):
    said = desk.filiera("import", "csv", sheet(desk, [LOTS, ["01/01/2999", *LOT[1:]]]))
    assert "EVENT_IN_FUTURE" in said.err


def test_a_needed_cell_that_is_empty_is_named(desk):
    said = desk.filiera("import", "csv", sheet(desk, [LOTS, [*LOT[:2], "", *LOT[3:]]]))
    assert "CELL_MISSING" in said.err
    assert "«Quantità»" in said.err


def test_terms_of_ours_may_be_columns(desk):
    header, row = [*WORK, "filiera:parameters"], [*DONE, '{"yarnCount":"2/28 Nm"}']
    said = desk.filiera("import", "xlsx", book(desk, {"Lotti": [LOTS, LOT], "Lavorazioni": [header, row]}))
    assert said.status == 0, said.err
    assert subjects(desk)[-1]["filiera:parameters"] == {"yarnCount": "2/28 Nm"}
    row[-1] = '{"yarnCount":'
    said = desk.filiera("import", "xlsx", book(desk, {"Lavorazioni": [header, row]}))
    assert "ROW_TERM [Lavorazioni!L2]" in said.err


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_template_is_a_workbook_that_comes_back(desk, language):
    path = desk.folder / "modello.xlsx"
    assert desk.filiera("--lang", language, "import", "template", "-o", path).status == 0
    workbook = load_workbook(path)
    name = {"it": "Lotti", "en": "Lots"}[language]
    header = [cell.value for cell in workbook[name][1]]
    values = dict(zip(LOTS, LOT, strict=True)) if language == "it" else dict(zip(
        ["Date", "Lot", "Quantity", "Unit", "Composition", "Stage", "Country of origin"], LOT, strict=True))  # fmt: skip
    for position, heading in enumerate(header, start=1):
        if heading.rstrip(" *") in values:
            workbook[name].cell(2, position, values[heading.rstrip(" *")])
    workbook.save(path)
    said = desk.filiera("import", "xlsx", path)
    assert said.status == 0, said.err
    assert len(subjects(desk)) == 1
    assert desk.filiera("import", "template", "-o", path).status == 3
    assert desk.filiera("import", "template", "-o", desk.folder / "x.csv").status == 3


def test_every_sheet_of_the_template_is_read_as_its_act(desk):
    path = desk.folder / "modello.xlsx"
    desk.filiera("import", "template", "-o", path)
    said = desk.filiera("import", "xlsx", path)
    assert "SHEET_EMPTY" in said.err


def test_hidden_values_are_hidden_in_imports_too(desk):
    desk.filiera("import", "csv", sheet(desk, [LOTS, LOT]))
    (record,) = journal_of(desk.folder).signed.values()
    bare = verify_record(verify_record(record.token).jwt + "~").subject
    assert "quantity" not in bare["quantityList"][0]
    assert "filiera:lotCode" not in bare
    desk.filiera("import", "csv", sheet(desk, [LOTS, [*LOT[:1], "L-2", *LOT[2:]]]), "--show", "*")
    assert verify_record(list(journal_of(desk.folder).signed.values())[-1].token).typ == "vc+jwt"
