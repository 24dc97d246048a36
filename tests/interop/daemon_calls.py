"""What programs send to port 2000, tidy and untidy, and what they can see of the answers."""
import contextlib
import dataclasses
import gzip
import http.client
import json
import os
import socket
import time

# Headers that clients look at; Date, Server and the like are nobody's business.
LOOKED_AT = ("content-type", "x-amzn-errortype", "content-encoding", "location", "allow", "www-authenticate")


@dataclasses.dataclass(frozen=True)
class Call:
    name: str
    raw: bytes
    methods: tuple[str, ...] = ("POST",)  # one for each request in `raw`


def request(path: str, body: bytes = b"{}", method: str = "POST", version: str = "1.1", headers: dict | None = None,
            host: str | None = "127.0.0.1:2000", sized: bool = True) -> bytes:
    lines = [f"{method} {path} HTTP/{version}"]
    lines += [f"Host: {host}"] if host else []
    lines += [f"{key}: {value}" for key, value in (headers or {}).items()]
    lines += [f"Content-Length: {len(body)}"] if sized else []
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def chunked(body: bytes) -> bytes:
    half = len(body) // 2
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:half], body[half:], b""))


def statistics() -> bytes:
    document = {"RuleName": "Default", "ClientID": os.urandom(12).hex(), "Timestamp": time.time(), "RequestCount": 5,
                "SampledCount": 1, "BorrowCount": 0}
    return json.dumps({"SamplingStatisticsDocuments": [document]}).encode()


def segments(count: int, filling: int = 0) -> bytes:
    now = time.time()
    documents = [json.dumps({"trace_id": f"1-{int(now):08x}-{os.urandom(12).hex()}", "id": os.urandom(8).hex(),
                             "name": "bulk", "start_time": now, "end_time": now, "metadata": {"d": {"x": "x" * filling}}})
                 for _ in range(count)]
    return json.dumps({"TraceSegmentDocuments": documents}).encode()


RULES = "/GetSamplingRules"
SIGNED = {"Authorization": "AWS4-HMAC-SHA256 Credential=old/20160101/us-east-1/xray/aws4_request, "
                           "SignedHeaders=host;x-amz-date, Signature=00", "X-Amz-Date": "20160101T000000Z"}


def calls() -> list[Call]:
    return [
        Call("the rules", request(RULES)),
        Call("the rules, with no body", request(RULES, b"")),
        Call("the rules, without a length", request(RULES, b"", sized=False)),
        Call("the targets", request("/SamplingTargets", statistics())),
        Call("the targets of nothing", request("/SamplingTargets")),
        Call("targets that are no JSON", request("/SamplingTargets", b"{")),
        Call("targets that are a list", request("/SamplingTargets", b"[]")),
        Call("a body that is no UTF-8", request("/SamplingTargets", b'{"SamplingStatisticsDocuments":"\xff"}')),
        Call("segments", request("/TraceSegments", segments(2))),
        Call("segments, 2 MB", request("/TraceSegments", segments(50, 40_000))),
        Call("segments, 8 MB", request("/TraceSegments", segments(200, 40_000))),
        Call("a read", request("/Groups")),
        Call("a call that its operation refuses", request("/GetGroup", b'{"GroupName":"no such group"}')),
        Call("a resource that is not there", request("/CancelTraceRetrieval", b'{"RetrievalToken":"none"}')),
        Call("an old signature", request(RULES, headers=SIGNED)),
        Call("a signature that is none", request(RULES, headers={"Authorization": "Basic eDp5"})),
        Call("other content types", request(RULES, headers={"Content-Type": "application/x-amz-json-1.1",
                                                            "X-Amz-Target": "AWSXRay.GetGroups"})),
        Call("a text", request(RULES, headers={"Content-Type": "text/plain", "Accept": "text/html"})),
        Call("gzip wanted", request(RULES, headers={"Accept-Encoding": "gzip"})),
        Call("a body in gzip", request(RULES, gzip.compress(b"{}"), headers={"Content-Encoding": "gzip"})),
        Call("a body in what is no gzip", request(RULES, b"{}", headers={"Content-Encoding": "gzip"})),
        Call("a body in a coding that nobody knows", request(RULES, b"{}", headers={"Content-Encoding": "snappy"})),
        Call("a body in chunks", request("/SamplingTargets", chunked(statistics()), sized=False,
                                         headers={"Transfer-Encoding": "chunked"})),
        Call("a body that waits for 100", request(RULES, headers={"Expect": "100-continue"})),
        Call("headers by the dozen", request(RULES, headers={f"X-H{n}": "v" * 50 for n in range(60)})),
        Call("a cookie of 6 kB", request(RULES, headers={"Cookie": "c=" + "x" * 6000})),
        Call("headers named twice", request(RULES, headers={"X-A": "1", "x-a": "2"})),
        Call("hop-by-hop headers", request(RULES, headers={"Connection": "keep-alive, X-Hop", "X-Hop": "1",
                                                           "Keep-Alive": "timeout=5", "TE": "trailers"})),
        Call("an upgrade to HTTP/2", request(RULES, headers={"Connection": "Upgrade, HTTP2-Settings",
                                                             "Upgrade": "h2c", "HTTP2-Settings": ""})),
        Call("forwarding headers", request(RULES, headers={"X-Forwarded-For": "10.0.0.1", "Forwarded": "for=10.0.0.1"})),
        Call("another host", request(RULES, host="xray.us-east-1.amazonaws.com")),
        Call("no host", request(RULES, host=None)),
        Call("three on one connection", request(RULES) + request("/SamplingTargets", statistics()) + request("/Groups"),
             ("POST",) * 3),
        Call("the end wanted", request(RULES, headers={"Connection": "close"})),
        Call("HTTP/1.0", request(RULES, version="1.0")),
        Call("HTTP/1.0, kept alive", request(RULES, version="1.0", headers={"Connection": "keep-alive"})),
        Call("HTTP/1.0 without host", request(RULES, version="1.0", host=None)),
        Call("HTTP/2.0 in words", request(RULES, version="2.0")),
        Call("an address as of a proxy", request("http://127.0.0.1:2000/GetSamplingRules")),
        Call("an address by way of a proxy", request("http://xray.us-east-1.amazonaws.com/GetSamplingRules",
                                                     host="xray.us-east-1.amazonaws.com")),
        Call("an address of another host than Host", request("http://xray.us-east-1.amazonaws.com/GetSamplingRules")),
        Call("a query", request(RULES + "?a=b&c")),
        Call("a query of odd bytes", request(RULES + "?a=%zz;b")),
        Call("a slash too many behind", request(RULES + "/")),
        Call("a slash too many in front", request("/" + RULES)),
        Call("a path in percents", request("/%47etSamplingRules")),
        Call("a path in small letters", request("/getsamplingrules")),
        Call("a path with dots", request("/x/../GetSamplingRules")),
        Call("the root", request("/")),
        Call("no path", request("*", method="OPTIONS"), ("OPTIONS",)),
        Call("an unknown path", request("/Nope")),
        Call("the path of an operation's name", request("/GetSamplingTargets", statistics())),
        Call("the path that an old Python SDK skips", request("/GetCentralizedSamplingRules")),
        Call("GET", request(RULES, b"", method="GET"), ("GET",)),
        Call("GET with a body", request(RULES, method="GET"), ("GET",)),
        Call("HEAD", request(RULES, b"", method="HEAD"), ("HEAD",)),
        Call("PUT", request(RULES, method="PUT"), ("PUT",)),
        Call("DELETE", request(RULES, method="DELETE"), ("DELETE",)),
        Call("PATCH", request(RULES, method="PATCH"), ("PATCH",)),
        Call("OPTIONS", request(RULES, b"", method="OPTIONS"), ("OPTIONS",)),
        Call("a method of their own", request(RULES, method="BREW"), ("BREW",)),
        Call("CONNECT", request("127.0.0.1:443", b"", method="CONNECT"), ("CONNECT",)),
        Call("what is no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello\r\n\r\n"),
        Call("a header that is none", request(RULES, headers={"no colon\r\nX": "1"})),
        Call("a length that is none", request(RULES, b"", sized=False, headers={"Content-Length": "ten"})),
        Call("two lengths", request(RULES, headers={"content-length": "7"})),
    ]


# All others are answered with 200.
REFUSED = {
    "targets that are no JSON": 400, "targets that are a list": 400, "a body that is no UTF-8": 400,
    "a call that its operation refuses": 400, "a resource that is not there": 404, "a slash too many in front": 404,
    "a path in percents": 404, "a path in small letters": 404, "a path with dots": 404, "an unknown path": 404,
    "the path of an operation's name": 404, "the path that an old Python SDK skips": 404, "GET": 405,
    "GET with a body": 405, "HEAD": 405, "PUT": 405, "DELETE": 405, "PATCH": 405, "OPTIONS": 405,
    "a method of their own": 405, "CONNECT": 404,
}


def shape(value, depth: int = 2):
    """Names of members and kinds of values."""
    if isinstance(value, dict) and depth:
        return {key: shape(each, depth - 1) for key, each in sorted(value.items())}
    return type(value).__name__


def seen(answer: http.client.HTTPResponse, body: bytes) -> dict:
    told = {name: value for name in LOOKED_AT if (value := answer.headers[name]) is not None}
    told["request id"] = answer.headers["x-amzn-requestid"] is not None
    if answer.headers["content-encoding"] == "gzip":
        body = gzip.decompress(body)
    try:
        content = json.loads(body) if body else None
    except ValueError:
        content = body[:60].decode(errors="replace")
    kind = content.get("__type") if isinstance(content, dict) else None
    return {"status": answer.status, **told, **({"__type": kind} if kind else {}),
            "body": shape(content) if isinstance(content, (dict, list)) else content}


class OneStream:
    """A socket whose every HTTPResponse reads from the same buffer: a second answer may be in it already."""

    def __init__(self, connection: socket.socket):
        self.file = connection.makefile("rb")
        self.file.close, self.really_close = lambda: None, self.file.close

    def makefile(self, mode: str):
        return self.file


# What one datagram holds, and whether the segment in it is stored.
HEADER = b'{"format":"json","version":1}'
DATAGRAMS = {
    "as SDKs send it": (lambda document: HEADER + b"\n" + document, True),
    "spaces in the header": (lambda document: b'{"format": "json", "version": 1}\n' + document, True),
    "members in another order, and more": (lambda d: b'{"version":1,"x":[],"format":"json"}\n' + d, True),
    "JSON in capitals": (lambda document: b'{"format":"JSON","version":1}\n' + document, True),
    "a document over lines": (lambda d: HEADER + b"\n" + d.replace(b", ", b",\n"), True),
    "a newline behind": (lambda document: HEADER + b"\n" + document + b"\n", True),
    "CR LF": (lambda document: HEADER + b"\r\n" + document, True),
    "60 kB": (lambda d: HEADER + b"\n" + d[:-1] + b',"metadata":{"d":{"x":"' + b"x" * 60_000 + b'"}}}', True),
    "no header": (lambda document: document, False),
    "no newline": (lambda document: HEADER + document, False),
    "another version": (lambda document: b'{"format":"json","version":2}\n' + document, False),
    "another format": (lambda document: b'{"format":"xml","version":1}\n' + document, False),
    "a header that is no JSON": (lambda document: b"format=json\n" + document, False),
    "an empty header": (lambda document: b"\n" + document, False),
    "half a document": (lambda document: HEADER + b"\n" + document[:-9], False),
    "a document without an id": (lambda document: HEADER + b"\n" + document.replace(b'"id"', b'"ID"'), False),
    "nothing behind the header": (lambda document: HEADER + b"\n", False),
    "nothing": (lambda document: b"", False),
}


def send_datagrams(port: int) -> dict[str, str]:
    """One of each: trace ids by name."""
    now, traces = time.time(), {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for name, (datagram, _) in DATAGRAMS.items():
            traces[name] = f"1-{int(now):08x}-{os.urandom(12).hex()}"
            document = {"trace_id": traces[name], "id": os.urandom(8).hex(), "name": "datagram", "start_time": now,
                        "end_time": now}
            sender.sendto(datagram(json.dumps(document).encode()), ("127.0.0.1", port))
    return traces


def ask(address: tuple[str, int], call: Call) -> list[dict]:
    """What can be seen of each answer, and of the connection afterwards."""
    with socket.create_connection(address, timeout=10) as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(call.raw)
        answers, stream = [], OneStream(connection)
        for method in call.methods:
            answer = http.client.HTTPResponse(stream, method=method)
            try:
                answer.begin()
                answers.append(seen(answer, answer.read()))
            except (http.client.HTTPException, ConnectionResetError) as error:
                return [*answers, {"connection": type(error).__name__}]
        answers[-1]["open afterwards"] = not answer.will_close
        return answers
