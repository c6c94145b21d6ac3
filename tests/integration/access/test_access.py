"""Who may see what, proven: every route, every role, every tier, on a real chain with real tokens."""

from __future__ import annotations

import pytest
from fastapi import APIRouter
from starlette.applications import Starlette

from node import contract
from tests.integration.access.cases import Case, cases, routes
from tests.integration.access.markers import Marker, found_in
from tests.integration.access.page import PAGE, page
from tests.integration.access.rules import ANYBODY, AUTHORITY, READS, ROLES, RULES, TIERS
from tests.integration.access.world import World, world_in

pytestmark = pytest.mark.chain
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with world_in(tmp_path_factory.mktemp("access")) as made:
        yield made


def ask(world: World, case: Case, headers: dict[str, str]):
    """Send a case's request; redirects are answers, not followed."""
    said = {"accept": case.accept, "accept-language": "en", **headers}
    if case.content_type:
        said["content-type"] = case.content_type
    body = {"json": case.json} if case.json is not None else {"content": case.content} if case.content else {}
    return world.node.client.request(case.method, case.path, params=case.query, headers=said, **body)


def found(world: World, case: Case, answer) -> set[Marker]:
    """Markers in an answer's body, headers and reason that the request did not bring itself."""
    headers = b"\n".join(name + b": " + value for name, value in answer.headers.raw)
    parts = (answer.content, headers, answer.reason_phrase.encode())
    request = answer.request
    brought = found_in((str(request.url).encode(), request.content), world.markers)
    return found_in(parts, world.markers) - brought


def reads(role: str, marker: Marker) -> bool:
    """Whether the table lets a role read a marker."""
    return TIERS.index(READS[role][marker.thing]) >= TIERS.index(marker.tier)


def code_of(answer) -> str:
    is_problem = answer.headers.get("content-type", "").startswith("application/problem")
    return str(answer.json()["code"]) if is_problem and answer.content else ""


def expected_code(case: Case, role: str) -> str | None:
    """The code with which the table turns a role away from a case."""
    refused = RULES[case.route].code_for(role)
    if refused is None and case.needs is not None and not reads(role, case.needs):
        return "DOCUMENT_UNKNOWN"
    return refused


def test_every_route_has_a_rule_and_every_rule_a_route():
    assert routes() == set(RULES)


def test_a_new_route_without_a_rule_would_be_seen_and_a_mount_too():
    app = contract.new_app(None)
    app.add_api_route("/records/dump", lambda: "everything")
    router = APIRouter(prefix="/admin")
    router.add_api_route("/keys", lambda: "everything", methods=["POST"])
    app.include_router(router)
    assert routes(app) - set(RULES) == {"GET /records/dump", "POST /admin/keys"}
    app.mount("/files", Starlette())
    with pytest.raises(AssertionError):
        routes(app)


def test_the_page_says_what_the_table_says():
    assert PAGE.read_text("utf-8") == page()


def test_every_rule_has_a_request_that_tries_it(world):
    assert {case.route for case in cases(world)} == set(RULES)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", sorted(RULES))
def test_a_route_shows_a_role_what_the_table_says_and_nothing_else(world, route, role):
    for case in [each for each in cases(world) if each.route == route]:
        answer = ask(world, case, world.headers(role))
        told = f"{route} {case.path} as {role}: {answer.status_code} {answer.text[:300]}"
        shown = found(world, case, answer)
        refused = expected_code(case, role)
        if refused is not None:
            assert answer.status_code >= 400, told
            assert not answer.content or code_of(answer) == refused, told
            assert shown == set(), told
            continue
        plain = ask(world, case, {})
        status = case.status or (plain.status_code if not RULES[route].refused else 0)
        assert answer.status_code < 500, told
        assert not status or answer.status_code == status, told
        assert not case.code or code_of(answer) == case.code, told
        reader = role if RULES[route].looks else ANYBODY
        assert shown == {marker for marker in case.carries if reads(reader, marker)}, told


@pytest.mark.parametrize("role", [ANYBODY, AUTHORITY])
def test_what_the_table_does_not_name_is_not_reachable(world, role):
    paths = {case.path: case.route.partition(" ")[2] for case in cases(world)}
    for path, template in paths.items():
        for method in METHODS:
            if f"{method} {template}" in RULES:
                continue
            answer = world.node.client.request(method, path, headers=world.headers(role))
            # 422: the address reads as another route's of the table, which refuses what stands in it.
            is_other = (answer.status_code, code_of(answer)) == (422, "REQUEST_INVALID")
            assert is_other or answer.status_code in {404, 405}, (method, path, answer.status_code)
    for path in ("/", "/docs", "/redoc", "/admin", "/events", "/documents", "/lots", "/auth", "/.env"):
        answer = world.node.client.get(path, headers=world.headers(role))
        assert answer.status_code in {404, 405}, (path, answer.status_code)


@pytest.mark.parametrize("route", sorted(route for route, rule in RULES.items() if rule.looks))
@pytest.mark.parametrize("said", ["Bearer made-up", "Basic YTpi", "Bearer", ""])
def test_a_token_that_is_none_is_refused_not_read_as_nobodys(world, route, said):
    for case in [each for each in cases(world) if each.route == route]:
        answer = ask(world, case, {"authorization": said})
        assert answer.status_code == 401, (case.path, answer.status_code)
        assert not answer.content or code_of(answer) == "AUTH_TOKEN"
        assert found(world, case, answer) == set()
