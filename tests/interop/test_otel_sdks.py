"""OpenTelemetry SDKs of other languages with their stock exporters: one story (tests/e2e/otel), told the same by every
surface. Each protocol of a program sends to the same server, so that what was doubled or lost by one shows in the sums."""
import pathlib

import pytest

from tests.e2e.otel.story import ALL_SIGNALS, Story
from tests.e2e.otel.surfaces import check_everywhere, run_story
from tests.interop.builds import go_program, java_program, node_program

SOURCES = pathlib.Path(__file__).parent / "otel"
PROGRAMS = {  # how to build it, what it can speak, what it calls its exception
    "Node": (lambda f: node_program(SOURCES / "node", f, "story.js"), ["grpc", "http/protobuf", "http/json"], "CardError"),
    "Java": (lambda f: java_program(SOURCES / "java", f, "story.Story"), ["grpc", "http/protobuf"],
             "story.Story.CardError"),
    "Go": (lambda f: go_program(SOURCES / "go", f), ["grpc", "http/protobuf"], "*main.cardError"),
}


@pytest.mark.parametrize("language", PROGRAMS)
def test_every_surface_tells_what_an_sdk_sent(server, tmp_path, language):
    build, protocols, exception = PROGRAMS[language]
    command = build(tmp_path)
    check_everywhere(server, *(run_story(command, server, protocol, tmp_path, exception, Story(signals=ALL_SIGNALS))
                               for protocol in protocols))
