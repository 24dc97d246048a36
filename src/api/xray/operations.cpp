#include "api/xray/operations.h"

#include <algorithm>
#include <array>

namespace tomograph {

namespace {

constexpr std::array<XrayOperation, 38> operations = {{
    {"BatchGetTraces", "/Traces", answer_batch_get_traces},
    {"CancelTraceRetrieval", "/CancelTraceRetrieval", answer_cancel_retrieval},
    {"CreateGroup", "/CreateGroup", answer_create_group},
    {"CreateSamplingRule", "/CreateSamplingRule", answer_create_sampling_rule},
    {"DeleteGroup", "/DeleteGroup", answer_delete_group},
    {"DeleteResourcePolicy", "/DeleteResourcePolicy", answer_delete_resource_policy},
    {"DeleteSamplingRule", "/DeleteSamplingRule", answer_delete_sampling_rule},
    {"GetEncryptionConfig", "/EncryptionConfig", answer_get_encryption_config},
    {"GetGroup", "/GetGroup", answer_get_group},
    {"GetGroups", "/Groups", answer_get_groups},
    {"GetIndexingRules", "/GetIndexingRules", answer_get_indexing_rules},
    {"GetInsight", "/Insight", answer_get_insight},
    {"GetInsightEvents", "/InsightEvents", answer_get_insight_events},
    {"GetInsightImpactGraph", "/InsightImpactGraph", answer_get_insight_impact_graph},
    {"GetInsightSummaries", "/InsightSummaries", answer_get_insight_summaries},
    {"GetRetrievedTracesGraph", "/GetRetrievedTracesGraph", answer_get_retrieved_graph},
    {"GetSamplingRules", "/GetSamplingRules", answer_get_sampling_rules},
    {"GetSamplingStatisticSummaries", "/SamplingStatisticSummaries",
     answer_get_sampling_statistics},
    {"GetSamplingTargets", "/SamplingTargets", answer_get_sampling_targets},
    {"GetServiceGraph", "/ServiceGraph", answer_get_service_graph},
    {"GetTimeSeriesServiceStatistics", "/TimeSeriesServiceStatistics", answer_get_time_series},
    {"GetTraceGraph", "/TraceGraph", answer_get_trace_graph},
    {"GetTraceSegmentDestination", "/GetTraceSegmentDestination", answer_get_segment_destination},
    {"GetTraceSummaries", "/TraceSummaries", answer_get_trace_summaries},
    {"ListResourcePolicies", "/ListResourcePolicies", answer_list_resource_policies},
    {"ListRetrievedTraces", "/ListRetrievedTraces", answer_list_retrieved_traces},
    {"ListTagsForResource", "/ListTagsForResource", answer_list_tags_for_resource},
    {"PutEncryptionConfig", "/PutEncryptionConfig", answer_put_encryption_config},
    {"PutResourcePolicy", "/PutResourcePolicy", answer_put_resource_policy},
    {"PutTelemetryRecords", "/TelemetryRecords", answer_put_telemetry_records},
    {"PutTraceSegments", "/TraceSegments", answer_put_trace_segments},
    {"StartTraceRetrieval", "/StartTraceRetrieval", answer_start_retrieval},
    {"TagResource", "/TagResource", answer_tag_resource},
    {"UntagResource", "/UntagResource", answer_untag_resource},
    {"UpdateGroup", "/UpdateGroup", answer_update_group},
    {"UpdateIndexingRule", "/UpdateIndexingRule", answer_update_indexing_rule},
    {"UpdateSamplingRule", "/UpdateSamplingRule", answer_update_sampling_rule},
    {"UpdateTraceSegmentDestination", "/UpdateTraceSegmentDestination",
     answer_update_segment_destination},
}};

}  // namespace

std::span<const XrayOperation> xray_operations() { return operations; }

const XrayOperation* find_xray_operation(std::string_view path) {
    if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
    const auto found = std::ranges::find(operations, path, &XrayOperation::path);
    return found == operations.end() ? nullptr : &*found;
}

}  // namespace tomograph
