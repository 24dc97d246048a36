#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/attribute.h"
#include "model/graph.h"
#include "model/graph_series.h"
#include "model/latency_histogram.h"
#include "model/predicate.h"

namespace tomograph {

// What the reads of TraceStore that look into traces have in common, and what they give.

/// Which instants of a trace must lie in the range (xray-api.md §3.2).
enum class TimeRangeType : std::uint8_t {
    trace_id,  ///< the trace's time: the id's second when it is believable, else the earliest start
    event,     ///< any activity
    service,   ///< the end of some segment
};

struct SearchProgress {
    double covered = 0;           ///< share of the range, 0..1; never falls
    std::uint64_t processed = 0;  ///< traces looked at so far
    std::uint64_t matched = 0;
};

/// How far a read may go. What is reached in time is given back; SearchCoverage says how far it is.
struct SearchBudget {
    /// What may be held at once beside the traces of a page.
    std::uint64_t memory_bytes = 256 << 20;
    Duration time;  ///< by the monotonic clock; zero or less: no limit
    /// Asked between traces, and between the columns of a comparison, from any thread of the read.
    /// Once true it stays so. Empty: never.
    std::function<bool()> is_cancelled{};
    /// Told between traces, some hundred traces apart, and at the end.
    std::function<void(const SearchProgress&)> on_progress{};
};

/// Why a read ended before its range did.
enum class SearchStop : std::uint8_t { none, memory, time, cancelled };

/// What an answer speaks of: traces are walked from the newest to the oldest.
struct SearchCoverage {
    Instant oldest;               ///< nothing older was looked at; at the end: the range's start
    std::uint64_t processed = 0;  ///< traces looked at in the range, matched or not
    std::uint64_t matched = 0;
    SearchStop stop = SearchStop::none;

    bool is_partial() const { return stop != SearchStop::none; }
    bool operator==(const SearchCoverage&) const = default;
};

using SharedPredicate = std::shared_ptr<const Predicate>;

/// Which traces a read looks into.
struct TraceSelection {
    TimeRange range;
    TimeRangeType type = TimeRangeType::trace_id;
    SharedPredicate predicate{};  ///< of Scope::trace; null: every trace
    SearchBudget budget{};
    /// For counts that end with their budget: looks here and there in the range first, not at the
    /// newest. SearchCoverage::oldest is then the range's start.
    bool is_spread = false;
};

// Attributes. ------------------------------------------------------------------------------------

/// A path and how many values of each kind the spans of the traces have there.
struct AttributeName {
    std::string path;  ///< keys joined by path_separator
    std::uint64_t texts = 0;
    std::uint64_t numbers = 0;
    std::uint64_t booleans = 0;

    bool operator==(const AttributeName&) const = default;
};

struct AttributeNames {
    std::vector<AttributeName> names;  ///< by path
    SearchCoverage coverage;
};

struct AttributeValuesQuery {
    TraceSelection traces;
    std::string path;
    std::size_t limit = 100;
};

struct AttributeValueCount {
    Scalar value;
    std::uint64_t count = 0;  ///< values, so an array may count several times

    bool operator==(const AttributeValueCount&) const = default;
};

struct AttributeValues {
    std::vector<AttributeValueCount> values;  ///< the most frequent; equal ones by value
    std::uint64_t distinct = 0;               ///< all of them
    std::uint64_t count = 0;                  ///< of all of them
    SearchCoverage coverage;
};

// Groups. ----------------------------------------------------------------------------------------

enum class GroupUnit : std::uint8_t {
    spans,   ///< sent spans; flags and duration are the span's
    traces,  ///< whole traces; flags are the root's, duration is the trace's
};

/// A table by the values of one subject.
///
///   by    a field or attribute of a span (Scope::span). GroupUnit::traces: a trace is in the group
///         of each value that some selected span of it has.
///   step  not zero: by the trace's time instead of `by`, in steps of so many whole seconds; the
///         value is the epoch second at which the step begins, a multiple of it.
struct GroupQuery {
    TraceSelection traces;
    GroupUnit unit = GroupUnit::spans;
    SharedPredicate spans{};  ///< of Scope::span: which spans of those traces; null: all
    Subject by{};
    Duration step{};
    std::size_t limit = 100;

    bool is_by_time() const { return step.ns != 0; }
};

/// Where the step of a trace with that time begins; of a query by time.
std::int64_t step_of(const GroupQuery& query, std::int64_t trace_second);
/// The same as the value of its group.
Scalar step_value(std::int64_t step);
/// Whether the subject, the step and the selection of spans keep the rules. errors: invalid
Result<void> check(const GroupQuery& query);

struct ValueGroup {
    std::optional<Scalar> value;  ///< absent: those that have no value
    std::uint64_t count = 0;
    std::uint64_t errors = 0;  ///< 4xx, throttles included
    std::uint64_t throttles = 0;
    std::uint64_t faults = 0;
    LatencyHistogram duration;  ///< of what is not in progress

    bool operator==(const ValueGroup&) const = default;
};

struct ValueGroups {
    std::vector<ValueGroup> groups;  ///< the largest; equal ones by value, the absent one first
    std::uint64_t distinct = 0;      ///< groups, those left out included
    SearchCoverage coverage;
};

// The graph of some traces. ----------------------------------------------------------------------

enum class GraphGrain : std::uint8_t {
    minute,  ///< cells as they are kept
    whole,   ///< all minutes of the range summed up, under minute 0
};

/// Sums of some nodes and edges over time, of the traces of one group.
struct GraphSeriesQuery {
    TimeRange range;
    std::int64_t period_minutes = 1;  ///< above 0
    GroupId group{};
    GraphSelection selection{};
};

struct FilteredGraph {
    GraphRollup graph;
    SearchCoverage coverage;
};

}  // namespace tomograph
