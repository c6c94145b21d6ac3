"""Who may see what: tiers (`vocabulary/disclosure.json`), hiding at signing, refusing what must not hide.

Only properties inside `credentialSubject` are hidden, never array elements: a hidden element would vanish and
nobody would miss it (protocol/README §3, hidden is not absent). Randomness is passed in as salts.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from protocol import base64url
from protocol.errors import FormatError
from protocol.sd_jwt import disclosure_digest, pad_digests
from protocol.strict_json import JsonObject, dump_json
from protocol.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from protocol.records import Record

Tier = Literal["public", "legitimate", "authority"]

PADDING = 4
"""Every `_sd` array is padded with decoys to a multiple of this."""
SALT_BYTES = 16
"""Least bytes of a salt (RFC 9901 §9.3: 128 bits)."""
SUBJECT = "credentialSubject"
_RESERVED = frozenset({"_sd", "...", "_sd_alg"})


@dataclass(frozen=True, slots=True)
class Rule:
    """One hideable path.

    The least tier that reads it, and whether it is hidden unless the maker says otherwise.
    """

    tier: Tier
    hidden_by_default: bool


@dataclass(frozen=True)
class Policy:
    """The rules of one kind of record. `parents` are the objects in which anything may be hidden at all."""

    hideable: Mapping[str, Rule]
    clear: Mapping[str, tuple[str, ...]]
    parents: frozenset[str]

    def rule(self, path: str) -> Rule | None:
        """Return the rule of a path relative to the subject, or None if it must stay in clear."""
        return self.hideable.get(path) or self.hideable.get(path.rpartition(".")[0] + ".*")

    @property
    def hidden_by_default(self) -> frozenset[str]:
        """The paths hidden when the maker says nothing."""
        return frozenset(path for path, rule in self.hideable.items() if rule.hidden_by_default)


def may_hide(kind: str, pointer: str, name: str) -> bool:
    """Whether a property may be undisclosed in the object of a record of this kind that a JSON pointer leads to."""
    parts = pointer.removeprefix("/credentialSubject").split("/")[1:]
    path = "".join("[]" if part.isdecimal() else f".{part}" for part in [*parts, name])
    return policy(kind).rule(path.removeprefix(".")) is not None


@cache
def policy(kind: str) -> Policy:
    """Return the policy of a record kind (`type[1]`); FormatError RECORD_TYPE_UNKNOWN for another."""
    entry = vocabulary("disclosure")["kinds"].get(kind)
    if entry is None:
        raise FormatError("RECORD_TYPE_UNKNOWN", "/type/1", type=kind[:80])
    hideable = {path: Rule(rule["tier"], rule["hiddenByDefault"]) for path, rule in entry["hideable"].items()}
    clear: dict[str, tuple[str, ...]] = {}
    for path in entry["clear"]:
        parent, _, name = path.rpartition(".")
        clear[parent] = (*clear.get(parent, ()), name)
    return Policy(hideable, clear, frozenset(path.rpartition(".")[0] for path in hideable))


def includes(tier: Tier, needed: Tier) -> bool:
    """Tell whether a reader of `tier` may see what `needed` asks for."""
    order: list[str] = vocabulary("disclosure")["tiers"]
    return order.index(tier) >= order.index(needed)


def hide(claims: JsonObject, hidden: Collection[str], salts: Iterator[bytes]) -> tuple[JsonObject, list[str]]:
    """Return (payload, disclosures) with the paths of `hidden` closed, each `_sd` array padded and sorted.

    `claims` is the full credential and stays unchanged; paths are relative to its subject
    (`quantityList[].quantity`); a path that does not occur is passed over. `salts` gives at least 16 fresh
    random bytes a time: one for each disclosure and each decoy. Raises FormatError MUST_DISCLOSE_HIDDEN for a
    path that must stay in clear and SD_MALFORMED for a reserved name.
    """
    rules = policy(kind_of(claims))
    for path in hidden:
        if rules.rule(path) is None and path not in rules.hideable:
            raise FormatError("MUST_DISCLOSE_HIDDEN", path, path=path)
    hider = _Hider(frozenset(hidden), salts)
    payload = {name: hider.close(value, "") if name == SUBJECT else value for name, value in claims.items()}
    if hider.disclosures:
        payload["_sd_alg"] = "sha-256"
    return payload, hider.disclosures


def ensure_mandatory_disclosed(record: Record) -> None:
    """Refuse a record that hides, openly or not, what must stay in clear: FormatError MUST_DISCLOSE_HIDDEN.

    Three rules: what a disclosure opens is hideable; digests stand only where something is hideable; and an
    object with digests shows every property that its kind lists as `clear`, whatever is disclosed at the
    moment: the verdict on one record must not depend on how much of it is shown.
    """
    rules = policy(record.kind)
    for opened in record.opened:
        if rules.rule(opened.place.pattern.removeprefix(SUBJECT + ".")) is None:
            raise FormatError("MUST_DISCLOSE_HIDDEN", opened.place.pointer, path=opened.place.pattern)
    for place in record.digest_places:
        path = "" if place.pattern == SUBJECT else place.pattern.removeprefix(SUBJECT + ".")
        if path not in rules.parents:
            raise FormatError("MUST_DISCLOSE_HIDDEN", place.pointer, path=place.pattern)
        required = rules.clear.get(path, ())
        shown = resolve(record.claims, place.pointer) if required else {}
        for name in required:
            if name not in shown:
                raise FormatError("MUST_DISCLOSE_HIDDEN", f"{place.pointer}/{name}", path=name)


def resolve(value: Any, pointer: str) -> Any:
    """Follow a JSON pointer (RFC 6901) into `value`; KeyError or IndexError if it leads nowhere."""
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        value = value[int(token)] if isinstance(value, list) else value[name]
    return value


class _Hider:
    """Closes properties from the inside out, so that what is hidden may itself hold hidden properties."""

    def __init__(self, hidden: frozenset[str], salts: Iterator[bytes]) -> None:
        self._hidden, self._salts = hidden, salts
        self.disclosures: list[str] = []

    def close(self, value: Any, path: str) -> Any:
        if isinstance(value, list):
            return [self.close(entry, f"{path}[]") for entry in value]
        if not isinstance(value, dict):
            return value
        digests, shown = [], {}
        for name, entry in value.items():
            if name in _RESERVED:
                raise FormatError("SD_MALFORMED", path)
            at = f"{path}.{name}" if path else name
            closed = self.close(entry, at)
            if at in self._hidden or (path and f"{path}.*" in self._hidden):
                digests.append(self._disclose(name, closed))
            else:
                shown[name] = closed
        if digests:
            shown["_sd"] = pad_digests(digests, self._decoys(), PADDING)
        return shown

    def _disclose(self, name: str, value: Any) -> str:
        disclosure = base64url.encode(dump_json([base64url.encode(self._salt()), name, value]))
        self.disclosures.append(disclosure)
        return disclosure_digest(disclosure)

    def _decoys(self) -> Iterator[str]:
        """Digests of fresh salts.

        Nobody can open them, nobody can tell them from others (RFC 9901 §4.2.5).
        """
        while True:
            yield base64url.encode(hashlib.sha256(self._salt()).digest())

    def _salt(self) -> bytes:
        salt = next(self._salts)
        if len(salt) < SALT_BYTES:
            raise ValueError("a salt needs at least 16 bytes")
        return salt


def kind_of(claims: JsonObject) -> str:
    """Return `type[1]` of a credential; FormatError RECORD_TYPE_UNKNOWN if its `type` has another form."""
    match claims.get("type"):
        case ["VerifiableCredential", str(kind)]:
            return kind
        case _:
            raise FormatError("RECORD_TYPE_UNKNOWN", "/type")
