"""Protobuf by hand, which may be wrong."""
import struct
import time

VARINT, FIXED64, BYTES, GROUP = 0, 1, 2, 3


def varint(number: int) -> bytes:
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def key(tag: int, kind: int) -> bytes:
    return varint(tag << 3 | kind)


def field(tag: int, content: bytes) -> bytes:
    return key(tag, BYTES) + varint(len(content)) + content


def fixed64(tag: int, number: int) -> bytes:
    return key(tag, FIXED64) + struct.pack("<Q", number)


def text_attribute(name: bytes, value: bytes) -> bytes:
    """A KeyValue."""
    return field(1, name) + field(2, field(1, value))


def span(more: bytes = b"", trace: bytes = b"\x11" * 16, number: int = 1) -> bytes:
    now = time.time_ns()
    return (field(1, trace) + field(2, number.to_bytes(8, "big")) + field(5, b"attack") + fixed64(7, now - 1000)
            + fixed64(8, now) + more)


def request(content: bytes, resource: bytes = b"") -> bytes:
    """Of any signal.

    content   fields of the ScopeSpans, ScopeLogs or ScopeMetrics
    resource  of its Resource
    """
    return field(1, (field(1, resource) if resource else b"") + field(2, content))


def spans(*each: bytes, resource: bytes = b"") -> bytes:
    return request(b"".join(field(2, one) for one in each), resource)


def metric(data_tag: int, point: bytes) -> bytes:
    """data_tag  5 gauge, 7 sum, 9 histogram, 10 exponential histogram, 11 summary"""
    return request(field(2, field(1, b"attack") + field(data_tag, field(1, point))))
