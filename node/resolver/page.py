"""The plain page behind a label: drawn by the server, readable without script, proven apart from declared.

Every value comes out of a signed record and is escaped; nothing here is a badge. The page says its own limits.
"""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from node.custody.routes import MEDIA_TYPE as BUNDLE
from node.web.assets import SCRIPT, STYLE
from protocol.vocabulary import vocabulary
from protocol.wording import write_decimal, write_share

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from node.passports.service import Shown
    from node.web.pinned import Pinned
    from protocol.codes import Language

_LOADED = f'<link rel="stylesheet" href="/web/{STYLE}"><script type="module" src="/web/{SCRIPT}"></script>'
_GS1 = "https://ref.gs1.org/voc/"


def passport_page(
    shown: Shown, links: Mapping[str, str], language: Language, pinned: Pinned, label_lot: str = ""
) -> str:
    """The page of a passport; `label_lot` is the lot on the label where it is not the passport's.

    With a trust file in `pinned` the page verifies on the visitor's device what is drawn here from the brand's word.
    """
    subject, words = shown.facts, _words(language)
    doubt = (
        f'<p class="state suspended">{words["label-lot"].format(lot=_text(label_lot))}</p>'
        if label_lot
        else ""
    )
    body = [
        f"<h1>{_text(subject['name'])}</h1>",
        *_state(shown, words),
        doubt,
        *_verification(shown, links, pinned, words),
        f"<div data-said><p>{words['proof']}</p>",
        *_criteria(subject, language),
        *_journey(subject, language),
        f"</div><h2>{words['facts']}</h2><dl>",
        *_facts(subject, language),
        "</dl>",
        *_notes(subject, language),
        *_evidence(links, language),
        f'<p class="limit">{words["limit"]} {words["limit.more"]}</p>',
    ]
    scripted = bool(pinned.trust) and "bundle" in links
    return _frame(str(subject["name"]), body, language, scripted=scripted)


def waiting_page(language: Language) -> str:
    """The page of an item whose label is sewn in before its passport is issued."""
    words = _words(language)
    return _frame(words["waiting"], [f"<h1>{words['waiting']}</h1><p>{words['waiting.more']}</p>"], language)


def voided_page(language: Language) -> str:
    """The page of a label that its brand has voided."""
    words = _words(language)
    body = [f"<h1>{words['voided']}</h1>", f'<p class="state withdrawn">{words["voided.more"]}</p>']
    return _frame(words["voided"], body, language)


def unknown_page(language: Language) -> str:
    """The page of a number that nobody has issued."""
    words = _words(language)
    return _frame(words["unknown"], [f"<h1>{words['unknown']}</h1><p>{words['unknown.more']}</p>"], language)


def links_of(shown: Shown, base: str) -> dict[str, str]:
    """Addresses at this node: the passport as JSON, and the evidence as one file where there are goods behind it."""
    subject = shown.subject
    passport = f"{base}/passports/{quote(subject['id'], safe='')}"
    goods = subject.get("item") or subject.get("lot")
    if goods is None:
        return {"passport": passport}
    return {
        "custody": f"{base}/lots/{quote(str(goods), safe='')}/custody",
        "bundle": f"{passport}/bundle",
        "passport": passport,
    }


def linkset(identifier: str, links: Mapping[str, str]) -> dict[str, Any]:
    """RFC 9264 linkset with GS1 link types."""
    passport = [{"href": links["passport"], "type": "application/json"}]
    found: dict[str, Any] = {
        "anchor": identifier,
        f"{_GS1}defaultLink": passport,
        f"{_GS1}dpp": passport,
    }
    if "bundle" in links:
        found[f"{_GS1}traceability"] = [{"href": links["bundle"], "type": BUNDLE}]
    return {"linkset": [found]}


def _evidence(links: Mapping[str, str], language: Language) -> Iterator[str]:
    """How to check without believing this page; a model has no history, its garments have."""
    words = _words(language)
    yield f"<h2>{words['yourself']}</h2>"
    if "bundle" not in links:
        yield f"<p>{words['each-garment']}</p>"
        return
    yield f"<p>{words['how']}</p>"
    yield f'<p><a href="{_text(links["bundle"])}">{words["file"]}</a><br><a href="/inspect">{words["desk"]}</a></p>'
    yield f"<pre>filiera verify {_text(links['custody'])}</pre>"


def _verification(
    shown: Shown, links: Mapping[str, str], pinned: Pinned, words: Mapping[str, str]
) -> Iterator[str]:
    """Where the script shows what the device has computed, and what it is to check against."""
    if not pinned.trust or "bundle" not in links:
        return
    bundle = f"/passports/{quote(shown.subject['id'], safe='')}/bundle"
    yield (
        f'<div id="verification" data-bundle="{_text(bundle)}" data-chains="{_text(" ".join(pinned.chains))}">'
        f"<p>{words['no-script']}</p></div>"
        f'<script type="application/json" id="trust">{pinned.trust}</script>'
    )


def _state(shown: Shown, words: Mapping[str, str]) -> Iterator[str]:
    """Whose passport, of what and in which state; a state that somebody has to act on stands out."""
    subject, said = shown.subject, words["state." + shown.state]
    version = words["version"].format(version=subject["version"])
    whose = f"{_text(subject.get('brand', ''))} · {words['level.' + subject['granularityLevel']]}"
    if shown.state == "active":
        yield f'<p class="brand">{whose} · {said} {version}</p>'
        return
    yield f'<p class="brand">{whose}</p>'
    yield f'<p class="state {shown.state}"><strong>{said}</strong> {version}</p>'


def _facts(subject: Mapping[str, Any], language: Language) -> Iterator[str]:
    words = _words(language)
    fibres = vocabulary("materials")["fibres"]
    for component in subject.get("components", ()):
        parts = [_fibre(part, fibres, language) for part in component.get("materials", ())]
        name = words.get(f"component.{component['component']}", component["component"])
        traced = "" if component.get("traced", True) else f" <em>{words['not-traced']}</em>"
        yield f"<dt>{_text(name)}</dt><dd>{', '.join(parts) or '–'}{traced}</dd>"
    if subject.get("care"):
        care = ", ".join(_text(words.get(f"care.{code}", code)) for code in subject["care"])
        yield f"<dt>{words['care']}</dt><dd>{care}</dd>"
    for name in ("commodityCode", "description"):
        if subject.get(name):
            yield f"<dt>{words[name]}</dt><dd>{_text(subject[name])}</dd>"


def _fibre(part: Mapping[str, Any], fibres: Mapping[str, Any], language: Language) -> str:
    name = fibres.get(part["fibre"], {}).get(language, part["fibre"])
    recycled = (
        f" ({_words(language)['recycled'].format(share=_percent(part['recycled'], language))})"
        if "recycled" in part
        else ""
    )
    return f"{_percent(part['share'], language)} {_text(name)}{recycled}"


def _criteria(subject: Mapping[str, Any], language: Language) -> Iterator[str]:
    """Each criterion with what is proven apart from what is declared."""
    words = _words(language)
    entries = subject.get("criteria", ())
    if not entries:
        return
    names = {entry["id"]: entry[language]["name"] for entry in vocabulary("catalogue-2026-2")["criteria"]}
    yield f"<h2>{words['criteria'].format(version=_text(subject['catalogueVersion']))}</h2><dl>"
    for entry in entries:
        name = names.get(entry["criterion"], entry["criterion"])
        if entry["state"] != "evaluated":
            yield f"<dt>{_text(name)}</dt><dd>{words['not-enough']}</dd>"
            continue
        shares = words["shares"].format(
            proven=_percent(entry.get("proven"), language),
            declared=_percent(entry.get("declared"), language),
        )
        yield f"<dt>{_text(name)}</dt><dd>{_headline(entry, language)}<br><small>{shares}</small></dd>"
    yield "</dl>"


def _headline(entry: Mapping[str, Any], language: Language) -> str:
    """The criterion's first figure in words; as it is written where no words are known."""
    words = _words(language)
    name, _, value = entry.get("figure", "").partition(" = ")
    sentence = words.get(f"headline.{name}")
    if sentence is None:
        return _text(entry.get("figure", ""))
    if entry.get("unit") == "share":
        return _text(sentence.format(value=_percent(value, language)))
    return _text(sentence.format(value=write_decimal(Decimal(value), language)))


def _journey(subject: Mapping[str, Any], language: Language) -> Iterator[str]:
    words, processes = _words(language), vocabulary("processes")["processes"]
    steps = subject.get("steps", ())
    if steps:
        yield f"<h2>{words['journey']}</h2><ol>"
    for step in steps:
        name = processes.get(step["processType"], {}).get(language, step["processType"])
        grade = words.get(f"grade.{step.get('grade', '')}", "")
        yield f"<li>{_text(name)} <small>{_text(step.get('country', ''))} {grade}</small></li>"
    if steps:
        yield "</ol>"


def _notes(subject: Mapping[str, Any], language: Language) -> Iterator[str]:
    words = _words(language)
    for name in ("repairInformation", "endOfLifeInformation"):
        if subject.get(name):
            yield f"<h2>{words[name]}</h2><p>{_text(subject[name])}</p>"


def _frame(title: str, body: list[str], language: Language, *, scripted: bool = False) -> str:
    facts = "".join(body).replace("</dd><dt>", "</dd>\n<dt>")
    loaded = _LOADED if scripted else ""
    other = "en" if language == "it" else "it"
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{_text(title)}</title><link rel="icon" href="data:,">'
        f"<style>{style()}</style>{loaded}</head><body>"
        f'<nav><a href="?lang={other}" lang="{other}">{_words(language)["other-language"]}</a></nav>'
        f"<main>{facts}</main></body></html>"
    )


def _percent(value: Any, language: Language) -> str:
    return "–" if value is None else write_share(Decimal(str(value)), language)


def _text(value: Any) -> str:
    return escape(str(value), quote=True)


@cache
def _words(language: Language) -> dict[str, str]:
    found: dict[str, str] = json.loads(
        (files("node.resolver") / "locales" / f"{language}.json").read_text("utf-8")
    )
    return found


@cache
def style() -> str:
    """The style element of every page, which the policy allows by its hash."""
    return (files("node.resolver") / "page.css").read_text("utf-8")
