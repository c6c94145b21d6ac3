"""Endpoints that agree, lag, belong to another chain, or contradict each other: on real chains."""

from __future__ import annotations

import shutil
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from anchoring.agreement import MOST_BEHIND, AgreementWatch, compare
from anchoring.client import ChainClient
from anchoring.devchain import DevChain, DevChainSettings
from anchoring.endpoints import Endpoints
from anchoring.registry import Web3Registry
from anchoring.worker import AnchoringWorker
from protocol.codes import text
from tests.integration.test_anchoring_worker import Story

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.chain import Deployed

pytestmark = pytest.mark.chain
NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def twin(own_chain: Deployed, tmp_path: Path) -> Iterator[Deployed]:
    """A second chain with the same past as `own_chain`: genesis, contracts, the log open and empty."""
    own_chain.chain.persist()
    own_chain.chain.stop()
    (tmp_path / "twin").mkdir()
    shutil.copytree(tmp_path / "chain", tmp_path / "twin", dirs_exist_ok=True)
    own_chain.chain.start()
    with DevChain(DevChainSettings(state=tmp_path / "twin" / "state.json")) as chain:
        yield replace(own_chain, chain=chain)


def mine(deployed: Deployed, blocks: int, seconds: int = 1) -> None:
    """Mine so that the same calls on two chains with the same past give the same blocks."""
    latest = deployed.chain.rpc("eth_getBlockByNumber", ["latest", False])
    deployed.chain.rpc("evm_setNextBlockTimestamp", [int(latest["timestamp"], 16) + seconds])
    deployed.chain.rpc("anvil_mine", [hex(blocks), hex(seconds)])


def clients(*urls: str, like: Deployed) -> list[ChainClient]:
    return [ChainClient(url, like.deployment, 2.0) for url in urls]


def test_endpoints_with_the_same_blocks_agree(own_chain: Deployed) -> None:
    story = Story(own_chain)
    story.heads(2)
    mine(own_chain, 4)
    local = own_chain.chain.url.replace("127.0.0.1", "localhost")
    found = compare(clients(own_chain.chain.url, local, like=own_chain))
    assert (found.state, found.preferred) == ("agree", (own_chain.chain.url, local))


def test_an_endpoint_that_is_down_is_named_and_the_others_compared(own_chain: Deployed) -> None:
    found = compare(clients(NOBODY, own_chain.chain.url, like=own_chain))
    assert (found.state, found.values["endpoints"]) == ("CHAIN_ENDPOINT_AWAY", NOBODY)
    assert found.preferred == (own_chain.chain.url,)


def test_all_endpoints_down_is_told_too(own_chain: Deployed) -> None:
    found = compare(clients(NOBODY, "http://127.0.0.1:10", like=own_chain))
    assert (found.state, found.preferred) == ("CHAIN_ENDPOINT_AWAY", ())


def test_an_endpoint_of_another_chain_is_none_of_ours(own_chain: Deployed) -> None:
    with DevChain() as other:
        found = compare(clients(other.url, own_chain.chain.url, like=own_chain))
    assert (found.state, found.values["endpoints"]) == ("CHAIN_ENDPOINT_AWAY", other.url)


def test_two_endpoints_that_hold_other_heads_disagree(own_chain: Deployed, twin: Deployed) -> None:
    # The same log, two continuations: what a member would show whose chain was rewritten.
    for deployed, record in ((own_chain, b"\x01" * 32), (twin, b"\x02" * 32)):
        story = Story(deployed)
        story.store.receive(record)
        story.settle()
        mine(deployed, 5)
    urls = (own_chain.chain.url, twin.chain.url)
    found = compare(clients(*urls, like=own_chain))
    assert found.code == "CHAIN_ENDPOINTS_DISAGREE"
    assert (found.values["majority"], found.values["others"]) == urls
    sentence, remedy = text(found.code, "it", place="", **found.values)
    assert urls[0] in sentence
    assert remedy


def test_the_endpoints_of_the_majority_are_asked_first(own_chain: Deployed, twin: Deployed) -> None:
    mine(own_chain, 5)
    mine(twin, 5, seconds=2)  # other times, so other blocks
    local = own_chain.chain.url.replace("127.0.0.1", "localhost")
    urls = (twin.chain.url, own_chain.chain.url, local)
    client = ChainClient(",".join(urls), own_chain.deployment, 2.0)
    watch = AgreementWatch(client, own_chain.deployment)
    assert watch.state == "agree"  # nothing was seen yet
    assert watch.look().code == "CHAIN_ENDPOINTS_DISAGREE"
    assert (watch.state, watch.well) == ("CHAIN_ENDPOINTS_DISAGREE", False)
    provider = client.web3.provider
    assert isinstance(provider, Endpoints)
    assert provider.urls == [own_chain.chain.url, local, twin.chain.url]


def test_an_endpoint_that_follows_no_more_is_named(own_chain: Deployed, twin: Deployed) -> None:
    for deployed in (own_chain, twin):
        mine(deployed, 5)
    mine(own_chain, MOST_BEHIND + 1)
    found = compare(clients(twin.chain.url, own_chain.chain.url, like=own_chain))
    assert (found.code, found.values["endpoints"]) == ("CHAIN_ENDPOINT_BEHIND", twin.chain.url)
    assert found.preferred[0] == own_chain.chain.url


def test_one_that_claims_a_future_pushes_nobody_out(own_chain: Deployed, twin: Deployed) -> None:
    mine(own_chain, 5)
    mine(twin, 10 * MOST_BEHIND, seconds=2)
    local = own_chain.chain.url.replace("127.0.0.1", "localhost")
    found = compare(clients(twin.chain.url, own_chain.chain.url, local, like=own_chain))
    assert found.code == "CHAIN_ENDPOINTS_DISAGREE"
    assert found.preferred == (own_chain.chain.url, local, twin.chain.url)


def test_the_watch_logs_each_change_once(own_chain: Deployed, caplog: pytest.LogCaptureFixture) -> None:
    urls = (own_chain.chain.url, NOBODY)
    client = ChainClient(",".join(urls), own_chain.deployment, 2.0)
    looked = threading.Event()
    with AgreementWatch(client, own_chain.deployment, every=0.01) as watch:
        look = watch.look

        def counted() -> object:
            found = look()
            looked.set()
            return found

        watch.look = counted  # type: ignore[method-assign,assignment]
        assert looked.wait(20)
        looked.clear()
        assert looked.wait(20)
    told = [record for record in caplog.records if "CHAIN_ENDPOINT_AWAY" in record.message]
    assert len(told) == 1


def test_one_endpoint_has_nothing_to_compare(own_chain: Deployed) -> None:
    watch = AgreementWatch(own_chain.client(), own_chain.deployment)
    with watch:
        assert (watch.state, watch.well) == ("one", True)
    assert AgreementWatch(None, None).state == "one"


def test_the_worker_goes_on_with_the_next_endpoint(own_chain: Deployed) -> None:
    story = Story(own_chain)
    client = ChainClient(f"{NOBODY},{own_chain.chain.url}", own_chain.deployment, 2.0)
    registry = Web3Registry(client, own_chain.account)
    story.worker = AnchoringWorker(story.store, registry, story.settings, holder="several endpoints")
    story.heads(3)
    story.check()
