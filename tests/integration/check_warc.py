#!/usr/bin/env python3
"""Reads a WARC 1.1 file strictly, with Python's standard library alone, and says what is in it as JSON.

usage: check_warc.py FILE.warc.gz [FILE.cdxj]

Each gzip member must be one record whole; lengths, digests, dates and ids must be right, a revisit must refer to a response
that is there, and each line of the index must lead to the member of its URL. With the package warcio at hand the file is read
by it as well, its digests checked; without, "warcio" is "skipped".
"""
import base64
import hashlib
import json
import re
import sys
import zlib

DATE = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$")
RECORD_ID = re.compile(r"^<urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}>$")


def members(data):
    """(offset, length, bytes) of each gzip member."""
    at = 0
    while at < len(data):
        unpack = zlib.decompressobj(31)
        record = unpack.decompress(data[at:])
        assert unpack.eof, f"the member at {at} has no end"
        length = len(data) - at - len(unpack.unused_data)
        yield at, length, record
        at += length


def parse(record):
    head, _, rest = record.partition(b"\r\n\r\n")
    lines = head.decode("utf-8").split("\r\n")
    assert lines[0] == "WARC/1.1", lines[0]
    fields = {}
    for line in lines[1:]:
        name, _, value = line.partition(": ")
        assert name and value and name not in fields, line
        fields[name] = value
    length = int(fields["Content-Length"])
    block = rest[:length]
    assert len(block) == length and rest[length:] == b"\r\n\r\n", "the block is not as long as Content-Length says"
    assert RECORD_ID.match(fields["WARC-Record-ID"]), fields["WARC-Record-ID"]
    assert DATE.match(fields["WARC-Date"]), fields["WARC-Date"]
    algorithm, _, digest = fields["WARC-Block-Digest"].partition(":")
    assert hashlib.new(algorithm, block).hexdigest() == digest, "block digest"
    return fields, block


def check_http(fields, block):
    head, end, payload = block.partition(b"\r\n\r\n")
    assert end, "no end of the HTTP header"
    lines = head.split(b"\r\n")
    assert re.match(rb"^HTTP/1\.[01] \d{3} ?", lines[0]), lines[0]
    headers = {}
    for line in lines[1:]:
        name, _, value = line.partition(b":")
        headers.setdefault(name.strip().lower().decode("latin-1"), value.strip().decode("latin-1"))
    assert "transfer-encoding" not in headers and "content-encoding" not in headers, headers
    if fields["WARC-Type"] == "response":
        assert int(headers["content-length"]) == len(payload), headers
        if "WARC-Payload-Digest" in fields:
            algorithm, _, digest = fields["WARC-Payload-Digest"].partition(":")
            assert hashlib.new(algorithm, payload).hexdigest() == digest, "payload digest"
    else:
        assert not payload, "a revisit of an identical payload has none"
    return int(lines[0].split(b" ")[1]), headers, payload


def read_with_warcio(path):
    try:
        from warcio.archiveiterator import ArchiveIterator
    except ImportError:
        return "skipped"
    count = 0
    with open(path, "rb") as stream:
        for record in ArchiveIterator(stream, check_digests="raise"):
            record.content_stream().read()
            count += 1
    return count


def main():
    data = open(sys.argv[1], "rb").read()
    records, ids, places = [], {}, {}
    for offset, length, bytes_ in members(data):
        fields, block = parse(bytes_)
        kind = fields["WARC-Type"]
        assert fields["WARC-Record-ID"] not in ids, "an id twice"
        ids[fields["WARC-Record-ID"]] = fields
        if not records:
            assert kind == "warcinfo", kind
        record = {"type": kind}
        if kind != "warcinfo":
            status, headers, payload = check_http(fields, block)
            record.update(url=fields["WARC-Target-URI"], status=status, headers=headers, fields=fields,
                          payload=base64.b64encode(payload).decode())
            places[offset] = (length, fields["WARC-Target-URI"], kind)
        if kind == "revisit":
            first = ids[fields["WARC-Refers-To"]]
            assert first["WARC-Type"] == "response", first
            assert first["WARC-Payload-Digest"] == fields["WARC-Payload-Digest"]
            assert first["WARC-Target-URI"] == fields["WARC-Refers-To-Target-URI"]
            assert first["WARC-Date"] == fields["WARC-Refers-To-Date"]
        records.append(record)
    keys = []
    if len(sys.argv) > 2:
        lines = open(sys.argv[2], "rb").read().split(b"\n")
        assert lines.pop() == b"" and lines == sorted(lines), "the index is not in order"
        assert len(lines) == len(places), "the index does not name each record once"
        for line in lines:
            key, stamp, values = line.decode("utf-8").split(" ", 2)
            values = json.loads(values)
            length, url, kind = places[int(values["offset"])]
            assert (int(values["length"]), values["url"]) == (length, url), values
            assert re.match(r"^\d{14}$", stamp) and (values.get("mime") == "warc/revisit") == (kind == "revisit"), line
            keys.append(key)
    json.dump({"records": records, "keys": keys, "warcio": read_with_warcio(sys.argv[1])}, sys.stdout)


main()
