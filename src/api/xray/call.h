#pragma once

#include <functional>
#include <string>
#include <utility>
#include <variant>

#include "api/error.h"
#include "api/ingest.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "base/worker_pool.h"
#include "query/query_context.h"
#include "query/retrieval/retrievals.h"
#include "store/trace_store.h"

namespace tomograph {

class EncryptionService;
class GroupService;
class InsightService;
class PolicyService;
class SamplingRules;
class SamplingTargets;
class SummaryCache;
class TagService;
class TransactionSearch;

/// What the operations of the control plane delegate to. Without one they are answered
/// UnknownOperationException, as on a server that has none.
struct ControlPlane {
    GroupService* groups = nullptr;
    TagService* tags = nullptr;
    PolicyService* policies = nullptr;
    EncryptionService* encryption = nullptr;
    TransactionSearch* transaction_search = nullptr;
    SamplingRules* sampling_rules = nullptr;
    SamplingTargets* sampling_targets = nullptr;
    const InsightService* insights = nullptr;
};

struct XrayApiOptions {
    std::string account_id = "000000000000";  ///< of services that name none
    PageTokenKey token_key;                   ///< seals NextToken; random, kept with the data
    ControlPlane control{};
    SummaryCache* summaries = nullptr;  ///< QueryContext::summaries
};

/// The answer of an operation: a JSON object, or an error.
using XrayAnswer = std::variant<std::string, ApiError>;

/// One call of one operation. Answered exactly once, from any thread; copies are the same call.
struct XrayCall {
    std::string body;
    IngestSource source = IngestSource::api;
    std::function<void(XrayAnswer)> answer;
    std::string peer_address{};  ///< who asks, for the audit
};

/// What operations stand on. Outlives every call but those that wait for the store's disk.
struct XrayContext {
    const XrayApiOptions& options;
    Ingest& ingest;
    TraceStore& store;
    const Clock& clock;
    WorkerPool& queries;
    MetricsRegistry& metrics;
    QueryMetrics& query_metrics;
    TraceRetrievals& retrievals;
};

/// Runs `query` beside the I/O threads and answers with its JSON or error; ThrottledException when
/// too many wait already.
void answer_from_worker(const XrayContext& context, XrayCall call,
                        std::function<Result<std::string>(const QueryContext&)> query);

/// The same for what answers with errors of its own.
void answer_from_worker(const XrayContext& context, XrayCall call,
                        std::function<XrayAnswer(const QueryContext&)> query);

/// Names one function per operation; each, or each family, stands in its own file.
using XrayFunction = void (*)(const XrayContext& context, XrayCall call);

void answer_put_trace_segments(const XrayContext& context, XrayCall call);
void answer_put_telemetry_records(const XrayContext& context, XrayCall call);
void answer_batch_get_traces(const XrayContext& context, XrayCall call);
void answer_get_trace_summaries(const XrayContext& context, XrayCall call);
void answer_get_service_graph(const XrayContext& context, XrayCall call);
void answer_get_time_series(const XrayContext& context, XrayCall call);
void answer_get_trace_graph(const XrayContext& context, XrayCall call);
void answer_start_retrieval(const XrayContext& context, XrayCall call);
void answer_list_retrieved_traces(const XrayContext& context, XrayCall call);
void answer_get_retrieved_graph(const XrayContext& context, XrayCall call);
void answer_cancel_retrieval(const XrayContext& context, XrayCall call);
void answer_create_group(const XrayContext& context, XrayCall call);
void answer_get_group(const XrayContext& context, XrayCall call);
void answer_get_groups(const XrayContext& context, XrayCall call);
void answer_update_group(const XrayContext& context, XrayCall call);
void answer_delete_group(const XrayContext& context, XrayCall call);
void answer_get_insight_summaries(const XrayContext& context, XrayCall call);
void answer_get_insight(const XrayContext& context, XrayCall call);
void answer_get_insight_events(const XrayContext& context, XrayCall call);
void answer_get_insight_impact_graph(const XrayContext& context, XrayCall call);
void answer_tag_resource(const XrayContext& context, XrayCall call);
void answer_untag_resource(const XrayContext& context, XrayCall call);
void answer_list_tags_for_resource(const XrayContext& context, XrayCall call);
void answer_put_resource_policy(const XrayContext& context, XrayCall call);
void answer_list_resource_policies(const XrayContext& context, XrayCall call);
void answer_delete_resource_policy(const XrayContext& context, XrayCall call);
void answer_get_encryption_config(const XrayContext& context, XrayCall call);
void answer_put_encryption_config(const XrayContext& context, XrayCall call);
void answer_get_segment_destination(const XrayContext& context, XrayCall call);
void answer_update_segment_destination(const XrayContext& context, XrayCall call);
void answer_get_indexing_rules(const XrayContext& context, XrayCall call);
void answer_update_indexing_rule(const XrayContext& context, XrayCall call);
void answer_create_sampling_rule(const XrayContext& context, XrayCall call);
void answer_get_sampling_rules(const XrayContext& context, XrayCall call);
void answer_update_sampling_rule(const XrayContext& context, XrayCall call);
void answer_delete_sampling_rule(const XrayContext& context, XrayCall call);
void answer_get_sampling_targets(const XrayContext& context, XrayCall call);
void answer_get_sampling_statistics(const XrayContext& context, XrayCall call);

}  // namespace tomograph
