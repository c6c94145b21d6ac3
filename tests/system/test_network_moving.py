"""A consortium leaves the embedded chain for its own network: what was proved before stays proved, and goes on there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from anchoring.acts import sign_act
from anchoring.client import ChainClient
from anchoring.devchain import DevChain, DevChainSettings
from protocol.bridge import parse_bridge, sign_bridge
from tests.support.chain import deploy_on
from tests.support.makers import Maker, lot
from tests.support.node_process import NodeProcess

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.chain import Deployed

pytestmark = pytest.mark.system
ROOT = Path(__file__).resolve().parents[2]
_VERIFY = "from verifier.cli import verify; verify()"


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Deployed]:
    """The chain that is left: embedded, one process."""
    with DevChain(DevChainSettings(state=tmp_path / "chain" / "state.json")) as chain:
        yield deploy_on(chain)


def node_on(deployed: Deployed, folder: Path) -> NodeProcess:
    folder.mkdir()
    (folder / "trust.json").write_text(
        json.dumps(deployed.deployment.trust(0, [deployed.coordinator.public.did], 1))
    )
    node = NodeProcess(folder, deployed)
    node.start()
    return node


def evidence(node: NodeProcess, target: str) -> Path:
    """The bundle about a lot, as a file that its owner keeps."""
    file = node.folder / f"{target}.filiera"
    file.write_bytes(node.client.get(f"/lots/{lot(target)}/custody").content)
    return file


def bridged(old: Deployed, new: Deployed, folder: Path) -> Path:
    """The bridge, as the coordinator writes it by the command."""
    files = {name: folder / f"{name}.json" for name in ("former", "following", "coordinator")}
    files["former"].write_text(json.dumps(old.deployment.to_json()))
    files["following"].write_text(json.dumps(new.deployment.to_json()))
    files["coordinator"].write_text(json.dumps(old.coordinator.jwk))
    out = folder / "bridge.jws"
    arguments = ["bridge", "--chain-url", old.chain.url, "--former", str(files["former"]), "--following",
                 str(files["following"]), "--coordinator", str(files["coordinator"]), "--out", str(out)]  # fmt: skip
    command = [sys.executable, "-c", "from anchoring.cli import chain; chain()", *arguments]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return out


def forged(bridge: Path) -> Path:
    """The same words under a stranger's signature."""
    other = bridge.with_name("forged.jws")
    other.write_text(sign_bridge(parse_bridge(bridge.read_text("ascii")), [Maker("stranger").key]), "ascii")
    return other


def verdict(file: Path, node: NodeProcess, *more: str, chain: str = "") -> int:
    """What a stranger finds who holds the trust file of that node's chain."""
    chain = chain or node.deployed.chain.url
    arguments = [str(file), "--trust", str(node.folder / "trust.json"), "--chain", chain, *more]
    done = subprocess.run(
        [sys.executable, "-c", _VERIFY, *arguments], cwd=ROOT, capture_output=True, check=False
    )
    return done.returncode


def announce(old: Deployed, successor: str) -> None:
    """The coordinator signs, on the old chain, where it goes on."""
    relayer = old.relayer()
    args = {"successor_": successor}
    nonce, deadline = relayer.nonce_of("anchors"), relayer.chain_time() + 600
    signatures = sign_act(
        relayer.target("anchors"), "anchors", "announceSuccessor", args, nonce, deadline, [old.coordinator]
    )
    relayer.relay_act("anchors", "announceSuccessor", args, nonce, deadline, signatures)


def test_moving_from_the_embedded_chain_to_the_network(
    tmp_path: Path, old: Deployed, on_network: Deployed
) -> None:
    anna, bice = Maker("anna"), Maker("bice")
    before = node_on(old, tmp_path / "before")
    after = node_on(on_network, tmp_path / "after")
    try:
        for node in (before, after):  # the same people with the same keys, admitted anew
            for maker in (anna, bice):
                assert node.admit(maker).status_code == 200
        wool = anna.declare("wool", **{"filiera:stage": "raw-material"})
        yarn = anna.spin("wool", "yarn", quantity="120", made="110")
        for record in (wool, yarn):
            assert before.post(record).status_code == 201
            before.proof(record)
        kept = evidence(before, "yarn")
        assert verdict(kept, before) == 0

        pinned = on_network.deployment
        announce(old, pinned.anchors.address)
        said = ChainClient(old.chain.url, old.deployment).contracts["anchors"].functions.successor().call()
        assert said == pinned.anchors.address
        # Records name no chain: the same signed bytes are taken and anchored there again.
        for record in (wool, yarn):
            answer = after.post(record)
            assert answer.status_code == 201, answer.text
        shipment = anna.ship("yarn", bice, quantity="110")
        receipt = bice.receive(shipment, "yarn", quantity="110")
        for record in (shipment, receipt):
            assert after.post(record).status_code == 201
            after.proof(record)
        moved = evidence(after, "yarn")
        assert verdict(moved, after) == 0
        # The file from before is as good as it was, by the trust file of its own chain and by no other.
        assert verdict(kept, before) == 0
        assert verdict(kept, after) == 1
        # Whoever pins the new chain believes it too, once the coordinator has signed where the old one ended.
        bridge = bridged(old, on_network, tmp_path)
        assert verdict(kept, after, "--bridge", str(bridge), chain=old.chain.url) == 0
        assert verdict(kept, after, "--bridge", str(forged(bridge)), chain=old.chain.url) == 3
        assert verdict(moved, before) == 1
    finally:
        for node in (before, after):
            node.kill()
            node.client.close()
