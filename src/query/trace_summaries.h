#pragma once

#include <optional>
#include <string>
#include <vector>

#include "query/query_context.h"
#include "query/summary_cache.h"
#include "trace/summary.h"

namespace tomograph {

/// GetTraceSummaries (xray-api.md §3.2).
struct TraceSummariesRequest {
    Instant start;
    Instant end;
    TimeRangeType type = TimeRangeType::trace_id;
    std::optional<double> fixed_rate{};  ///< share of traces, 0 to 1: SamplingStrategy FixedRate
    std::string filter_expression{};     ///< docs/filter-expressions.md; "" matches every trace
    /// "" asks for the first page. A token holds the place of the last trace and the number of the
    /// log that the first page was made at: on all pages of a listing traces stand where they stood
    /// then, though a late document may move them. So each trace that was in the range comes once,
    /// and one that arrives meanwhile at most once; each as it is when its page is made. After a
    /// restart traces that moved before it stand where they are now.
    std::string next_token{};
};

struct MatchedSummary {
    TraceSummary summary;       ///< but for its id empty where there is a text
    SummaryCache::Text text{};  ///< the summary as it was put into QueryContext::summaries; or null
    std::uint64_t stamp = 0;    ///< for SummaryCache::put(); 0: not to be kept
    std::optional<Instant>
        matched_event_time;  ///< TimeRangeType::event: its first activity in the range
};

struct TraceSummariesAnswer {
    std::vector<MatchedSummary> summaries;  ///< newest first
    Instant approximate_time;               ///< start of the time that this page covers
    std::uint64_t processed = 0;            ///< traces looked at for this page
    std::string next_token;                 ///< "" at the end
};

/// errors  invalid  a member breaks a rule, which the sentence names; or the filter expression is
///                  not valid
///         those of TraceStore::find
Result<TraceSummariesAnswer> get_trace_summaries(const QueryContext& context,
                                                 const TraceSummariesRequest& request);

}  // namespace tomograph
