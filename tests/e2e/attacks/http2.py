"""A client of HTTP/2 that writes any frame it likes, and reads what it is told. Header blocks are hpack's."""
import dataclasses
import socket
import ssl
import struct
import time

import hpack

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM, ACK, END_HEADERS = 1, 1, 4
ENHANCE_YOUR_CALM = 11
EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"


def frame(kind: int, flags: int = 0, stream: int = 0, payload: bytes = b"", length: int | None = None) -> bytes:
    size = len(payload) if length is None else length
    return struct.pack(">I", size)[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def u32(number: int) -> bytes:
    return struct.pack(">I", number)


def setting(number: int, value: int) -> bytes:
    return struct.pack(">HI", number, value)


def block(*more: tuple[str, str], method: str = "POST", path: str = EXPORT) -> bytes:
    """The header block of a call. It uses no dynamic table, so that any connection may begin with it."""
    fields = [(":method", method), (":scheme", "http"), (":path", path), (":authority", "attack.example"),
              ("content-type", "application/grpc"), ("te", "trailers"), *more]
    return b"".join(literal(name.encode(), value.encode()) for name, value in fields)


def literal(name: bytes, value: bytes, remembered: bool = False) -> bytes:
    """A field in full (RFC 7541, 6.2), in the table from now on or not."""
    return (b"\x40" if remembered else b"\x00") + text(name) + text(value)


def text(value: bytes) -> bytes:
    if len(value) < 127:
        return bytes([len(value)]) + value
    rest, out = len(value) - 127, b"\x7f"
    while rest > 127:
        out += bytes([rest & 127 | 128])
        rest >>= 7
    return out + bytes([rest]) + value


def head(stream: int, *more: tuple[str, str], ends: bool = False, **of) -> bytes:
    return frame(HEADERS, END_HEADERS | (END_STREAM if ends else 0), stream, block(*more, **of))


def message(content: bytes, flag: int = 0, length: int | None = None) -> bytes:
    """gRPC's frame of a message."""
    return bytes([flag]) + u32(len(content) if length is None else length) + content


@dataclasses.dataclass
class Answer:
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    body: bytes = b""
    reset: int | None = None
    is_whole: bool = False


class Connection:
    def __init__(self, address: str, settings: bytes = b"", tls: ssl.SSLContext | None = None):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=10)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname="localhost")
        self.unread = b""
        self.goaway: tuple[int, str] | None = None
        self.is_closed = False
        self.answers: dict[int, Answer] = {}
        self.decoder = hpack.Decoder()
        self.send(PREFACE + frame(SETTINGS, payload=settings) + frame(SETTINGS, ACK))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data: bytes) -> bool:
        """False when nobody takes it any more."""
        try:
            self.socket.sendall(data)
            return True
        except (BrokenPipeError, ConnectionResetError):
            return False

    def flood(self, pieces, seconds: float = 20) -> int:
        """Sends each until it is told to go; how many went."""
        sent, batch = 0, []
        until = time.monotonic() + seconds
        for piece in pieces:
            batch.append(piece)
            sent += 1
            if len(batch) < 50:  # no more streams at once than are allowed
                continue
            if not self.send(b"".join(batch)) or self.read(0) or self.is_closed or time.monotonic() > until:
                return sent
            batch.clear()
        self.send(b"".join(batch))
        return sent

    def read(self, seconds: float, stream: int | None = None):
        """Reads until it is told to go, the end, or the whole answer of a stream; returns the GOAWAY, if any."""
        until = time.monotonic() + seconds
        while not self.is_closed and self.goaway is None and not (stream and self.answer(stream).is_whole):
            self.socket.settimeout(max(until - time.monotonic(), 0.001))
            try:
                data = self.socket.recv(1 << 16)
            except (TimeoutError, ssl.SSLWantReadError):
                break
            except ConnectionResetError:
                data = b""
            self.is_closed = not data
            self.unread += data
            self.take_frames()
        self.socket.settimeout(10)
        return self.goaway

    def is_ended(self, seconds: float) -> bool:
        """Whether the server closes, however much it still says before."""
        until = time.monotonic() + seconds
        while not self.is_closed and time.monotonic() < until:
            self.socket.settimeout(max(until - time.monotonic(), 0.001))
            try:
                self.is_closed = not self.socket.recv(1 << 16)
            except TimeoutError:
                break
            except ConnectionResetError:
                self.is_closed = True
        return self.is_closed

    def take_frames(self):
        while len(self.unread) >= 9:
            length = int.from_bytes(self.unread[:3], "big")
            if len(self.unread) < 9 + length:
                return
            kind, flags = self.unread[3], self.unread[4]
            stream = int.from_bytes(self.unread[5:9], "big")
            self.take(kind, flags, stream, self.unread[9:9 + length])
            self.unread = self.unread[9 + length:]

    def take(self, kind: int, flags: int, stream: int, payload: bytes):
        if kind == GOAWAY:
            self.goaway = (int.from_bytes(payload[4:8], "big"), payload[8:].decode())
        elif kind == HEADERS:  # our server sends each block in one frame
            self.answer(stream).headers.update(self.decoder.decode(payload))
        elif kind == DATA:
            self.answer(stream).body += payload
        elif kind == RST_STREAM:
            self.answer(stream).reset = int.from_bytes(payload, "big")
        if kind == RST_STREAM or kind in (HEADERS, DATA) and flags & END_STREAM:
            self.answer(stream).is_whole = True

    def answer(self, stream: int) -> Answer:
        return self.answers.setdefault(stream, Answer())

    def call(self, stream: int, *frames: bytes, seconds: float = 20) -> Answer:
        assert self.send(b"".join(frames))
        self.read(seconds, stream)
        return self.answer(stream)
