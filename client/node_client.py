"""The node over HTTP, as any integrator would use it (docs: OpenAPI of the node).

Every answer is checked for its form, none is believed: what the node says about the ledger is information (README §12).
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, cast
from urllib.parse import quote

import httpx

from client.errors import ClientError, NodeError
from client.texts import language
from protocol import base64url
from protocol.errors import FilieraError
from protocol.limits import MAX_BATCH_LINES, MAX_BODY_BYTES, Limits
from protocol.strict_json import dump_json, parse_json

if TYPE_CHECKING:
    from protocol.keys import PrivateKey

AUTH_TYP = "filiera-auth+jwt"
# Answers are larger than records: a bundle of a whole garment.
_ANSWER = Limits(max_bytes=64 * 1024 * 1024, max_depth=24, max_items=2_000_000, max_string=2 * 1024 * 1024)
_TIMEOUT = httpx.Timeout(60.0, connect=5.0)
_MARGIN_BYTES = 64 * 1024


@dataclass(frozen=True)
class Sent:
    """What the node answered for one record: a receipt, or a refusal (`error`)."""

    token: str
    status: int
    id: str = ""
    digest: str = ""
    receipt: str = ""
    error: NodeError | None = None


class NodeClient:
    """One node. Give `http` to use another transport (tests)."""

    def __init__(self, url: str, http: httpx.Client | None = None) -> None:
        self.url = url.rstrip("/")
        self._http = http or httpx.Client(base_url=self.url, timeout=_TIMEOUT, follow_redirects=False)
        self._token: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    # --- records -------------------------------------------------------------------------------------------

    def submit(self, token: str) -> Sent:
        """Send one record; sent again it gets the same receipt. NodeError if the node refuses it."""
        kind = "application/vc+sd-jwt" if "~" in token else "application/vc+jwt"
        answer = self._json("POST", "/events", content=token.encode(), headers={"Content-Type": kind})
        return self._sent(token, 201, answer)

    def submit_many(self, tokens: Sequence[str]) -> Iterator[Sent]:
        """Send records in bulk and in order; one answer a record, one refusal stops no other."""
        for batch in _batches(tokens):
            body = b"".join(dump_json(token) + b"\n" for token in batch)
            response = self._send(
                "POST", "/events", content=body, headers={"Content-Type": "application/x-ndjson"}
            )
            lines = response.content.splitlines()
            if len(lines) != len(batch):
                raise ClientError("NODE_ANSWER_UNREADABLE", "/events", node=self.url)
            for token, line in zip(batch, lines, strict=True):
                value = self._parse(line, "/events")
                problem = value.get("problem")
                status = int(value.get("status", 0))
                if isinstance(problem, dict):
                    yield Sent(token, status, error=NodeError(status, problem))
                else:
                    yield self._sent(token, status, value)

    def record(self, name: str) -> str:
        """Return the token of a record by id or digest, as far as the caller's tier allows."""
        return self._send("GET", f"/events/{quote(name, safe=':')}").text

    def proof(self, name: str) -> dict[str, Any]:
        """Return inclusion proof and anchor of a record; NodeError PROOF_PENDING while it has none."""
        return self._json("GET", f"/events/{quote(name, safe=':')}/proof")

    def status_list(self, name: str) -> str:
        """Return the current version of a status list, by the 26 characters of its name."""
        return self._send("GET", f"/status/{quote(name, safe='')}").text

    def custody(self, target: str) -> bytes:
        """Return the bundle of everything behind a lot or item, as far as the caller's tier allows."""
        return self._send("GET", f"/lots/{quote(target, safe='')}/custody").content

    def heads(self) -> list[dict[str, Any]]:
        """Return the anchored heads, oldest first."""
        return self._list("/heads")

    # --- participants --------------------------------------------------------------------------------------

    def deployment(self) -> dict[str, Any]:
        """Return what the node says about its ledger and its log: information, never trust."""
        return self._json("GET", "/deployment")

    def participants(self) -> list[dict[str, Any]]:
        """Return everybody admitted, with roles and keys."""
        return self._list("/participants")

    def nonce(self, contract: str, participant: str = "") -> int:
        """Return the number of the next act of a participant, of the coordinator if none is named."""
        answer = self._json(
            "GET", "/participants/nonce", params={"contract": contract, "participant": participant}
        )
        return int(answer["nonce"])

    def relay(self, act: Mapping[str, Any]) -> dict[str, Any]:
        """Have the node send a signed act; it pays, the signatures decide."""
        return self._json("POST", "/participants/acts", json=dict(act))

    # --- passports -----------------------------------------------------------------------------------------

    def send_passport(self, token: str) -> dict[str, Any]:
        """Send a signed passport; returns the receipt as for any record."""
        kind = "application/vc+sd-jwt" if "~" in token else "application/vc+jwt"
        return self._json("POST", "/passports", content=token.encode(), headers={"Content-Type": kind})

    def passport(self, name: str, at: str | None = None) -> dict[str, Any]:
        """Return a passport by identifier or passport id, as of a time (ISO 8601) if one is given."""
        return self._json("GET", f"/passports/{quote(name, safe='')}", params={"at": at} if at else {})

    def register_batch(self, manifest: bytes, act: Mapping[str, Any]) -> dict[str, Any]:
        """Have many item passports registered under one root (use `client.passports.register_batch`)."""
        body = {"manifest": base64url.encode(manifest), "act": dict(act)}
        return self._json("POST", "/passports/batches", json=body)

    def reserve_serials(self, order: str, identifiers: Sequence[str]) -> int:
        """Reserve identifiers of items for an order, all or none; returns how many are new. Needs `sign_in`."""
        body = {"order": order, "identifiers": list(identifiers)}
        return int(self._json("POST", "/passports/serials", json=body)["reserved"])

    def serials(self, order: str) -> list[str]:
        """Return what the caller has reserved for an order and not voided. Needs `sign_in`."""
        return self._serials(order, "identifiers")

    def unused_serials(self, order: str) -> list[str]:
        """Return those of `serials` that no garment has. Needs `sign_in`."""
        return self._serials(order, "unused")

    def _serials(self, order: str, which: str) -> list[str]:
        found = self._json("GET", "/passports/serials", params={"order": order}).get(which)
        if not isinstance(found, list):
            raise ClientError("NODE_ANSWER_UNREADABLE", "/passports/serials", node=self.url)
        return [str(each) for each in found]

    def void_serials(self, order: str, identifiers: Sequence[str]) -> int:
        """Void serials of an order for good, all or none; returns how many are new. Needs `sign_in`."""
        body = {"order": order, "identifiers": list(identifiers)}
        return int(self._json("POST", "/passports/serials/void", json=body)["voided"])

    # --- criteria ------------------------------------------------------------------------------------------

    def criteria(self) -> list[dict[str, Any]]:
        """Return where each criterion stands in each version of the catalogue, the newest version first."""
        return self._list("/criteria/lives")

    def criterion(self, name: str) -> dict[str, Any]:
        """Return the life of a criterion in every version: steps, comments, adoptions."""
        return self._json("GET", f"/criteria/{quote(name, safe='')}")

    def catalogue(self, version: str) -> dict[str, Any]:
        """Return a version of the catalogue; NodeError CATALOGUE_UNKNOWN if the node has none."""
        return self._json("GET", "/criteria", params={"version": version})

    # --- documents -----------------------------------------------------------------------------------------

    def send_document(
        self, content: Iterable[bytes], query: Mapping[str, str], headers: Mapping[str, str]
    ) -> dict[str, Any]:
        """Send a paper as it streams in; returns what the node says of it (use `client.documents.upload`)."""
        return self._json("POST", "/documents", content=content, params=dict(query), headers=dict(headers))

    def document(self, cid: str) -> Generator[bytes, None, None]:
        """Yield the bytes that the node gives for a document, unchecked (use `client.documents.download`)."""
        path = f"/documents/{quote(cid, safe='')}"
        try:
            with self._http.stream("GET", path, headers=self._headers()) as response:
                if not response.is_success:
                    response.read()
                    raise NodeError(response.status_code, self._problem(response))
                yield from response.iter_bytes()
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error

    def put_document_key(self, cid: str, wrapped: bytes) -> None:
        """Give the node the wrapped key of a sealed paper of the caller's; it takes the place of the former one."""
        headers = {"Content-Type": "application/jose+json"}
        self._send("PUT", f"/documents/{quote(cid, safe='')}/keys", content=wrapped, headers=headers)

    def document_keys(self, cid: str) -> list[bytes]:
        """Return the wrapped keys of a sealed paper."""
        path = f"/documents/{quote(cid, safe='')}/keys"
        wrapped = self._json("GET", path).get("wrapped")
        if not isinstance(wrapped, list):
            raise ClientError("NODE_ANSWER_UNREADABLE", path, node=self.url)
        return [dump_json(value) for value in wrapped]

    # --- who asks ------------------------------------------------------------------------------------------

    def sign_in(self, key: PrivateKey) -> str:
        """Prove the key to the node and read from now on at its tier; returns the tier."""
        challenge = self._json("POST", "/auth/challenge", json={"key": key.public.did})
        claims = {
            "aud": challenge.get("audience", ""),
            "challenge": challenge.get("challenge", ""),
            "iat": int(time.time()),
            "iss": key.public.did,
        }
        header = {"alg": key.alg, "kid": key.public.kid, "typ": AUTH_TYP}
        signed = f"{base64url.encode(dump_json(header))}.{base64url.encode(dump_json(claims))}"
        token = f"{signed}.{base64url.encode(key.sign(signed.encode('ascii')))}"
        answer = self._json("POST", "/auth/token", json={"token": token})
        self._token = str(answer.get("token", ""))
        return str(answer.get("tier", ""))

    # --- the wire ------------------------------------------------------------------------------------------

    def is_ready(self) -> bool:
        """Tell whether the node answers and says that it is ready."""
        try:
            return self._http.get("/ready", timeout=2.0).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    def _send(self, method: str, path: str, **settings: Any) -> httpx.Response:
        headers = self._headers() | settings.pop("headers", {})
        try:
            response = self._http.request(method, path, headers=headers, **settings)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._unreachable(error) from error
        if response.is_success:
            return response
        raise NodeError(response.status_code, self._problem(response))

    def _headers(self) -> dict[str, str]:
        headers: dict[str, str] = {"Accept-Language": language()}
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        return headers

    def _unreachable(self, error: Exception) -> ClientError:
        return ClientError("NODE_UNREACHABLE", "--node", node=self.url, reason=type(error).__name__)

    def _problem(self, response: httpx.Response) -> dict[str, object]:
        try:
            value = parse_json(response.content, _ANSWER)
        except FilieraError:
            value = None
        return (
            cast("dict[str, object]", value) if isinstance(value, dict) else {"title": response.reason_phrase}
        )

    def _json(self, method: str, path: str, **settings: Any) -> dict[str, Any]:
        return self._parse(self._send(method, path, **settings).content, path)

    def _list(self, path: str) -> list[dict[str, Any]]:
        value = self._value(self._send("GET", path).content, path)
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            raise ClientError("NODE_ANSWER_UNREADABLE", path, node=self.url)
        return cast("list[dict[str, Any]]", value)

    def _parse(self, data: bytes, path: str) -> dict[str, Any]:
        value = self._value(data, path)
        if not isinstance(value, dict):
            raise ClientError("NODE_ANSWER_UNREADABLE", path, node=self.url)
        return value

    def _sent(self, token: str, status: int, answer: Mapping[str, Any]) -> Sent:
        """What the node says of a record, if it is this record that it speaks of."""
        record, digest, receipt = (str(answer.get(name, "")) for name in ("id", "digest", "receipt"))
        jwt = token.partition("~")[0]
        if not record or not receipt or digest != hashlib.sha256(jwt.encode("ascii", "replace")).hexdigest():
            raise ClientError("NODE_ANSWER_UNREADABLE", "/events", node=self.url)
        return Sent(token, status, record, digest, receipt)

    def _value(self, data: bytes, path: str) -> Any:
        try:
            return parse_json(data, _ANSWER)
        except FilieraError as error:
            raise ClientError("NODE_ANSWER_UNREADABLE", path, node=self.url) from error


def _batches(tokens: Sequence[str]) -> Iterator[list[str]]:
    """Share tokens out over requests within the limits of README §2."""
    batch: list[str] = []
    size = 0
    for token in tokens:
        length = len(token) + 3  # quotes and newline
        if batch and (len(batch) == MAX_BATCH_LINES or size + length > MAX_BODY_BYTES - _MARGIN_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(token)
        size += length
    if batch:
        yield batch
