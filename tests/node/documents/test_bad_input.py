"""Bad papers: a stable code, a remedy, and nothing left behind."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from node.documents.media import kind_of, media_type_of
from node.documents.service import checked_name
from protocol.cid import CHUNK_BYTES, cid_of_bytes
from protocol.errors import DocumentError
from tests.support.makers import Maker
from tests.support.nodes import running
from tests.support.papers import PDF, PDF_TYPE, large_pdf, sign_in, upload

MAKER = Maker("tintoria")
OBSERVER = Maker("osservatore", ("observer",))
HTML = b"<!DOCTYPE html><html><body>404</body></html>"


def ensure_nothing_stored(node, folder):
    with node.node.database.read() as connection:
        for table in ("documents", "document_blocks"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0
    assert [path for path in (folder / "content").rglob("b*") if path.is_file()] == []


async def refused(node, folder, answer, status, code):
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.json()["remedy"]
    ensure_nothing_stored(node, folder)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("data", "media_type", "query", "status", "code"),
    [
        (b"", PDF_TYPE, {}, 422, "DOCUMENT_EMPTY"),
        (HTML, PDF_TYPE, {}, 415, "DOCUMENT_MEDIA_TYPE"),
        (b"\n\n  " + HTML.lower(), PDF_TYPE, {}, 415, "DOCUMENT_MEDIA_TYPE"),
        (b"MZ\x90\x00" + bytes(100), PDF_TYPE, {}, 415, "DOCUMENT_MEDIA_TYPE"),
        (PDF, "image/png", {}, 415, "DOCUMENT_MEDIA_TYPE"),
        (b"<?xml version='1.0'?><svg onload='x'/>", "application/xml", {}, 415, "DOCUMENT_MEDIA_TYPE"),
        (HTML, "text/html", {}, 415, "DOCUMENT_MEDIA_TYPE_REFUSED"),
        (HTML, "", {}, 415, "DOCUMENT_MEDIA_TYPE_REFUSED"),
        (b"\x7fELF" + bytes(50), "application/octet-stream", {}, 415, "DOCUMENT_MEDIA_TYPE_REFUSED"),
        (PDF, PDF_TYPE, {"name": "../../etc/passwd"}, 422, "DOCUMENT_NAME"),
        (PDF, PDF_TYPE, {"name": "C:\\fattura.pdf"}, 422, "DOCUMENT_NAME"),
        (PDF, PDF_TYPE, {"name": "fattura\u202efdp.exe"}, 422, "DOCUMENT_NAME"),
        (PDF, PDF_TYPE, {"name": "a\r\nSet-Cookie: x"}, 422, "DOCUMENT_NAME"),
        (PDF, PDF_TYPE, {"tier": "everybody"}, 422, "REQUEST_INVALID"),
        (large_pdf(CHUNK_BYTES + 1), PDF_TYPE, {}, 413, "DOCUMENT_TOO_LARGE"),
    ],
)
async def test_a_bad_paper_is_refused_and_leaves_nothing(tmp_path, data, media_type, query, status, code):
    async with running(tmp_path, MAKER, document_bytes=CHUNK_BYTES) as node:
        answer = await upload(node, MAKER, data, media_type, **query)
        await refused(node, tmp_path, answer, status, code)


@pytest.mark.anyio
async def test_another_paper_than_expected_is_refused(tmp_path):
    async with running(tmp_path, MAKER) as node:
        other = {"filiera-expected-cid": cid_of_bytes(PDF + b" ")}
        await refused(
            node, tmp_path, await upload(node, MAKER, PDF, headers=other), 422, "DOCUMENT_CID_MISMATCH"
        )
        nonsense = {"filiera-expected-cid": "../../x"}
        await refused(node, tmp_path, await upload(node, MAKER, PDF, headers=nonsense), 400, "CID_MALFORMED")
        right = {"filiera-expected-cid": cid_of_bytes(PDF)}
        assert (await upload(node, MAKER, PDF, headers=right)).status_code == 201


@pytest.mark.anyio
async def test_strangers_and_observers_bring_nothing(tmp_path):
    async with running(tmp_path, MAKER, OBSERVER) as node:
        await refused(node, tmp_path, await upload(node, None, PDF), 401, "DOCUMENT_AUTHOR_NEEDED")
        await refused(node, tmp_path, await upload(node, OBSERVER, PDF), 403, "ROLE_MISSING")
        forged = {"authorization": "Bearer not-a-token"}
        await refused(node, tmp_path, await upload(node, None, PDF, headers=forged), 401, "AUTH_TOKEN")


@pytest.mark.anyio
async def test_too_large_a_paper_is_refused_while_it_streams(tmp_path):
    sent = 0

    async def endless():
        nonlocal sent
        while True:
            sent += 65_536
            yield PDF.ljust(65_536)

    async with running(tmp_path, MAKER, document_bytes=2_000_000) as node:
        headers = await sign_in(node, MAKER) | {"content-type": PDF_TYPE}
        answer = await node.client.post("/documents", content=endless(), headers=headers)
        await refused(node, tmp_path, answer, 413, "DOCUMENT_TOO_LARGE")
    assert sent < 6_000_000


@pytest.mark.anyio
async def test_five_gigabytes_are_refused_by_their_announcement(tmp_path):
    read = 0

    async def body():
        nonlocal read
        read += 1
        yield PDF

    async with running(tmp_path, MAKER) as node:
        headers = await sign_in(node, MAKER) | {"content-type": PDF_TYPE, "content-length": str(5 * 2**30)}
        answer = await node.client.post("/documents", content=body(), headers=headers)
        await refused(node, tmp_path, answer, 413, "DOCUMENT_TOO_LARGE")
    assert "104857600" in answer.json()["detail"]


@pytest.mark.anyio
@pytest.mark.parametrize("announced", [len(PDF) + 1, len(PDF) + 1000])
async def test_an_upload_shorter_than_announced_is_refused(tmp_path, announced):
    async def body():
        yield PDF

    async with running(tmp_path, MAKER) as node:
        headers = await sign_in(node, MAKER) | {"content-type": PDF_TYPE, "content-length": str(announced)}
        answer = await node.client.post("/documents", content=body(), headers=headers)
        await refused(node, tmp_path, answer, 400, "DOCUMENT_TRUNCATED")


def form(*parts: bytes, end: bytes = b"--b--\r\n") -> bytes:
    return b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + end


FILE = (
    b'Content-Disposition: form-data; name="file"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
    + PDF
)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("body", "content_type", "code"),
    [
        (form(FILE, end=b""), "multipart/form-data; boundary=b", "DOCUMENT_UPLOAD_MALFORMED"),
        (form(FILE, FILE), "multipart/form-data; boundary=b", "DOCUMENT_UPLOAD_MALFORMED"),
        (form(), "multipart/form-data; boundary=b", "DOCUMENT_UPLOAD_MALFORMED"),
        (form(FILE), "multipart/form-data", "DOCUMENT_UPLOAD_MALFORMED"),
        (form(FILE), "multipart/form-data; boundary=c", "DOCUMENT_UPLOAD_MALFORMED"),
        (form(FILE.replace(b'"file"', b'"other"')), "multipart/form-data; boundary=b", "DOCUMENT_UPLOAD_MALFORMED"),
        (form(FILE.replace(b"\r\n\r\n", b"\r\nX: " + b"y" * 9000 + b"\r\n\r\n", 1)), "multipart/form-data; boundary=b",
         "DOCUMENT_UPLOAD_MALFORMED"),
        (form(FILE.replace(b"a.pdf", b"../a.pdf")), "multipart/form-data; boundary=b", "DOCUMENT_NAME"),
        (form(FILE.replace(PDF, b"")), "multipart/form-data; boundary=b", "DOCUMENT_EMPTY"),
        (form(FILE.replace(PDF, HTML)), "multipart/form-data; boundary=b", "DOCUMENT_MEDIA_TYPE"),
    ],
)  # fmt: skip
async def test_a_bad_form_is_refused_and_leaves_nothing(tmp_path, body, content_type, code):
    async with running(tmp_path, MAKER) as node:
        answer = await upload(node, MAKER, body, content_type)
        assert answer.json()["code"] == code, answer.text
        ensure_nothing_stored(node, tmp_path)
        assert (await upload(node, MAKER, form(FILE), "multipart/form-data; boundary=b")).status_code == 201


@pytest.mark.parametrize(
    ("declared", "head", "kept"),
    [
        ("application/pdf; charset=x", PDF, "application/pdf"),
        ("", PDF, "application/pdf"),
        ("application/octet-stream", b'{"a": 1}', "application/json"),
        ("text/csv", "codice;quantità\n".encode("cp1252"), "text/csv"),
        ("text/xml", b"\xef\xbb\xbf<?xml version='1.0'?><DDT><table/></DDT>", "text/xml"),
        (
            "application/vnd.oasis.opendocument.text",
            b"PK\x03\x04mimetype",
            "application/vnd.oasis.opendocument.text",
        ),
        ("application/pkcs7-mime", b"\x30\x82\x01\x00", "application/pkcs7-mime"),
    ],
)
def test_usual_papers_are_known(declared, head, kept):
    assert media_type_of(declared, head) == kept


@given(st.binary(max_size=64), st.sampled_from(["application/pdf", "image/png", "text/plain", "x/y", ""]))
def test_whatever_the_bytes_are_a_type_or_a_refusal_comes_out(head, declared):
    try:
        media_type_of(declared, head)
    except DocumentError as error:
        assert error.code.startswith("DOCUMENT_MEDIA_TYPE")  # noqa: PT017
    assert kind_of(b"%PDF-" + head) == "pdf"


@given(st.text(max_size=300))
def test_a_label_is_plain_or_refused(name):
    try:
        kept = checked_name(name)
    except DocumentError:
        return
    assert kept is None or not set(kept) & set("/\\\0\r\n")
