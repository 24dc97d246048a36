"""A web service on the X-Ray SDK for Python: answers one request by calling the back, a database and AWS."""
import sqlite3
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

import boto3
import requests
from aws_xray_sdk.core import patch, xray_recorder
from aws_xray_sdk.core.models import http
from aws_xray_sdk.core.sampling.local.sampler import LocalSampler
from aws_xray_sdk.ext.util import calculate_segment_name, construct_xray_header

BACK, AWS = sys.argv[1], sys.argv[2]
xray_recorder.configure(service="front", sampling=True, context_missing="LOG_ERROR",
                        sampler=LocalSampler({"version": 2, "rules": [], "default": {"fixed_target": 1000, "rate": 1}}))
patch(["boto3", "sqlite3", "requests"])


def aws(service: str):
    return boto3.client(service, endpoint_url=AWS, region_name="eu-west-1", aws_access_key_id="k",
                        aws_secret_access_key="s")


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        header = construct_xray_header(self.headers)
        segment = xray_recorder.begin_segment(calculate_segment_name("front", xray_recorder), header.root,
                                              header.parent, 1)
        segment.put_http_meta(http.METHOD, "GET")
        segment.put_http_meta(http.URL, f"http://front{self.path}")
        segment.put_annotation("tier", "gold")
        segment.put_metadata("cart", {"items": [1, 2]})
        segment.set_user("ana")
        try:
            with xray_recorder.in_subsegment("work") as work:
                work.put_annotation("step", 1)
                sqlite3.connect(":memory:").execute("SELECT 1")
            aws("dynamodb").get_item(TableName="orders", Key={"id": {"S": "1"}})
            aws("sqs").send_message(QueueUrl=f"{AWS}/000000000000/work", MessageBody="x")
            status = 200 if requests.get(f"{BACK}/pay").ok else 502
            try:
                with xray_recorder.in_subsegment("risky"):
                    raise ValueError("not today")
            except ValueError:
                pass
            segment.put_http_meta(http.STATUS, status)
        finally:
            xray_recorder.end_segment()
        body = segment.trace_id.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
