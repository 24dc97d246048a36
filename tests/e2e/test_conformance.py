"""The conformance suite against our own server: every operation behaves."""
import pytest

from tests.conformance import suite
from tests.conformance.clients.boto import BotoClient

OPERATIONS = 38


def check_all(client):
    outcomes = suite.run(client, patience=20, account_wide=True)
    print(suite.table(outcomes))
    assert [o.behaviour.says + ": " + o.why for o in outcomes if o.state != "passed"] == []
    assert suite.operations_passed(outcomes) == (OPERATIONS, OPERATIONS)


@pytest.mark.parametrize("port", ["api", "xray"])
def test_every_operation_behaves_through_boto3(server, port):
    """On the API's port, and unsigned on the daemon's."""
    client = BotoClient(f"http://{server.addresses[port]}", "us-east-1", credentials=port == "api")
    check_all(client)
