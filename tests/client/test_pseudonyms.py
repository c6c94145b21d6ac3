"""Another name for each customer: asked for under seal, signed apart, and nothing that shows two as one by mistake."""

from __future__ import annotations

import json

import httpx
import pytest
from joserfc import jwe
from joserfc.jwk import ECKey

from client.chain_acts import Registry
from client.errors import ClientError
from client.keystore import KeyFile, load_key, new_key
from client.linkage import marks_of
from client.profile import load_profile
from client.pseudonym_request import ensure_of_member, open_request, seal_request
from client.pseudonyms import new_pseudonym, pseudonyms
from client.signing import veiled
from protocol import base64url
from protocol.cid import cid_of_bytes
from protocol.identifiers import participant_urn
from protocol.records import parse_record, restrict, verify_record
from protocol.strict_json import dump_json, parse_object
from tests.client.desk import furnish, spun
from tests.client.test_participants import ADDRESS, DEPLOYMENT, Node, NodeClient, coordinator
from tests.client.test_participants import node as node  # noqa: PLC0414 - the fixture
from tests.support.makers import lot
from tests.support.papers import PDF

REGISTRY = Registry(31337, ADDRESS)
AURORA, BOREA = "a01d" * 16, "b01d" * 16


@pytest.fixture
def member(desk, node, monkeypatch):
    """A supplier in its own name, known to the ledger, at a node that `pseudonym new` asks too."""

    def open_one(_url):
        transport = httpx.MockTransport(node.answer)
        return NodeClient("http://n.test", httpx.Client(transport=transport, base_url="http://n.test"))

    monkeypatch.setattr("client.commands.pseudonym.open_node", open_one)
    furnish(desk.folder)
    key = load_key(desk.folder / "maker.jwk")
    own = load_profile(KeyFile(desk.folder / "maker.jwk")).participant
    node.participants = [on_ledger(own, key)]
    return own, key


def on_ledger(participant, key, **changes):
    entry = {"keyHash": key.public.key_id.hex(), "toBlock": None, "disputedFrom": None,
             "capabilities": ["capture", "passport", "admin"]}  # fmt: skip
    return {"id": participant, "roles": ["supplier"], "active": True, "keys": [entry | changes]}


def made(desk, label, customer, key):
    path = desk.folder / f"{label}.json"
    said = desk.filiera(
        "participant",
        "pseudonym",
        "new",
        label,
        "--for",
        customer,
        "--coordinator",
        key.public.did,
        "-o",
        path,
    )
    assert said.status == 0, said.err
    return path


def body(desk, act, *more, **changes):
    said = desk.filiera("event", "template", act, *more)
    assert said.status == 0, said.err
    return json.loads(said.out) | changes


def declared(name, code):
    return {
        "quantityList": [{"epcClass": lot(name), "quantity": "120", "uom": "KGM"}],
        "filiera:lotCode": code,
    }


def shipment(desk, name, to, own):
    goods = [{"epcClass": lot(name), "quantity": "60", "uom": "KGM"}]
    found = body(desk, "shipment", quantityList=goods)
    found["destinationList"] = [{"type": "possessing_party", "destination": participant_urn(to)}]
    found["sourceList"] = [{"type": "possessing_party", "source": participant_urn(own)}]
    return found


def signed(desk, content, *more):
    desk.number = getattr(desk, "number", 0) + 1
    file, out = desk.write(f"{desk.number}.json", content), desk.folder / f"{desk.number}.jwt"
    return desk.filiera("event", "sign", file, "-o", out, *more), out


def test_the_coordinator_alone_learns_whose_the_pseudonym_is(desk, node, member):
    own, key = member
    office, office_path = coordinator(desk)
    request = made(desk, "aurora", AURORA, office)
    written = request.read_text("utf-8")
    (pseudonym,) = pseudonyms(desk.folder)
    names = (own, key.public.did, key.public.key_id.hex(), AURORA, pseudonym.participant, "aurora")
    assert not [name for name in names if name in written]

    said = desk.filiera("participant", "admit", request, "--key", office_path)
    assert said.status == 0, said.err
    (act,), (token,) = node.acts, node.records
    assert (act["args"]["id"], act["args"]["roles"]) == (pseudonym.participant, 1)
    record = verify_record(token)
    assert record.subject["controlGroup"] == participant_urn(own)
    assert act["args"]["profileDigest"] == record.digest.hex()
    for tier in ("public", "legitimate"):
        shown = restrict(record, tier)
        told = b"".join(base64url.decode(part) for part in [shown.split(".")[1], *shown.split("~")[1:-1]])
        assert own.encode() not in told
        assert b"controlGroup" not in told


def test_requests_for_two_customers_have_one_length_and_share_nothing(desk, node, member):
    office, _ = coordinator(desk)
    first, second = (
        made(desk, label, who, office).read_text("utf-8") for label, who in (("a", AURORA), ("b", BOREA))
    )
    assert len(first) == len(second)
    one, other = pseudonyms(desk.folder)
    assert {one.participant, *one.facilities}.isdisjoint({other.participant, *other.facilities})
    assert load_key(one.file.path).public != load_key(other.file.path).public


def test_a_lost_request_is_written_again_for_the_same_identity(desk, node, member):
    office, path = coordinator(desk)
    made(desk, "aurora", AURORA, office).unlink()
    again = desk.folder / "again.json"
    asked = ("participant", "pseudonym", "request", "--coordinator", office.public.did, "-o", again)
    assert desk.filiera(*asked, "aurora").status == 0
    said = desk.filiera("participant", "admit", again, "--key", path)
    (pseudonym,) = pseudonyms(desk.folder)
    assert (said.status, node.acts[0]["args"]["id"]) == (0, pseudonym.participant)
    assert f"pseudonimo di {member[0]}" in said.err
    again.unlink()
    assert "PSEUDONYM_UNKNOWN" in desk.filiera(*asked, "borea").err
    assert "PSEUDONYM_REQUEST" in desk.filiera(*asked, "aurora", "--as", "aurora").err
    assert not again.exists()


def test_nothing_is_drawn_for_a_coordinator_whose_key_cannot_open_it(desk, node, member):
    said = desk.filiera(
        "participant", "pseudonym", "new", "x", "--for", AURORA, "--coordinator", new_key("EdDSA").public.did
    )
    assert (said.status, "PSEUDONYM_COORDINATOR" in said.err, pseudonyms(desk.folder)) == (3, True, [])


def test_a_key_whose_making_was_cut_short_signs_nothing(desk, node, member):
    office, _ = coordinator(desk)
    made(desk, "aurora", AURORA, office)
    (desk.folder / "pseudonyms" / "aurora.pseudonym.json").unlink()
    said, out = signed(desk, body(desk, "lot-declared", **declared("wool", "L1")), "--as", "aurora")
    assert (said.status, "PSEUDONYM_UNKNOWN" in said.err, out.exists()) == (1, True, False)


@pytest.mark.parametrize("changes", [
    {"toBlock": 7}, {"disputedFrom": 3}, {"capabilities": ["capture"]}, {"keyHash": "0" * 64},
])  # fmt: skip
def test_a_word_by_a_key_that_does_not_speak_for_the_member_is_refused(desk, node, member, changes):
    own, key = member
    office, path = coordinator(desk)
    request = made(desk, "aurora", AURORA, office)
    node.participants = [on_ledger(own, key, **changes)]
    said = desk.filiera("participant", "admit", request, "--key", path)
    assert (said.status, "PSEUDONYM_MEMBER" in said.err, node.acts) == (1, True, [])


def test_nobody_gets_a_pseudonym_in_the_name_of_another(desk, member):
    own, key = member
    office, thief = new_key(), new_key()
    pseudonym = new_pseudonym(desk.folder, "x", AURORA, own)
    secret = load_key(pseudonym.file.path)
    sealed = seal_request((thief, secret), own, pseudonym.participant, REGISTRY, "IT", office.public)
    with pytest.raises(ClientError, match="PSEUDONYM_MEMBER"):
        ensure_of_member(open_request(sealed, office), [on_ledger(own, key)])


def test_a_word_for_one_pseudonym_lets_no_other_in(desk, member):
    """A coordinator's clerk who keeps a word puts it beside the request of somebody else."""
    own, key = member
    office = new_key()
    first, second = (
        new_pseudonym(desk.folder, label, who, own) for label, who in (("a", AURORA), ("b", BOREA))
    )

    def inside(pseudonym):
        keys = (key, load_key(pseudonym.file.path))
        sealed = seal_request(keys, own, pseudonym.participant, REGISTRY, "IT", office.public)
        native = ECKey.import_key({name: office.jwk[name] for name in ("kty", "crv", "x", "y", "d")})
        registry = jwe.JWERegistry(algorithms=["ECDH-ES+A256KW", "A256GCM"])
        opened = jwe.decrypt_compact(parse_object(sealed)["sealed"], native, registry=registry).plaintext
        return parse_object(opened), native, registry

    mixed, native, registry = inside(first)
    mixed["word"] = inside(second)[0]["word"]
    header = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM"}
    sealed = jwe.encrypt_compact(header, dump_json(mixed), native, registry=registry)
    forged = dump_json({"format": "filiera-pseudonym-request/1", "sealed": sealed})
    with pytest.raises(ClientError, match="REQUEST_MALFORMED"):
        open_request(forged, office)


def test_the_request_opens_for_its_coordinator_only_and_not_after_a_change(desk, node, member):
    office, _ = coordinator(desk, "uno")
    _, other = coordinator(desk, "due")
    request = made(desk, "aurora", AURORA, office)
    said = desk.filiera("participant", "admit", request, "--key", other)
    assert (said.status, "PSEUDONYM_SEALED" in said.err) == (1, True)
    value = json.loads(request.read_text("utf-8"))
    head, _, tail = value["sealed"].rpartition(".")
    value["sealed"] = head + "." + ("A" if tail[0] != "A" else "B") + tail[1:]
    with pytest.raises(ClientError, match="PSEUDONYM_SEALED"):
        open_request(dump_json(value), office)


def test_a_pseudonym_has_no_role_that_the_member_has_not(desk, node, member):
    office, path = coordinator(desk)
    request = made(desk, "aurora", AURORA, office)
    said = desk.filiera("participant", "admit", request, "--key", path, "--role", "brand")
    assert (said.status, "PSEUDONYM_ROLES" in said.err) == (1, True)
    assert not node.acts


def test_another_request_than_a_pseudonyms_still_needs_a_role(desk, node, member):
    _, path = coordinator(desk)
    asked = desk.folder / "r.json"
    desk.filiera("key", "request", "--name", "Filati", "--vat", "IT01234567890", "-o", asked)
    said = desk.filiera("participant", "admit", asked, "--key", path)
    assert (said.status, "--role" in said.err) == (3, True)


def test_one_customer_one_pseudonym_and_no_label_leaves_the_folder(desk, node, member):
    office, _ = coordinator(desk)
    made(desk, "aurora", AURORA, office)
    again = ("participant", "pseudonym", "new", "--coordinator", office.public.did)
    said = desk.filiera(*again, "altro", "--for", participant_urn(AURORA))
    assert (said.status, "PSEUDONYM_EXISTS" in said.err) == (1, True)
    said = desk.filiera(*again, "../maker", "--for", BOREA)
    assert (said.status, "PSEUDONYM_LABEL" in said.err) == (3, True)
    assert [each.label for each in pseudonyms(desk.folder)] == ["aurora"]
    assert AURORA in desk.filiera("participant", "pseudonym", "list").out


def test_the_key_of_a_pseudonym_never_asks_in_the_clear(desk, node, member):
    office, _ = coordinator(desk)
    made(desk, "aurora", AURORA, office)
    path = desk.folder / "pseudonyms" / "aurora.jwk"
    for way in (("--as", "aurora"), ("--also", path)):
        said = desk.filiera("key", "request", "--vat", "IT01234567890", "--name", "Filati", *way)
        assert (said.status, "PSEUDONYM_REQUEST" in said.err, said.out) == (3, True, "")


class TestSigning:
    """Two identities at one desk."""

    @pytest.fixture(autouse=True)
    def two(self, desk, node, member):
        office, _ = coordinator(desk)
        for label, who in (("aurora", AURORA), ("borea", BOREA)):
            made(desk, label, who, office)
        self.main = member[0]
        self.aurora, self.borea = (each.participant for each in pseudonyms(desk.folder))

    def test_each_identity_counts_and_numbers_for_itself(self, desk):
        for label, code in (("aurora", "L-014"), ("borea", "L-015")):
            said, out = signed(desk, body(desk, "lot-declared", **declared(label, code)), "--as", label)
            assert said.status == 0, said.err
            record = parse_record(out.read_text("utf-8").strip())
            assert record.subject["filiera:recordSeq"] == 0
            assert record.subject["filiera:lotCode"] == lot(label).rpartition(":")[2][:8].upper()
            (own,) = (each for each in pseudonyms(desk.folder) if each.label == label)
            assert record.subject["filiera:participant"] == own.participant
            assert code in own.file.path.with_suffix(".lots.json").read_text("utf-8")
            balance = desk.filiera("event", "balance", "--as", label)
            assert (lot(label) in balance.out, code in balance.out) == (True, True)
        assert desk.filiera("event", "balance").out == ""

    def test_who_addresses_a_customer_under_another_name_is_told_before_it_is_signed(self, desk):
        said, _ = signed(desk, body(desk, "lot-declared", **declared("wool", "L1")), "--as", "aurora")
        assert said.status == 0, said.err
        said, out = signed(
            desk, shipment(desk, "wool", BOREA, self.aurora), "--as", "aurora", "--accept-link"
        )
        assert (said.status, "PSEUDONYM_CUSTOMER" in said.err, "--as borea" in said.err) == (1, True, True)
        assert not out.exists()
        said, _ = signed(desk, shipment(desk, "wool", AURORA, self.main))
        assert (said.status, "PSEUDONYM_CUSTOMER" in said.err, "--as aurora" in said.err) == (1, True, True)
        said, _ = signed(desk, shipment(desk, "wool", AURORA, self.aurora), "--as", "aurora")
        assert said.status == 0, said.err

    def test_a_lot_made_under_one_identity_does_not_leave_under_another(self, desk):
        signed(desk, body(desk, "lot-declared", **declared("wool", "L1")), "--as", "aurora")
        said, _ = signed(desk, shipment(desk, "wool", BOREA, self.borea), "--as", "borea")
        assert (said.status, "PSEUDONYM_LINK" in said.err, lot("wool") in said.err) == (1, True, True)
        said, _ = signed(desk, shipment(desk, "wool", "c01d" * 16, self.main))
        assert (said.status, "PSEUDONYM_LINK" in said.err) == (1, True)

    def test_nor_a_facility_or_a_document_and_the_own_name_least_of_all(self, desk):
        one, _ = pseudonyms(desk.folder)
        goods = declared("silk", "L2")
        paper = {
            "kind": "contract",
            "cid": cid_of_bytes(PDF),
            "sha256": "7a" * 32,
            "mediaType": "application/pdf",
        }
        said, _ = signed(
            desk, body(desk, "lot-declared", **goods, **{"filiera:documents": [paper]}), "--as", "aurora"
        )
        assert said.status == 0, said.err
        wrong = (
            body(desk, "lot-declared", "--facility", one.facilities[0], **declared("hemp", "L3")),
            body(desk, "lot-declared", **declared("hemp", "L3"), **{"filiera:documents": [paper]}),
            shipment(desk, "hemp", self.main, self.borea),
            shipment(desk, "hemp", self.aurora, self.borea),
        )
        for content in wrong:
            said, _ = signed(desk, content, "--as", "borea")
            assert (said.status, "PSEUDONYM_LINK" in said.err) == (1, True), said.err

    def test_a_lot_that_both_really_had_is_signed_on_request_and_only_asked_for_once(self, desk):
        signed(desk, body(desk, "lot-declared", **declared("wool", "L1")), "--as", "aurora")
        twin = body(desk, "lot-declared", **declared("wool", "L1"))
        assert "PSEUDONYM_LINK" in signed(desk, twin, "--as", "borea")[0].err
        assert signed(desk, twin, "--as", "borea", "--accept-link")[0].status == 0
        assert signed(desk, shipment(desk, "wool", BOREA, self.borea), "--as", "borea")[0].status == 0

    def test_as_and_key_are_not_mixed_up(self, desk, monkeypatch):
        main = desk.folder / "maker.jwk"
        said = desk.filiera("key", "show", "--as", "aurora", "--key", main)
        assert (said.status, "--as" in said.err) == (3, True)
        monkeypatch.setenv("FILIERA_KEY", str(main))
        own = json.loads(desk.filiera("key", "show").out)["participant"]
        shown = json.loads(desk.filiera("key", "show", "--as", "aurora").out)["participant"]
        assert (shown == own, shown == pseudonyms(desk.folder)[0].participant) == (False, True)
        said = desk.filiera("key", "show", "--as", "nessuno")
        assert (said.status, "PSEUDONYM_UNKNOWN" in said.err) == (1, True)

    def test_a_facility_of_a_pseudonym_hides_its_name(self, desk):
        one, _ = pseudonyms(desk.folder)
        place = {
            "type": "Facility", "id": one.facilities[0], "version": 1, "validFrom": "2026-01-01",
            "name": "Tintoria Rossi", "party": participant_urn(one.participant),
            "address": {"country": "IT", "province": "PO"},
        }  # fmt: skip
        said, out = signed(desk, place, "--as", "aurora")
        assert said.status == 0, said.err
        assert "Tintoria" not in str(
            parse_record(restrict(parse_record(out.read_text("utf-8").strip()), "public")).subject
        )


def test_the_marks_of_a_record_are_in_its_hidden_parts_too(desk):
    maker = furnish(desk.folder)
    wool = maker.sign_event(
        body(desk, "lot-declared", **declared("wool", "L1")), hidden={"quantityList[].quantity"}
    )
    found = marks_of(wool.token)
    assert {lot("wool"), wool.id, maker.key.public.did} <= found
    assert maker.participant not in found


def test_a_lot_code_without_a_lot_is_left_out():
    assert veiled({"filiera:lotCode": "L-9"}) == {}
    numbered = spun(lot("wool"), "https://id.gs1.org/01/08012345678901/10/L-9")
    assert veiled(numbered | {"filiera:lotCode": "L-9"}) == numbered
    assert veiled(spun(lot("wool"), lot("yarn")) | {"filiera:lotCode": "L-9"})["filiera:lotCode"] != "L-9"
    assert veiled({"filiera:note": "x"}) == {"filiera:note": "x"}


__all__ = ["DEPLOYMENT", "Node"]
