"""Cases of the strict JSON reader and of base64url."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from protocol.limits import MAX_DEPTH, MAX_INTEGER, MAX_ITEMS, MAX_JSON_BYTES, MAX_STRING

if TYPE_CHECKING:
    from scripts.make_vectors.front_door_parts import Case

_GOOD = {
    "good_object": b'{"a":1,"b":[true,false,null,"x"]}',
    "good_white_space_around_and_inside": b' \t\r\n{ "a" : [ 1 , 2 ] }\n',
    "good_scalar": b'"a"',
    "good_names_not_sorted": b'{"b":1,"a":2}',
    "good_empty_name": b'{"":0}',
    "good_escapes": b'{"a":"\\u00e8\\n\\/\\"\\\\"}',
    "good_surrogate_pair_escaped": b'"\\ud83e\\uddf5"',
    "good_text_not_ascii": '{"città":"è 🧵"}'.encode(),
    "good_brackets_inside_strings": b'{"a":"' + b"[{" * 100 + b'\\"]"}',
    "good_largest_integer": str(MAX_INTEGER).encode(),
    "good_smallest_integer": str(-MAX_INTEGER).encode(),
    "good_deepest": b"[" * MAX_DEPTH + b"]" * MAX_DEPTH,
    "good_longest_string": b'"' + b"a" * MAX_STRING + b'"',
    "good_most_items": b"[" + b",".join([b"0"] * (MAX_ITEMS - 1)) + b"]",
}
_BAD = {
    "JSON_DUPLICATE_NAME": {
        "duplicate_name": b'{"a":1,"a":2}',
        "duplicate_name_same_value": b'{"a":1,"a":1}',
        "duplicate_name_nested": b'[{"b":{"a":1,"c":0,"a":2}}]',
        "duplicate_name_by_escape": b'{"a":1,"\\u0061":2}',
    },
    "JSON_NUMBER_REFUSED": {
        "nan": b'{"a":NaN}',
        "infinity": b"[Infinity]",
        "minus_infinity": b"[-Infinity]",
        "minus_zero": b"[-0]",
        "fraction": b"[1.5]",
        "fraction_zero": b"[1.0]",
        "exponent": b"[1e2]",
        "exponent_beyond_every_double": b"[1e400]",
    },
    "JSON_INTEGER_RANGE": {
        "integer_too_large": str(MAX_INTEGER + 1).encode(),
        "integer_too_small": str(-MAX_INTEGER - 1).encode(),
        "integer_of_ten_thousand_digits": b"9" * 10_000,
    },
    "JSON_SURROGATE": {
        "high_surrogate_alone": b'"\\ud83e"',
        "low_surrogate_alone": b'["\\uddf5x"]',
        "surrogates_reversed": b'"\\uddf5\\ud83e"',
        "surrogate_alone_in_name": b'{"\\ud800":1}',
    },
    "JSON_NUL": {"nul_escaped": b'"a\\u0000"', "nul_in_name": b'{"\\u0000":1}'},
    "JSON_NOT_UTF8": {
        "utf8_invalid_byte": b'"\xff"',
        "utf8_overlong": b'"\xc0\xaf"',
        "utf8_encoded_surrogate": b'"\xed\xa0\x80"',
        "utf8_cut_short": b'"\xc3',
        "byte_order_mark": b'\xef\xbb\xbf{"a":1}',
        "utf16": '{"a":1}'.encode("utf-16"),
    },
    "JSON_MALFORMED": {
        "empty": b"",
        "only_space": b"  ",
        "trailing_bytes": b'{"a":1} x',
        "two_values": b"{}{}",
        "trailing_nul_byte": b"{}\0",
        "trailing_comma": b'{"a":1,}',
        "comment": b'{"a":1/*x*/}',
        "single_quotes": b"{'a':1}",
        "name_without_quotes": b"{a:1}",
        "leading_zero": b"[01]",
        "leading_plus": b"[+1]",
        "hexadecimal": b"[0x10]",
        "control_character_in_string": b'"a\nb"',
        "nul_byte_in_string": b'"a\0b"',
        "unknown_escape": b'"\\x41"',
        "escape_cut_short": b'"\\u00e"',
        "unterminated_string": b'{"a":"b',
        "unterminated_object": b'{"a":1',
        "closing_bracket_first": b"][",
        "literal_in_capitals": b"[True]",
        "vertical_tab_as_space": b"\x0b1",
        "space_of_unicode": "\u00a01".encode(),
        "digits_not_ascii": "[\u0661]".encode(),
    },
    "JSON_TOO_DEEP": {
        "arrays_too_deep": b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
        "objects_too_deep": b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1),
        "arrays_deep_enough_to_break_a_stack": b"[" * 150_000,
    },
    "JSON_STRING_TOO_LONG": {
        "string_too_long": b'"' + b"a" * (MAX_STRING + 1) + b'"',
        "name_too_long": b'{"' + b"a" * (MAX_STRING + 1) + b'":0}',
    },
    "JSON_TOO_MANY_ITEMS": {"too_many_items": b"[" + b",".join([b"0"] * MAX_ITEMS) + b"]"},
    "JSON_TOO_LARGE": {"too_large": b'"' + b" " * MAX_JSON_BYTES + b'"'},
}
_FOREIGN_GOOD = {
    "good_foreign_fraction": b"[1.5,-0.25,1.0]",
    "good_foreign_exponent": b"[1e2,1E-7]",
    "good_foreign_minus_zero": b"[-0,-0.0]",
    "good_foreign_nul": b'"\\u0000"',
}
_FOREIGN_BAD = {
    "JSON_NUMBER_REFUSED": {
        "foreign_nan": b"[NaN]",
        "foreign_exponent_beyond_every_double": b"[1e400]",
        "foreign_number_of_thousands_of_digits": b"[0." + b"3" * 4_000 + b"]",
    },
    "JSON_DUPLICATE_NAME": {"foreign_duplicate_name": b'{"a":1.5,"a":1.5}'},
    "JSON_SURROGATE": {"foreign_surrogate_alone": b'"\\ud800"'},
    "JSON_INTEGER_RANGE": {"foreign_integer_too_large": b"9007199254740993"},
}
_BASE64URL_BAD = {
    "standard_alphabet_plus": "-_+-",
    "standard_alphabet_slash": "ab/d",
    "padding": "YQ==",
    "padding_where_none_is_needed": "YWJj=",
    "length_one": "Y",
    "length_five": "YWJjY",
    "last_character_second_spelling_of_one_byte": "YR",
    "last_character_second_spelling_of_two_bytes": "YWJ",
    "space": "YW Jj",
    "newline_at_end": "YWJj\n",
    "character_not_ascii": "YWJ\u00e9",
    "full_width_letter": "\uff39WJj",
}

_REPEATED = (b'{"a":', b"0,", b"[{", b"[", b"]", b"}", b"a", b" ", b"9", b"3")
_LONG = 20


def json_cases() -> list[Case]:
    """Each case: `parts` that make the bytes, `foreign` (limits for documents of others), `code` or null."""
    cases = [_json_case(name, data, None) for name, data in _GOOD.items()]
    cases += [_json_case(name, data, code) for code, group in _BAD.items() for name, data in group.items()]
    cases += [_json_case(name, data, None, foreign=True) for name, data in _FOREIGN_GOOD.items()]
    cases += [
        _json_case(name, data, code, foreign=True)
        for code, group in _FOREIGN_BAD.items()
        for name, data in group.items()
    ]
    return cases


def base64url_cases() -> list[Case]:
    """Each case: `text`, and `hex` of its bytes or the `code` of its refusal."""
    good = {"good_empty": b"", "good_one_byte": b"a", "good_two_bytes": b"ab", "good_three_bytes": b"abc"}
    good |= {"good_url_alphabet": b"\xfb\xff\xbf"}
    cases: list[Case] = []
    for name, data in good.items():
        text = base64.urlsafe_b64encode(data).rstrip(b"=").decode()
        cases.append({"name": name, "text": text, "hex": data.hex(), "code": None})
    for name, text in _BASE64URL_BAD.items():
        cases.append({"name": name, "text": text, "hex": None, "code": "BASE64URL_MALFORMED"})
    return cases


def _json_case(name: str, data: bytes, code: str | None, *, foreign: bool = False) -> Case:
    """`parts`: pairs of base64 bytes and how often they are repeated, one after the other."""
    parts = [[base64.b64encode(piece).decode(), times] for piece, times in _pieces(data)]
    return {"name": name, "parts": parts, "foreign": foreign, "code": code}


def _pieces(data: bytes) -> list[tuple[bytes, int]]:
    """Write long repetitions as such; the files stay small."""
    for piece in _REPEATED:
        times = data.count(piece)
        first = data.find(piece * times) if times >= _LONG else -1
        if first >= 0:
            after = data[first + times * len(piece) :]
            return [*_pieces(data[:first]), (piece, times), *_pieces(after)]
    return [(data, 1)] if data else []
