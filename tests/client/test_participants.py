"""Getting in: a request that proves its keys, an act that coordinators sign, nothing that a node or a thief could turn."""

from __future__ import annotations

import io
import json

import httpx
import pytest

from client.chain_acts import Registry, act_message, cosign_act, sign_act
from client.enrolment import make_request, membership_record, parse_request
from client.errors import ClientError
from client.keystore import KeyFile, new_key, save_key
from client.node_client import NodeClient
from client.profile import Profile, load_profile, save_profile
from protocol.errors import ChainError, SignatureInvalid
from protocol.records import parse_record, restrict, verify_record
from protocol.signatures import verify
from protocol.status_entries import KIND, entry_of
from tests.client.desk import furnish

ADDRESS, OTHER_ADDRESS = "0x" + "a" * 40, "0x" + "b" * 40
REGISTRY = Registry(31337, ADDRESS)
DEPLOYMENT = {"chainId": 31337, "participants": {"address": ADDRESS}, "log": {"origin": "log.example/x"}}


class Node:
    """A node that notes what it is asked to relay."""

    def __init__(self, deployment=DEPLOYMENT, participants=()):
        self.deployment, self.participants = deployment, list(participants)
        self.acts: list[dict] = []
        self.records: list[str] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        path, body = request.url.path, request.content
        if path == "/deployment":
            return httpx.Response(200, json=self.deployment)
        if path == "/participants":
            return httpx.Response(200, json=self.participants)
        if path == "/participants/nonce":
            return httpx.Response(200, json={"nonce": 7, "contract": "participants", "participant": ""})
        if path == "/participants/acts":
            self.acts.append(json.loads(body))
            return httpx.Response(
                200, json={"transaction": "0x1", "block": 3, "blockHash": "0x2", "gasUsed": 9}
            )
        record = verify_record(body)
        self.records.append(record.token)
        return httpx.Response(201, json={"id": record.id, "digest": record.digest.hex(), "receipt": "r"})


@pytest.fixture
def node(monkeypatch):
    made = Node()

    def open_one(_url):
        return NodeClient(
            "http://n.test",
            httpx.Client(transport=httpx.MockTransport(made.answer), base_url="http://n.test"),
        )

    for place in ("key", "participant"):
        monkeypatch.setattr(f"client.commands.{place}.open_node", open_one)
    return made


@pytest.fixture
def request_file(desk, node):
    furnish(desk.folder)
    path = desk.folder / "richiesta.json"
    said = desk.filiera("key", "request", "--name", "Filatura Bisenzio", "--vat", "IT01234567890", "-o", path)
    assert said.status == 0, said.err
    return path


def coordinator(desk, name="coordinatore"):
    key = new_key()
    save_key(desk.folder / f"{name}.jwk", key)
    save_profile(KeyFile(desk.folder / f"{name}.jwk"), Profile("c0" * 32, name))
    return key, desk.folder / f"{name}.jwk"


def signed_by(act, registry=REGISTRY):
    message = act_message(registry, act["act"], act["args"], act["nonce"], act["deadline"])
    return message, {entry["keyHash"]: bytes.fromhex(entry["r"] + entry["s"]) for entry in act["signatures"]}


def test_a_company_is_admitted_by_the_coordinators_signature(desk, node, request_file):
    key, path = coordinator(desk)
    said = desk.filiera(
        "participant", "admit", request_file, "--key", path, "--role", "supplier", "--role", "supplier"
    )
    assert said.status == 0, said.err
    (act,) = node.acts
    message, signatures = signed_by(act)
    verify(key.public, message, signatures[key.public.key_id.hex()])
    (record,) = map(verify_record, node.records)
    assert act["args"]["profileDigest"] == record.digest.hex()
    assert (act["args"]["roles"], act["nonce"], act["act"]) == (1, 7, "admit")
    assert record.subject["name"] == "Filatura Bisenzio"
    assert record.subject["roles"] == ["supplier"]


def test_the_request_holds_no_secret(desk, request_file):
    text = request_file.read_text("utf-8")
    secret = json.loads((desk.folder / "maker.jwk").read_text("utf-8"))["d"]
    assert secret not in text
    assert (
        parse_request(text.encode()).participant
        == load_profile(KeyFile(desk.folder / "maker.jwk")).participant
    )


def test_two_coordinators_on_two_machines_sign_one_act(desk, node, request_file):
    first, first_path = coordinator(desk, "uno")
    second, second_path = coordinator(desk, "due")
    act_file = desk.folder / "atto.json"
    said = desk.filiera(
        "participant", "admit", request_file, "--key", first_path, "--role", "brand", "-o", act_file
    )
    assert said.status == 0, said.err
    assert not node.acts
    said = desk.filiera("participant", "cosign", act_file, "--key", second_path, "--yes")
    assert "Ruoli: brand" in said.err
    assert "Firme ora: 2" in said.err
    desk.filiera("participant", "cosign", act_file, "--key", second_path, "--yes")
    assert desk.filiera("participant", "relay", act_file).status == 0
    message, signatures = signed_by(node.acts[0])
    assert len(node.acts[0]["signatures"]) == 2
    for key in (first, second):
        verify(key.public, message, signatures[key.public.key_id.hex()])
    assert len(node.records) == 1


def test_several_keys_on_one_machine_sign_at_once(desk, node, request_file):
    _, first = coordinator(desk, "uno")
    _, second = coordinator(desk, "due")
    desk.filiera("participant", "admit", request_file, "--key", first, "--also", second, "--role", "brand")
    assert len(node.acts[0]["signatures"]) == 2


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"7", b'{"format":"filiera-act-file/1"}',
                                     b'{"format":"filiera-act-file/1","act":{"args":{}}}'])  # fmt: skip
def test_a_file_that_is_no_act_is_not_signed(desk, node, content):
    furnish(desk.folder)
    said = desk.filiera("participant", "cosign", desk.write("a.json", content), "--yes")
    assert (said.status, "ACT_FILE_MALFORMED" in said.err) == (3, True)


def test_without_a_yes_nothing_is_cosigned(desk, node, request_file, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    _, path = coordinator(desk)
    act_file = desk.folder / "atto.json"
    desk.filiera("participant", "admit", request_file, "--key", path, "--role", "brand", "-o", act_file)
    before = act_file.read_bytes()
    assert desk.filiera("participant", "cosign", act_file, "--key", path).status == 130
    assert act_file.read_bytes() == before


def test_a_request_for_another_registry_is_not_admitted(desk, node, request_file):
    _, path = coordinator(desk)
    node.deployment = DEPLOYMENT | {"participants": {"address": OTHER_ADDRESS}}
    said = desk.filiera("participant", "admit", request_file, "--key", path, "--role", "brand")
    assert "REQUEST_OTHER_REGISTRY" in said.err
    assert not node.acts


@pytest.mark.parametrize("deployment", [{}, {"chainId": 1}, {"chainId": 1, "participants": None},
                                        {"chainId": 1, "participants": {"address": "0x12"}},
                                        {"chainId": "1", "participants": {"address": ADDRESS}}])  # fmt: skip
def test_a_node_without_a_ledger_is_said(desk, node, deployment):
    furnish(desk.folder)
    node.deployment = deployment
    said = desk.filiera("key", "request", "--name", "x", "--vat", "y")
    assert "DEPLOYMENT_INCOMPLETE" in said.err


def altered(change):
    key = new_key()
    value = make_request("ab" * 32, [key], REGISTRY, "Uno", "IT", [("VAT", "1")]).to_json()
    return json.dumps(change(value)).encode()


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v | {"participant": "cd" * 32},
        lambda v: v | {"participant": "xyz"},
        lambda v: v | {"format": "other"},
        lambda v: v | {"registry": {"chainId": 1, "address": ADDRESS}},
        lambda v: v | {"registry": {"chainId": 31337, "address": OTHER_ADDRESS}},
        lambda v: v | {"registry": {"chainId": 31337, "address": "0x1"}},
        lambda v: v | {"keys": [v["keys"][0] | {"did": new_key().public.did}]},
        lambda v: v | {"keys": [v["keys"][0] | {"possession": "00" * 64}]},
        lambda v: v | {"keys": [v["keys"][0] | {"possession": "zz"}]},
        lambda v: v | {"keys": "none"},
        lambda v: {name: value for name, value in v.items() if name != "keys"},
    ],
)
def test_a_request_that_somebody_altered_is_refused(change):
    with pytest.raises(ClientError):
        parse_request(altered(change))


def test_an_act_signed_for_one_ledger_says_nothing_on_another():
    key = new_key()
    act = sign_act(REGISTRY, "change", {"id": "ab" * 32, "roles": 1, "active": False}, 3, [key], 1900000000)
    message, signatures = signed_by(act)
    verify(key.public, message, signatures[key.public.key_id.hex()])
    for other in (Registry(1, ADDRESS), Registry(31337, OTHER_ADDRESS)):
        message, _ = signed_by(act, other)
        with pytest.raises(SignatureInvalid):
            verify(key.public, message, signatures[key.public.key_id.hex()])


def test_a_passport_act_goes_the_same_way():
    key = new_key()
    args = {"issuer": "ab" * 32, "passportId": "cd" * 32, "digest": "ef" * 32}
    act = sign_act(REGISTRY, "issue", args, 0, [key], 1900000000, contract="passports")
    assert act["contract"] == "passports"
    again = cosign_act(REGISTRY, act, new_key())
    assert len(again["signatures"]) == 2
    with pytest.raises(ChainError, match="CHAIN_ACT_UNKNOWN"):
        sign_act(REGISTRY, "issue", args, 0, [key], 1900000000)


def test_acts_are_signed_with_p256_only():
    with pytest.raises(ClientError, match="ACT_NEEDS_P256"):
        sign_act(REGISTRY, "change", {"id": "ab" * 32, "roles": 1, "active": True}, 0, [new_key("EdDSA")])
    with pytest.raises(ClientError, match="REQUEST_NEEDS_P256"):
        make_request("ab" * 32, [new_key("EdDSA")], REGISTRY, "x", "IT", [])


def test_suspend_and_lift(desk, node):
    _, path = coordinator(desk)
    node.participants = [{"id": "ab" * 32, "roles": ["supplier", "brand"], "active": True, "keys": []}]
    assert desk.filiera("participant", "suspend", "ab" * 32, "--key", path).status == 0
    assert node.acts[-1]["args"] == {"id": "ab" * 32, "roles": 3, "active": False}
    assert desk.filiera("participant", "suspend", "ab" * 32, "--key", path, "--lift").status == 0
    assert node.acts[-1]["args"]["active"] is True
    unknown = desk.filiera("participant", "suspend", "cd" * 32, "--key", path)
    assert "PARTICIPANT_UNKNOWN" in unknown.err


def test_list_and_invite(desk, node):
    assert "Nessun partecipante" in desk.filiera("participant", "list").err
    node.participants = [{"id": "ab" * 32, "roles": ["brand"], "active": False, "keys": []}]
    assert "brand" in desk.filiera("participant", "list").out
    assert json.loads(desk.filiera("participant", "list", "--json").out)[0]["id"] == "ab" * 32
    said = desk.filiera("participant", "invite", "--name", "Rossi", "--node", "http://n.test")
    assert "filiera key request" in said.out


@pytest.mark.parametrize(
    ("registrations", "told", "hidden"),
    [
        ([("VAT", "IT01234567890")], False, False),
        ([("VAT", "IT01234567890")], True, True),
        ([("VAT", "IT01234567890"), ("codice-fiscale", "BNCNNA80A41A944Q")], False, True),
    ],
)
def test_the_name_of_a_person_is_not_shown_to_the_public(registrations, told, hidden):
    asked = make_request("ab" * 32, [new_key()], REGISTRY, "Anna Bianchi", "IT", registrations)
    token = membership_record(asked, ["supplier"], "document", "2026-03-02", new_key(), sole_trader=told)
    record = parse_record(token)
    public = parse_record(restrict(record, "public"))
    assert record.subject["name"] == "Anna Bianchi"
    assert ("name" not in public.subject, "registrations" not in public.subject) == (hidden, True)
    assert public.subject["roles"] == ["supplier"]


@pytest.mark.parametrize(("scheme", "hidden"), [("VAT", True), ("gs1-prefix", False)])
def test_a_membership_hides_numbers_unless_they_show_whose_a_gtin_is(scheme, hidden):
    asked = make_request("ab" * 32, [new_key("ES256")], REGISTRY, "Uno", "IT", [(scheme, "9527700")])
    coordinator = new_key("ES256")
    record = parse_record(membership_record(asked, ["supplier"], "register", "2026-01-05", coordinator))
    public = parse_record(restrict(record, "public"))
    assert record.subject["registrations"] == [{"scheme": scheme, "number": "9527700"}]
    assert ("registrations" not in public.subject) == hidden
    assert public.subject["name"] == "Uno"


def test_places_of_memberships_are_drawn_in_one_published_list(desk, node, request_file):
    key, path = coordinator(desk)
    for _ in range(2):
        said = desk.filiera(
            "participant", "admit", request_file, "--key", path, "--role", "supplier", "--withdrawable"
        )
        assert said.status == 0, said.err
    published, *admitted = map(verify_record, node.records)
    assert (published.kind, published.issuer, len(admitted)) == (KIND, key.public.did, 2)
    places = [entry_of(record.claims) for record in admitted]
    assert {place.list_id for place in places} == {published.subject["id"]}
    assert places[0].index != places[1].index

    path.with_suffix(".memberships.json").write_bytes(b"{}")
    said = desk.filiera(
        "participant", "admit", request_file, "--key", path, "--role", "supplier", "--withdrawable"
    )
    assert (said.status, "FILE_UNREADABLE" in said.err, len(node.records)) == (3, True, 3)
