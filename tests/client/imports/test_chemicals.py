"""Data sheets and inventories of chemicals: what becomes a declaration, and what is refused, row by row."""

from __future__ import annotations

from datetime import date

import pytest
from openpyxl import load_workbook

from protocol.events import check_event
from protocol.records import verify_record
from tests.client.desk import furnish, journal_of
from tests.client.imports.books import book, paper, subjects

PLACE = "urn:filiera:facility:" + "abcdefgh" * 3 + "ij"
SHEET = "Scheda di sicurezza"
HEADER = [
    "Data",
    "Prodotto",
    "Sostanza",
    "Numero CAS",
    "Numero CE",
    "Concentrazione",
    "Funzione",
    "Pericolo",
    "Produttore",
]
WATER = [
    "02/03/2026",
    "Blu Acido R",
    "acqua",
    "7732-18-5",
    "231-791-2",
    "≥ 50",
    "solvente",
    "nessuno",
    "Colori Esempio",
]
DMF = ["02/03/2026", "Blu Acido R", "N,N-dimetilformammide", "68-12-2", "200-679-5", "0,2 - < 0,5", "solvente",
       "SVHC; H360D", "Colori Esempio"]  # fmt: skip
STORE = "Inventario chimico"
STOCK = ["Data", "Prodotto", "Produttore", "Livello MRSL", "Versione MRSL", "Lotto", "Quantità", "Unità", "Lavorazione",
         "Impianto", "Data scheda", "Dal", "Al"]  # fmt: skip
BLUE = ["02/03/2026", "Blu Acido R", "Colori Esempio", "1", 3.1, "C-77", "25,5", "kg", "tintura", PLACE, "15/01/2026",
        "01/03/2026", "31/03/2026"]  # fmt: skip


@pytest.fixture(autouse=True)
def key(desk):
    return furnish(desk.folder)


def changed(row, heading, value, header=HEADER):
    return [value if name == heading else old for name, old in zip(header, row, strict=True)]


def test_a_data_sheet_becomes_one_declaration(desk):
    path = book(desk, {SHEET: [HEADER, WATER, DMF]})
    assert "dichiarazione chimica" in desk.filiera("import", "xlsx", path, "--dry-run").out
    said = desk.filiera("import", "xlsx", path)
    assert (said.status, "Firmati 1" in said.out) == (0, True), said.err
    (subject,) = subjects(desk)
    assert subject["filiera:act"] == "chemical-declaration"
    assert subject["filiera:description"] == "Blu Acido R"
    water, dmf = subject["filiera:substances"]
    assert water["concentration"] == {"min": "50", "max": "100", "unit": "%"}
    assert dmf == {
        "name": "N,N-dimetilformammide", "cas": "68-12-2", "ec": "200-679-5", "function": "solvente", "category": "svhc",
        "supplier": "Colori Esempio", "concentration": {"min": "0.2", "max": "0.5", "unit": "%"},
    }  # fmt: skip
    (record,) = journal_of(desk.folder).signed.values()
    check_event(verify_record(record.token).claims)
    assert "già firmate: 1" in desk.filiera("import", "xlsx", path, "--dry-run").out


def test_a_table_without_product_and_day_takes_them_from_the_mapping(desk):
    rows = [
        ["Ingredient", "CAS No.", "% w/w"],
        ["formaldehyde", "50-00-0", "<0.1"],
        ["water", "7732-18-5", "90"],
    ]
    mapping = desk.write("scheda.json", {"constants": {"product": "Fissatore", "day": "02/03/2026"}})
    said = desk.filiera(
        "import", "csv", paper(desk, rows, "sds.csv"), "--act", "chemical-composition", "--mapping", mapping
    )
    assert said.status == 0, said.err
    (subject,) = subjects(desk)
    assert [each["concentration"] for each in subject["filiera:substances"]] == [
        {"min": "0", "max": "0.1", "unit": "%"}, {"min": "90", "max": "90", "unit": "%"},
    ]  # fmt: skip


def test_two_products_of_a_sheet_are_two_declarations(desk):
    other = changed(WATER, "Prodotto", "Nero R")
    assert "Firmati 2" in desk.filiera("import", "xlsx", book(desk, {SHEET: [HEADER, WATER, other, DMF]})).out
    assert [len(each["filiera:substances"]) for each in subjects(desk)] == [2, 1]


def test_every_wrong_row_is_named_and_nothing_is_kept(desk):
    rows = [
        HEADER,
        WATER,
        changed(DMF, "Numero CAS", "68-12-3"),
        changed(DMF, "Numero CE", "200-679-4"),
        changed(DMF, "Concentrazione", "25 - 10"),
        changed(DMF, "Concentrazione", "101"),
        changed(DMF, "Concentrazione", "poco"),
        changed(DMF, "Pericolo", "velenoso"),
        changed(DMF, "Numero CAS", "CAS 68-12-2"),
    ]
    said = desk.filiera("import", "xlsx", book(desk, {SHEET: rows}))
    assert said.status == 1
    for fault in ("CAS_CHECK_DIGIT [Scheda di sicurezza!D3]", "EC_CHECK_DIGIT [Scheda di sicurezza!E4]",
                  "CONCENTRATION_RANGE [Scheda di sicurezza!F5]", "CONCENTRATION_RANGE [Scheda di sicurezza!F6]",
                  "ROW_CONCENTRATION [Scheda di sicurezza!F7]", "ROW_WORD [Scheda di sicurezza!H8]",
                  "CAS_FORM [Scheda di sicurezza!D9]"):  # fmt: skip
        assert fault in said.err
    assert "dovrebbe essere 2" in said.err
    assert not journal_of(desk.folder).signed


def test_the_same_is_said_in_english(desk):
    path = book(desk, {"Safety data sheet": [
        ["Date", "Product", "Substance", "CAS number", "Concentration"], ["2026-03-02", "Blue", "water", "7732-18-6", "90"],
    ]})  # fmt: skip
    assert "its last digit should be 5" in desk.filiera("--lang", "en", "import", "xlsx", path).err


def test_least_contents_are_not_more_than_the_whole(desk):
    rows = [HEADER, changed(WATER, "Concentrazione", "60"), changed(DMF, "Concentrazione", "40,1-45")]
    said = desk.filiera("import", "xlsx", book(desk, {SHEET: rows}))
    assert "SUBSTANCES_OVER_WHOLE [Scheda di sicurezza:2]" in said.err
    assert "100.1 %" in said.err
    rows[2] = changed(DMF, "Concentrazione", "40-45")
    assert desk.filiera("import", "xlsx", book(desk, {SHEET: rows})).status == 0


def test_a_substance_stands_once_in_a_product(desk):
    rows = [HEADER, WATER, changed(DMF, "Numero CAS", "7732-18-5")]
    assert (
        "SUBSTANCE_TWICE [Scheda di sicurezza:3]"
        in desk.filiera("import", "xlsx", book(desk, {SHEET: rows})).err
    )


@pytest.mark.parametrize(
    ("cell", "low", "high"),
    [("10-25", "10", "25"), ("≥10 – <25 %", "10", "25"), (">= 10 - < 25", "10", "25"), ("1,5 ÷ 2,5", "1.5", "2.5"),
     ("da", None, None), ("<0,1%", "0", "0.1"), ("> 50", "50", "100"), (12.5, "12.5", "12.5"), ("1.250", None, None),
     ("-5", None, None), ("< 5 - 10", None, None), ("5 - > 10", None, None), ("1e1", None, None), ("10-25-30", None, None)],
)  # fmt: skip
def test_ranges_as_data_sheets_write_them(desk, cell, low, high):
    said = desk.filiera("import", "xlsx", book(desk, {SHEET: [HEADER, changed(DMF, "Concentrazione", cell)]}))
    if low is None:
        assert said.status == 1
        assert "[Scheda di sicurezza!F2]" in said.err
        return
    assert said.status == 0, said.err
    assert subjects(desk)[0]["filiera:substances"][0]["concentration"] == {
        "min": low,
        "max": high,
        "unit": "%",
    }


def test_bounds_in_two_columns_and_in_parts_per_million(desk):
    header = ["Data", "Prodotto", "Sostanza", "% min", "% max", "Unità concentrazione"]
    rows = [
        header,
        ["02/03/2026", "A", "x", "10", "20", "ppm"],
        ["02/03/2026", "A", "y", "", "1000000", "mg/kg"],
    ]
    assert desk.filiera("import", "xlsx", book(desk, {SHEET: rows})).status == 0
    first, second = (each["concentration"] for each in subjects(desk)[0]["filiera:substances"])
    assert first == {"min": "10", "max": "20", "unit": "mg/kg"}
    assert second == {"min": "0", "max": "1000000", "unit": "mg/kg"}


def test_a_range_that_excel_made_a_date_is_refused(desk):
    rows = [HEADER, changed(DMF, "Concentrazione", date(2026, 12, 10))]
    said = desk.filiera("import", "xlsx", book(desk, {SHEET: rows}))
    assert "CELL_BECAME_DATE [Scheda di sicurezza!F2]" in said.err
    rows = [HEADER, changed(DMF, "Numero CAS", date(2026, 12, 10))]
    assert (
        "CELL_BECAME_DATE [Scheda di sicurezza!D2]"
        in desk.filiera("import", "xlsx", book(desk, {SHEET: rows})).err
    )


def test_a_cell_that_shows_per_cent_is_read_as_it_shows(desk):
    path = book(desk, {SHEET: [HEADER, changed(DMF, "Concentrazione", 0.125)]})
    workbook = load_workbook(path)
    workbook[SHEET]["F2"].number_format = "0.0%"
    workbook.save(path)
    assert desk.filiera("import", "xlsx", path).status == 0
    assert subjects(desk)[0]["filiera:substances"][0]["concentration"]["max"] == "12.5"


def test_formulas_and_merged_cells_are_refused_here_too(desk):
    said = desk.filiera(
        "import", "xlsx", book(desk, {SHEET: [HEADER, changed(DMF, "Concentrazione", "=1/3")]})
    )
    assert "SHEET_FORMULA [Scheda di sicurezza!F2]" in said.err
    path = book(desk, {SHEET: [HEADER, WATER, DMF]})
    workbook = load_workbook(path)
    workbook[SHEET].merge_cells("B2:B3")
    workbook.save(path)
    assert "SHEET_MERGED" in desk.filiera("import", "xlsx", path).err
    assert not journal_of(desk.folder).signed


def test_empty_rows_between_are_nothing(desk):
    said = desk.filiera("import", "xlsx", book(desk, {SHEET: [HEADER, [None] * 9, WATER, [""] * 9, DMF]}))
    assert said.status == 0, said.err
    assert len(subjects(desk)[0]["filiera:substances"]) == 2


def test_an_inventory_says_level_place_and_period(desk):
    said = desk.filiera("import", "xlsx", book(desk, {STORE: [STOCK, BLUE]}), "--dry-run")
    assert "CHEMICAL_LOT_LOOSE" in said.out
    assert desk.filiera("import", "xlsx", book(desk, {STORE: [STOCK, BLUE]})).status == 0
    (subject,) = subjects(desk)
    assert subject["filiera:mrslLevel"] == "1"
    assert subject["filiera:mrslVersion"] == "3.1"
    assert (subject["filiera:facility"], subject["filiera:processType"]) == (PLACE, "dyeing")
    assert subject["filiera:validity"] == {"from": "2026-03-01", "to": "2026-03-31"}
    assert subject["filiera:substances"] == [{
        "name": "Blu Acido R", "category": "process-chemical", "supplier": "Colori Esempio", "mrslLevel": "1",
        "quantity": "25.5", "uom": "KGM",
    }]  # fmt: skip
    assert subject["filiera:documents"] == [
        {"kind": "safety-data-sheet", "reference": "Blu Acido R, 2026-01-15"}
    ]
    assert subject["filiera:lotCode"] == "C-77"
    assert "quantityList" not in subject


def test_a_declared_lot_of_a_chemical_is_named_by_its_reference(desk):
    lots = [
        ["Data", "Lotto", "Quantità", "Unità", "Stadio"],
        ["01/03/2026", "C-77", "100", "kg", "prodotto chimico"],
    ]
    said = desk.filiera("import", "xlsx", book(desk, {"Giacenza iniziale": lots, STORE: [STOCK, BLUE]}))
    assert said.status == 0, said.err
    declared, stored = subjects(desk)
    assert stored["quantityList"] == [
        {"epcClass": declared["quantityList"][0]["epcClass"], "quantity": "25.5", "uom": "KGM"}
    ]


def test_what_is_not_listed_is_not_conformant(desk):
    rows = [STOCK, changed(BLUE, "Livello MRSL", "non registrato", STOCK)]
    assert desk.filiera("import", "xlsx", book(desk, {STORE: rows})).status == 0
    (subject,) = subjects(desk)
    assert (subject["filiera:mrslLevel"], subject["disposition"]) == ("not-listed", "non_conformant")


@pytest.mark.parametrize(
    ("heading", "value", "code"),
    [("Livello MRSL", "4", "ROW_WORD"), ("Livello MRSL", "1,5", "ROW_WORD"), ("Quantità", "1.234", "NUMBER_AMBIGUOUS"),
     ("Quantità", "-3", "ROW_NUMBER"), ("Unità", "fusti", "UNIT_UNKNOWN"), ("Lavorazione", "magia", "ROW_WORD"),
     ("Al", "28/02/2026", "PERIOD_BACKWARDS"), ("Data scheda", "ieri", "ROW_DATE"), ("Livello MRSL", "", "CELL_MISSING"),
     ("Impianto", "capannone", "IDENTIFIER")],
)  # fmt: skip
def test_what_does_not_do_in_an_inventory(desk, heading, value, code):
    said = desk.filiera("import", "xlsx", book(desk, {STORE: [STOCK, changed(BLUE, heading, value, STOCK)]}))
    assert (said.status, code in said.err) == (1, True), said.err
    assert not journal_of(desk.folder).signed


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("kind", ["chemical-composition", "chemical-inventory"])
def test_each_template_is_read_as_its_kind(desk, language, kind):
    path = desk.folder / "modello.xlsx"
    said = desk.filiera("--lang", language, "import", "template", "--act", kind, "-o", path)
    assert said.status == 0, said.err
    visible = [sheet for sheet in load_workbook(path).worksheets if sheet.sheet_state == "visible"]
    assert len(visible) == 1
    assert "SHEET_EMPTY" in desk.filiera("import", "xlsx", path).err
