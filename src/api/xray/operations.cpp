#include "api/xray/operations.h"

#include <algorithm>
#include <array>

namespace tomograph {

namespace {

constexpr std::array<XrayOperation, 38> operations = {{
    {"BatchGetTraces", "/Traces", answer_batch_get_traces},
    {"CancelTraceRetrieval", "/CancelTraceRetrieval"},
    {"CreateGroup", "/CreateGroup"},
    {"CreateSamplingRule", "/CreateSamplingRule"},
    {"DeleteGroup", "/DeleteGroup"},
    {"DeleteResourcePolicy", "/DeleteResourcePolicy"},
    {"DeleteSamplingRule", "/DeleteSamplingRule"},
    {"GetEncryptionConfig", "/EncryptionConfig"},
    {"GetGroup", "/GetGroup"},
    {"GetGroups", "/Groups"},
    {"GetIndexingRules", "/GetIndexingRules"},
    {"GetInsight", "/Insight"},
    {"GetInsightEvents", "/InsightEvents"},
    {"GetInsightImpactGraph", "/InsightImpactGraph"},
    {"GetInsightSummaries", "/InsightSummaries"},
    {"GetRetrievedTracesGraph", "/GetRetrievedTracesGraph"},
    {"GetSamplingRules", "/GetSamplingRules"},
    {"GetSamplingStatisticSummaries", "/SamplingStatisticSummaries"},
    {"GetSamplingTargets", "/SamplingTargets"},
    {"GetServiceGraph", "/ServiceGraph", answer_get_service_graph},
    {"GetTimeSeriesServiceStatistics", "/TimeSeriesServiceStatistics"},
    {"GetTraceGraph", "/TraceGraph", answer_get_trace_graph},
    {"GetTraceSegmentDestination", "/GetTraceSegmentDestination"},
    {"GetTraceSummaries", "/TraceSummaries", answer_get_trace_summaries},
    {"ListResourcePolicies", "/ListResourcePolicies"},
    {"ListRetrievedTraces", "/ListRetrievedTraces"},
    {"ListTagsForResource", "/ListTagsForResource"},
    {"PutEncryptionConfig", "/PutEncryptionConfig"},
    {"PutResourcePolicy", "/PutResourcePolicy"},
    {"PutTelemetryRecords", "/TelemetryRecords", answer_put_telemetry_records},
    {"PutTraceSegments", "/TraceSegments", answer_put_trace_segments},
    {"StartTraceRetrieval", "/StartTraceRetrieval"},
    {"TagResource", "/TagResource"},
    {"UntagResource", "/UntagResource"},
    {"UpdateGroup", "/UpdateGroup"},
    {"UpdateIndexingRule", "/UpdateIndexingRule"},
    {"UpdateSamplingRule", "/UpdateSamplingRule"},
    {"UpdateTraceSegmentDestination", "/UpdateTraceSegmentDestination"},
}};

}  // namespace

std::span<const XrayOperation> xray_operations() { return operations; }

const XrayOperation* find_xray_operation(std::string_view path) {
    if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
    const auto found = std::ranges::find(operations, path, &XrayOperation::path);
    return found == operations.end() ? nullptr : &*found;
}

}  // namespace tomograph
