"""An SDK of another language, behind a program that takes one call a line.

In:   {"operation": "GetGroups", "input": {…}}         moments: {"$moment": seconds}
Out:  {"output": {…}}, {"error": {"code", "message", "status", "members"}} or {"not_sent": why}
"""
import json
import subprocess

from tests.conformance.clients import Client, NotSent, ServiceError

MOMENTS = {"StartTime", "EndTime", "Timestamp"}  # members of requests that the model calls timestamps


def marked(value):
    if isinstance(value, dict):
        return {key: {"$moment": each} if key in MOMENTS and isinstance(each, (int, float)) else marked(each)
                for key, each in value.items()}
    return [marked(each) for each in value] if isinstance(value, list) else value


def plain(value):
    if isinstance(value, dict):
        if set(value) == {"$moment"}:
            return value["$moment"]
        return {key: plain(each) for key, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list) else value


class BridgeClient(Client):
    def __init__(self, name: str, command: list[str], **options):
        """command  its last words are the endpoint and the region"""
        self.name = name
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options)

    def call(self, operation: str, **members) -> dict:
        self.process.stdin.write(json.dumps({"operation": operation, "input": marked(members)}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"{self.name}: the bridge ended at {operation}"
        answer = json.loads(line)
        if "not_sent" in answer:
            raise NotSent(f"{operation}: {answer['not_sent']}")
        if "error" in answer:
            error = answer["error"]
            raise ServiceError(error["code"], error["message"], error["status"], error.get("members", {}))
        return plain(answer["output"])

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=30)
