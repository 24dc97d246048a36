#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api/json_writer.h"
#include "api/own/query_parameters.h"
#include "base/clock.h"
#include "base/worker_pool.h"
#include "net/http_message.h"
#include "query/group_directory.h"
#include "query/live_tail.h"
#include "query/promql/series_source.h"
#include "query/query_context.h"
#include "query/read_selection.h"

namespace tomograph {

class EmbeddedStore;
class Ingest;
class InsightService;
class LogStore;
class LogTail;
class MetricStore;
class SamplingRules;

/// What our own reads stand on; outlives every call.
struct OwnContext {
    TraceStore& store;
    const Clock& clock;
    WorkerPool& queries;
    WorkerPool& streams;  ///< for answers that may wait for their client
    LiveTail& tail;
    QueryMetrics& query_metrics;
    const PageTokenKey& token_key;
    const std::string& account_id;                 ///< of services that name none
    const promql::SeriesSource* series = nullptr;  ///< what PromQL reads; never null in a server
    MetricStore* metrics = nullptr;                ///< null: none are kept
    const GroupDirectory* groups = nullptr;
    const InsightService* insights = nullptr;
    const Ingest* ingest = nullptr;                 ///< null: nothing comes in
    const SamplingRules* sampling_rules = nullptr;  ///< null: there are none
    EmbeddedStore* embedded = nullptr;              ///< null: how long things are kept is not known
    LogStore* logs = nullptr;                       ///< null: none are kept
    LogTail* log_tail = nullptr;                    ///< there where logs are

    QueryContext query() const {
        return {.store = store,
                .token_key = token_key,
                .metrics = query_metrics,
                .now = clock.now(),
                .groups = groups,
                .account_id = account_id};
    }
};

/// One call of one route. Answered exactly once, from any thread; copies are the same call.
struct OwnCall {
    QueryParameters query;
    std::vector<std::string> path_values;  ///< of the `{…}` of the route's path
    HttpRespond respond;
    std::function<bool()> is_cancelled;  ///< the client has gone; any thread may ask
    std::string body{};                  ///< of a POST
};

/// `start` and `end`: the last 15 minutes, unless they are said.
TimeRange read_range(const OwnContext& context, OwnCall& call);
/// `budget`: seconds that the read may take.
SearchBudget read_budget(OwnCall& call);
/// Both, and `filter`.
ReadSelection read_selection(const OwnContext& context, OwnCall& call);

/// Whether the request is whole and right; else it is answered with the first mistake.
bool is_accepted(OwnCall& call);

/// Runs `read` beside the I/O threads and answers with its text or error; ThrottledException when
/// too many wait already.
void answer_from_worker(const OwnContext& context, OwnCall call,
                        std::function<Result<std::string>()> read,
                        std::string_view content_type = "application/json");

/// "Value": a text, number or boolean; left out when there is none.
void write_value(JsonWriter& json, const std::optional<Scalar>& value);

/// "Coverage": what the answer speaks of.
///
/// share  of the range; without it what lies behind `coverage.oldest`
void write_coverage(JsonWriter& json, TimeRange range, const SearchCoverage& coverage,
                    std::optional<double> share = std::nullopt);

/// "Count", "ErrorCount", "ThrottleCount", "FaultCount" and, when anything has ended,
/// "Percentiles" of the durations, in seconds.
void write_counts(JsonWriter& json, const ValueGroup& group);

/// `unit`: spans or traces.
GroupUnit read_unit(OwnCall& call, GroupUnit otherwise);
/// `service` and `segments`: which spans are looked at; null: all.
SharedPredicate read_spans(OwnCall& call);

/// Names one function per route; each stands in its own file.
using OwnFunction = void (*)(const OwnContext& context, OwnCall call);

void answer_attributes(const OwnContext& context, OwnCall call);
void answer_attribute_values(const OwnContext& context, OwnCall call);
void answer_groups_by(const OwnContext& context, OwnCall call);
void answer_latency(const OwnContext& context, OwnCall call);
void answer_differences(const OwnContext& context, OwnCall call);
void answer_trace(const OwnContext& context, OwnCall call);
void answer_span(const OwnContext& context, OwnCall call);
void answer_search(const OwnContext& context, OwnCall call);
void answer_tail(const OwnContext& context, OwnCall call);
void answer_trace_doctor(const OwnContext& context, OwnCall call);
void answer_map_doctor(const OwnContext& context, OwnCall call);
void answer_telemetry(const OwnContext& context, OwnCall call);
void answer_group_metrics(const OwnContext& context, OwnCall call);
void answer_service_metrics(const OwnContext& context, OwnCall call);
void answer_insights(const OwnContext& context, OwnCall call);
void answer_insight(const OwnContext& context, OwnCall call);
void answer_sampling_match(const OwnContext& context, OwnCall call);
void answer_sampling_simulation(const OwnContext& context, OwnCall call);
void answer_logs(const OwnContext& context, OwnCall call);
void answer_trace_logs(const OwnContext& context, OwnCall call);
void answer_log_tail(const OwnContext& context, OwnCall call);
void answer_openapi(const OwnContext& context, OwnCall call);

}  // namespace tomograph
