"""The OpenTelemetry SDK for Python, as a program of its own: one story, told the same by every surface."""
import pathlib
import sys

import pytest

from tests.e2e.otel.story import ALL_SIGNALS, Story
from tests.e2e.otel.surfaces import check_everywhere, run_story

PROGRAM = pathlib.Path(__file__).parent / "otel/python_sdk.py"


@pytest.mark.parametrize("protocol", ["grpc", "http/protobuf"])
def test_every_surface_tells_the_story_in_equal_counts(server, tmp_path, protocol):
    check_everywhere(server, run_story([sys.executable, str(PROGRAM)], server, protocol, tmp_path, "__main__.CardError",
                                       Story(signals=ALL_SIGNALS)))
