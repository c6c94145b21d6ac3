"""Words of the Core Business Vocabulary in any of their three spellings: short, URN, IRI.

`shipping`, `urn:epcglobal:cbv:bizstep:shipping` and `https://ref.gs1.org/cbv/BizStep-shipping` are one word.
A word of somebody else's vocabulary is a URI and passes as it is; a short word that CBV does not have is
refused.
"""

from __future__ import annotations

import re
from typing import Literal

from protocol.errors import FormatError
from protocol.vocabulary import vocabulary

WordList = Literal["bizStep", "disposition", "bizTransactionType", "sourceDestinationType", "errorReason"]
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")


def short_word(kind: WordList, value: object, place: str = "") -> str:
    """Return the short CBV word, or the URI of a foreign word; FormatError `EPCIS_WORD` for anything else."""
    entry = vocabulary("cbv")["lists"][kind]
    text = value if isinstance(value, str) else ""
    word = text.removeprefix(entry["iri"]).removeprefix(entry["urn"]).removeprefix("cbv:")
    word = word.removeprefix(entry["iri"].rpartition("/")[2])
    if word in entry["words"]:
        return word
    foreign = not text.startswith(("urn:epcglobal:cbv:", "https://ref.gs1.org/cbv/", "cbv:"))
    if foreign and _URI.fullmatch(text):
        return text
    raise FormatError("EPCIS_WORD", place, value=str(value)[:100], name=kind)


def word_iri(kind: WordList, value: str) -> str:
    """Return the IRI of a word in any spelling, or the URI of a foreign word; FormatError as `short_word`."""
    word = short_word(kind, value)
    entry = vocabulary("cbv")["lists"][kind]
    return f"{entry['iri']}{word}" if word in entry["words"] else word
