"""Deployment, identity, participants read from the chain, and acts relayed for others."""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from anchoring.acts import act_digest, act_names, act_values, possession, sign_act
from anchoring.artifacts import CONTRACT_NAMES, artifact
from anchoring.compiler import compile_contracts
from anchoring.deploy import DeployPlan, deploy, key_input
from anchoring.participants import CAPABILITIES, ROLES, read_participants
from protocol.errors import ChainError
from tests.support.chain import ORIGIN, Deployed, ed25519, p256, test_secret

if TYPE_CHECKING:
    from pathlib import Path

    from anchoring.relay import RelayResult
    from protocol.keys import PrivateKey

pytestmark = pytest.mark.chain


class Office:
    """Signs and sends acts as the people of a story would."""

    def __init__(self, deployed: Deployed) -> None:
        self.deployed = deployed
        self.relayer = deployed.relayer()
        self.deadline = self.relayer.chain_time() + 3600

    def act(
        self, contract: str, act: str, args: dict[str, Any], key: PrivateKey, signer: bytes | None = None
    ) -> RelayResult:
        nonce = self.relayer.nonce_of(contract, signer)
        target = self.relayer.target(contract)
        signatures = sign_act(target, contract, act, args, nonce, self.deadline, [key])
        return self.relayer.relay_act(contract, act, args, nonce, self.deadline, signatures)

    def admit(self, name: str, *roles: str) -> tuple[bytes, PrivateKey]:
        identifier, key = test_secret(name), p256(name)
        target = self.relayer.target("participants")
        args = {
            "id": identifier,
            "roles": sum(ROLES[role] for role in roles),
            "profileDigest": hashlib.sha256(name.encode()).hexdigest(),
            "keys": [key_input(key, identifier, target, "capture", "passport", "admin")],
        }
        self.act("participants", "admit", args, self.deployed.coordinator)
        return identifier, key


def test_deployed_code_is_what_py_solc_x_compiles(deployed: Deployed) -> None:
    compiled, client = compile_contracts(), deployed.client()
    for name in CONTRACT_NAMES:
        pinned = deployed.deployment.contract(name)
        code = bytes(client.web3.eth.get_code(pinned.address))  # type: ignore[arg-type]
        sent = bytes(client.web3.eth.get_transaction(pinned.transaction)["input"])  # type: ignore[arg-type]
        assert sent.startswith(compiled[name].creation)
        assert (
            artifact(name).hash_of(code) == artifact(name).hash_of(compiled[name].deployed) == pinned.codeHash
        )
    client.check_identity()


def test_deployment_opened_the_log_for_its_operator(deployed: Deployed) -> None:
    log = deployed.client().contracts["anchors"].functions.logOf(deployed.deployment.log_id).call()
    assert log[0] == deployed.account.address
    assert (log[3].hex(), log[4]) == (deployed.deployment.log.participant, deployed.log_key.public.raw)
    assert deployed.deployment.log.logId == hashlib.sha256(ORIGIN.encode()).hexdigest()


def test_participants_read_from_the_chain(deployed: Deployed) -> None:
    office, client = Office(deployed), deployed.client()
    before = read_participants(client)
    identifier, key = office.admit("tessitura", "supplier")
    office.act(
        "participants", "change", {"id": identifier, "roles": 3, "active": False}, deployed.coordinator
    )
    snapshot = read_participants(client, before)
    state = snapshot.participants[identifier]
    assert (state.active, state.roles, len(state.history)) == (False, 3, 2)
    assert state.keys[0].key_hash == key.public.key_id
    assert state.keys[0].public_key == key.public.uncompressed
    assert state.keys[0].capabilities == sum(CAPABILITIES[name] for name in ("capture", "passport", "admin"))
    assert read_participants(client) == snapshot
    assert read_participants(client, snapshot) is snapshot
    registry = client.contracts["participants"].functions
    for change in state.history:
        assert registry.statusAt(identifier, change.block).call() == [change.roles, change.active]


def test_participants_snapshot_of_a_lost_block_is_read_anew(deployed: Deployed) -> None:
    office, client = Office(deployed), deployed.client()
    identifier, _ = office.admit("tintoria", "supplier")
    snapshot = read_participants(client)
    assert identifier in snapshot.participants
    deployed.chain.rpc("anvil_reorg", [1, []])
    assert identifier not in read_participants(client, snapshot).participants


def test_key_rotation_by_its_owner_shows_windows(deployed: Deployed) -> None:
    office, client = Office(deployed), deployed.client()
    identifier, old = office.admit("filatura", "supplier")
    new = ed25519("filatura 2")
    target = office.relayer.target("participants")
    added = {"id": identifier, "key": key_input(new, identifier, target, "capture"), "fromBlock": 0}
    office.act("participants", "addKey", added, old, identifier)
    closed = {"id": identifier, "keyHash": new.public.key_id, "toBlock": "0", "reason": 0}
    office.act("participants", "closeKey", closed, old, identifier)
    state = read_participants(client).participants[identifier]
    on_chain = client.contracts["participants"].functions.keyOf(identifier, new.public.key_id).call()
    key = next(entry for entry in state.keys if entry.key_hash == new.public.key_id)
    assert (key.alg, key.from_block, key.to_block) == (2, on_chain[4], on_chain[5])
    assert key.valid_at(key.from_block)
    assert not key.valid_at(key.to_block)


def test_act_digest_equals_the_contracts(deployed: Deployed) -> None:
    relayer, client = deployed.relayer(), deployed.client()
    args = {"id": test_secret("x"), "roles": 5, "active": True}
    values = act_values("participants", "change", args)
    digest = act_digest(relayer.target("participants"), "participants", "change", values, 3, 99)
    functions = client.contracts["participants"].functions
    encoded = bytes.fromhex(
        functions.change(*values, (0, 0, [])).build_transaction({"gas": 1, "gasPrice": 1})["data"][2:]
    )
    assert functions.actDigest("change", encoded[4 : 4 + 96], 3, 99).call() == digest


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"nonce": 7}, "CHAIN_BAD_NONCE"),
        ({"deadline": 1}, "CHAIN_ACT_EXPIRED"),
        ({"signatures": []}, "CHAIN_WRONG_SIGNATURE_COUNT"),
    ],
)
def test_act_refused_by_the_contract_gets_its_code_and_costs_nothing(
    deployed: Deployed, change: dict[str, Any], code: str
) -> None:
    relayer = deployed.relayer()
    args = {"id": test_secret("x"), "roles": 1, "active": True}
    given: dict[str, Any] = {"nonce": relayer.nonce_of("participants"), "deadline": relayer.chain_time() + 60}
    given |= {name: value for name, value in change.items() if name != "signatures"}
    signatures = sign_act(
        relayer.target("participants"), "participants", "change", args, given["nonce"], given["deadline"],
        [deployed.coordinator],
    )  # fmt: skip
    before = deployed.client().web3.eth.get_balance(deployed.account.address)
    with pytest.raises(ChainError) as caught:
        relayer.relay_act(
            "participants", "change", args, signatures=change.get("signatures", signatures), **given
        )
    assert caught.value.code == code
    assert deployed.client().web3.eth.get_balance(deployed.account.address) == before


def test_act_of_a_stranger_or_on_the_wrong_contract_is_refused(deployed: Deployed) -> None:
    office = Office(deployed)
    args = {"id": test_secret("operator participant"), "roles": 1, "active": True}
    with pytest.raises(ChainError, match="CHAIN_NOT_COORDINATOR"):
        office.act("participants", "change", args, p256("stranger"))
    identifier, key = office.admit("ricamo", "supplier")
    passport = {"issuer": identifier, "passportId": "11" * 32, "digest": "22" * 32}
    with pytest.raises(ChainError, match="CHAIN_NOT_ISSUER"):
        office.act("passports", "issue", passport, key, identifier)
    with pytest.raises(ChainError, match="CHAIN_ACT_UNKNOWN"):
        office.act("passports", "admit", {}, key)
    with pytest.raises(ChainError, match="CHAIN_ACT_CONTRACT_UNKNOWN"):
        office.act("coins", "mint", {}, key)


def test_act_replayed_is_refused(deployed: Deployed) -> None:
    relayer, args = (
        deployed.relayer(),
        {"id": test_secret("operator participant"), "roles": 1536, "active": True},
    )
    nonce, deadline = relayer.nonce_of("participants"), relayer.chain_time() + 60
    target = relayer.target("participants")
    signatures = sign_act(target, "participants", "change", args, nonce, deadline, [deployed.coordinator])
    result = relayer.relay_act("participants", "change", args, nonce, deadline, signatures)
    assert result.to_json()["block"] == deployed.client().latest().number
    with pytest.raises(ChainError, match="CHAIN_BAD_NONCE"):
        relayer.relay_act("participants", "change", args, nonce, deadline, signatures)


def test_brand_issues_a_passport_without_a_wallet(deployed: Deployed) -> None:
    office = Office(deployed)
    brand, key = office.admit("marchio", "brand")
    args = {"issuer": brand, "passportId": "11" * 32, "digest": "22" * 32}
    office.act("passports", "issue", args, key, brand)
    functions = deployed.client().contracts["passports"].functions
    assert functions.statusOf(brand, bytes.fromhex("11" * 32)).call() == 1


def test_relayer_and_worker_share_an_account(deployed: Deployed) -> None:
    """Many acts at once from several threads, each mined exactly once."""
    office, results, errors = Office(deployed), [], []
    people = [office.admit(f"marchio {number}", "brand") for number in range(4)]

    def issue(identifier: bytes, key: PrivateKey) -> None:
        try:
            args = {"issuer": identifier, "passportId": "33" * 32, "digest": "44" * 32}
            results.append(office.act("passports", "issue", args, key, identifier))
        except ChainError as error:
            errors.append(error)

    threads = [threading.Thread(target=issue, args=person) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []
    assert len({result.transaction for result in results}) == 4


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"threshold": 2}, "DEPLOY_THRESHOLD"),
        ({"coordinators": []}, "DEPLOY_THRESHOLD"),
        ({"coordinators": [ed25519("c")]}, "CHAIN_ACT_KEY_KIND"),
        ({"log_key": p256("log").public}, "DEPLOY_LOG_KEY"),
        ({"log_origin": "two words"}, "DEPLOY_ORIGIN"),
        ({"log_origin": "a+b"}, "DEPLOY_ORIGIN"),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_deploy_with_one_thing_wrong_sends_nothing(
    deployed: Deployed, changes: dict[str, Any], code: str
) -> None:
    plan = replace(DeployPlan([p256("coordinator")], "log.example/other", ed25519("log").public), **changes)
    before = deployed.client().latest()
    with pytest.raises(ChainError, match=code):
        deploy(deployed.chain.url, deployed.account, plan)
    assert deployed.client().latest() == before


def test_deploy_with_two_of_three_coordinators(deployed: Deployed) -> None:
    keys = [p256(f"coordinator {number}") for number in range(3)]
    plan = DeployPlan(keys, "log.example/consortium", ed25519("log").public, threshold=2)
    made = deploy(deployed.chain.url, deployed.account, plan)
    other = replace(deployed, deployment=made)
    snapshot = read_participants(other.client())
    assert snapshot.coordinator is not None
    assert snapshot.coordinator.threshold == 2
    office = Office(other)
    with pytest.raises(ChainError, match="CHAIN_WRONG_SIGNATURE_COUNT"):
        office.act(
            "participants", "change", {"id": made.log.participant, "roles": 1, "active": True}, keys[0]
        )


def test_deployment_is_plain_json(deployed: Deployed, tmp_path: Path) -> None:
    text = json.dumps(deployed.deployment.to_json())
    for secret in (deployed.account.key.hex(), deployed.coordinator.jwk["d"], deployed.log_key.jwk["d"]):
        assert secret not in text


def test_all_acts_have_a_relayed_form(deployed: Deployed) -> None:
    """Whatever changes state and is not open to everybody takes an authorization."""
    open_to_all = {"anchor", "recordCosignature", "activateKey", "activateCoordinators"}
    for name in CONTRACT_NAMES:
        changing = {
            entry["name"] for entry in artifact(name).abi
            if entry["type"] == "function" and entry["stateMutability"] == "nonpayable"
        }  # fmt: skip
        assert changing - open_to_all == set(act_names(name))


def test_possession_is_bound_to_participant(deployed: Deployed) -> None:
    target = deployed.relayer().target("participants")
    office, key = Office(deployed), p256("sarta")
    identifier = test_secret("sarta")
    entry = key_input(key, identifier, target, "capture", "admin")
    entry["r"], entry["s"] = possession(target, test_secret("another"), key)
    args = {"id": identifier, "roles": 1, "profileDigest": "00" * 32, "keys": [entry]}
    with pytest.raises(ChainError, match="CHAIN_BAD_POSSESSION_PROOF"):
        office.act("participants", "admit", args, deployed.coordinator)
