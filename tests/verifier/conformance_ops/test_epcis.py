"""The adapter asks the product, and passes on what it says."""

from __future__ import annotations

import pytest

from protocol.errors import FormatError
from tests.protocol.test_epcis import EVENT
from verifier.conformance_ops.epcis import OPS

LINK = "https://brand.example/01/09521234000013/10/A?17=261231"
PAIRS = [["01", "09521234000013"], ["10", "A"], ["17", "261231"]]


def test_links_are_parsed_and_built():
    assert OPS["dl.parse"]({"uri": LINK}) == {"ais": PAIRS}
    assert OPS["dl.build"]({"stem": "https://brand.example", "ais": PAIRS}) == {"uri": LINK}


def test_a_bad_link_is_refused_with_a_code():
    with pytest.raises(FormatError, match="DIGITAL_LINK_FORM"):
        OPS["dl.parse"]({"uri": "x"})


def test_documents_are_judged_and_hashed():
    assert OPS["epcis.validate"]({"document": EVENT}) == {"valid": True, "codes": []}
    assert OPS["epcis.validate"]({"document": {}}) == {"valid": False, "codes": ["EPCIS_DOCUMENT"]}
    (text,) = OPS["epcis.hash"]({"document": EVENT})["hashes"]
    assert text.startswith("ni:///sha-256;")
