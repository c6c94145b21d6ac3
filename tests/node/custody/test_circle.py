"""What concerns a company: what it was sent and what that was made of. Not a word about anybody else's dealings."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from protocol.bundle import parse_bundle
from protocol.records import parse_record
from tests.support.makers import Maker, lot
from tests.support.nodes import running
from tests.support.orders import order
from tests.support.papers import sign_in
from tests.support.passports import reference

pytestmark = pytest.mark.anyio


@pytest.fixture
def people():
    """A breeder, a spinner, two customers of the spinner, and somebody who wants to know."""
    names = {"anna": "supplier", "sara": "supplier", "bruna": "brand", "olga": "brand", "eva": "supplier"}
    return {name: Maker(name, (role, "supplier")) for name, role in names.items()}


async def reads(node, maker, record) -> bool:
    """Whether the record shows a maker more than it shows everybody, alike by itself and in the bundle of its goods."""
    headers = await sign_in(node, maker)
    alone = await node.client.get(f"/events/{record.digest.hex()}", headers=headers)
    everybody = await node.client.get(f"/events/{record.digest.hex()}")
    assert alone.status_code == 200, alone.text
    return len(parse_record(alone.text).disclosures) > len(parse_record(everybody.text).disclosures)


async def reads_in_bundle(node, maker, target, record) -> bool:
    headers = await sign_in(node, maker)
    answer = await node.client.get(f"/lots/{lot(target)}/custody", headers=headers)
    everybody = parse_bundle((await node.client.get(f"/lots/{lot(target)}/custody")).content)
    shown, public = (
        next(
            parse_record(each.token)
            for each in found.records
            if parse_record(each.token).digest == record.digest
        )
        for found in (parse_bundle(answer.content), everybody)
    )
    return len(shown.disclosures) > len(public.disclosures)


def spun(people, **more):
    """Wool of Anna's becomes yarn of Sara's, half of it for Bruna and half for Olga."""
    anna, sara, bruna, olga = (people[name] for name in ("anna", "sara", "bruna", "olga"))
    wool = anna.declare("wool", hidden=None)
    sent = anna.ship("wool", sara, hidden=None)
    made = {"wool": wool, "sent": sent, "got": sara.receive(sent, "wool", hidden=None)}
    made["spinning"] = sara.spin("wool", "yarn", hidden=None, **more)
    for name, customer in (("for bruna", bruna), ("for olga", olga)):
        made[name] = sara.ship("yarn", customer, "20", hidden=None)
    return made


async def test_who_holds_goods_reads_the_way_back_to_their_origin(tmp_path, people):
    async with running(tmp_path, *people.values()) as node:
        made = spun(people)
        await node.stored(*made.values())
        for name in ("wool", "sent", "got", "spinning", "for bruna"):
            assert await reads(node, people["bruna"], made[name]), name
            assert await reads_in_bundle(node, people["bruna"], "yarn", made[name]), name


async def test_two_customers_of_one_supplier_learn_nothing_of_each_other(tmp_path, people):
    sara, bruna, olga = people["sara"], people["bruna"], people["olga"]
    secret = order(olga, sara, "O-7")
    async with running(tmp_path, *people.values()) as node:
        made = spun(people, **{"filiera:order": reference(secret)})
        got = olga.receive(made["for olga"], "yarn", "20", hidden=None)
        woven = olga.spin("yarn", "cloth", "20", "19", hidden=None)
        await node.stored(secret, *made.values(), got, woven)
        for record in (secret, made["for olga"], got, woven):
            assert not await reads(node, bruna, record), record.subject
            assert await reads(node, olga, record)
        for record in (made["for olga"], got, woven, secret):
            assert not await reads_in_bundle(node, bruna, "yarn", record)
        assert await reads(node, sara, secret)
        assert not await reads(node, sara, woven)


async def test_goods_lead_no_supplier_forward(tmp_path, people):
    async with running(tmp_path, *people.values()) as node:
        made = spun(people)
        await node.stored(*made.values())
        for name in ("spinning", "for bruna", "for olga"):
            assert not await reads(node, people["anna"], made[name]), name
        assert await reads(node, people["anna"], made["got"])


async def test_a_stranger_opens_nothing_by_naming_consuming_citing_or_answering(tmp_path, people):
    eva, bruna = people["eva"], people["bruna"]
    async with running(tmp_path, *people.values()) as node:
        made = spun(people)
        attempts = [
            eva.receive(made["for bruna"], "yarn", "30"),
            eva.spin("yarn", "false cloth", "20", "19"),
            eva.ship("yarn", eva, "1"),
            order(eva, people["sara"], "false", parent=reference(made["spinning"])),
            order(eva, bruna, "to bruna", parent=reference(made["for bruna"])),
        ]
        await node.stored(*made.values(), *attempts)
        for name, record in made.items():
            assert not await reads(node, eva, record), name
            assert not await reads_in_bundle(node, eva, "yarn", record), name
            assert await reads(node, bruna, record) == (name != "for olga"), name


async def test_who_claims_to_have_made_a_lot_after_its_maker_is_not_its_holder(tmp_path, people):
    async with running(tmp_path, *people.values()) as node:
        made = spun(people)
        await node.stored(*made.values(), people["eva"].declare("yarn"), people["eva"].declare("wool"))
        for name, record in made.items():
            assert not await reads(node, people["eva"], record), name


async def test_a_receiver_withheld_from_the_node_is_nobody_and_reads_once_he_is_told(tmp_path, people):
    anna, sara, bruna = people["anna"], people["sara"], people["bruna"]
    wool = anna.declare("wool", hidden=None)
    to_bruna = anna.ship("wool", bruna, "10", hidden=None)
    to_sara = anna.ship("wool", sara, "10", hidden=None)
    without = "~".join(
        [to_sara.jwt, *(each.text for each in to_sara.opened if "destination" not in each.place.pattern), ""]
    )
    async with running(tmp_path, *people.values()) as node:
        await node.stored(wool, to_bruna)
        assert (await node.post(without)).status_code == 201
        assert not await reads(node, sara, to_sara)
        assert not await reads(node, bruna, to_sara)
        assert not await reads(node, sara, wool)
        assert (await node.post(to_sara)).status_code == 200
        assert await reads(node, sara, to_sara)
        assert await reads(node, sara, wool)
        assert not await reads(node, bruna, to_sara)


async def test_a_way_longer_than_the_node_looks_opens_nothing(tmp_path, people):
    async with running(tmp_path, *people.values(), custody_records=3) as node:
        made = spun(people)
        await node.stored(*made.values())
        assert not await reads(node, people["bruna"], made["wool"])
        assert await reads(node, people["anna"], made["wool"])


async def test_records_of_former_days_are_given_their_edges(tmp_path, people):
    from alembic.migration import MigrationContext  # noqa: PLC0415
    from alembic.operations import Operations  # noqa: PLC0415

    from node.migrations.versions import __path__ as folder  # noqa: PLC0415

    async with running(tmp_path, *people.values()) as node:
        made = spun(people)
        await node.stored(*made.values())
        with node.node.database.write() as connection:
            before = set(connection.execute(text("SELECT lot, direction, number FROM lot_edges")).all())
            connection.execute(text("DELETE FROM lot_edges WHERE direction > 5"))
        assert not await reads(node, people["bruna"], made["wool"])
        with (
            node.node.database.write() as connection,
            Operations.context(MigrationContext.configure(connection)),
        ):
            _mentions(folder).fill_mentions()
            after = set(connection.execute(text("SELECT lot, direction, number FROM lot_edges")).all())
        assert after == before
        assert await reads(node, people["bruna"], made["wool"])


def _mentions(folder):
    import importlib.util  # noqa: PLC0415
    from pathlib import Path  # noqa: PLC0415

    path = Path(next(iter(folder))) / "0006_access.py"
    spec = importlib.util.spec_from_file_location("mentions_0006", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
