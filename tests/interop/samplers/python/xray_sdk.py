"""The X-Ray SDK for Python: its sampler, asked as its middlewares ask it."""
from aws_xray_sdk.core import xray_recorder

from drive import drive

xray_recorder.configure(service="sampler")


def decide(shape: dict) -> str | None:
    # It names the rule of what it samples, and says False of all else.
    return xray_recorder.sampler.should_trace({
        "host": shape["host"], "method": shape["method"], "path": shape["path"], "service": shape["service"],
        "service_type": None}) or None


drive(decide)
