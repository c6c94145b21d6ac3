"""Several endpoints behind one provider: order, failures, endpoints of another chain; no chain is needed for that."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anchoring.endpoints import ASIDE_SECONDS, Endpoints, split_urls
from protocol.errors import ChainError

if TYPE_CHECKING:
    from collections.abc import Iterator

NOBODY = "http://127.0.0.1:9"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Server(ThreadingHTTPServer):
    """Answers every question with its own name; counts them; fails on demand."""

    def __init__(self, name: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.name, self.asked, self.status = name, 0, 200
        self.body = b'{"jsonrpc":"2.0","id":1,"result":"%s"}' % name.encode()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.server.asked += 1
        self.send_response(self.server.status)
        self.send_header("content-length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(*names: str) -> Iterator[list[Server]]:
    servers = [Server(name) for name in names]
    threads = [threading.Thread(target=server.serve_forever, args=(0.01,)) for server in servers]
    for thread in threads:
        thread.start()
    try:
        yield servers
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()
        for thread in threads:
            thread.join()


def ask(provider: Endpoints) -> str:
    return str(provider.make_request("eth_chainId", [])["result"])  # type: ignore[arg-type]


def test_urls_are_separated_by_commas_and_each_asked_once() -> None:
    assert split_urls(" http://a:1 ,http://b,, http://a:1") == ("http://a:1", "http://b")
    assert split_urls("") == ()


@given(st.lists(st.text(alphabet="abc:/.", min_size=1), max_size=6))
def test_joined_urls_are_split_again(urls: list[str]) -> None:
    assert split_urls(", ".join(urls)) == tuple(dict.fromkeys(urls))


def test_first_endpoint_answers_and_the_others_are_left_alone() -> None:
    with serving("own", "other") as (own, other):
        provider = Endpoints([own.url, other.url], 2.0)
        assert [ask(provider) for _ in range(3)] == ["own"] * 3
        assert other.asked == 0


def test_next_endpoint_answers_while_one_is_down_and_the_first_gets_its_turn_back() -> None:
    clock = Clock()
    with serving("own", "other") as (own, other):
        provider = Endpoints([own.url, other.url], 2.0, clock=clock)
        own.status = 502
        assert [ask(provider) for _ in range(3)] == ["other"] * 3
        assert own.asked == 1  # set aside: not asked with every question
        own.status = 200
        clock.now += ASIDE_SECONDS
        assert ask(provider) == "own"


@pytest.mark.parametrize("broken", [b"<html>", b"[]garbage", b""])
def test_an_endpoint_that_talks_nonsense_is_one_that_is_down(broken: bytes) -> None:
    with serving("own", "other") as (own, other):
        own.body = broken
        assert ask(Endpoints([own.url, other.url], 2.0)) == "other"


def test_a_refusal_is_an_answer_and_nobody_else_is_asked() -> None:
    with serving("own", "other") as (own, other):
        own.body = b'{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"nonce too low"}}'
        answer = Endpoints([own.url, other.url], 2.0).make_request("eth_sendRawTransaction", ["0x"])  # type: ignore[arg-type]
        assert answer["error"]["message"] == "nonce too low"  # type: ignore[index]
        assert other.asked == 0


def test_nobody_answers() -> None:
    with pytest.raises(ChainError, match="CHAIN_UNREACHABLE"):
        ask(Endpoints([NOBODY, "http://127.0.0.1:10"], 1.0))


def test_all_are_set_aside_and_still_asked() -> None:
    with serving("own", "other") as (own, other):
        own.status = other.status = 503
        provider = Endpoints([own.url, other.url], 2.0, clock=Clock())
        with pytest.raises(ChainError, match="CHAIN_ANSWER_INVALID"):
            ask(provider)
        other.status = 200
        assert ask(provider) == "other"


def test_an_endpoint_of_another_chain_is_never_believed() -> None:
    def guard(url: str) -> None:
        if url == alien.url:
            raise ChainError("GENESIS_MISMATCH", expected="a", got="b")

    with serving("alien", "own") as (alien, own):
        assert ask(Endpoints([alien.url, own.url], 2.0, guard)) == "own"
        assert alien.asked == 0
        # One that is down may come back, one of another chain will not: the first is what is told.
        with pytest.raises(ChainError, match="CHAIN_UNREACHABLE"):
            ask(Endpoints([alien.url, NOBODY], 2.0, guard))
        with pytest.raises(ChainError, match="GENESIS_MISMATCH"):
            ask(Endpoints([alien.url], 2.0, guard))


def test_an_endpoint_that_comes_back_is_looked_at_again() -> None:
    clock, looked = Clock(), []
    with serving("own", "other") as (own, other):
        provider = Endpoints([own.url, other.url], 2.0, looked.append, clock)
        ask(provider)
        own.status = 500
        ask(provider)
        own.status, clock.now = 200, ASIDE_SECONDS
        ask(provider)
        ask(provider)
        assert looked == [own.url, other.url, own.url]


def test_preferred_endpoints_go_first() -> None:
    with serving("one", "two", "three") as (one, two, three):
        provider = Endpoints([one.url, two.url, three.url], 2.0)
        provider.prefer([three.url, two.url])
        assert provider.urls == [three.url, two.url, one.url]
        assert ask(provider) == "three"
