#pragma once

#include <functional>
#include <limits>
#include <optional>
#include <queue>
#include <span>
#include <unordered_set>
#include <utility>
#include <vector>

#include "store/engine/search/run_ahead.h"
#include "store/engine/store_core.h"
#include "store/trace_store.h"

namespace tomograph {

/// A trace that lies in the range, and where to read it.
struct TraceCandidate {
    TraceCursor at;
    std::shared_ptr<LivePart> part;      ///< null: an open trace
    std::size_t run = 0;                 ///< of the part, in which its row is
    std::uint32_t ordinal = 0;           ///< of its row in the part
    bool is_fragmented = false;          ///< its documents lie in several places
    Verdict verdict = Verdict::unknown;  ///< by the columns of its part
};

/// Above every trace in the newest-first order.
inline constexpr TraceCursor cursor_max{std::numeric_limits<std::int64_t>::max(),
                                        {~std::uint64_t{0}, ~std::uint64_t{0}}};

/// Below every trace.
inline constexpr TraceCursor cursor_min{std::numeric_limits<std::int64_t>::min(), {}};

/// Walks the traces of a range from the newest to the oldest: merges the open traces and the rows
/// of every part that can hold one. Each trace comes once, whatever fragments it has.
class TraceWalk {
 public:
    TraceWalk(StoreCore& core, WalkRange range) : core_(core), shared_{.range = range} {}

    /// Rows are judged run by run, by two threads; those of which a judge says "no" are passed over
    /// without being read, and so are the matching ones that `counter` counts (null: none).
    /// `is_spent` is asked between runs: true ends the walk early. Before start().
    void judge_by(RunAhead::Judges judges, RunCounter* counter, std::function<bool()> is_spent) {
        judges_ = std::move(judges);
        shared_.counter = counter;
        is_spent_ = std::move(is_spent);
    }

    /// Takes in what is open and which parts there are. Once, before all else. errors: io
    Result<void> start();
    /// Nothing at the end. errors: io
    Result<std::optional<TraceCandidate>> next();
    /// Its documents; false when a damaged part gave none. errors: io
    Result<bool> read(const TraceCandidate& candidate, StoredTrace& trace);

    /// Share of the rows that is behind, 0..1.
    double covered() const;
    /// Traces in the range that were passed over since the last call: those above the candidate at
    /// hand, as far as they are known to be. What is still open at the end settle() tells.
    std::uint64_t take_passed_over();
    std::uint64_t passed_over() const { return passed_over_; }
    /// Of those the ones that were counted, since the last call.
    std::uint64_t take_counted() { return std::exchange(counted_, 0); }
    /// Above all that was not looked at yet; for a walk that ended early.
    std::optional<TraceCursor> rest() const;
    /// Ends the walk: of the runs that it is amid of, the traces that are not below `at` are passed
    /// over, and counted, the others are not; of a spread walk all that it came by. errors: io
    Result<void> settle(TraceCursor at);

 private:
    /// Goes through a run of rows of one part from newest to oldest, stopping at each match.
    struct Source {
        std::shared_ptr<LivePart> part;  ///< null: the open traces
        std::size_t run = 0;
        std::size_t number = 0;   ///< of the run in the order of the walk
        std::size_t rank = 0;     ///< of a spread walk the same, else 0
        std::uint64_t first = 0;  ///< ordinal of the run's first row
        std::uint64_t left = 0;   ///< rows of the run, or open traces, not looked at yet
        bool is_started = false;
        TraceCursor at;  ///< of the match, or above all matches before the start
        std::uint32_t ordinal = 0;
        bool is_fragmented = false;
        std::shared_ptr<const ReadRun> run_rows{};  ///< once it is started; null: the open traces
        std::uint64_t passed = 0;  ///< rows before the match that were passed over; not told yet
        bool is_done = false;      ///< no row is left to give, and `at` is below all of them

        bool operator<(const Source& other) const {
            return rank != other.rank ? rank > other.rank : at < other.at;
        }
    };

    /// A trace that is not walked by the row.
    struct OpenPlace {
        TraceCursor at;
        bool is_match = true;  ///< false: nobody looked yet whether it lies in the range
        bool operator<(const OpenPlace& other) const { return at < other.at; }
    };

    /// Whether its bounds say where it stands and whether it matches.
    bool is_told_by_bounds(const OpenTrace& trace) const;
    bool is_after_page(TraceCursor at) const;
    Result<void> gather_open();
    /// Notes the trace, with all of its documents, if it matches.
    void add_open(TraceCursor at, std::span<const DocumentPointer> documents);
    /// Where an open trace stood as of then. sealed: winners of what is in parts
    std::int64_t second_before(const OpenTrace& trace,
                               std::span<const DocumentPointer> sealed) const;
    /// Notes the sealed traces that stood elsewhere.
    void gather_moved();
    bool is_match_of(TraceCursor at, std::span<const DocumentPointer> documents) const;
    Result<bool> is_match_of_moved(TraceCursor at);
    void gather_parts();
    Result<void> push_next(Source source);
    Result<bool> next_match(Source& source);
    Result<void> start(Source& source);
    void finish(const Source& source);
    bool is_match(TraceCursor at, Instant start, Instant end, Instant segment_end_min,
                  Instant segment_end_max) const;
    static Result<std::optional<TraceRow>> row(const LivePart& part, std::uint64_t ordinal);
    Result<bool> matches(const Source& source, const TraceRow& row);
    /// Goes over rows that do not match, as far as they need not be read.
    void pass_over(Source& source);
    bool can_match(const TraceRun& run) const;

    StoreCore& core_;
    RunReader::Walk shared_;
    std::vector<OpenPlace> open_;  ///< oldest first
    std::priority_queue<Source> sources_;
    std::optional<Source> current_;  ///< of the candidate given last
    std::uint64_t rows_ = 0;
    std::uint64_t rows_passed_ = 0;
    RunAhead::Judges judges_;
    std::function<bool()> is_spent_;
    std::uint64_t passed_over_ = 0;
    std::uint64_t counted_ = 0;
    bool is_unasked_ = false;  ///< runs were finished since a trace was given, or is_spent_ asked
    std::unique_ptr<RunAhead> runs_;  ///< last: its thread uses what stands above
};

}  // namespace tomograph
