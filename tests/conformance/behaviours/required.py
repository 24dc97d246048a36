"""What the model requires: every call without one of these members is refused.

A file of its own, as some SDKs refuse such calls themselves.
"""
import uuid

from tests.conformance.behaviours.sampling import rule
from tests.conformance.suite import behaviour
from tests.conformance.world import World

RANGE = {"StartTime": 1.7e9, "EndTime": 1.7e9 + 60}
TRACE = {"TraceIds": ["1-65000000-000000000000000000000001"]}
INSIGHT = {"InsightId": str(uuid.UUID(int=1))}
ARN = {"ResourceARN": "arn:aws:xray:us-east-1:000000000000:group/gone/" + "A" * 52}
TOKEN = {"RetrievalToken": "none"}

# Of each operation all that is required; GetSamplingTargets is not here, as real clients leave out what it requires.
REQUIRED = {
    "BatchGetTraces": TRACE,
    "CancelTraceRetrieval": TOKEN,
    "CreateGroup": {"GroupName": "without"},
    "CreateSamplingRule": {"SamplingRule": {}},
    "DeleteResourcePolicy": {"PolicyName": "without"},
    "GetInsight": INSIGHT,
    "GetInsightEvents": INSIGHT,
    "GetInsightImpactGraph": {**INSIGHT, **RANGE},
    "GetInsightSummaries": RANGE,
    "GetRetrievedTracesGraph": TOKEN,
    "GetServiceGraph": RANGE,
    "GetTimeSeriesServiceStatistics": RANGE,
    "GetTraceGraph": TRACE,
    "GetTraceSummaries": RANGE,
    "ListRetrievedTraces": TOKEN,
    "ListTagsForResource": ARN,
    "PutEncryptionConfig": {"Type": "NONE"},
    "PutResourcePolicy": {"PolicyName": "without", "PolicyDocument": "{}"},
    "PutTelemetryRecords": {"TelemetryRecords": []},
    "PutTraceSegments": {"TraceSegmentDocuments": []},
    "StartTraceRetrieval": {**TRACE, **RANGE},
    "TagResource": {**ARN, "Tags": []},
    "UntagResource": {**ARN, "TagKeys": []},
    "UpdateIndexingRule": {"Name": "Default", "Rule": {"Probabilistic": {"DesiredSamplingPercentage": 1}}},
    "UpdateSamplingRule": {"SamplingRuleUpdate": {}},
    "UpdateTraceSegmentDestination": {"Destination": "XRay"},
}


def register(operation: str, required: dict):
    @behaviour(operation, f"refuses a call without {' or '.join(required)}")
    def refuses(world: World):
        for missing in required:
            given = {member: value for member, value in required.items() if member != missing}
            world.refused("InvalidRequestException", operation, **given)


for each in REQUIRED.items():
    register(*each)


@behaviour("CreateSamplingRule", "refuses a rule without one of its members")
def refuses_partial_rules(world: World):
    whole = rule(world.name())
    for missing in sorted(set(whole) - {"RuleName"}):
        world.refused("InvalidRequestException", "CreateSamplingRule",
                      SamplingRule={member: value for member, value in whole.items() if member != missing})


@behaviour("PutTelemetryRecords", "refuses a record without Timestamp")
def refuses_timeless_records(world: World):
    world.refused("InvalidRequestException", "PutTelemetryRecords", TelemetryRecords=[{"SegmentsSentCount": 1}])
