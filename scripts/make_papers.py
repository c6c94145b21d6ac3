"""Draw the papers of the sample collection (PDF and XML) from papers.json; the same data give the same bytes."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from reportlab.lib.pagesizes import A5
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

SAMPLE = Path(__file__).resolve().parents[1] / "client" / "demo" / "sample"
LABEL_WIDTH = 46 * mm
LINE = 5.2 * mm
TEXT_COLUMNS = 46


def draw_pdf(paper: dict[str, Any], target: Path) -> None:
    """Write one page: heading, issuer, number, a table of facts, and the mark that says it is a sample."""
    page = Canvas(str(target), pagesize=A5, invariant=1)
    width, height = A5
    page.setTitle(f"{paper['title']} {paper['number']}")
    page.setAuthor(f"{paper['issuer']} (sample)")
    page.saveState()
    page.setFillGray(0.9)
    page.setFont("Helvetica-Bold", 34)
    page.translate(width / 2, height / 2)
    page.rotate(50)
    page.drawCentredString(0, 0, "ESEMPIO · SAMPLE")
    page.restoreState()
    y = height - 18 * mm
    for font, size, text in (
        ("Helvetica-Bold", 12, paper["title"]),
        ("Helvetica-Oblique", 8, paper["subtitle"]),
        ("Helvetica", 9, f"{paper['issuer']}  ·  n. {paper['number']}  ·  {paper['date']}"),
    ):
        page.setFont(font, size)
        page.drawString(14 * mm, y, text)
        y -= LINE + 1 * mm
    page.line(14 * mm, y, width - 14 * mm, y)
    y -= LINE + 2 * mm
    for label, value in paper["rows"]:
        y = draw_row(page, y, label, value)
    page.setFont("Helvetica", 7)
    page.drawString(14 * mm, 10 * mm, "Documento di esempio: imprese, numeri ed esiti sono inventati.")
    page.save()


def draw_row(page: Canvas, y: float, label: str, value: str) -> float:
    """Write a label and its value, each folded at words; return the height of the next row."""
    labels, values = fold(label, 25), fold(value, TEXT_COLUMNS)
    for line in range(max(len(labels), len(values))):
        page.setFont("Helvetica-Bold", 8)
        page.drawString(14 * mm, y, labels[line] if line < len(labels) else "")
        page.setFont("Helvetica", 8)
        page.drawString(14 * mm + LABEL_WIDTH, y, values[line] if line < len(values) else "")
        y -= LINE
    return y - 1 * mm


def fold(text: str, columns: int) -> list[str]:
    """Fold at spaces."""
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) + 1 > columns and lines[-1]:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def write_transport_document(paper: dict[str, str], target: Path) -> None:
    """Write a transport document (DDT) as plain XML with the fields that Italian practice asks for."""
    root = ET.Element("DocumentoDiTrasporto", {"esempio": "true"})
    for name, key in (
        ("Numero", "number"),
        ("Data", "date"),
        ("Mittente", "from"),
        ("Destinatario", "to"),
        ("Causale", "reason"),
    ):
        ET.SubElement(root, name).text = paper[key]
    line = ET.SubElement(root, "Riga")
    ET.SubElement(line, "Descrizione").text = paper["goods"]
    ET.SubElement(line, "Quantita", {"unita": paper["unit"]}).text = paper["quantity"]
    ET.indent(root)
    target.write_bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")


def main() -> int:
    """Draw every paper of papers.json into sample/papers."""
    listed = json.loads((SAMPLE / "papers.json").read_text("utf-8"))
    folder = SAMPLE / "papers"
    folder.mkdir(exist_ok=True)
    for paper in listed["papers"]:
        draw_pdf(paper, folder / paper["file"])
    for paper in listed["transport"]:
        write_transport_document(paper, folder / paper["file"])
    print(f"{len(listed['papers'])} PDF and {len(listed['transport'])} XML papers written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
