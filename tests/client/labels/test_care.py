"""Care: every word of the passport has a form and words in both languages, in the order of the standard."""

from __future__ import annotations

from itertools import groupby, pairwise

import pytest

from client.errors import ClientError
from client.labels.care import in_order, symbols
from client.labels.layout import design_of
from protocol.vocabulary import vocabulary

CARE = ("iron-low", "do-not-wash", "dry-clean-P", "do-not-bleach", "do-not-tumble-dry", "iron-low")
# As client/labels/layout.py draws: the free space below a symbol and the width of a stroke, both of a symbol's side.
GAP, STROKE, ROUNDING = 0.16, 0.05, 1e-9
BARS_FROM = 0.965
GROUPS = ("tub", "triangle", "square", "iron", "circle")


def test_what_a_passport_can_say_can_be_drawn_and_nothing_else() -> None:
    assert set(symbols()) == set(vocabulary("passport")["care"])


def test_symbols_stand_in_the_order_of_the_standard() -> None:
    ordered = [care.code for care in in_order(CARE)]
    assert ordered == ["do-not-wash", "do-not-bleach", "do-not-tumble-dry", "iron-low", "dry-clean-P"]
    first = [care.strokes[0] for care in symbols().values()]
    assert len([stroke for stroke, _ in groupby(first)]) == len(GROUPS)


def test_strokes_stay_in_their_square_and_the_gap_below_it() -> None:
    points = [point for care in symbols().values() for stroke in care.strokes for point in stroke]
    assert all(0 <= right <= 1 and 0 <= down < 1 + GAP for right, down in points)


def test_bars_do_not_run_into_each_other_or_the_form_above() -> None:
    """One bar is mild, two are very mild: in print they must be told apart."""
    for care in symbols().values():
        heights = sorted(max(down for _, down in stroke) for stroke in care.strokes)
        bars = [height for height in heights if height > BARS_FROM]
        form = max((height for height in heights if height <= BARS_FROM), default=0.0)
        for above, below in pairwise([form, *bars]):
            assert below - above >= 2 * STROKE - ROUNDING, care.code


def test_no_two_symbols_look_the_same() -> None:
    drawn = {(care.strokes, care.dots, care.sign) for care in symbols().values()}
    assert len(drawn) == len(symbols())


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_symbol_has_words_of_its_own(language) -> None:
    words = [care.words[language] for care in symbols().values()]
    assert len(set(words)) == len(words)
    assert all(word == word.strip() and word[0].isupper() for word in words)
    assert design_of(" ".join(words), (), ()).name == " ".join(words)  # every sign can be printed


def test_a_word_that_is_no_symbol_is_refused() -> None:
    with pytest.raises(ClientError, match="LABEL_CARE_UNKNOWN") as refused:
        in_order(["iron-low", "wash-999"])
    assert refused.value.values["given"] == "wash-999"
    assert "wash-30" in str(refused.value.values["known"])
