"""The address on the label: what each asker gets, up the tree, and what a label may not make the node say."""

from __future__ import annotations

import html
import json
import re
from hashlib import sha256

import pytest

from node.passports.chain import OnChain
from node.web.assets import FOLDER, Assets
from node.web.pinned import Pinned, _inside_a_page, load_pinned
from protocol.bundle import parse_bundle
from protocol.errors import FormatError
from protocol.passport import STATUSES
from tests.node.passports.test_passports import HTML, post, with_coat
from tests.support.makers import Maker
from tests.support.nodes import running
from tests.support.passports import GTIN, ITEM, MODEL, body, reference, signed

pytestmark = pytest.mark.anyio
BUNDLE = "application/vnd.filiera.bundle+json"
OWN = ("brand", "supplier")


class SaidByLedger:
    """A ledger that gives every passport of a brand one status."""

    def __init__(self, status: str, digest: bytes) -> None:
        self.found = OnChain(digest, status, 1, bytes(32))

    def look(self, issuer: bytes, passport: bytes, places: object = ()) -> OnChain:
        return self.found


async def test_each_asker_gets_its_form(tmp_path):
    brand = Maker("brand", OWN)
    async with running(tmp_path, brand) as node:
        await with_coat(node, brand)
        asked = {"text/html": "text/html", "*/*": "text/html", "application/json": "application/json",
                 "application/linkset+json": "application/linkset+json", BUNDLE: BUNDLE}  # fmt: skip
        for accept, given in asked.items():
            answer = await node.client.get(f"/01/{GTIN}/21/S1", headers={"accept": accept})
            assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, given), accept
            assert "Authorization" in answer.headers["vary"]
            assert "public" not in answer.headers["cache-control"]
            assert "set-cookie" not in answer.headers


async def test_the_address_on_the_label_is_enough_for_a_verifier(tmp_path):
    brand = Maker("brand", OWN)
    async with running(tmp_path, brand) as node:
        _, _, item = await with_coat(node, brand)
        answer = await node.client.get(f"/01/{GTIN}/21/S1", headers={"accept": f"{BUNDLE}, */*;q=0.1"})
        bundle = parse_bundle(answer.content)
        assert bundle.target == ITEM
        assert item.jwt in {record.token.partition("~")[0] for record in bundle.records}


async def test_the_worker_is_bound_by_a_policy_of_its_own_script(tmp_path):
    """The page's policy does not reach a worker's requests."""
    async with running(tmp_path, Maker("brand", OWN)) as node:
        pinned_by(node, chains=("https://member.example:8545",))
        script = await node.client.get("/web/passport.js")
        assert script.headers["content-security-policy"] == (
            "default-src 'none'; script-src 'self'; connect-src 'self' https://member.example:8545"
        )
        alone = await node.client.get("/web/verify.html")
        assert "content-security-policy" not in alone.headers, "its policy stands inside it"


async def test_the_desk_has_a_camera_and_the_page_behind_a_label_has_none(tmp_path):
    brand = Maker("brand", OWN)
    async with running(tmp_path, brand) as node:
        await with_coat(node, brand)
        pinned_by(node)
        desk = (await node.client.get("/inspect")).headers
        page = (await node.client.get(f"/01/{GTIN}/21/S1", headers=HTML)).headers
        assert "script-src 'self' 'wasm-unsafe-eval';" in desk["content-security-policy"]
        assert "frame-ancestors 'none'" in desk["content-security-policy"]
        assert desk["permissions-policy"].startswith("camera=(self)")
        assert "wasm" not in page["content-security-policy"]


async def test_a_model_has_no_history_and_promises_none(tmp_path):
    brand = Maker("brand", OWN)
    async with running(tmp_path, brand) as node:
        await with_coat(node, brand)
        page = (await node.client.get(f"/01/{GTIN}", headers=HTML)).text
        assert "filiera verify" not in page
        assert "/bundle" not in page
        linkset = await node.client.get(f"/01/{GTIN}", headers={"accept": "application/linkset+json"})
        entry = linkset.json()["linkset"][0]
        assert "https://ref.gs1.org/voc/dpp" in entry
        assert "https://ref.gs1.org/voc/traceability" not in entry


async def test_every_link_on_the_page_of_an_item_leads_somewhere(tmp_path):
    brand = Maker("brand", OWN)
    async with running(tmp_path, brand) as node:
        await with_coat(node, brand)
        page = (await node.client.get(f"/01/{GTIN}/21/S1", headers=HTML)).text
        addresses = [html.unescape(link) for link in re.findall(r'<a href="([^"?]+)"', page)]
        addresses += [html.unescape(found) for found in re.findall(r"filiera verify (\S+?)<", page)]
        assert len(addresses) == 3
        for address in addresses:
            assert (await node.client.get(address)).status_code == 200, address


async def test_up_the_tree(tmp_path):
    brand = Maker("brand", OWN)
    async with running(tmp_path, brand) as node:
        await with_coat(node, brand)
        steps = {"/10/L1/21/S7": "/10/L1", "/21/S7": "", "/10/L7": ""}
        for asked, leads in steps.items():
            answer = await node.client.get(f"/01/{GTIN}{asked}", headers=HTML)
            assert (answer.status_code, answer.headers["location"]) == (303, f"/01/{GTIN}{leads}")
        none = await node.client.get("/01/09506000134352", headers=HTML)
        assert (none.status_code, "Nessun passaporto" in none.text) == (404, True)
        program = await node.client.get("/01/09506000134352", headers={"accept": "application/json"})
        assert (program.status_code, program.json()["code"]) == (404, "PASSPORT_UNKNOWN")


async def test_a_wrong_number_is_told_what_is_wrong(tmp_path):
    async with running(tmp_path, Maker("brand", OWN)) as node:
        wrong = {f"/01/{GTIN[:-1]}9": "CHECK_DIGIT_WRONG", "/01/123456789": "GS1_VALUE_FORM",
                 f"/01/{GTIN}/21/%E0": "GS1_VALUE_FORM", f"/01/{GTIN}/21/" + "9" * 21: "GS1_VALUE_FORM"}  # fmt: skip
        for address, code in wrong.items():
            answer = await node.client.get(address, headers=HTML)
            assert (answer.status_code, answer.json()["code"]) == (422, code), address
            assert answer.json()["remedy"]


async def test_a_label_with_another_lot_is_doubted(tmp_path):
    brand = Maker("brand", OWN)
    async with running(tmp_path, brand) as node:
        await with_coat(node, brand)
        right = await node.client.get(f"/01/{GTIN}/10/L1/21/S1", headers=HTML)
        assert "ATTENZIONE" not in right.text
        copied = await node.client.get(f"/01/{GTIN}/10/%3Cb%3E/21/S1", headers=HTML)
        assert "ATTENZIONE" in copied.text
        assert "<b>" not in copied.text


@pytest.mark.parametrize("status", STATUSES[1:])
async def test_what_the_ledger_says_comes_first(tmp_path, status):
    brand = Maker("brand", OWN)
    async with running(tmp_path, brand) as node:
        _, _, item = await with_coat(node, brand)
        node.node.passports._chain = SaidByLedger(status, item.digest)
        page = await node.client.get(f"/01/{GTIN}/21/S1", headers=HTML)
        assert page.status_code == (410 if status == "withdrawn" else 200)
        said = "Passaporto attivo" if status == "active" else f'class="state {status}"'
        assert page.text.index(said) < page.text.index("<h2>")
        evidence = await node.client.get(f"/01/{GTIN}/21/S1", headers={"accept": BUNDLE})
        assert evidence.status_code == 200, "evidence is wanted most when something was recalled"


async def test_an_older_version_than_the_ledgers_is_superseded(tmp_path):
    brand = Maker("brand", OWN)
    async with running(tmp_path, brand) as node:
        await with_coat(node, brand)
        node.node.passports._chain = SaidByLedger("active", b"\x01" * 32)
        found = (await node.client.get(f"/01/{GTIN}", headers={"accept": "application/json"})).json()
        assert found["state"] == "superseded"


async def test_the_page_makes_no_request_shows_no_badge_and_states_its_limit(tmp_path):
    brand = Maker("brand", OWN)
    async with running(tmp_path, brand) as node:
        await with_coat(node, brand)
        for address in (f"/01/{GTIN}", f"/01/{GTIN}/21/S1"):
            for language in ("it", "en"):
                page = await node.client.get(f"{address}?lang={language}", headers=HTML)
                assert f'<html lang="{language}">' in page.text
                # Nothing is asked for, not even an icon.
                drawn = page.text.replace('<link rel="icon" href="data:,">', "")
                assert not re.search(r"<(script|img|link|iframe|object|form|audio|video)\b", drawn)
                assert not re.search(r"@import|url\(|\bon[a-z]+=", page.text)
                for word in ("sostenibile", "sustainable", "ecolog", "green", "certificat"):
                    assert word not in page.text.lower()
                assert 'class="limit"' in page.text
                assert 'name="viewport"' in page.text


HOSTILE = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</title><svg onload=alert(1)>",
    "javascript:alert(1)", "' onmouseover='x", "{version}", "</style><b>",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
async def test_what_a_record_says_stays_text(tmp_path, text):
    brand = Maker("brand", OWN)
    async with running(tmp_path, brand) as node:
        said = dict.fromkeys(
            ("name", "brand", "description", "repairInformation", "endOfLifeInformation"), text
        )
        assert (await post(node, signed(brand, body(brand, "model", MODEL, **said)))).status_code == 201
        page = await node.client.get(f"/01/{GTIN}", headers=HTML)
        shown = html.escape(text, quote=True)
        assert page.text.count(shown) >= len(said)
        if shown != text:
            assert text not in page.text


async def test_an_item_shows_what_its_model_says_of_it(tmp_path):
    brand = Maker("brand", OWN)
    async with running(tmp_path, brand) as node:
        model, _, _ = await with_coat(node, brand)
        item = (await node.client.get(f"/01/{GTIN}/21/S1", headers=HTML)).text
        assert "alert(1)" in item
        later = body(brand, "model", MODEL, version=2, replaces=reference(model), description="Altra lana")
        assert (await post(node, signed(brand, later, 2))).status_code == 201
        assert "Altra lana" not in (await node.client.get(f"/01/{GTIN}/21/S1", headers=HTML)).text


def pinned_by(node, **changes):
    trust = {"format": "filiera-trust/1", "chainId": 31337, "name": "</script><b>"}
    object.__setattr__(node.node, "pinned", Pinned(_inside_a_page(trust), **changes))


async def test_with_a_trust_file_the_page_verifies_and_may_ask_members_only(tmp_path):
    brand = Maker("brand", OWN)
    async with running(tmp_path, brand) as node:
        await with_coat(node, brand)
        pinned_by(node, chains=("https://member.example:8545",))
        page = await node.client.get(f"/01/{GTIN}/21/S1", headers=HTML)
        policy = page.headers["content-security-policy"]
        assert "script-src 'self'; worker-src 'self'" in policy
        assert "connect-src 'self' https://member.example:8545;" in policy
        assert "unsafe" not in policy
        assert page.text.count("</script>") == 2, "the trust file cannot end its element"
        assert 'data-chains="https://member.example:8545"' in page.text
        for address in re.findall(r'(?:src|href)="(/web/[^"]+)"', page.text):
            found = await node.client.get(address)
            assert (found.status_code, found.headers["x-content-type-options"]) == (200, "nosniff")
            again = await node.client.get(address, headers={"if-none-match": found.headers["etag"]})
            assert again.status_code == 304


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate", "gzip"),
        ("br;q=0, gzip;q=0.2", "gzip"),
        ("gzip;q=0", None),
        ("gzip; q=0.000, identity", None),
        ("x-gzipped", None),
        ("", None),
    ],
)
async def test_the_script_travels_compressed_for_who_takes_it(tmp_path, accepted, encoding):
    async with running(tmp_path, Maker("brand", OWN)) as node:
        plain = await node.client.get("/web/passport.js", headers={"accept-encoding": "identity"})
        found = await node.client.get("/web/passport.js", headers={"accept-encoding": accepted})
        assert found.headers.get("content-encoding") == encoding
        assert found.content == plain.content
        assert found.headers["vary"] == "Accept-Encoding"
        sent = int(found.headers["content-length"])
        assert sent < len(plain.content) / 2 if encoding else sent == len(plain.content)


@pytest.mark.parametrize("accepted", ["gzip, deflate, br", "BR;q=1.0, gzip;q=0.2", "br"])
async def test_brotli_is_sent_first_as_the_build_made_it(tmp_path, accepted):
    async with running(tmp_path, Maker("brand", OWN)) as node:
        found = await node.client.get("/web/passport.js", headers={"accept-encoding": accepted})
        assert found.headers["content-encoding"] == "br"
        assert int(found.headers["content-length"]) == (FOLDER / "passport.js.br").stat().st_size
        assert found.headers["vary"] == "Accept-Encoding"
        again = {"accept-encoding": "gzip", "if-none-match": found.headers["etag"]}
        assert (await node.client.get("/web/passport.js", headers=again)).status_code == 304


def test_a_form_in_brotli_of_another_build_is_never_sent(tmp_path):
    made_from = {"new.js": sha256(b"new").hexdigest(), "old.js": sha256(b"before").hexdigest()}
    (tmp_path / "packed.json").write_text(json.dumps(made_from))
    for name in ("new", "old"):
        (tmp_path / f"{name}.js").write_bytes(name.encode())
        (tmp_path / f"{name}.js.br").write_bytes(b"packed")
    assets = Assets(tmp_path)
    new, old = assets.get("new.js"), assets.get("old.js")
    assert new is not None
    assert list(new.packed) == ["br", "gzip"]
    assert old is not None
    assert list(old.packed) == ["gzip"]
    assert assets.get("packed.json") is None
    assert assets.get("new.js.br") is None


async def test_a_model_has_no_history_and_no_script(tmp_path):
    brand = Maker("brand", OWN)
    async with running(tmp_path, brand) as node:
        await with_coat(node, brand)
        pinned_by(node)
        assert "<script" not in (await node.client.get(f"/01/{GTIN}", headers=HTML)).text


@pytest.mark.parametrize("name", ["..%2fapp.py", "%2e%2e", "nothing.js", "it", "passport.js%00"])
async def test_only_the_built_files_are_served(tmp_path, name):
    async with running(tmp_path, Maker("brand", OWN)) as node:
        assert (await node.client.get(f"/web/{name}")).status_code in {404, 422, 400}


@pytest.mark.parametrize(
    "chains", ["javascript:alert(1)", "https://a.example; script-src *", "ftp://a", "https://a,b'"]
)
def test_an_address_that_would_change_the_policy_is_refused(chains):
    with pytest.raises(FormatError, match="ADDRESS_MALFORMED"):
        load_pinned(None, chains, None)


def test_a_trust_file_that_is_none_is_refused_at_the_start(tmp_path):
    for content in ("", "[]", "{}", '{"format": "filiera-trust/2"}'):
        file = tmp_path / "trust.json"
        file.write_text(content)
        with pytest.raises(FormatError):
            load_pinned(file, "", None)
