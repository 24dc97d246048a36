#include "store/engine/search/trace_search.h"

#include <algorithm>

#include "trace/trace_order.h"

namespace tomograph {
namespace {

/// Rows of a part do not change, and no other part will have its number. 0: all of the trace is not
/// in one row.
std::uint64_t stamp_of(const TraceCandidate& candidate) {
    return candidate.part && !candidate.is_fragmented ? candidate.part->id() + 1 : 0;
}

/// Traces between two reports: a report may draw a bar on a screen far away.
constexpr std::uint64_t reported_traces = 256;

}  // namespace

TraceSearch::TraceSearch(StoreCore& core, Options options)
    : core_(core), options_(std::move(options)), walk_(core, options_.range) {}

TraceSearch::Options TraceSearch::options_of(const TraceSelection& traces, RunCounter* counter) {
    return {.range = {.range = traces.range,
                      .type = traces.type,
                      .before = {},
                      .is_spread = traces.is_spread},
            .predicate = traces.predicate,
            .sample = 1.0,
            .with_documents = true,
            .budget = traces.budget,
            .counter = counter};
}

Result<void> TraceSearch::start() {
    started_ = core_.clock.monotonic();
    last_ = options_.range.before.value_or(cursor_max);
    note_oldest(options_.range.range.end);
    if (options_.predicate) {
        TRY(check(*options_.predicate));
        matcher_.emplace(*options_.predicate);
    }
    if (core_.options.match_source && (options_.predicate || options_.counter != nullptr)) {
        const Predicate everything = all_of({});
        const auto make_judge = [&] {
            return core_.options.match_source(options_.predicate ? *options_.predicate
                                                                 : everything);
        };
        walk_.judge_by({.own = make_judge(), .ahead = make_judge()}, options_.counter,
                       [this] { return is_spent_between_runs(); });
    }
    return walk_.start();
}

Result<bool> TraceSearch::advance() {
    if (is_spent()) {
        TRY(settle());
        return false;
    }
    candidate_ = TRY(walk_.next());
    if (candidate_) return true;
    if (coverage_.is_partial()) {
        last_ = std::min(last_, walk_.rest().value_or(last_));
        note_oldest(Instant::from_seconds(last_.second));
        TRY(settle());
        return false;
    }
    count_passed_over();
    is_at_end_ = true;
    coverage_.oldest = options_.range.range.start;
    return false;
}

/// Of what was passed over, what lies below the last trace does not belong to the answer.
Result<void> TraceSearch::settle() {
    TRY(walk_.settle(last_));
    count_passed_over();
    return {};
}

bool TraceSearch::is_spent() {
    const SearchBudget& budget = options_.budget;
    if (options_.counter != nullptr) hold(options_.counter->bytes());
    if (coverage_.is_partial()) return true;
    if (budget.is_cancelled && budget.is_cancelled()) stop(SearchStop::cancelled);
    const bool is_begun = coverage_.processed + walk_.passed_over() > 0;
    const bool has_limit = budget.time > Duration{} && is_begun;
    if (has_limit && core_.clock.monotonic() - started_ >= budget.time) stop(SearchStop::time);
    return coverage_.is_partial();
}

bool TraceSearch::is_spent_between_runs() {
    if (options_.counter != nullptr) {
        count_passed_over();
        report();
    }
    return is_spent();
}

/// Those before the trace at hand: a page that ends before it does not cover them.
void TraceSearch::count_passed_over() {
    coverage_.processed += walk_.take_passed_over();
    coverage_.matched += walk_.take_counted();
}

void TraceSearch::hold(std::uint64_t bytes) {
    if (bytes > options_.budget.memory_bytes) stop(SearchStop::memory);
}

/// A spread search has looked here and there over all of the range.
void TraceSearch::note_oldest(Instant oldest) {
    coverage_.oldest = options_.range.is_spread ? options_.range.range.start : oldest;
}

void TraceSearch::report() {
    if (!options_.budget.on_progress) return;
    told_ = std::clamp(covered(), told_, 1.0);
    options_.budget.on_progress(
        {.covered = told_, .processed = coverage_.processed, .matched = coverage_.matched});
}

Result<void> TraceSearch::finish() {
    if (!is_at_end_) TRY(settle());
    report();
    return {};
}

Result<std::optional<MatchedTrace>> TraceSearch::take() {
    const TraceCandidate candidate = std::move(*candidate_);
    candidate_.reset();
    last_ = candidate.at;
    note_oldest(Instant::from_seconds(last_.second));
    count_passed_over();
    ++coverage_.processed;
    if (coverage_.processed / reported_traces != reported_) report();
    reported_ = coverage_.processed / reported_traces;
    if (!is_in_sample(candidate.at.id, options_.sample)) return std::optional<MatchedTrace>();
    const Verdict told = matcher_ ? candidate.verdict : Verdict::yes;
    if (told == Verdict::no) return std::optional<MatchedTrace>();
    MatchedTrace matched;
    if (told == Verdict::yes && !options_.with_documents) {
        matched.stored.id = candidate.at.id;
        ++coverage_.matched;
        return std::optional(std::move(matched));
    }
    const std::uint64_t stamp = stamp_of(candidate);
    if (told == Verdict::yes && stamp != 0 && options_.is_known &&
        options_.is_known(candidate.at.id, stamp)) {
        matched.stored.id = candidate.at.id;
        matched.stored.stamp = stamp;
        ++coverage_.matched;
        return std::optional(std::move(matched));
    }
    const bool is_read = TRY(walk_.read(candidate, matched.stored));
    matched.stored.stamp = stamp;
    if (!is_read) return std::optional<MatchedTrace>();
    if (told == Verdict::unknown) {
        const bool holds = TRY(matches(matched));
        if (!holds) return std::optional<MatchedTrace>();
    }
    ++coverage_.matched;
    return std::optional(std::move(matched));
}

Result<bool> TraceSearch::matches(MatchedTrace& matched) {
    matched.trace = reader_.assemble(matched.stored);
    const TraceAttributes attributes =
        TRY(reader_.attributes(matched.stored, *matched.trace, matcher_->paths()));
    return matcher_->matches({.trace = *matched.trace,
                              .attributes = attributes,
                              .limit_exceeded = matched.stored.limit_exceeded});
}

}  // namespace tomograph
