"""Alterations by whoever holds the file, without any key: of the file, its records, disclosures and heads.

Each has the code that it must get, written here by hand, and one sentence that says why. `from` names a good vector.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol import base64url, merkle
from protocol.hashing import leaf_hash
from protocol.records import parse_record
from scripts.make_vectors.bundles_alteration import (
    HANDED,
    HEADS,
    HIDDEN,
    LOG,
    OTHER,
    Alterations,
    Change,
    at,
    drop,
    on,
    put,
    several,
    text,
)
from scripts.make_vectors.bundles_company import lot

if TYPE_CHECKING:
    from collections.abc import Callable

    from scripts.make_vectors.bundles_patch import Edit

altered = Alterations()

# --- the file ---------------------------------------------------------------------------------------------------

altered("space", HANDED, "error: BUNDLE_NOT_CANONICAL", "One spelling: no space.", text('":', '": '))
altered(
    "no-newline", HANDED, "error: BUNDLE_NOT_CANONICAL", "One newline at the end.", lambda edit: edit.cut(-1)
)
altered("two-newlines", HANDED, "error: BUNDLE_NOT_CANONICAL", "One newline.", text("}\n", "}\n\n"))
altered("truncated", HANDED, "error: JSON_MALFORMED", "Half a file is no JSON.", lambda edit: edit.cut(3000))
altered("empty", HANDED, "error: JSON_MALFORMED", "An empty file is no JSON.", lambda edit: edit.cut(0))
altered(
    "name-twice", HANDED, "error: JSON_DUPLICATE_NAME", "Readers differ on which of two equal names counts.",
    text('{"affected"', '{"target":"x","affected"'),
)  # fmt: skip
altered("fraction", HANDED, "error: JSON_NUMBER_REFUSED", "No fractions.", text('"index":0', '"index":0.0'))
altered(
    "escaped",
    HANDED,
    "error: BUNDLE_NOT_CANONICAL",
    "A letter escaped.",
    text('"target":"u', '"target":"\\u0075'),
)
altered(
    "byte-order-mark", HANDED, "error: JSON_NOT_UTF8", "A mark before the text.", text('{"aff', '\ufeff{"aff')
)
altered("not-an-object", HANDED, "error: BUNDLE_VERSION_UNKNOWN", "A list has no format.", put("/bundle", []))
altered(
    "format-2", HANDED, "error: BUNDLE_VERSION_UNKNOWN", "Unknown.", put("/bundle/format", "filiera-bundle/2")
)
altered(
    "rides-along", HANDED, "error: BUNDLE_FORM", "No name that nobody reads.",
    lambda edit: edit.add("/bundle/note", "trust me"),
)  # fmt: skip
altered(
    "rides-along-inside", HANDED, "error: BUNDLE_FORM", "Nor inside.",
    lambda edit: edit.add("/bundle/heads/0/confirmed", value=True),
)  # fmt: skip
altered("no-chain", HANDED, "error: BUNDLE_FORM", "A member is missing.", drop("/bundle/chain"))
altered("upper-case", HANDED, "error: BUNDLE_FORM", "Hex in lower case.", put(f"{LOG}/root", "A" * 64))
altered("number-as-text", HANDED, "error: BUNDLE_FORM", "Numbers are numbers.", put(f"{LOG}/size", "4"))
altered("size-zero", HANDED, "error: BUNDLE_FORM", "No head is empty.", put(f"{LOG}/size", 0))
altered(
    "disputed-from-zero", HANDED, "error: BUNDLE_FORM", "Not disputed is written by no name, not by zero.",
    lambda edit: edit.add("/bundle/keys/0/disputedFrom", 0),
)  # fmt: skip
altered(
    "records-reordered", HANDED, "error: BUNDLE_NOT_CANONICAL", "Lists are sorted.",
    lambda edit: edit.move("/bundle/records/0", "/bundle/records/-"),
)  # fmt: skip
altered(
    "record-twice", HANDED, "error: BUNDLE_NOT_CANONICAL", "A second entry could contradict the first.",
    lambda edit: edit.copy("/bundle/records/0", "/bundle/records/0"),
)  # fmt: skip
altered(
    "head-twice", HANDED, "error: BUNDLE_NOT_CANONICAL", "Two heads of one number.",
    lambda edit: edit.copy("/bundle/heads/0", "/bundle/heads/0"),
)  # fmt: skip
altered(
    "other-target",
    HANDED,
    "not proven: TARGET_NOT_MADE",
    "Not made here.",
    put("/bundle/target", lot("gold")),
)


# --- records and their places -----------------------------------------------------------------------------------


def _forged(edit: Edit) -> None:
    number = at(edit, "lot-declared")
    head, payload, signature = edit.bundle["records"][number]["token"].split(".")
    changed = base64url.decode(payload).replace(b'"quantity":"120"', b'"quantity":"900"')
    edit.put(f"/bundle/records/{number}/token", f"{head}.{base64url.encode(changed)}.{signature}")
    edit.sort()


def _swapped(edit: Edit) -> None:
    one, two = (each["token"] for each in edit.bundle["records"][:2])
    edit.put("/bundle/records/0/token", two)
    edit.put("/bundle/records/1/token", one)
    edit.sort()


def _removed(act: str) -> Change:
    return lambda edit: edit.drop(f"/bundle/records/{at(edit, act)}")


def _received(edit: Edit) -> None:
    number = at(edit, "process")
    edit.put(
        f"/bundle/records/{number}", {"token": edit.bundle["records"][number]["token"], "state": "received"}
    )


altered(
    "quantity-rewritten", HANDED, "refused: SIGNATURE_INVALID CLOSURE_OPEN LOT_ACCOUNT_GAP",
    "The signature is over other bytes; without that record nobody made the wool.", _forged,
)  # fmt: skip
altered("tokens-swapped", HANDED, "refused: PROOF_MISMATCH", "Each proof is of its record.", _swapped)
altered(
    "origin-removed", HANDED, "refused: CLOSURE_OPEN LOT_ACCOUNT_GAP", "Nobody made the wool.",
    _removed("lot-declared"),
)  # fmt: skip
altered(
    "shipment-removed", HANDED, "not proven: HANDOVER_SHIPMENT_MISSING", "The receipt answers what is not here.",
    _removed("shipment"),
)  # fmt: skip
altered(
    "step-removed", HANDED, "refused: TARGET_NOT_MADE LOT_ACCOUNT_GAP", "Nobody made the yarn; its account has a gap.",
    _removed("process"),
)  # fmt: skip
altered(
    "place-taken-away", HANDED, "pending: RECORD_PENDING", "Without a head it is only received.", _received
)
altered(
    "proof-altered", HANDED, "refused: PROOF_MISMATCH", "The proof leads to another root.",
    on("shipment", "proof/0", lambda _: OTHER),
)  # fmt: skip
altered(
    "proof-shortened", HANDED, "refused: PROOF_MALFORMED", "A value too few.",
    on("shipment", "proof", lambda proof: proof[:-1]),
)  # fmt: skip
altered(
    "proof-lengthened", HANDED, "refused: PROOF_MALFORMED", "A value too many.",
    on("shipment", "proof", lambda proof: [*proof, OTHER]),
)  # fmt: skip
altered(
    "proof-turned-round", HANDED, "refused: PROOF_MISMATCH", "From leaf to root, in that order.",
    on("shipment", "proof", lambda proof: proof[::-1]),
)  # fmt: skip
altered(
    "index-altered", HANDED, "refused: PROOF_MISMATCH", "The other leaf of the head.",
    on("shipment", "index", lambda index: 5 - index),
)  # fmt: skip
altered(
    "index-beyond", HANDED, "refused: PROOF_INDEX", "No such leaf in that tree.",
    on("shipment", "index", lambda _: 400),
)  # fmt: skip
altered(
    "head-of-nothing", HANDED, "refused: HEAD_MISSING", "The head that should have it is not here.",
    on("shipment", "head", lambda _: 9),
)  # fmt: skip
altered(
    "log-of-nothing", HANDED, "refused: HEAD_MISSING", "A log that is not here.", on("shipment", "log", lambda _: OTHER)
)  # fmt: skip


# --- disclosures ------------------------------------------------------------------------------------------------


def _disclosures(change: Callable[[list[str]], list[str]]) -> Change:
    def alter(edit: Edit) -> None:
        number = at(edit, "process")
        jwt, *rest, _ = edit.bundle["records"][number]["token"].split("~")
        edit.put(f"/bundle/records/{number}/token", "~".join((jwt, *change(rest), "")))

    return alter


def _raised(edit: Edit) -> None:
    def more(texts: list[str]) -> list[str]:
        decoded = [base64url.decode(each) for each in texts]
        return [base64url.encode(each.replace(b'"quantity","110"', b'"quantity","118"')) for each in decoded]

    _disclosures(more)(edit)


altered(
    "disclosure-altered", HIDDEN,
    "refused: DISCLOSURE_UNREFERENCED TARGET_NOT_MADE LOT_ACCOUNT_GAP",
    "No digest in the record is of those bytes; without that record nobody made the yarn.", _raised,
)  # fmt: skip
altered(
    "disclosure-twice", HIDDEN, "refused: DISCLOSURE_DUPLICATE TARGET_NOT_MADE LOT_ACCOUNT_GAP", "Once each.",
    _disclosures(lambda texts: [*texts, texts[0]]),
)  # fmt: skip
altered(
    "disclosure-of-another", HIDDEN, "refused: DISCLOSURE_UNREFERENCED TARGET_NOT_MADE LOT_ACCOUNT_GAP",
    "It opens nothing here.",
    lambda edit: _disclosures(
        lambda texts: [*texts, edit.bundle["records"][at(edit, "shipment")]["token"].split("~")[1]]
    )(edit),
)  # fmt: skip
altered(
    "disclosures-withheld", HIDDEN, "verified: BALANCE_WITHHELD LOT_AMOUNT_WITHHELD",
    "Withholding is allowed and said; it refuses nothing.", _disclosures(lambda _: []),
)  # fmt: skip


# --- heads ------------------------------------------------------------------------------------------------------

altered(
    "root-altered", HANDED, "refused: PROOF_MISMATCH CHECKPOINT_MISMATCH HEAD_NOT_ON_CHAIN",
    "Proofs, checkpoint and chain all speak of the true root.", put(f"{LOG}/root", OTHER),
)  # fmt: skip
altered(
    "size-altered", HANDED, "refused: PROOF_MALFORMED CHECKPOINT_MISMATCH HEAD_NOT_ON_CHAIN",
    "A larger tree needs longer proofs.", put(f"{LOG}/size", 5),
)  # fmt: skip
altered(
    "size-shrunk", HANDED,
    "refused: PROOF_INDEX PROOF_MALFORMED PROOF_SIZES CHECKPOINT_MISMATCH HEAD_NOT_FIRST HEAD_PREVIOUS "
    "HEAD_NOT_ON_CHAIN",
    "A log does not become smaller.", several(put("/bundle/heads/0/size", 4), put(f"{LOG}/size", 2)),
)  # fmt: skip
altered(
    "previous-altered", HANDED, "refused: HEAD_PREVIOUS HEAD_NOT_ON_CHAIN", "The hash names the head before.",
    put(f"{LOG}/prev", OTHER),
)  # fmt: skip
altered(
    "first-with-a-past", HANDED, "refused: HEAD_PREVIOUS HEAD_NOT_ON_CHAIN", "The first head has none before it.",
    put("/bundle/heads/0/prev", OTHER),
)  # fmt: skip
altered(
    "manifest-altered", HANDED, "refused: MANIFEST_MISMATCH HEAD_NOT_ON_CHAIN", "The manifest's hash is in the head.",
    put(f"{LOG}/manifest", OTHER),
)  # fmt: skip
altered(
    "block-altered", HANDED, "refused: BUNDLE_CHAIN_MISMATCH", "The chain says in which block.",
    put(f"{LOG}/block", 11),
)  # fmt: skip
altered(
    "transaction-altered", HANDED, "refused: BUNDLE_CHAIN_MISMATCH", "No such transaction in that block.",
    put(f"{LOG}/transaction", "0x" + OTHER),
)  # fmt: skip
altered(
    "origin-altered", HANDED, "refused: LOG_ORIGIN_MISMATCH LOG_NOT_TRUSTED", "The log's id is the hash of its name.",
    put(f"{LOG}/origin", "log.example/other"),
)  # fmt: skip
altered(
    "head-removed", HANDED, "refused: HEAD_MISSING HEAD_NOT_FIRST",
    "Its records have no head, and that the later ones are first is no longer shown.", drop("/bundle/heads/0"),
)  # fmt: skip
altered(
    "head-between-removed", HEADS, "refused: HEAD_MISSING HEAD_NOT_FIRST HEAD_CONSISTENCY_MISSING",
    "The head before a record's head proves that it is the first.", drop("/bundle/heads/1"),
)  # fmt: skip


def _later_head(edit: Edit) -> None:
    """The honest proof of a record in a head that is not its first: what a holder of the tiles can compute."""
    tree = _leaves(edit)
    number = next(each for each, entry in enumerate(edit.bundle["records"]) if entry["head"] == 1)
    entry = edit.bundle["records"][number]
    newest = edit.bundle["heads"][-1]
    proof = merkle.inclusion_proof(tree, entry["index"])
    edit.put(f"/bundle/records/{number}/head", newest["seq"])
    edit.put(f"/bundle/records/{number}/proof", [each.hex() for each in proof])


def _leaves(edit: Edit) -> list[bytes]:
    found = {
        entry["index"]: leaf_hash(parse_record(entry["token"]).digest) for entry in edit.bundle["records"]
    }
    return [found[index] for index in sorted(found)]


altered(
    "later-head", HANDED, "refused: HEAD_NOT_FIRST",
    "The block of the first head decides which key counts: a later one would choose another block.", _later_head,
)  # fmt: skip
