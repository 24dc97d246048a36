"""Just enough of DynamoDB and SQS for an SDK to be content."""
import hashlib
import json
from http.server import BaseHTTPRequestHandler, HTTPServer


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
        answer = {}
        if "SendMessage" in self.headers.get("X-Amz-Target", ""):
            answer = {"MessageId": "m-1", "MD5OfMessageBody": hashlib.md5(body["MessageBody"].encode()).hexdigest()}
        text = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("x-amzn-RequestId", "r-1")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
