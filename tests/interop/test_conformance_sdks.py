"""The conformance suite through the SDKs of other languages. The report is printed: pytest -s, or when it fails."""
import pathlib

import pytest

from tests.conformance import suite
from tests.conformance.clients.bridge import BridgeClient
from tests.interop.builds import go_program, java_program, node_program

BRIDGES = pathlib.Path(suite.__file__).parent / "bridges"
SDKS = {
    "AWS SDK for Go v2": lambda folder: go_program(BRIDGES / "go", folder),
    "AWS SDK for Java v2": lambda folder: java_program(BRIDGES / "java", folder, "bridge.Bridge"),
    "AWS SDK for JavaScript v3": lambda folder: node_program(BRIDGES / "javascript", folder, "bridge.js"),
}


@pytest.mark.parametrize("sdk", SDKS)
def test_every_behaviour_holds_through_an_sdk(server, tmp_path, sdk):
    client = BridgeClient(sdk, [*SDKS[sdk](tmp_path), server.endpoint, "eu-west-1"])
    try:
        outcomes = suite.run(client, patience=20, account_wide=True)
    finally:
        client.close()
    passed, looked_at = suite.operations_passed(outcomes)
    print(f"\n{sdk}: {passed} of {looked_at} operations behave; behaviours: {suite.counts(outcomes)}\n")
    print(suite.table([each for each in outcomes if each.state != "passed"]))
    assert len(outcomes) > 80
    assert [each for each in outcomes if each.state == "failed"] == []
