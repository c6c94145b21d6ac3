"""The chain as several members' endpoints show it: one answer only if all that follow the chain give the same.

A verifier that asks one endpoint believes whoever runs it. With several, everything that the checks need is read at
each of them as of the same block, the lowest that all have, and compared: an endpoint that hides a closed key or shows
a head of its own is found out by any honest one. Who is right, no program can know: it says so and gives no verdict.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from protocol.errors import ChainError
from verifier.chain import read_chain
from verifier.sources import JsonRpc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from protocol.bundle_model import Bundle
    from protocol.checks.credentials import Sound
    from protocol.checks.view import ChainView, Trust
    from protocol.records import Record
    from verifier.chain import Place, Transport

# One of two that are further apart than this shows the past, or a future that there is not: neither is left out.
MOST_BEHIND = 30
# The newest blocks of a healthy network differ for a moment: so often is asked again before that counts.
_TRIES = 4
_PAUSE_SECONDS = 1.0


def split_urls(given: Iterable[str]) -> tuple[str, ...]:
    """Addresses given one by one or joined by commas, in order, each once."""
    return tuple(dict.fromkeys(url for text in given for each in text.split(",") if (url := each.strip())))


def read_endpoints(
    urls: Sequence[str],
    trust: Trust,
    bundle: Bundle,
    records: Iterable[Sound],
    memberships: Iterable[Record],
    connect: Callable[[str], Transport] = JsonRpc,
    also: Iterable[Place] = (),
) -> tuple[ChainView, list[ChainError]]:
    """What the endpoints agree on, and what has to be told of those that were left out.

    ChainError CHAIN_ENDPOINTS_DISAGREE or CHAIN_ENDPOINT_BEHIND if they do not agree; that of the first endpoint if
    none answers. `also` is as for `read_chain`.
    """
    sound, members, beside = list(records), list(memberships), set(also)
    if len(urls) == 1:
        return read_chain(connect(urls[0]), trust, bundle, sound, members, also=beside), []
    for left in reversed(range(_TRIES)):
        heights, told = _heights({url: connect(url) for url in urls})
        block = min(heights.values())
        views: dict[str, ChainView] = {}
        for url in heights:
            view = read_chain(connect(url), trust, bundle, sound, members, hex(block), beside)
            views[url] = _as_of(view, block)
        different = [url for url in views if views[url] != next(iter(views.values()))]
        if not different:
            return next(iter(views.values())), told
        if left:
            time.sleep(_PAUSE_SECONDS)
    same = [url for url in views if url not in different]
    raise ChainError(
        "CHAIN_ENDPOINTS_DISAGREE", block=block, majority=", ".join(same), others=", ".join(different)
    )


def _heights(asked: dict[str, Transport]) -> tuple[dict[str, int], list[ChainError]]:
    """Newest block of each endpoint that answers, and what is to be told of the others."""
    found: dict[str, int] = {}
    failures: dict[str, ChainError] = {}
    for url, ask in asked.items():
        try:
            found[url] = int(str(ask([("eth_blockNumber", [])])[0]), 16)
        except ChainError as error:
            failures[url] = error
        except ValueError as error:
            failures[url] = ChainError("CHAIN_ANSWER_MALFORMED", reason="number")
            failures[url].__cause__ = error
    if not found:
        raise next(iter(failures.values()))
    newest = max(found.values())
    if behind := [url for url, height in found.items() if height < newest - MOST_BEHIND]:
        raise ChainError("CHAIN_ENDPOINT_BEHIND", endpoints=", ".join(behind), newest=newest)
    told = [ChainError("CHAIN_ENDPOINT_AWAY", endpoints=", ".join(failures))] if failures else []
    return found, told


def _as_of(view: ChainView, block: int) -> ChainView:
    """Without receipts of later blocks, the one answer that cannot be asked as of a block."""
    return replace(view, transactions={name: at for name, at in view.transactions.items() if at <= block})
