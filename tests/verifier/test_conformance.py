"""The adapter answers with the product's own functions, over both transports, and never falls over."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.make_vectors.front_door_parts import ED25519, P256, digest, disclosure, sign, token
from verifier import conformance

ROOT = Path(__file__).resolve().parents[2]


def ask(op, **fields):
    return json.loads(conformance.answer_bytes(json.dumps({"id": "q", "op": op, **fields}).encode()))


def test_ed25519_and_p256_signatures():
    for alg, key, point in (
        ("ed25519", ED25519, ED25519.public.raw),
        ("es256", P256, b"\x04" + P256.public.uncompressed),
    ):
        question = {"alg": alg, "key": point.hex(), "msg": b"m".hex(), "sig": sign(key, b"m").hex()}
        assert ask("verify", **question) == {"id": "q", "valid": True}
        assert ask("verify", **question | {"msg": "00"}) == {
            "id": "q",
            "valid": False,
            "error": "SIGNATURE_INVALID",
        }


def test_der_signature():
    key = (b"\x04" + P256.public.uncompressed).hex()
    der = P256.native.sign(b"m", conformance_ecdsa()).hex()
    assert ask("verify", alg="es256-der", key=key, msg=b"m".hex(), sig=der)["valid"]
    assert (
        ask("verify", alg="es256-der", key=key, msg=b"m".hex(), sig=der + "00")["error"]
        == "SIGNATURE_MALFORMED"
    )


def conformance_ecdsa():
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    return ec.ECDSA(hashes.SHA256())


def test_did_key():
    assert ask("did.key", did=ED25519.public.did)["public_key"] == ED25519.public.raw.hex()
    assert ask("did.key", did=P256.public.did) == {
        "id": "q",
        "type": "P-256",
        "public_key": P256.public.raw.hex(),
    }
    assert ask("did.key", did="did:key:z1")["error"] == "KEY_MALFORMED"


def test_tokens_of_others():
    assert ask("jwt.verify", token=token({"n": 1.5}, typ=None, kid=None), jwk=ED25519.public.jwk) == {
        "id": "q",
        "valid": True,
        "claims": {"n": 1.5},
    }
    assert ask("jwt.verify", token=token({}, alg="none"), jwk=ED25519.public.jwk)["error"] == "ALG_REFUSED"
    opened = disclosure("c2FsdA", "red", 1)
    text = token({"_sd": [digest(opened)]}, P256, (opened,), kid=42)
    assert ask("sdjwt.verify", token=text, jwk=P256.public.jwk)["claims"] == {"red": 1}


@pytest.mark.parametrize(
    ("data", "ok"),
    [
        (b'{"a":[1,2.5]}', True),
        (b'{"a":1,"a":1}', False),
        (b"NaN", False),
        (b'"\xff"', False),
        (b"{}x", False),
    ],
)
def test_json(data, ok):
    assert ask("json.parse", json_b64=base64.b64encode(data).decode())["ok"] is ok


def test_what_is_not_offered_is_said():
    assert ask("fly") == {"id": "q", "unsupported": True}
    assert json.loads(conformance.answer_bytes(b"{}")) == {"id": None, "unsupported": True}
    assert json.loads(conformance.answer_bytes(b"nothing"))["error"] == "JSON_MALFORMED"


@given(
    st.sampled_from(["verify", "did.key", "jwt.verify", "sdjwt.verify", "json.parse"]),
    st.dictionaries(
        st.sampled_from(["alg", "key", "msg", "sig", "did", "token", "jwk", "json_b64"]),
        st.none()
        | st.integers()
        | st.text(max_size=8)
        | st.just({})
        | st.sampled_from(["ed25519", "es256", "zz"]),
    ),
)
def test_no_question_stops_the_adapter(op, fields):
    assert ask(op, **fields)["id"] == "q"


def test_lines_on_stdin_are_answered_in_order():
    lines = [json.dumps({"id": number, "op": "did.key", "did": P256.public.did}) for number in range(3)]
    result = subprocess.run(
        [sys.executable, "-m", "verifier.conformance"],
        input="\n".join([lines[0], "", *lines[1:], "no json"]),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        timeout=60,
    )
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == [0, 1, 2, None]


def test_posts_on_loopback_are_answered():
    with conformance.serve("127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_address[1]}/"
            for _ in range(2):
                body = json.dumps({"id": 1, "op": "did.key", "did": P256.public.did}).encode()
                with urllib.request.urlopen(url, body, timeout=10) as response:
                    assert json.load(response)["public_key"] == P256.public.raw.hex()
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.org", "::"])
def test_other_addresses_are_not_served(host):
    with pytest.raises(ValueError, match=r"."):
        conformance.serve(host, 0)


@pytest.mark.parametrize("argument", ["127.0.0.1", "0.0.0.0:1", "127.0.0.1:99999"])
def test_wrong_address_is_said_on_the_command_line(argument, capsys):
    with pytest.raises(SystemExit):
        conformance.main(["--serve", argument])
    assert "--serve" in capsys.readouterr().err
