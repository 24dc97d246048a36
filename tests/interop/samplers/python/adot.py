"""The X-Ray remote sampler of the AWS Distro for OpenTelemetry in Python."""
import os
import random

from amazon.opentelemetry.distro.sampler.aws_xray_remote_sampler import AwsXRayRemoteSampler
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.trace import SpanKind

from drive import drive

samplers = {}


def decide(shape: dict) -> str | None:
    """Its rules see the service's name as that of the process: a sampler for each."""
    service = shape["service"]
    if service not in samplers:
        resource = Resource.create({"service.name": service})
        samplers[service] = AwsXRayRemoteSampler(resource, endpoint=f"http://{os.environ['AWS_XRAY_DAEMON_ADDRESS']}")
    attributes = {"url.path": shape["path"], "http.request.method": shape["method"], "server.address": shape["host"]}
    told = samplers[service].should_sample(None, random.getrandbits(128), "request", SpanKind.SERVER, attributes, [])
    return "sampled" if told.decision == Decision.RECORD_AND_SAMPLE else None


drive(decide)
