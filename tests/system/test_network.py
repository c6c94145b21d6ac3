"""Three real signers: what the anchoring of heads survives when members die, are cut off, or all lose power."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from anchoring.assemble import open_registry
from anchoring.deployment import load_deployment
from anchoring.ports import HeadState
from anchoring.worker import AnchoringWorker
from scripts.network import contracts, ipc
from scripts.network.network import NetworkError, Place
from tests.support.makers import Maker
from tests.support.memory_head_store import MemoryHeadStore
from tests.support.network import NetworkStory
from tests.support.node_process import NodeProcess

if TYPE_CHECKING:
    from pathlib import Path

    from scripts.network.network import Network
    from tests.support.cable import Cable
    from tests.support.chain import Deployed

pytestmark = pytest.mark.system


def head_seen_by(deployed: Deployed, url: str) -> tuple[int, str]:
    """The log's last head as one member's endpoint shows it."""
    one = replace(deployed, chain=replace(deployed.chain, url=url))
    registry = one.registry()
    log = registry.log_at(registry.latest().number)
    return log.seq, log.head_hash.hex()


def all_see(network: Network, deployed: Deployed, story: NetworkStory) -> None:
    """Wait until every member's endpoint shows the story's last head."""
    last = story.store.rows[-1]
    wanted = {(last.seq, last.head_hash.hex())}
    network.wait(lambda: {head_seen_by(deployed, url) for url in network.urls} == wanted, "heads differ")


def test_the_command_deploys_and_what_it_wrote_anchors(whole: Network) -> None:
    contracts.deploy(whole.folder, whole.urls, depth=2)
    pinned = load_deployment(whole.folder / "deployment.json")
    trust = json.loads((whole.folder / "trust.json").read_text())
    assert (trust["chainId"], trust["confirmations"]) == (whole.chain_id, 2)
    settings = contracts.settings(whole.folder, whole.urls, depth=2)
    registry = open_registry(pinned, settings["FILIERA_CHAIN_URL"], whole.folder / "keys" / "operator.key")
    store = MemoryHeadStore(lambda: 0.0)
    worker = AnchoringWorker(store, registry, holder="the members' node")
    store.receive(b"\x01" * 32)
    whole.wait(
        lambda: not worker.step().progress and store.rows[0].state is HeadState.CONFIRMED, "not confirmed"
    )


def test_one_signer_killed_the_others_go_on(whole: Network, on_network: Deployed) -> None:
    story = NetworkStory(on_network)
    story.heads(2)
    # The worker's first endpoint: it also has to ask another member from now on.
    whole.members[0].kill()
    story.heads(4)
    story.confirmed(5)
    whole.start()
    all_see(whole, on_network, story)
    story.check()


def test_a_node_says_which_member_is_away_and_goes_on(
    whole: Network, on_network: Deployed, tmp_path: Path
) -> None:
    node, anna = NodeProcess(tmp_path, on_network), Maker("anna")
    node.start()
    try:
        assert node.admit(anna).status_code == 200
        assert node.client.get("/ready").json()["endpoints"] == "agree"
        whole.members[0].kill()
        record = anna.declare("wool")
        assert node.post(record).status_code == 201
        node.proof(record)
        node.wait(lambda: node.client.get("/ready").json()["endpoints"] == "CHAIN_ENDPOINT_AWAY")
        ready = node.client.get("/ready").json()
        assert (ready["ready"], ready["anchoring"]) == (True, "leading")
        assert "filiera_chain_endpoints_agree 0" in node.client.get("/metrics").text
        assert f"CHAIN_ENDPOINT_AWAY (endpoints={whole.urls[0]}" in node.said()
        whole.start()
        node.wait(lambda: node.client.get("/ready").json()["endpoints"] == "agree")
        node.stop()
    finally:
        node.kill()
        node.client.close()


def test_two_signers_killed_nothing_is_made_and_nothing_lost(whole: Network, on_network: Deployed) -> None:
    story = NetworkStory(on_network)
    story.heads(3)
    for member in whole.members[1:]:
        member.kill()
    survivor = whole.members[0]
    # One signer may still seal one block: it may not seal two of any two.
    halted = survivor.height() + 1
    for _ in range(4):
        story.receive()
        story.worker.step()
    with pytest.raises(NetworkError, match="never settles"):
        whole.wait(lambda: survivor.height() > halted, "never settles", seconds=5 * whole.period)
    on_chain = [row for row in story.store.rows if row.place is not None]
    assert len(on_chain) < len(story.store.rows)
    whole.start()
    story.settle()
    story.heads(1)
    all_see(whole, on_network, story)
    story.check()
    assert len(story.store.leaves) == story.count


def test_a_signer_that_is_cut_off_stands_still_and_catches_up(
    whole: Network, cable: Cable, on_network: Deployed
) -> None:
    story = NetworkStory(on_network)
    story.heads(2)
    alone = whole.members[-1]
    cable.cut(whole)
    # A block of its own at most: it may not seal again before another has.
    stands_at = alone.height() + 1
    story.heads(3)
    others = min(member.height() for member in whole.members[:-1])
    assert others > stands_at
    assert alone.height() <= stands_at
    cable.heal(whole)
    whole.await_blocks()
    all_see(whole, on_network, story)
    story.check()


def test_power_loss_of_all_members_loses_no_head(whole: Network, on_network: Deployed) -> None:
    story = NetworkStory(on_network)
    story.heads(4)
    story.receive()
    story.worker.step()  # a transaction that nobody has mined is in the members' memory
    whole.kill()
    with pytest.raises(ipc.MemberAwayError):
        whole.members[0].height()
    whole.start()
    story.worker = story.new_worker("after the power cut")
    story.store._lease = None
    story.settle()
    story.heads(1)
    assert [row.seq for row in story.store.rows] == list(range(1, len(story.store.rows) + 1))
    all_see(whole, on_network, story)
    story.check()


def test_a_member_is_voted_in_and_another_out(whole: Network, on_network: Deployed) -> None:
    story = NetworkStory(on_network)
    story.heads(1)
    fourth = whole.admit("fourth", Place(whole.members[0].identity.host))
    assert fourth.identity.signer.lower() in whole.signers()
    story.heads(2)
    whole.remove("fourth")
    assert fourth.identity.signer.lower() not in whole.signers()
    assert fourth.pid is None
    story.heads(1)
    all_see(whole, on_network, story)
    story.check()
