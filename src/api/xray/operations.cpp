#include "api/xray/operations.h"

#include <algorithm>
#include <array>

namespace tomograph {

namespace {

constexpr std::array<XrayOperation, 38> operations = {{
    {"BatchGetTraces", "/Traces", answer_batch_get_traces},
    {"CancelTraceRetrieval", "/CancelTraceRetrieval", answer_cancel_retrieval},
    {"CreateGroup", "/CreateGroup", answer_create_group},
    {"CreateSamplingRule", "/CreateSamplingRule"},
    {"DeleteGroup", "/DeleteGroup", answer_delete_group},
    {"DeleteResourcePolicy", "/DeleteResourcePolicy"},
    {"DeleteSamplingRule", "/DeleteSamplingRule"},
    {"GetEncryptionConfig", "/EncryptionConfig"},
    {"GetGroup", "/GetGroup", answer_get_group},
    {"GetGroups", "/Groups", answer_get_groups},
    {"GetIndexingRules", "/GetIndexingRules"},
    {"GetInsight", "/Insight"},
    {"GetInsightEvents", "/InsightEvents"},
    {"GetInsightImpactGraph", "/InsightImpactGraph"},
    {"GetInsightSummaries", "/InsightSummaries"},
    {"GetRetrievedTracesGraph", "/GetRetrievedTracesGraph", answer_get_retrieved_graph},
    {"GetSamplingRules", "/GetSamplingRules"},
    {"GetSamplingStatisticSummaries", "/SamplingStatisticSummaries"},
    {"GetSamplingTargets", "/SamplingTargets"},
    {"GetServiceGraph", "/ServiceGraph", answer_get_service_graph},
    {"GetTimeSeriesServiceStatistics", "/TimeSeriesServiceStatistics", answer_get_time_series},
    {"GetTraceGraph", "/TraceGraph", answer_get_trace_graph},
    {"GetTraceSegmentDestination", "/GetTraceSegmentDestination"},
    {"GetTraceSummaries", "/TraceSummaries", answer_get_trace_summaries},
    {"ListResourcePolicies", "/ListResourcePolicies"},
    {"ListRetrievedTraces", "/ListRetrievedTraces", answer_list_retrieved_traces},
    {"ListTagsForResource", "/ListTagsForResource", answer_list_tags_for_resource},
    {"PutEncryptionConfig", "/PutEncryptionConfig"},
    {"PutResourcePolicy", "/PutResourcePolicy"},
    {"PutTelemetryRecords", "/TelemetryRecords", answer_put_telemetry_records},
    {"PutTraceSegments", "/TraceSegments", answer_put_trace_segments},
    {"StartTraceRetrieval", "/StartTraceRetrieval", answer_start_retrieval},
    {"TagResource", "/TagResource", answer_tag_resource},
    {"UntagResource", "/UntagResource", answer_untag_resource},
    {"UpdateGroup", "/UpdateGroup", answer_update_group},
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
