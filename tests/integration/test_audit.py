"""`filiera audit` of a real node on a real chain, signed, and taken by `filiera verify --audit`."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from protocol.templates import credential_template
from tests.support.chain import deployed, session_chain  # noqa: F401 - fixtures
from tests.support.makers import Maker, lot, seeded
from tests.support.node_process import NodeProcess

pytestmark = pytest.mark.chain
ROOT = Path(__file__).resolve().parents[2]
_AUDIT = "from verifier.audit_cli import audit; audit()"
_VERIFY = "from verifier.cli import verify; verify()"
RAW = {"filiera:stage": "raw-material"}


@pytest.fixture
def node(tmp_path, deployed):  # noqa: F811 - a fixture
    process = NodeProcess(tmp_path, deployed)
    process.start()
    yield process
    process.kill()
    process.client.close()


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", program, *arguments, "--lang", "en", "--json"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def key_file(folder: Path, maker: Maker) -> Path:
    file = folder / f"{maker.name}.jwk"
    file.write_text(json.dumps(maker.key.jwk))
    file.chmod(0o600)
    return file


def certificate(lab: Maker, holder: Maker):
    """Good for a hundred kilos."""
    subject = {
        "type": "Certificate", "id": "urn:filiera:certificate:" + "c" * 26, "version": 1, "validFrom": "2026-01-01",
        "validUntil": "2026-12-31", "scheme": "gots", "number": "C-1", "issuer": "Lab", "holder": holder.urn,
        "quantity": {"quantity": "100", "uom": "KGM"}, "documents": [{"kind": "certificate"}],
        "filiera:participant": lab.id.hex(),
    }  # fmt: skip
    claims = credential_template(subject, issuer=lab.key.public.did, kind="FilieraMasterData")
    number = uuid.UUID(bytes=seeded("certificate")[:16], version=4)
    return lab.sign_claims(claims | {"id": f"urn:uuid:{number}", "validFrom": "2026-03-02T00:00:00Z"})


def codes(done: subprocess.CompletedProcess[str]) -> set[str]:
    return {found["code"] for found in json.loads(done.stdout)["findings"]}


def test_over_use_that_no_single_product_shows(node, tmp_path):
    """Anna puts 60 kilos under a certificate for 100, then 60 more: each yarn by itself is sound."""
    anna, lab = Maker("anna"), Maker("lab", roles=("certifier",))
    for maker in (anna, lab):
        assert node.admit(maker).status_code == 200
    paper = certificate(lab, anna)
    cited = {"filiera:certificates": [{"id": paper.id, "digest": paper.digest.hex()}]} | RAW
    send(node, paper, anna.declare("wool", "60", **cited), anna.spin("wool", "yarn", "60", "60"))
    trust = tmp_path / "trust.json"
    pinned = node.deployed.deployment.trust() | {"auditors": [{"name": "Lab", "key": lab.key.public.did}]}
    trust.write_text(json.dumps(pinned))
    where = ["--trust", str(trust), "--chain", node.deployed.chain.url]
    signing = ["--node", node.url, "--key", str(key_file(tmp_path, lab))]
    clean, full = tmp_path / "clean.jwt", tmp_path / "full.jwt"

    done = run(_AUDIT, *where, *signing, "-o", str(clean))
    assert (done.returncode, codes(done)) == (0, set()), done.stdout + done.stderr
    yarn = f"{node.url}/lots/{lot('yarn')}/custody"
    checked = run(_VERIFY, yarn, *where, "--audit", str(clean))
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "OTHER_PRODUCTS_CHECKED" in codes(checked)

    send(node, anna.declare("more wool", "60", **cited), anna.spin("more wool", "more yarn", "60", "60"))
    for name in ("yarn", "more yarn"):
        assert run(_VERIFY, f"{node.url}/lots/{lot(name)}/custody", *where).returncode == 0
    done = run(_AUDIT, *where, *signing, "-o", str(full))
    assert (done.returncode, codes(done)) == (1, {"CERTIFICATE_OVERDRAWN"}), done.stdout + done.stderr
    refused = (
        run(_VERIFY, yarn, *where, "--audit", str(full)),
        run(_VERIFY, f"{node.url}/lots/{lot('more yarn')}/custody", *where, "--audit", str(full)),
    )
    assert [each.returncode for each in refused] == [1, 1]
    assert all("AUDIT_FOUND_OVERUSE" in codes(each) for each in refused)


def test_the_public_audits_too_and_says_what_it_did_not_see(node, tmp_path):
    anna = Maker("anna")
    assert node.admit(anna).status_code == 200
    send(node, anna.declare("wool", hidden=None, **RAW))
    trust = tmp_path / "trust.json"
    trust.write_text(json.dumps(node.deployed.deployment.trust()))
    done = run(_AUDIT, "--trust", str(trust), "--chain", node.deployed.chain.url, "--node", node.url)
    assert (done.returncode, codes(done)) == (0, {"AUDIT_AMOUNTS_WITHHELD"}), done.stdout + done.stderr
    assert json.loads(done.stdout)["withheld"]["amounts"] == 1
    assert run(_AUDIT, "--trust", str(trust), "--node", node.url).returncode == 2
    unsigned = run(_AUDIT, "--node", node.url)
    assert (unsigned.returncode, "AUDIT_NOTHING_TO_SIGN" in unsigned.stderr) == (3, True)


def test_bundles_are_audited_without_a_node(node, tmp_path):
    anna = Maker("anna")
    assert node.admit(anna).status_code == 200
    send(node, anna.declare("wool", **RAW))
    file = tmp_path / "wool.filiera"
    file.write_bytes(node.client.get(f"/lots/{lot('wool')}/custody").content)
    done = run(_AUDIT, str(file), str(file))
    assert (done.returncode, codes(done)) == (0, {"AUDIT_WITHOUT_LOG"})
    assert run(_AUDIT).returncode == 3
    exposed = key_file(tmp_path, anna)
    exposed.chmod(0o644)
    assert "AUDIT_KEY_FILE" in run(_AUDIT, str(file), "--key", str(exposed)).stderr


def send(node: NodeProcess, *records: object) -> None:
    for record in records:
        answer = node.post(record)
        assert answer.status_code == 201, answer.text
        node.proof(record)
