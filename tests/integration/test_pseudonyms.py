"""One dyer, two brands, two pseudonyms: what the public gets of either shares nothing by which it knows the dyer again."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from client import texts
from client.keystore import load_key, save_key
from client.pseudonyms import pseudonyms
from protocol import base64url
from protocol.bundle import parse_bundle
from protocol.identifiers import participant_urn
from protocol.records import parse_record
from protocol.status_entries import entry_of
from protocol.status_list import empty
from tests.client.desk import Desk
from tests.integration.test_kpis import codes
from tests.integration.test_kpis import run as kpis
from tests.support.chain import deployed, session_chain  # noqa: F401 - fixtures
from tests.support.makers import Maker, lot
from tests.support.node_process import NodeProcess
from tests.support.papers import PDF
from tests.support.strings import strings

if TYPE_CHECKING:
    from pathlib import Path

    from protocol.keys import PublicKey
    from protocol.records import Record

pytestmark = pytest.mark.chain
BRANDS = {"aurora": Maker("aurora", ("brand", "supplier")), "borea": Maker("borea", ("brand", "supplier"))}
COMPANY, NUMBER = "Tintoria del Bisenzio srl", "IT01234567890"

# Words of the format and of its vocabulary: property names, types, acts, steps, units of meaning.
_WORDS = """
@context credentialSubject credentialStatus encodedList validFrom validUntil epcClass quantityList sourceList
destinationList bizTransactionList disposition documents identityAssurance mediaType memberships participant
previous recycled fromBlock statusPurpose statusListIndex statusListCredential filiera:account filiera:act
filiera:answers filiera:certificates filiera:day filiera:documents filiera:material filiera:maySubcontract
filiera:origin filiera:participant filiera:reason filiera:recordSeq filiera:stage
VerifiableCredential FilieraEvent FilieraMasterData FilieraMembership Membership Certificate ObjectEvent
BitstringStatusList BitstringStatusListCredential BitstringStatusListEntry
https://www.w3.org/ns/credentials/v2 urn:filiera:context:1 filiera-bundle/1 vc+sd-jwt application/pdf
certificate commissioning complete document in_progress in_transit lot-declared polyamide possessing_party receiving
bizLocation readPoint revocation shipment shipping supplier
"""
WORDS = frozenset(_WORDS.split())
# Hidden by default; shown here, so that there is more to be recognised by.
SHOWN = ("--show", "filiera:documents[].cid", "--show", "filiera:documents[].sha256", "--show", "readPoint", "--show",
         "bizLocation")  # fmt: skip
# Who certified; whoever wants to hide that leaves the certificate out.
ISSUER = "Ente di prova"
# In public, time is the day.
DAY = re.compile(r"\d{4}-\d\d-\d\d(T00:00:00Z)?")


@dataclass
class Dyer:
    """A company at its desk, with the real command."""

    node: NodeProcess
    desk: Desk
    number: int = 0

    def run(self, *arguments: object) -> str:
        said = self.desk.filiera(*arguments)
        assert said.status == 0, said.err
        return said.out

    def sign(self, body: dict, label: str, *more: str) -> str:
        """Sign and send; the signed token."""
        self.number += 1
        file, out = self.desk.write(f"{self.number}.json", body), self.desk.folder / f"{self.number}.jwt"
        self.run("event", "sign", file, "-o", out, "--as", label, *more)
        self.run("event", "submit", "--as", label)
        return out.read_text("ascii").strip()

    def template(self, act: str, label: str) -> dict:
        found: dict = json.loads(self.run("event", "template", act, "--as", label))
        return found


@pytest.fixture
def dyer(tmp_path, deployed, monkeypatch, capsys):  # noqa: F811 - a fixture
    process = NodeProcess(tmp_path, deployed, FILIERA_PARTICIPANTS_SECONDS="0.2")
    process.start()
    folder = tmp_path / "desk"
    folder.mkdir()
    for name, value in (("HOME", str(folder)), ("NODE", process.url), ("LANG", "it")):
        monkeypatch.setenv(f"FILIERA_{name}", value)
    texts.use("it")
    found = Dyer(process, Desk(folder, capsys))
    for brand in BRANDS.values():
        assert process.admit(brand).status_code == 200
        brand.seq, brand.previous, brand.accounts = 0, None, {}
    enrol(found)
    yield found
    process.kill()
    process.client.close()


def enrol(dyer: Dyer) -> None:
    """The company gets in under its name, and then once for each brand."""
    folder, office = dyer.desk.folder, dyer.node.deployed.coordinator
    key = folder / "coordinator.jwk"
    save_key(key, office)
    dyer.run("key", "new", "--name", COMPANY)
    dyer.run("key", "request", "--vat", NUMBER, "-o", folder / "own.json")
    dyer.run("participant", "admit", folder / "own.json", "--key", key, "--role", "supplier")
    main = json.loads(dyer.run("key", "show"))["participant"]
    dyer.node.wait(lambda: dyer.node.client.get(f"/participants/{main}").status_code == 200)
    for label, brand in BRANDS.items():
        asked = folder / f"{label}.json"
        dyer.run(
            "participant",
            "pseudonym",
            "new",
            label,
            "--for",
            brand.urn,
            "--coordinator",
            office.public.did,
            "-o",
            asked,
        )
        dyer.run("participant", "admit", asked, "--key", key)
    for each in pseudonyms(folder):
        dyer.node.wait(
            lambda each=each: dyer.node.client.get(f"/participants/{each.participant}").status_code == 200
        )


def work(dyer: Dyer, label: str, name: str | None = None, *more: str) -> str:
    """Facility, certificate, paper, a lot that comes to be and goes to the brand, who takes it; returns the lot."""
    brand = BRANDS[label]
    (own,) = (each for each in pseudonyms(dyer.desk.folder) if each.label == label)
    urn = participant_urn(own.participant)
    dyer.sign({
        "type": "Facility", "id": own.facilities[0], "version": 1, "validFrom": "2026-01-01", "name": COMPANY,
        "party": urn, "address": {"country": "IT", "province": "PO", "street": "Via dei Tintori 7"},
    }, label)  # fmt: skip
    paper = parse_record(dyer.sign({
        "type": "Certificate", "id": f"urn:filiera:certificate:{label[0] * 26}", "version": 1, "validFrom": "2026-01-01",
        "validUntil": "2026-12-31", "scheme": "gots", "number": "GOTS-1357911", "issuer": "Ente di prova", "holder": urn,
        "scope": ["process"], "documents": [{"kind": "certificate"}],
    }, label, "--withdrawable"))  # fmt: skip
    scan = dyer.desk.write("scan.pdf", PDF + f"% for {label}\n".encode())
    document = json.loads(dyer.run("document", "add", scan, "--public", "--as", label))
    declared = dyer.template("lot-declared", label)
    if name:
        declared["quantityList"][0]["epcClass"] = name
    goods = declared["quantityList"][0]
    declared |= {
        "filiera:documents": [document], "filiera:lotCode": f"L-2026-{len(label)}",
        "filiera:certificates": [{"id": paper.id, "digest": paper.digest.hex()}],
    }  # fmt: skip
    dyer.sign(declared, label, *more, *SHOWN)
    shipment = dyer.template("shipment", label) | {
        "quantityList": [goods | {"quantity": "60"}],
        "sourceList": [{"type": "possessing_party", "source": urn}],
        "destinationList": [{"type": "possessing_party", "destination": brand.urn}],
    }
    sent = parse_record(dyer.sign(shipment, label, *more))
    take(dyer, brand, sent, goods)
    return str(goods["epcClass"])


def take(dyer: Dyer, brand: Maker, sent: Record, goods: dict) -> None:
    """The brand receives, and all of it is anchored."""
    record = brand.sign(
        brand.subject(
            "receipt",
            quantityList=[goods | {"quantity": "60"}],
            **{
                "filiera:answers": {"id": sent.id, "digest": sent.digest.hex()},
                "filiera:account": [brand.entry(goods["epcClass"], Decimal(60))],
            },
        ),
        None,
    )
    answer = dyer.node.post(record)
    assert answer.status_code == 201, answer.text
    dyer.node.proof(record)


def exported(dyer: Dyer, target: str, label: str) -> dict:
    """The public bundle: asked for without a token."""
    out = dyer.desk.folder / f"{label}.filiera"
    dyer.run("bundle", "export", target, "--node", dyer.node.url, "-o", out)
    found: dict = json.loads(out.read_bytes())
    return found


def shared_by_nature(bundle: dict, coordinator: PublicKey) -> set[str]:
    """What two files of one network share, whoever made them.

    The log, its heads, hashes of its tree, and the registries; the coordinator who signs all memberships, with the header
    of his signature; the list of no withdrawals, which is empty for everybody.
    """
    tree = {name: bundle[name] for name in ("heads", "consistency", "affected", "chain") if name in bundle}
    places = [[entry.get("proof", []), entry.get("log", "")] for entry in bundle["records"]]
    signed = strings(list(bundle["memberships"])) & {coordinator.did, coordinator.kid}
    headers = {token.partition(".")[0] for token in bundle["memberships"]}
    return strings(tree) | strings(places) | signed | headers | {empty().encode()}


def test_two_brands_of_one_supplier_have_nothing_in_common(dyer):
    lots = {label: work(dyer, label) for label in BRANDS}
    found = {label: exported(dyer, lots[label], label) for label in BRANDS}
    one, other = (strings(bundle) for bundle in found.values())
    nature = shared_by_nature(found["aurora"], dyer.node.deployed.coordinator.public)
    left = {text for text in (one & other) - nature - WORDS - {ISSUER} if not DAY.fullmatch(text)}
    assert left == set()

    # By kind as well, so that an empty file would not do.
    first, second = (kinds(dyer.desk.folder / f"{label}.filiera") for label in BRANDS)
    for name in first:
        assert first[name], name
        assert first[name].isdisjoint(second[name]), name
    for label, said in (("aurora", one), ("borea", other)):
        (own,) = (each for each in pseudonyms(dyer.desk.folder) if each.label == label)
        assert {own.participant, lots[label], load_key(own.file.path).public.did} <= said
    main = json.loads(dyer.run("key", "show"))
    for secret in (COMPANY, NUMBER, "GOTS-1357911", "Via dei Tintori 7", *map(str, main.values())):
        if secret != main["alg"]:
            assert not [text for text in one | other if secret in text], secret


def kinds(file: Path) -> dict[str, set]:
    """What must not be shared, by kind; of the records that the brand or the dyer signed, not the coordinator."""
    read = parse_bundle(file.read_bytes())
    records = [parse_record(entry.token) for entry in read.records]
    salts = {json.loads(base64url.decode(opened.text))[0] for each in records for opened in each.opened}
    entries = [entry for each in records if (entry := entry_of(each.claims)) is not None]
    said = strings([each.claims for each in records])
    return {
        "key": {each.issuer for each in records} | {key.key_hash.hex() for key in read.keys},
        "participant": {key.participant.hex() for key in read.keys},
        "lot": {text for text in said if text.startswith("urn:filiera:lot:")},
        "facility": {text for text in said if text.startswith("urn:filiera:facility:")},
        "document": {text for text in said if re.fullmatch(r"b[a-z2-7]{58}", text)},
        "digest": {each.digest.hex() for each in records},
        "id": {each.id for each in records},
        "hidden": {digest for each in records for digest in _digests(_payload(each))} | salts,
        "status": {(entry.list_id, entry.index) for entry in entries},
        "list": {entry.list_id for entry in entries},
        "member": set(read.memberships),
    }


def _payload(record: Record) -> object:
    return json.loads(base64url.decode(record.token.split(".")[1]))


def _digests(value: object) -> list[str]:
    if isinstance(value, dict):
        return [*value.get("_sd", []), *(each for entry in value.values() for each in _digests(entry))]
    return [each for entry in value for each in _digests(entry)] if isinstance(value, list) else []


def test_a_lot_that_both_had_shows_them_as_one_and_is_not_signed_unasked(dyer):
    """What docs/privacy.md says: a shared lot stays linkable. Its story names everybody who had a part of it."""
    spinner = Maker("spinner of both")
    assert dyer.node.admit(spinner).status_code == 200
    dyer.node.wait(lambda: dyer.node.client.get(f"/participants/{spinner.id.hex()}").status_code == 200)
    yarn = {"epcClass": lot("shared yarn"), "quantity": "30", "uom": "KGM"}
    records = [spinner.declare("shared yarn", **{"filiera:stage": "raw-material"})]
    own = {each.label: each for each in pseudonyms(dyer.desk.folder)}
    for label in BRANDS:
        to = participant_urn(own[label].participant)
        body = {"destinationList": [{"type": "possessing_party", "destination": to}]}
        records.append(spinner.ship("shared yarn", spinner, "30", **body))
    for record in records:
        assert dyer.node.post(record).status_code == 201
    for label, sent in zip(BRANDS, records[1:], strict=True):
        receipt = dyer.template("receipt", label) | {
            "quantityList": [yarn], "filiera:answers": {"id": sent.id, "digest": sent.digest.hex()},
            "sourceList": [{"type": "possessing_party", "source": spinner.urn}],
            "destinationList": [{"type": "possessing_party", "destination": participant_urn(own[label].participant)}],
        }  # fmt: skip
        if label == "borea":
            file = dyer.desk.write("receipt.json", receipt)
            said = dyer.desk.filiera("event", "sign", file, "--as", label)
            assert (said.status, "PSEUDONYM_LINK" in said.err) == (1, True)
            last = dyer.sign(receipt, label, "--accept-link")
        else:
            last = dyer.sign(receipt, label)
        dyer.node.proof(parse_record(last))
    said = strings(exported(dyer, lot("shared yarn"), "yarn"))
    assert {each.participant for each in own.values()} <= said


def test_outsiders_count_every_name_and_the_coordinator_counts_companies(dyer, tmp_path):
    """The same records, the same command: what tells them apart is who may read the control group."""
    office = Maker("office", ("coordinator",))
    assert dyer.node.admit(office).status_code == 200
    dyer.node.wait(lambda: dyer.node.client.get(f"/participants/{office.id.hex()}").status_code == 200)
    save_key(dyer.desk.folder / "office.jwk", office.key)
    for label in BRANDS:
        work(dyer, label)
    (dyer.node.folder / "trust.json").write_text(json.dumps(dyer.node.deployed.deployment.trust()))
    (main,) = {each.member for each in pseudonyms(dyer.desk.folder)}
    names = {participant_urn(each.participant) for each in pseudonyms(dyer.desk.folder)}

    def involved(*more: str) -> dict:
        status, report = kpis(dyer.node, "--to", "2099-12-31", *more)
        assert (status, codes(report)) == (0, set()), report["findings"]
        found: dict = report["kpis"]["companies"]["involved"]["list"]
        return found

    brands = {brand.urn for brand in BRANDS.values()}
    assert involved().keys() == names | brands
    readable = tmp_path / "members"
    dyer.run("participant", "members", readable, "--key", dyer.desk.folder / "office.jwk")
    assert involved("--members", str(readable)).keys() == {participant_urn(main)} | brands
    # Whoever is not the coordinator writes down what is public, and counts as outsiders do.
    for identity in ((), ("--as", "aurora")):
        public = tmp_path / f"public{len(identity)}"
        dyer.run("participant", "members", public, *identity)
        assert involved("--members", str(public)).keys() == names | brands
