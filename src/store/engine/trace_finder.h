#pragma once

#include <optional>
#include <queue>
#include <unordered_set>
#include <vector>

#include "store/engine/store_core.h"

namespace tomograph {

/// Answers one TraceStore::find(): merges the open traces and the rows of every part that can hold
/// a match, newest first, and reads the documents of those that make the page.
class TraceFinder {
 public:
    TraceFinder(StoreCore& core, const TraceQuery& query);

    /// errors: io
    Result<TracePage> run();

 private:
    /// Goes through a run of rows of one part from newest to oldest, stopping at each match.
    struct Source {
        std::shared_ptr<LivePart> part;  ///< null: the open traces
        std::uint64_t first = 0;         ///< ordinal of the run's first row
        std::uint64_t left = 0;          ///< rows of the run, or open traces, not looked at yet
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
    Result<std::optional<StoredTrace>> read(const Source& source);

    StoreCore& core_;
    TraceQuery query_;
    Parts parts_;
    std::vector<TraceCursor> open_;         ///< matches, oldest first
    std::unordered_set<TraceId> open_ids_;  ///< all open traces: they speak for their rows
    std::priority_queue<Source> sources_;
};

/// One trace by id: open documents on top of those in parts. errors: io
Result<std::optional<StoredTrace>> read_whole_trace(StoreCore& core, TraceId id);

}  // namespace tomograph
