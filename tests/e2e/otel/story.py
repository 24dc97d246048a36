"""What every foreign OpenTelemetry program is asked to make: the same spans in each language, told once here.

A program (python_sdk.py here, tests/interop/otel/ for other languages) reads the story as JSON: services with the
attributes of their resource, and groups of spans. It starts the spans of a group in their order, ends them in the opposite
one, then goes to the next group; at last it shuts its providers down and prints a list of {"key", "trace", "span"}, ids in
hex. Lines of a span's log are written as it is started, in its context; what a metric counts is counted at the end. Of
signals that the story does not name it has no lines or metrics, and the program no providers. Attributes are [key, type, value], for languages whose numbers do not say what they are.
"""
import dataclasses

Attribute = tuple[str, str, object]
TYPES = {str: "string", bool: "bool", int: "int", float: "double"}


def typed(attributes: dict) -> list[Attribute]:
    def kind(value) -> str:
        if isinstance(value, list):
            return (TYPES[type(value[0])] if value else "string") + "s"
        return TYPES[type(value)]

    return [(key, kind(value), value) for key, value in attributes.items()]


@dataclasses.dataclass(frozen=True)
class Line:
    """Of a log."""
    severity: int  # OpenTelemetry's number
    body: str
    attributes: dict


@dataclasses.dataclass(frozen=True)
class Metric:
    service: str
    kind: str  # counter and updown, of whole numbers, or histogram
    name: str
    unit: str
    values: list[tuple[float, dict]]


ALL_SIGNALS = ("traces", "logs", "metrics")


@dataclasses.dataclass
class Span:
    key: str
    service: str
    name: str
    kind: str
    attributes: dict
    parent: str | None = None
    events: list[tuple[str, dict]] = dataclasses.field(default_factory=list)
    links: list[tuple[str, dict]] = dataclasses.field(default_factory=list)
    exception: str | None = None  # thrown in `charge`, a function of the program, and recorded
    status: str | None = None  # of an error
    lines: list["Line"] = dataclasses.field(default_factory=list)

    def told(self, parent_service: str | None) -> dict:
        return {"key": self.key, "service": self.service, "name": self.name, "kind": self.kind, "parent": self.parent,
                "remote": parent_service not in (None, self.service),
                "attributes": typed(self.attributes), "exception": self.exception, "status": self.status,
                "lines": [{"severity": line.severity, "body": line.body, "attributes": typed(line.attributes)}
                          for line in self.lines],
                "events": [{"name": name, "attributes": typed(a)} for name, a in self.events],
                "links": [{"span": span, "attributes": typed(a)} for span, a in self.links]}


SERVICES = {
    "storefront": {"service.version": "1.2", "cloud.provider": "aws", "cloud.platform": "aws_ecs",
                   "aws.ecs.launchtype": "fargate", "cloud.region": "eu-west-1"},
    "payment": {"service.version": "3.4", "deployment.environment.name": "tests"},
    "worker": {"process.pid": 4711},
}


@dataclasses.dataclass(frozen=True)
class Story:
    """Rounds of a checkout, the last of every four with a declined card, and of an order that a worker handles in a trace of
    its own, linked to the first."""
    rounds: int = 4
    signals: tuple[str, ...] = ("traces",)  # logs and metrics beside them
    instance: str = "1"  # of its services; who counts the same beside another must not be the same

    def failed(self) -> list[int]:
        return [i for i in range(self.rounds) if i % 4 == 3]

    def groups(self) -> list[list[Span]]:
        return [group for i in range(self.rounds) for group in (checkout(i, i % 4 == 3), order(i))]

    def metrics(self) -> list[Metric]:
        failed = len(self.failed())
        return [
            Metric("storefront", "counter", "orders.placed", "{order}",
                   [(2, {"tier": "gold"}) for _ in range(self.rounds)] + [(5, {"tier": "tin"})]),
            Metric("storefront", "updown", "carts.open", "{cart}", [(7, {}), (-3, {})]),
            Metric("payment", "histogram", "charge.duration", "s",
                   [(0.02, {"outcome": "ok"})] * (self.rounds - failed) + [(7.0, {"outcome": "declined"})] * failed)]

    def spans(self) -> dict[str, Span]:
        return {span.key: span for group in self.groups() for span in group}

    def told(self) -> dict:
        services = {span.key: span.service for span in self.spans().values()}
        return {"services": {name: typed({"service.name": name, **more, "service.instance.id": self.instance})
                             for name, more in SERVICES.items()},
                "groups": [[self._told(span, services.get(span.parent)) for span in group] for group in self.groups()],
                "signals": self.signals,
                "metrics": [{**vars(metric), "values": [[value, typed(a)] for value, a in metric.values]}
                            for metric in self.metrics()] if "metrics" in self.signals else []}

    def _told(self, span: Span, parent_service: str | None) -> dict:
        return {**span.told(parent_service), **({} if "logs" in self.signals else {"lines": []})}


def checkout(i: int, fails: bool) -> list[Span]:
    status = 500 if fails else 200
    root = Span(f"{i}/root", "storefront", "GET /checkout", "server", {
        "http.request.method": "GET", "http.route": "/checkout", "url.path": f"/checkout/{i}", "url.scheme": "http",
        "server.address": "shop.example", "client.address": "10.0.0.7", "user_agent.original": "curl/8.0",
        "http.response.status_code": 502 if fails else 200, "enduser.id": "ana", "round": i, "tier": "gold",
        "x-tenant": "t-1", "is first": i == 0, "ratio": 2.5, "größe": "übergroß ☕ \"a\"\n\tb", "empty": "",
        "big": 9007199254740991, "negative": -7, "names": ["a", "", "ü"], "numbers": [1, -2, 3], "parts": [0.5, -1.25],
        "flags": [True, False]})
    render = Span(f"{i}/render", "storefront", "render", "internal", {"template": "cart.html"}, root.key,
                  events=[("cache miss", {"key": "cart", "size": 3, "tags": ["x", "y"]}), ("done", {})])
    call = Span(f"{i}/call", "storefront", "POST", "client", {
        "http.request.method": "POST", "url.full": f"http://pay.example/pay/{i}", "server.address": "pay.example",
        "http.response.status_code": status}, root.key, status="" if fails else None)
    pay = Span(f"{i}/pay", "payment", "POST /pay", "server", {
        "http.request.method": "POST", "http.route": "/pay", "http.response.status_code": status}, call.key,
        exception="card declined" if fails else None, status="no money" if fails else None,
        lines=[Line(9, f"charging {i}", {"amount": 12.5, "currency": "EUR", "parts": [1, 2], "first": i == 0})]
        + ([Line(17, "card declined", {"card": "visa"})] if fails else []))
    table = Span(f"{i}/table", "payment", "SELECT orders", "client", {
        "db.system.name": "postgresql", "db.namespace": "shop", "server.address": "db.example",
        "db.query.text": "SELECT * FROM orders WHERE id = $1"}, pay.key)
    publish = Span(f"{i}/publish", "storefront", "send orders", "producer", {
        "messaging.system": "rabbitmq", "messaging.destination.name": "orders", "messaging.operation.type": "send",
        "messaging.message.id": f"m-{i}"}, root.key)
    return [root, render, call, pay, table, publish]


def order(i: int) -> list[Span]:
    handle = Span(f"{i}/handle", "worker", "process orders", "consumer", {
        "messaging.system": "rabbitmq", "messaging.destination.name": "orders", "messaging.operation.type": "process",
        "messaging.message.id": f"m-{i}"}, links=[(f"{i}/publish", {"messaging.message.id": f"m-{i}", "place": 1})],
                  lines=[Line(13, "packing slowly", {"items": 2})])
    pack = Span(f"{i}/pack", "worker", "pack", "internal", {"items": 2}, handle.key)
    return [handle, pack]
