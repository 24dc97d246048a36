#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "store/engine/search/trace_reader.h"
#include "store/engine/search/trace_walk.h"
#include "trace/predicate_match.h"

namespace tomograph {

/// A trace that the predicate holds for.
struct MatchedTrace {
    StoredTrace stored;
    std::optional<Trace> trace;  ///< when it had to be assembled to tell
};

/// Walks the traces of a range, newest first, within a budget, and finds those that a predicate
/// holds for: by columns where a MatchSource can tell, else by reading their documents.
///
///   TraceSearch search(core, …);
///   TRY(search.start());
///   while (TRY(search.advance())) {
///       auto matched = TRY(search.take());   // nothing: no match
///   }
class TraceSearch {
 public:
    struct Options {
        WalkRange range;
        SharedPredicate predicate;
        double sample = 1.0;
        bool with_documents = true;  ///< false: MatchedTrace::stored may have its id only
        std::function<bool(TraceId, std::uint64_t stamp)> is_known{};  ///< TraceQuery::is_known
        SearchBudget budget;
        /// Matching traces that it counts are not given, but added to its answer, and counted as
        /// matched. Null: every matching trace is given.
        RunCounter* counter = nullptr;
    };
    TraceSearch(StoreCore& core, Options options);
    static Options options_of(const TraceSelection& traces, RunCounter* counter = nullptr);

    /// errors: invalid for a predicate that breaks its rules; io
    Result<void> start();
    /// Whether there is one more trace to look at: false at the end of the range, and when the
    /// budget is spent. One trace is always looked at before that, unless the read was cancelled.
    Result<bool> advance();
    /// Looks at the trace of the last advance().
    Result<std::optional<MatchedTrace>> take();
    /// Ends the search: the next advance() is false.
    void stop(SearchStop why) { coverage_.stop = why; }
    /// What is held for the answer: more than the budget allows ends the search. A counter is asked
    /// for it.
    void hold(std::uint64_t bytes);
    /// Counts what belongs to the answer and was not told yet, and tells the last progress. When
    /// all is done. errors: io
    Result<void> finish();

    const SearchCoverage& coverage() const { return coverage_; }
    /// Share of the range's traces that is behind, 0..1.
    double covered() const { return is_at_end_ ? 1.0 : walk_.covered(); }
    /// The trace looked at last; before that, where the range begins.
    TraceCursor last() const { return last_; }
    bool is_at_end() const { return is_at_end_; }

    StoredTraceReader& reader() { return reader_; }

 private:
    bool is_spent();
    bool is_spent_between_runs();
    Result<void> settle();
    void count_passed_over();
    void note_oldest(Instant oldest);
    void report();
    Result<bool> matches(MatchedTrace& matched);

    StoreCore& core_;
    Options options_;
    TraceWalk walk_;
    std::optional<TraceMatcher> matcher_;
    StoredTraceReader reader_;
    std::optional<TraceCandidate> candidate_;
    SearchCoverage coverage_;
    TraceCursor last_;
    Duration started_;
    double told_ = 0;
    std::uint64_t reported_ = 0;
    bool is_at_end_ = false;
};

}  // namespace tomograph
