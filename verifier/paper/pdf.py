"""The report as a PDF of two pages, A4: first what an artisan understands, then what an auditor follows to the bytes.

Same evidence, same bytes: no clock and no random number goes into the file; the dates on it are those of the records
and of the ledger. Only evidence with a great many different faults goes on to a third page.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import BaseDocTemplate, Frame, PageBreak, PageTemplate

from verifier.paper.first import first_page
from verifier.paper.look import HEIGHT, MARGIN_FOOT, MARGIN_SIDE, SANS, SOFT, WIDTH, load_fonts, plain
from verifier.paper.second import second_page
from verifier.report import short, to_json
from verifier.texts import say

if TYPE_CHECKING:
    from protocol.codes import Language
    from verifier.paper.facts import Basis
    from verifier.verify import Result


def to_pdf(result: Result, basis: Basis, language: Language, repeat: str) -> bytes:
    """The report as a file; `repeat` is the command that gives it again."""
    load_fonts()
    file = io.BytesIO()
    title = f"{say('paper.title', language)} · {short(result.target)}"
    pages = BaseDocTemplate(
        file, pagesize=A4, title=plain(title), author="Filiera", lang=language, invariant=1, pageCompression=1
    )
    frame = Frame(MARGIN_SIDE, MARGIN_FOOT, WIDTH, HEIGHT, 0, 0, 0, 0)
    graph = result.graph.hex()

    def foot(canvas: Any, page: Any) -> None:
        canvas.setFont(SANS, 6.5)
        canvas.setFillColor(SOFT)
        canvas.drawString(MARGIN_SIDE, 9 * mm, f"{plain(title)} · {graph[:16]}")
        canvas.drawRightString(A4[0] - MARGIN_SIDE, 9 * mm, say("paper.page", language, page=page.page))

    pages.addPageTemplates(PageTemplate(frames=[frame], onPage=foot))
    faults = to_json(result, language)["findings"]
    pages.build(
        [
            *first_page(result, basis, language, faults),
            PageBreak(),
            *second_page(result, basis, language, faults, repeat),
        ]
    )
    return file.getvalue()
