#pragma once

#include <limits>
#include <optional>
#include <queue>
#include <unordered_set>
#include <vector>

#include "store/engine/store_core.h"
#include "store/trace_store.h"

namespace tomograph {

/// A trace that lies in the range, and where to read it.
struct TraceCandidate {
    TraceCursor at;
    std::shared_ptr<LivePart> part;  ///< null: an open trace
    std::size_t run = 0;             ///< of the part, in which its row is
    std::uint32_t ordinal = 0;       ///< of its row in the part
    bool is_fragmented = false;      ///< its documents lie in several places
};

/// Above every trace in the newest-first order.
inline constexpr TraceCursor cursor_max{std::numeric_limits<std::int64_t>::max(),
                                        {~std::uint64_t{0}, ~std::uint64_t{0}}};

/// Walks the traces of a range from the newest to the oldest: merges the open traces and the rows
/// of every part that can hold one. Each trace comes once, whatever fragments it has.
class TraceWalk {
 public:
    struct Range {
        TimeRange range;
        TimeRangeType type = TimeRangeType::trace_id;
        std::optional<TraceCursor> before{};
    };
    TraceWalk(StoreCore& core, Range range) : core_(core), query_(range) {}

    /// Takes in what is open and which parts there are. Once, before all else. errors: io
    Result<void> start();
    /// Nothing at the end. errors: io
    Result<std::optional<TraceCandidate>> next();
    /// Its documents; false when a damaged part gave none. errors: io
    Result<bool> read(const TraceCandidate& candidate, StoredTrace& trace);

    /// Share of the rows that is behind, 0..1.
    double covered() const;

 private:
    /// Goes through a run of rows of one part from newest to oldest, stopping at each match.
    struct Source {
        std::shared_ptr<LivePart> part;  ///< null: the open traces
        std::size_t run = 0;
        std::uint64_t first = 0;  ///< ordinal of the run's first row
        std::uint64_t left = 0;   ///< rows of the run, or open traces, not looked at yet
        bool is_started = false;
        TraceCursor at;  ///< of the match, or above all matches before the start
        std::uint32_t ordinal = 0;
        bool is_fragmented = false;

        bool operator<(const Source& other) const { return at < other.at; }
    };

    Result<void> gather_open();
    /// Notes the trace, with all of its documents, if it matches.
    void add_open(const OpenTrace& trace);
    void gather_parts();
    Result<void> push_next(Source source);
    Result<bool> next_match(Source& source);
    Result<void> start(Source& source);
    bool is_match(TraceCursor at, Instant start, Instant end, Instant segment_end_min,
                  Instant segment_end_max) const;
    bool is_below(const TraceRow& row) const;
    static Result<std::optional<TraceRow>> row(const LivePart& part, std::uint64_t ordinal);
    Result<bool> matches(const Source& source, const TraceRow& row);
    bool can_match(const TraceRun& run) const;

    StoreCore& core_;
    Range query_;
    Parts parts_;
    std::vector<TraceCursor> open_;         ///< matches, oldest first
    std::unordered_set<TraceId> open_ids_;  ///< all open traces: they speak for their rows
    std::priority_queue<Source> sources_;
    std::optional<Source> current_;  ///< of the candidate given last
    std::uint64_t rows_ = 0;
    std::uint64_t rows_passed_ = 0;
};

}  // namespace tomograph
