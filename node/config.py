"""The node's settings: environment variables with the prefix `FILIERA_`, each explained beside its field.

There is no default key and no default password. What a setting would open to the network is refused here,
before anything listens: demo mode is for this machine only.
"""

from __future__ import annotations

import ipaddress
import os
import re
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What the operator decides. Times are in seconds unless the name says otherwise."""

    model_config = SettingsConfigDict(env_prefix="FILIERA_", extra="ignore", frozen=True)

    # Where the node keeps its files: the SQLite database if no other database is named.
    data_dir: Path = Path(".filiera/node")
    # SQLAlchemy URL, `sqlite:///…` or `postgresql+psycopg://…`; empty means SQLite in the data directory.
    database_url: str = ""
    # JSON-RPC address of the ledger, or several with commas, one's own first; empty means no ledger: nobody is
    # admitted, nothing is anchored.
    chain_url: str = ""
    # The file that `filiera chain deploy` wrote: contract addresses, chain id, log.
    deployment: Path | None = None
    # Key file of the chain account that pays for anchoring and for relayed acts.
    operator_key_file: Path | None = None
    # Key file (JWK, Ed25519) of the log: signs checkpoints and receipts.
    log_key_file: Path | None = None
    # The log's origin line where there is no deployment file to say it.
    origin: str = ""
    host: str = "127.0.0.1"
    port: int = Field(default=8420, ge=0, le=65535)
    # What clients name as the audience when they ask for a token; empty means the log's origin line.
    audience: str = ""
    # Says loudly that this is a demonstration; refuses an address that is not loopback.
    demo: bool = False
    # Whether this process may lead the anchoring. Of several with `on`, the database elects one.
    anchoring: Literal["on", "off"] = "on"
    # Cadence of heads.
    head_seconds: float = Field(default=2.0, gt=0)
    # When an anchored head counts as confirmed: `depth:N` or `finalized`.
    confirmation: str = "depth:1"
    # Addresses of the witnesses that are asked to confirm the log's heads and the state of the ledger, with spaces
    # between them; empty means none: the node's files then cannot be verified without the ledger.
    witnesses: str = ""
    # How many of them have to confirm before the node passes their words on; 0 means all.
    witness_quorum: int = Field(default=0, ge=0, le=64)
    # How often the node looks whether there is something new to confirm.
    witness_seconds: float = Field(default=5.0, gt=0)
    # Addresses of other nodes whose logs are copied, with spaces between them: what their members declared is then
    # part of one chain of custody here.
    peers: str = ""
    # How often the node looks whether they have something new.
    peer_seconds: float = Field(default=5.0, gt=0)
    # What a receipt promises: in an anchored head so many seconds after it was received.
    promise_seconds: int = Field(default=3600, gt=0)
    # How far ahead of the node's clock the time of an event may be.
    future_seconds: int = Field(default=300, ge=0)
    # How often the admitted participants are read again.
    participants_seconds: float = Field(default=1.0, gt=0)
    # A key whose window closes within so many blocks is no longer accepted: its records might miss the
    # window.
    closing_blocks: int = Field(default=2, ge=0)
    # Processes beside this one that check tokens sent in bulk; 0 checks them in one thread of this process.
    verifiers: int = Field(default=min(2, os.cpu_count() or 1), ge=0, le=64)
    challenge_seconds: int = Field(default=120, gt=0)
    token_seconds: int = Field(default=900, gt=0)
    # How long an authority's read of a company's data stays unknown to the company.
    authority_days: int = Field(default=30, ge=0)
    # Most records that one custody answer walks through, and that are looked at to find whom one record concerns.
    custody_records: int = Field(default=20_000, gt=0)
    # Where papers lie; processes that share a database share this folder too. Empty means `content` in the
    # data directory.
    content_dir: Path | None = None
    # API address of a Kubo daemon for public papers, `/ip4/127.0.0.1/tcp/5001/http`; empty means none.
    kubo: str = ""
    # The trust file (`filiera chain deploy --trust-out`) that pages check against on the visitor's device; empty
    # means that pages are read, and verified elsewhere.
    trust: Path | None = None
    # JSON-RPC addresses of members that a visitor may have his browser ask, with spaces between them.
    public_chains: str = ""
    # Largest paper in bytes.
    document_bytes: int = Field(default=104_857_600, gt=0)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.demo and not is_loopback(self.host):
            raise ValueError("FILIERA_DEMO=1 listens on a loopback address only: set FILIERA_HOST=127.0.0.1")
        if not re.fullmatch(r"depth:(0|[1-9][0-9]{0,5})|finalized", self.confirmation):
            raise ValueError("FILIERA_CONFIRMATION is depth:N or finalized")
        urls = self.witness_urls
        if not all(re.fullmatch(r"https?://\S+", url) for url in urls) or len(set(urls)) != len(urls):
            raise ValueError("FILIERA_WITNESSES are http addresses, each once, with spaces between them")
        peers = self.peer_urls
        if not all(re.fullmatch(r"https?://\S+", url) for url in peers) or len(set(peers)) != len(peers):
            raise ValueError("FILIERA_PEERS are http addresses, each once, with spaces between them")
        if self.witness_quorum > len(urls):
            raise ValueError("FILIERA_WITNESS_QUORUM is at most the number of FILIERA_WITNESSES")
        return self

    @property
    def witness_urls(self) -> list[str]:
        """The witnesses' addresses."""
        return self.witnesses.split()

    @property
    def peer_urls(self) -> list[str]:
        """The other nodes' addresses."""
        return self.peers.split()

    @property
    def database(self) -> str:
        """The database's address; SQLite in the data directory unless another was named."""
        return self.database_url or f"sqlite:///{self.data_dir / 'node.sqlite'}"


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address; a name other than `localhost` counts as open."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
