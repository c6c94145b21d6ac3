"""A form with one file (multipart/form-data, RFC 7578), read as it streams in; nothing is kept but small fields."""

from __future__ import annotations

from typing import Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from protocol.errors import DocumentError

FIELDS = frozenset({"tier", "cid", "name"})
MAX_FIELD_BYTES = 1024
MAX_HEADER_BYTES = 8192
# What a form takes besides the file.
FRAME_BYTES = 65_536


class FormReader:
    """Feed it the body; it gives back the file's bytes and remembers the fields.

    After the end: `fields`, `file_name`, `media_type`. DocumentError `DOCUMENT_UPLOAD_MALFORMED`.
    """

    def __init__(self, content_type: str) -> None:
        boundary = parse_options_header(content_type)[1].get(b"boundary")
        if not boundary:
            raise _malformed("boundary")
        self.fields: dict[str, str] = {}
        self.file_name: str | None = None
        self.media_type = ""
        self._file = bytearray()
        self._seen_file = self._ended = False
        self._header = (bytearray(), bytearray())
        self._headers: dict[bytes, bytes] = {}
        self._field: tuple[str, bytearray] | None = None
        callbacks: Any = {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._head(0, data[start:end]),
            "on_header_value": lambda data, start, end: self._head(1, data[start:end]),
            "on_header_end": self._end_header,
            "on_headers_finished": self._start_part,
            "on_part_data": lambda data, start, end: self._data(data[start:end]),
            "on_part_end": self._end_part,
            "on_end": self._end,
        }
        try:
            self._parser = MultipartParser(boundary, callbacks)
        except FormParserError as error:
            raise _malformed("boundary") from error

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes of the body; return those of them that are the file's."""
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise _malformed("form") from error
        found = bytes(self._file)
        self._file.clear()
        return found

    def finish(self) -> None:
        """Refuse a form that ends too early or has no file."""
        if not self._ended:
            raise _malformed("end")
        if not self._seen_file:
            raise _malformed("file")

    def _begin(self) -> None:
        self._headers = {}

    def _head(self, which: int, data: bytes) -> None:
        self._header[which].extend(data)
        if len(self._header[which]) > MAX_HEADER_BYTES:
            raise _malformed("header")

    def _end_header(self) -> None:
        name, value = self._header
        self._headers[bytes(name).lower()] = bytes(value)
        name.clear()
        value.clear()

    def _start_part(self) -> None:
        options = parse_options_header(self._headers.get(b"content-disposition", b""))[1]
        name = options.get(b"name", b"").decode("utf-8", "replace")
        if name == "file":
            if self._seen_file:
                raise _malformed("file")
            self._seen_file = True
            self.file_name = (
                options[b"filename"].decode("utf-8", "replace") if b"filename" in options else None
            )
            self.media_type = self._headers.get(b"content-type", b"").decode("latin-1")
            self._field = None
        elif name in FIELDS and name not in self.fields:
            self._field = (name, bytearray())
        else:
            raise _malformed("field")

    def _data(self, data: bytes) -> None:
        if self._field is None:
            self._file.extend(data)
        else:
            self._field[1].extend(data)
            if len(self._field[1]) > MAX_FIELD_BYTES:
                raise _malformed("field")

    def _end_part(self) -> None:
        if self._field is not None:
            name, value = self._field
            self.fields[name] = value.decode("utf-8", "replace")

    def _end(self) -> None:
        self._ended = True


def _malformed(reason: str) -> DocumentError:
    return DocumentError("DOCUMENT_UPLOAD_MALFORMED", "body", reason=reason)
