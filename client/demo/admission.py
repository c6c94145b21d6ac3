"""Every company of a story is admitted, as by `filiera key request` and `filiera participant admit`.

The company makes its keys and its participant id, and proves its keys; the coordinator signs a membership record
and the act; the node relays the act. The coordinator's key is the one that deployed the registries.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from client.chain_acts import Registry, admit_args, sign_act
from client.enrolment import make_request, membership_record
from client.journal import Journal
from client.keystore import KeyFile, new_key, save_key
from client.profile import Profile, new_participant_id, save_profile
from client.signing import Maker
from protocol.records import parse_record
from protocol.roles import ROLES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from client.demo.stage import Company
    from client.enrolment import AdmissionRequest
    from client.node_client import NodeClient
    from protocol.keys import PrivateKey

# Nobody checked these companies: they are made up.
_ASSURANCE = "none"


@dataclass(frozen=True)
class Admitted:
    """A company with its key on this machine and its place on the chain."""

    company: Company
    maker: Maker
    key_path: Path


def make_company(folder: Path, company: Company, registry: Registry) -> tuple[Admitted, AdmissionRequest]:
    """Make a company's keys, id and journal in `folder`, and its request for admission."""
    participant = new_participant_id()
    signing = new_key(company.alg)
    key_file = save_key(folder / f"{company.id}.jwk", signing)
    save_profile(key_file, Profile(participant, company.name))
    keys = [signing, *_administering(folder, company)]
    numbers = company.registrations or (("demo", f"SAMPLE-{company.id}"),)
    request = make_request(participant, keys, registry, company.name, company.country, numbers)
    maker = Maker(signing, participant, Journal.open(key_file.journal))
    return Admitted(company, maker, key_file.path), request


def admit(
    node: NodeClient, coordinator: Maker, request: AdmissionRequest, roles: Sequence[str], nonce: int
) -> None:
    """Sign membership record and act as the coordinator; have the node send the act, then log the record."""
    today = datetime.now(UTC).date().isoformat()
    record = membership_record(request, roles, _ASSURANCE, today, coordinator.key)
    bits = sum(ROLES[role] for role in roles)
    args = admit_args(request.participant, bits, parse_record(record).digest.hex(), request.keys)
    node.relay(sign_act(request.registry, "admit", args, nonce, [coordinator.key]))
    node.submit(record)


def _administering(folder: Path, company: Company) -> list[PrivateKey]:
    if company.alg == "ES256":
        return []
    key = new_key("ES256")
    save_key(folder / f"{company.id}.admin.jwk", key)
    return [key]


def open_maker(path: Path, key: PrivateKey, participant: str) -> Maker:
    """Return the maker of a key file whose participant id was chosen elsewhere (the coordinator's, at deployment)."""
    return Maker(key, participant, Journal.open(KeyFile(path).journal))
