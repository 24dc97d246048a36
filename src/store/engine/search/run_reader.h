#pragma once

#include <functional>
#include <memory>
#include <unordered_set>
#include <vector>

#include "store/engine/part_set.h"
#include "store/engine/search/match_source.h"
#include "store/engine/search/run_counter.h"
#include "store/trace_store.h"

namespace tomograph {

/// Which traces a walk goes through.
struct WalkRange {
    TimeRange range;
    TimeRangeType type = TimeRangeType::trace_id;
    std::optional<TraceCursor> before{};
    /// Runs come one after another, each to its end, in an order that has looked evenly over the
    /// range whenever it is left; else traces come from the newest to the oldest.
    bool is_spread = false;
    /// Traces stand where they stood when the log had come to there; absent: where they stand.
    std::optional<Lsn> as_of{};
};

/// A run before its rows are walked.
struct ReadRun {
    std::uint64_t first = 0;          ///< rows below are too old; counted in the run, as `end`
    std::uint64_t end = 0;            ///< rows from here on are too new
    bool is_inside = false;           ///< every row in between is of the range
    std::vector<Verdict> verdicts{};  ///< of every row of the run; empty when there is no judge
    std::shared_ptr<const RunCounts>
        counts{};  ///< of the rows that need not be walked; may be null

    bool is_counted(std::uint64_t row) const { return counts && counts->rows.test(row); }
    /// Whether the walk may go over it.
    bool is_passed(std::uint64_t row) const {
        if (!is_inside || verdicts.empty()) return false;
        return verdicts[row] == Verdict::no || is_counted(row);
    }
};

/// Reads what columns say of one run after another: where the range lies in it, which rows match,
/// and what those add to a table. One per thread: a judge keeps state.
class RunReader {
 public:
    /// What all readers of a walk share; it does not change while they are used.
    struct Walk {
        WalkRange range;
        Parts parts{};
        /// All open traces, and those that moved: they speak for their rows.
        std::unordered_set<TraceId> open_ids{};
        RunCounter* counter = nullptr;  ///< null: nothing is counted
    };
    /// judge  null: every row is walked
    RunReader(const Walk& walk, std::shared_ptr<MatchSource> judge)
        : walk_(walk), judge_(std::move(judge)) {}

    /// errors  io; what is damaged is walked
    Result<ReadRun> read(const LivePart& part, std::size_t run);

    /// Rows of a run that a walk has passed over: the last ones that it came by.
    struct Rows {
        const LivePart& part;
        std::size_t run = 0;
        const ReadRun& read;
        std::uint64_t first = 0;   ///< the lowest row that the walk came to
        std::uint64_t passed = 0;  ///< how many it passed there since it told them last
    };
    struct Share {
        std::uint64_t passed = 0;
        std::shared_ptr<const RunCounts> counts{};  ///< null: none of them is counted
    };
    /// Those of them that are not below `at`; counted again, by themselves. errors: io
    static Result<Share> share_above(const Walk& walk, const Rows& rows, TraceCursor at);

 private:
    Result<void> find_ends(const LivePart& part, const TraceRun& run, ReadRun& read) const;
    Result<void> judge(const LivePart& part, std::size_t run, ReadRun& read);
    Result<void> keep_those_elsewhere(const LivePart& part, const TraceRun& run,
                                      ReadRun& read) const;
    Result<void> count(const LivePart& part, std::size_t run, ReadRun& read) const;

    const Walk& walk_;
    std::shared_ptr<MatchSource> judge_;
};

/// Whether a row that says this of itself is not too new.
bool is_below(const WalkRange& range, TraceCursor at);

}  // namespace tomograph
