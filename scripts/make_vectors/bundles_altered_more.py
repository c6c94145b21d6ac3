"""Further alterations: checkpoints, consistency, the affected list, keys, and chains and trust files that say else.

Each has the code that it must get, written here by hand, and one sentence that says why.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from protocol import base64url
from protocol.checkpoint import Checkpoint, sign_note
from scripts.make_vectors.bundles_alteration import (
    BATCH,
    FIXED,
    HANDED,
    LEAF,
    LOG,
    LOGS,
    MEMBERS,
    OTHER,
    ZEROS,
    Alterations,
    drop,
    put,
    several,
)
from scripts.make_vectors.bundles_world import MAIN, SECOND, log_key

if TYPE_CHECKING:
    from scripts.make_vectors.bundles_patch import Edit

altered = Alterations()

# --- checkpoints ------------------------------------------------------------------------------------------------


def _note(size: int, root: str, origin: str = MAIN, key: str = MAIN) -> str:
    return sign_note(Checkpoint(origin, size, bytes.fromhex(root)), log_key(key))


def _of_older(edit: Edit) -> None:
    older = edit.bundle["heads"][0]
    edit.put(f"{LOG}/checkpoint", _note(older["size"], older["root"]))


def _by_another_log(edit: Edit) -> None:
    head = edit.bundle["heads"][1]
    edit.put(f"{LOG}/checkpoint", _note(head["size"], head["root"], key=SECOND))


def _of_another_origin(edit: Edit) -> None:
    head = edit.bundle["heads"][1]
    note = _note(head["size"], head["root"], origin=SECOND)
    body = note.split("\n\n", maxsplit=1)[0] + "\n"
    right = sign_note(Checkpoint(MAIN, 1, bytes(32)), log_key(MAIN)).split("\n\n", maxsplit=1)[1]
    name, encoded = right.rstrip("\n").rsplit(" ", 1)
    hashed = base64.b64decode(encoded)[:4]
    signed = base64.b64encode(hashed + log_key(MAIN).sign(body.encode())).decode()
    edit.put(f"{LOG}/checkpoint", f"{body}\n{name} {signed}\n")


def _rewritten(edit: Edit) -> None:
    note = edit.bundle["heads"][1]["checkpoint"]
    edit.put(f"{LOG}/checkpoint", note.replace("\n4\n", "\n9\n", 1))


altered(
    "checkpoint-removed", HANDED, "not proven: CHECKPOINT_MISSING", "The log does not vouch for its newest head.",
    drop(f"{LOG}/checkpoint"),
)  # fmt: skip
altered("checkpoint-of-older", HANDED, "refused: CHECKPOINT_MISMATCH", "Signed, of another tree.", _of_older)
altered(
    "checkpoint-by-another", HANDED, "refused: CHECKPOINT_UNSIGNED", "Another log's key.", _by_another_log
)
altered(
    "checkpoint-of-another", HANDED, "refused: CHECKPOINT_ORIGIN", "Another log's name.", _of_another_origin
)
altered(
    "checkpoint-rewritten", HANDED, "refused: CHECKPOINT_SIGNATURE", "Another size was signed.", _rewritten
)
altered(
    "checkpoint-no-note", HANDED, "refused: CHECKPOINT_MALFORMED", "No signed note.",
    put(f"{LOG}/checkpoint", "trust me"),
)  # fmt: skip


# --- consistency ------------------------------------------------------------------------------------------------

altered(
    "consistency-removed", HANDED, "not proven: HEAD_CONSISTENCY_MISSING", "Nothing shows that nothing was rewritten.",
    drop("/bundle/consistency/0"),
)  # fmt: skip
altered(
    "consistency-altered", HANDED, "refused: PROOF_MISMATCH", "It leads to another root.",
    put("/bundle/consistency/0/proof/0", OTHER),
)  # fmt: skip
altered(
    "consistency-lengthened", HANDED, "refused: PROOF_MALFORMED", "A value too many.",
    lambda edit: edit.add("/bundle/consistency/0/proof/-", OTHER),
)  # fmt: skip
altered(
    "consistency-emptied", HANDED, "refused: PROOF_MALFORMED", "Values too few.", put("/bundle/consistency/0/proof", [])
)  # fmt: skip
altered(
    "consistency-of-nothing", HANDED, "refused: HEAD_MISSING", "A proof between heads that are not here.",
    lambda edit: edit.add("/bundle/consistency/-", {"log": OTHER, "first": 1, "second": 2, "proof": []}),
)  # fmt: skip
altered(
    "consistency-of-others", HANDED, "refused: HEAD_MISSING HEAD_CONSISTENCY_MISSING", "Between other heads.",
    put("/bundle/consistency/0/second", 3),
)  # fmt: skip


# --- the list of affected records -------------------------------------------------------------------------------


def _unlisted(edit: Edit) -> None:
    listed = base64url.decode(edit.bundle["affected"][0]["list"])
    edit.put("/bundle/affected/0/list", base64url.encode(listed[:-32]))


altered(
    "affected-removed", HANDED, "not proven: AFFECTED_MISSING", "Something may have been kept back.",
    drop("/bundle/affected/0"),
)  # fmt: skip
altered(
    "affected-of-older", HANDED, "not proven: AFFECTED_MISSING", "The list has to be of the newest head.",
    put("/bundle/affected/0/seq", 1),
)  # fmt: skip
altered(
    "affected-shortened", FIXED, "refused: AFFECTED_MISMATCH", "The manifest names another list.", _unlisted
)
altered(
    "affected-garbled", FIXED, "refused: AFFECTED_MALFORMED", "No such list.",
    put("/bundle/affected/0/list", base64url.encode(b"filiera-affected/1\nhalf")),
)  # fmt: skip
altered(
    "manifest-garbled", HANDED, "refused: MANIFEST_MALFORMED", "No such manifest.",
    put("/bundle/affected/0/manifest", base64url.encode(b"filiera-manifest/1\n")),
)  # fmt: skip
altered(
    "manifest-of-another-log", LOGS, "refused: MANIFEST_MISMATCH", "Each log's newest head has its own.",
    lambda edit: edit.put("/bundle/affected/0/manifest", edit.bundle["affected"][1]["manifest"]),
)  # fmt: skip
altered(
    "affected-of-no-head", HANDED, "refused: HEAD_MISSING", "A list of a log that is not here rides along.",
    lambda edit: edit.add("/bundle/affected/-", edit.bundle["affected"][0] | {"log": "f" * 64}),
)  # fmt: skip


# --- what the file says of keys and chain, members, batches -----------------------------------------------------

altered(
    "window-widened", "keys-changed", "refused: BUNDLE_CHAIN_MISMATCH", "The chain knows when a key was valid.",
    lambda edit: edit.drop(
        f"/bundle/keys/{next(n for n, key in enumerate(edit.bundle['keys']) if 'toBlock' in key)}/toBlock"
    ),
)  # fmt: skip
altered(
    "window-earlier", HANDED, "refused: BUNDLE_CHAIN_MISMATCH", "The same, at its beginning.",
    put("/bundle/keys/0/fromBlock", 0),
)  # fmt: skip
altered(
    "dispute-hidden", "key-disputed-later", "verified: KEY_CHANGED_SINCE KEY_DISPUTED_LATER",
    "The chain knows that the key is disputed, since when it is: the file may be older.",
    drop("/bundle/keys/0/disputedFrom"),
)  # fmt: skip
altered(
    "dispute-moved", "key-disputed-later", "refused: BUNDLE_CHAIN_MISMATCH KEY_DISPUTED_LATER",
    "A dispute is never taken back.", put("/bundle/keys/0/disputedFrom", 1),
)  # fmt: skip
altered(
    "key-closed-since", HANDED, "verified: KEY_CHANGED_SINCE", "A key was closed after the file was made.",
    lambda edit: edit.add("/view/keys/0/toBlock", 1000),
)  # fmt: skip
altered(
    "key-of-another", HANDED, "refused: BUNDLE_CHAIN_MISMATCH", "That participant has no such key.",
    several(put("/bundle/keys/0/keyHash", OTHER), lambda edit: edit.sort()),
)  # fmt: skip
altered(
    "chain-id-altered", HANDED, "refused: BUNDLE_CHAIN_MISMATCH HEAD_PREVIOUS", "Head hashes are bound to their chain.",
    put("/bundle/chain/chainId", 1),
)  # fmt: skip
altered(
    "genesis-altered", HANDED, "refused: BUNDLE_CHAIN_MISMATCH", "Another chain than the pinned one.",
    put("/bundle/chain/genesis", "0x" + OTHER),
)  # fmt: skip
altered(
    "registry-altered", HANDED, "refused: BUNDLE_CHAIN_MISMATCH", "The addresses are pinned.",
    put("/bundle/chain/participants", "0x" + "7" * 40),
)  # fmt: skip
altered(
    "membership-forged", MEMBERS, "refused: SIGNATURE_INVALID", "The coordinator signed other bytes.",
    lambda edit: (
        edit.put("/bundle/memberships/0", edit.bundle["memberships"][0][:-2] + "AA"), edit.sort(),
    ),
)  # fmt: skip
altered(
    "batch-proof-altered", BATCH, "error: PASSPORT_BATCH_PROOF", "A place proves itself or is none.",
    put("/bundle/batches/0/proof/0", OTHER),
)  # fmt: skip
altered(
    "batch-index-altered", BATCH, "error: PASSPORT_BATCH_PROOF", "Another place than the proof's.",
    put("/bundle/batches/0/index", 0),
)  # fmt: skip
altered(
    "batch-place-removed", BATCH, "pending: PASSPORT_NOT_ON_CHAIN ORIGIN_NOT_RAW",
    "Without its place nobody can ask the chain about the item, so the chain said nothing of it.",
    several(drop("/bundle/batches"), drop("/view/passports/0")),
)  # fmt: skip
altered(
    "batch-of-nothing", HANDED, "refused: PASSPORT_BATCH_PROOF", "A place of a passport that is not here rides along.",
    lambda edit: edit.add(
        "/bundle/batches",
        [{"batchRoot": LEAF, "passportId": OTHER, "digest": ZEROS, "index": 0, "count": 1, "proof": []}],
    ),
)  # fmt: skip


# --- what the chain says ----------------------------------------------------------------------------------------

altered("another-chain", HANDED, "refused: CHAIN_OTHER", "Not the pinned chain.", put("/view/chainId", 1))
altered(
    "another-genesis",
    HANDED,
    "refused: CHAIN_OTHER",
    "Another beginning.",
    put("/view/genesis", "0x" + OTHER),
)
altered(
    "another-program", HANDED, "refused: CONTRACT_OTHER", "Another program at the pinned address.",
    put("/view/codeHashes/anchors", "0x" + OTHER),
)  # fmt: skip
altered("no-program", HANDED, "refused: CONTRACT_OTHER", "No program.", drop("/view/codeHashes/participants"))
altered(
    "head-not-there", HANDED, "refused: HEAD_NOT_ON_CHAIN", "The contract is past that number and has no such head.",
    drop("/view/heads/1"),
)  # fmt: skip
altered(
    "head-not-there-yet", HANDED, "pending: HEAD_NOT_YET_ON_CHAIN", "The contract is not that far.",
    several(drop("/view/heads/1"), put("/view/logs/0/seq", 1)),
)  # fmt: skip
altered(
    "anchored-root-other", HANDED, "refused: HEAD_NOT_ON_CHAIN", "Another root was anchored.",
    put("/view/heads/0/root", OTHER),
)  # fmt: skip
altered(
    "anchored-hash-other", HANDED, "refused: HEAD_NOT_ON_CHAIN", "Another head was anchored.",
    put("/view/heads/0/headHash", OTHER),
)  # fmt: skip
altered(
    "not-deep-enough", HANDED, "pending: HEAD_UNCONFIRMED", "The trust file wants a block on top of it.",
    put("/view/latest", 12),
)  # fmt: skip
altered(
    "log-went-on", HANDED, "verified: EVIDENCE_AS_OF_HEAD", "Corrections may have come since: said, not refused.",
    put("/view/logs/0/seq", 3),
)  # fmt: skip
altered(
    "key-not-there", "one-step", "refused: KEY_NOT_ON_CHAIN BUNDLE_CHAIN_MISMATCH", "The chain does not know the key.",
    drop("/view/keys/0"),
)  # fmt: skip
altered(
    "superseded", "passport", "verified: ORIGIN_NOT_RAW PASSPORT_SUPERSEDED", "Another passport took its place.",
    put("/view/passports/0/status", 4),
)  # fmt: skip
altered("not-asked", HANDED, "not proven: CHAIN_NOT_ASKED", "Nobody asked the chain.", put("/view", None))
altered(
    "answer-garbled", HANDED, "error: CHAIN_ANSWER_MALFORMED", "What the chain said cannot be read.",
    put("/view/latest", "soon"),
)  # fmt: skip


# --- what is trusted --------------------------------------------------------------------------------------------

altered(
    "no-trust",
    HANDED,
    "not proven: TRUST_ABSENT",
    "Nobody said which contracts to trust.",
    put("/trust", None),
)
altered("trust-garbled", HANDED, "error: TRUST_MALFORMED", "No trust file.", drop("/trust/genesis"))
altered(
    "log-not-trusted",
    HANDED,
    "not proven: LOG_NOT_TRUSTED",
    "A log that is not pinned.",
    put("/trust/logs", []),
)
altered(
    "log-key-other", HANDED, "refused: CHECKPOINT_UNSIGNED", "The pinned key did not sign.",
    lambda edit: edit.put("/trust/logs/0/logKey", log_key(SECOND).public.raw.hex()),
)  # fmt: skip
altered(
    "deeper-wanted", HANDED, "pending: HEAD_UNCONFIRMED", "A thousand blocks are wanted.",
    put("/trust/confirmations", 1000),
)  # fmt: skip
altered(
    "another-contract", HANDED, "refused: BUNDLE_CHAIN_MISMATCH HEAD_PREVIOUS HEAD_NOT_ON_CHAIN",
    "Heads are bound to the contract that is pinned.", put("/trust/anchors/address", "0x" + "7" * 40),
)  # fmt: skip
