"""Records the documents that the X-Ray SDK for Python sends, a file for each case: record.py FOLDER"""
import json
import pathlib
import socket
import sqlite3
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import boto3
import flask
import requests
from aws_xray_sdk.core import patch, xray_recorder
from aws_xray_sdk.core.plugins import ecs_plugin
from aws_xray_sdk.core.sampling.local.sampler import LocalSampler
from aws_xray_sdk.ext.flask.middleware import XRayMiddleware
from botocore.config import Config
from botocore.exceptions import ClientError

FOLDER = pathlib.Path(sys.argv[1])
daemon = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
daemon.bind(("127.0.0.1", 0))
daemon.settimeout(0.3)
xray_recorder.configure(service="shop", sampling=True, plugins=("ECSPlugin",),
                        daemon_address=f"127.0.0.1:{daemon.getsockname()[1]}",
                        sampler=LocalSampler({"version": 2, "rules": [], "default": {"fixed_target": 1000, "rate": 1}}))
patch(["boto3", "sqlite3", "requests"])


class Stub(BaseHTTPRequestHandler):
    """DynamoDB, which throttles one table, and a web service, which fails on one path."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
        if body.get("TableName") == "busy":
            self.answer(400, {"__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
                              "message": "slow down"}, "r-2")
        else:
            self.answer(200, {}, "r-1")

    def do_GET(self):
        self.answer(503 if self.path == "/broken" else 200, {})

    def answer(self, status, body, request_id=None):
        text = json.dumps(body).encode()
        self.send_response(status)
        if request_id:
            self.send_header("x-amzn-RequestId", request_id)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


stub = HTTPServer(("127.0.0.1", 0), Stub)
threading.Thread(target=stub.serve_forever, daemon=True).start()
STUB = f"http://127.0.0.1:{stub.server_port}"
dynamodb = boto3.client("dynamodb", endpoint_url=STUB, region_name="eu-west-1", aws_access_key_id="k",
                        aws_secret_access_key="s", config=Config(retries={"total_max_attempts": 1}))

app = flask.Flask("shop")
XRayMiddleware(app, xray_recorder)


@app.get("/ok")
def ok():
    segment = xray_recorder.current_segment()
    segment.set_user("ana")
    segment.put_annotation("tier", "gold")
    segment.put_annotation("items", 3)
    segment.put_annotation("ratio", 0.5)
    segment.put_annotation("vip", True)
    segment.put_metadata("cart", {"lines": [1, 2]})
    segment.put_metadata("note", "x", "own")
    with xray_recorder.in_subsegment("price") as work:
        work.put_annotation("step", 1)
    return "ok"


@app.get("/fault")
def fault():
    with xray_recorder.in_subsegment("charge"):
        raise ValueError("card declined")


@app.get("/error")
def error():
    return "no", 404


@app.get("/throttle")
def throttle():
    return "later", 429


@app.get("/aws")
def aws():
    dynamodb.get_item(TableName="orders", Key={"id": {"S": "1"}})
    try:
        dynamodb.get_item(TableName="busy", Key={"id": {"S": "1"}})
    except ClientError:
        return "busy", 503
    return "?", 500


@app.get("/sql")
def sql():
    sqlite3.connect("file:shop?mode=memory", uri=True).execute("SELECT 1")
    return "ok"


@app.get("/remote")
def remote():
    requests.get(f"{STUB}/stock")
    return ("bad", 502) if requests.get(f"{STUB}/broken").status_code >= 500 else "ok"


def received():
    while True:
        try:
            yield daemon.recv(65_536).decode().split("\n", 1)[1]
        except TimeoutError:
            return


def keep(name):
    (FOLDER / f"python-{name}.txt").write_text("".join(document + "\n" for document in received()))


client = app.test_client()
app.config["PROPAGATE_EXCEPTIONS"] = False
for case in ("ok", "fault", "error", "throttle", "aws", "sql", "remote"):
    client.get(f"/{case}?q=1", headers={"User-Agent": "curl/8", "X-Forwarded-For": "198.51.100.7"})
    keep(case)
segment = xray_recorder.begin_segment("batch")
segment.put_annotation("run", 7)
xray_recorder.begin_subsegment("step")
xray_recorder.emitter.send_entity(segment)  # as it does with one that is still open
keep("in-progress")
