"""The limits are those of the written format; other implementations read the same table."""

from __future__ import annotations

import re
from pathlib import Path

from protocol import limits

README = Path(limits.__file__).with_name("README.md")


def test_limits_equal_the_table_of_the_written_format():
    rows = re.findall(r"^\| `(MAX_\w+)` \| ([0-9 \u202f\xa0]+) \|", README.read_text("utf-8"), re.MULTILINE)
    assert len(rows) >= 9
    for name, value in rows:
        assert getattr(limits, name) == int(re.sub(r"\D", "", value)), name


def test_record_limits_admit_nothing_foreign():
    assert not limits.RECORD_LIMITS.foreign
    assert limits.FOREIGN_LIMITS.foreign
    assert limits.Limits(foreign=True) == limits.FOREIGN_TOKEN_LIMITS
