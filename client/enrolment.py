"""How a maker gets in: the maker asks with a file, the coordinator admits with an act (design §4.6, §4.7).

    maker        filiera key request --node URL > request.json     chooses its participant id, proves its keys
    coordinator  filiera participant admit request.json --role …   signs membership record and act; the node relays

The maker chooses its id, so nothing has to come back before it can sign; no password, no wallet, no secret travels.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from client.chain_acts import KeyGrant, Registry, prove_possession, verify_possession
from client.errors import ClientError
from client.profile import ensure_participant_id
from client.signing import credential, new_id, salts
from protocol.disclosure import policy
from protocol.errors import FilieraError
from protocol.identifiers import participant_urn
from protocol.issue import issue_record
from protocol.keys import PublicKey
from protocol.numbering import PREFIX_SCHEME
from protocol.roles import ADMIN, CAPTURE, PASSPORT
from protocol.schema import SUBJECT, subject_schema, validate
from protocol.strict_json import parse_json

if TYPE_CHECKING:
    from protocol.keys import PrivateKey
    from protocol.status_entries import Entry

FORMAT = "filiera-admission-request/1"
MEMBERSHIP = "FilieraMembership"
# A P-256 key also administers the company's other keys; Ed25519 is not verified on chain.
_CAPABILITIES = {"ES256": CAPTURE | PASSPORT | ADMIN, "EdDSA": CAPTURE}


_OF_PERSONS = ("name", "registrations")
# The Italian tax code of a person; letters stand for digits where two persons would have the same.
_TAX_CODE = re.compile(r"[A-Z]{6}[0-9L-NP-V]{2}[A-EHLMPR-T][0-9L-NP-V]{2}[A-Z][0-9L-NP-V]{3}[A-Z]")


@dataclass(frozen=True)
class AdmissionRequest:
    """What the coordinator gets. Name, country and register numbers are the company's own words, to be checked."""

    participant: str
    name: str
    country: str
    registrations: tuple[tuple[str, str], ...]
    registry: Registry
    keys: tuple[KeyGrant, ...]

    def to_json(self) -> dict[str, Any]:
        """The request file's content."""
        return {
            "format": FORMAT,
            "participant": self.participant,
            "name": self.name,
            "country": self.country,
            "registrations": [{"scheme": scheme, "number": number} for scheme, number in self.registrations],
            "registry": {"chainId": self.registry.chain_id, "address": self.registry.address},
            "keys": [{"did": grant.key.did, "possession": grant.possession.hex()} for grant in self.keys],
        }


def make_request(
    participant: str, keys: Sequence[PrivateKey], registry: Registry, name: str, country: str,
    registrations: Sequence[tuple[str, str]],
) -> AdmissionRequest:  # fmt: skip
    """Ask for admission with these keys; one of them must be P-256, to administer the company."""
    if not any(key.alg == "ES256" for key in keys):
        raise ClientError("REQUEST_NEEDS_P256", "--key")
    grants = tuple(
        KeyGrant(key.public, _CAPABILITIES[key.alg], prove_possession(registry, participant, key))
        for key in keys
    )
    return AdmissionRequest(participant, name, country, tuple(registrations), registry, grants)


def parse_request(data: bytes) -> AdmissionRequest:
    """Read a request file and check that its keys were meant for it; ClientError `REQUEST_MALFORMED` otherwise."""
    try:
        value = parse_json(data)
        if not isinstance(value, dict) or value.get("format") != FORMAT:
            raise ClientError("REQUEST_MALFORMED", "format", reason=FORMAT)
        request = _request(value)
        for grant in request.keys:
            verify_possession(request.registry, request.participant, grant)
    except ClientError:
        raise
    except (FilieraError, KeyError, TypeError, ValueError, AttributeError) as error:
        reason = error.code if isinstance(error, FilieraError) else f"{type(error).__name__} {error}"
        raise ClientError("REQUEST_MALFORMED", reason=reason) from error
    return request


def membership_record(
    request: AdmissionRequest,
    roles: Sequence[str],
    assurance: str,
    day: str,
    coordinator: PrivateKey,
    *,
    sole_trader: bool = False,
    group: str | None = None,
    pseudonym: bool = False,
    status: Entry | None = None,
) -> str:
    """The coordinator's word on who the participant is, signed; its record digest goes on chain at admission.

    The name of a sole trader is a person's: it and the register numbers are hidden from the public, be it that the
    coordinator says so or that a number is a person's tax code. `group` is the control group; that of a pseudonym is
    hidden, and nothing in the record tells it from a sole trader's. `status` is a place by which it can be withdrawn.
    """
    subject = {
        "type": "Membership",
        "id": participant_urn(request.participant),
        "name": request.name,
        "registrations": [{"scheme": scheme, "number": number} for scheme, number in request.registrations],
        "country": request.country,
        "roles": list(roles),
        "identityAssurance": assurance,
        "keys": [grant.key.did for grant in request.keys],
    } | ({"controlGroup": group} if group else {})
    claims = credential(subject, MEMBERSHIP, new_id(), coordinator.public.did, day, status)
    validate(subject_schema(MEMBERSHIP, subject), subject, SUBJECT)
    if pseudonym:
        hidden: Collection[str] = {*_OF_PERSONS, "controlGroup"}
    else:
        hidden = _OF_PERSONS if sole_trader or _is_person(request) else _of_organisations(request)
    return issue_record(claims, coordinator, salts(), hidden)


def _is_person(request: AdmissionRequest) -> bool:
    return any(_TAX_CODE.fullmatch(number) for _, number in request.registrations)


def _of_organisations(request: AdmissionRequest) -> frozenset[str]:
    """What an organisation's membership hides: numbers too, unless one is a prefix that shows whose GTINs are whose."""
    is_prefix_public = any(scheme == PREFIX_SCHEME for scheme, _ in request.registrations)
    return policy(MEMBERSHIP).hidden_by_default | (set() if is_prefix_public else {"registrations"})


def _request(value: Mapping[str, Any]) -> AdmissionRequest:
    keys = tuple(_grant(entry["did"], entry["possession"]) for entry in value["keys"])
    registrations = tuple((str(entry["scheme"]), str(entry["number"])) for entry in value["registrations"])
    registry = Registry(int(value["registry"]["chainId"]), str(value["registry"]["address"]).lower())
    participant = ensure_participant_id(str(value["participant"]))
    return AdmissionRequest(
        participant, str(value["name"]), str(value["country"]), registrations, registry, keys
    )


def _grant(did: str, possession: str) -> KeyGrant:
    key = PublicKey.from_did(did)
    return KeyGrant(key, _CAPABILITIES[key.alg], bytes.fromhex(possession))
