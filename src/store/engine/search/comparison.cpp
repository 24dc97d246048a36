#include "store/comparison.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "store/engine/search/comparison_counter.h"
#include "store/engine/search/entity_values.h"
#include "store/engine/search/searches.h"
#include "store/engine/search/trace_search.h"

namespace tomograph {
namespace {

/// Of the time, for subjects that columns tell of; what is left is for the others.
constexpr std::int64_t columns_time_percent = 75;
/// Of more traces than these a sample tells enough, where documents must be read: 30 us a trace.
constexpr std::uint64_t sampled_traces_min = 20'000;
constexpr double sample_of_many = 1.0 / 16;

/// Counts traces that are read.
class ReadComparison {
 public:
    ReadComparison(const ComparisonQuery& query, ComparisonTally& tally)
        : query_(query), tally_(tally) {
        for (const SharedPredicate& side : query.sides)
            sides_.push_back(side ? std::optional<TraceMatcher>(*side) : std::nullopt);
        for (const Subject& subject : query.subjects)
            if (subject.is_attribute()) paths_.push_back(subject.path);
        std::sort(paths_.begin(), paths_.end());
        paths_.erase(std::unique(paths_.begin(), paths_.end()), paths_.end());
    }

    Result<void> add(StoredTraceReader& reader, const StoredTrace& stored, const Trace& trace) {
        SideCounts traces{};
        for (std::size_t side = 0; side < sides_.size(); ++side)
            traces[side] = TRY(is_of(side, reader, stored, trace)) ? 1 : 0;
        if (traces == SideCounts{}) return {};
        tally_.add_traces(traces);
        TraceAttributes values;
        if (!paths_.empty()) values = TRY(reader.attributes(stored, trace, paths_));
        for (std::size_t i = 0; i < query_.subjects.size(); ++i)
            if (tally_.is_counted(i)) add_subject(i, trace, values, traces);
        return {};
    }

 private:
    Result<bool> is_of(std::size_t side, StoredTraceReader& reader, const StoredTrace& stored,
                       const Trace& trace) {
        const std::optional<TraceMatcher>& matcher = sides_[side];
        if (!matcher) return true;
        const TraceAttributes values = TRY(reader.attributes(stored, trace, matcher->paths()));
        return matcher->matches(
            {.trace = trace, .attributes = values, .limit_exceeded = stored.limit_exceeded});
    }

    void add_subject(std::size_t number, const Trace& trace, const TraceAttributes& values,
                     SideCounts traces) {
        const Subject& subject = query_.subjects[number];
        const auto path = static_cast<std::uint32_t>(
            std::lower_bound(paths_.begin(), paths_.end(), subject.path) - paths_.begin());
        std::set<Scalar> of_trace;
        for (const Entity& entity : trace.entities)
            if (!entity.is_inferred)
                of_trace.merge(entity_values(trace, entity, subject, values, path));
        if (!of_trace.empty()) tally_.add_with_value(number, traces);
        for (const Scalar& value : of_trace) tally_.add_value(number, value, traces);
    }

    const ComparisonQuery& query_;
    ComparisonTally& tally_;
    std::vector<std::optional<TraceMatcher>> sides_;
    std::vector<std::string> paths_;  ///< ascending
};

class Comparer {
 public:
    Comparer(StoreCore& core, const ComparisonQuery& query) : core_(core), query_(query) {}

    Result<Comparison> run() {
        const Duration begun = core_.clock.monotonic();
        ComparisonQuery by_columns = query_;
        ComparisonQuery by_documents = query_;
        by_columns.subjects.clear();
        by_documents.subjects.clear();
        for (const Subject& subject : query_.subjects)
            (ComparisonCounter::can_count(subject) ? by_columns : by_documents)
                .subjects.push_back(subject);
        const Duration time = query_.budget.time;
        by_columns.budget.time = {time.ns * columns_time_percent / 100};
        if (!by_columns.subjects.empty()) {
            const std::vector<Subject> rest = TRY(compare(by_columns, Source::columns, 1.0));
            by_documents.subjects.insert(by_documents.subjects.end(), rest.begin(), rest.end());
        }
        if (by_documents.subjects.empty() || answer_.stop == SearchStop::cancelled)
            return in_order_asked();
        if (time > Duration{}) {
            by_documents.budget.time = time - (core_.clock.monotonic() - begun);
            if (by_documents.budget.time <= Duration{}) return in_order_asked();
        }
        const bool has_many = answer_.processed > sampled_traces_min;
        TRY(compare(by_documents, Source::documents, has_many ? sample_of_many : 1.0));
        return in_order_asked();
    }

 private:
    enum class Source : std::uint8_t { columns, documents };

    /// What the first comparison says of traces is what the answer says. Gives the subjects of
    /// which columns tell too little.
    Result<std::vector<Subject>> compare(const ComparisonQuery& query, Source source,
                                         double sample) {
        ComparisonTally tally(query);
        ReadComparison read(query, tally);
        ComparisonCounter counter(query, tally);
        TraceSearch::Options options = TraceSearch::options_of(
            {.range = query.range, .type = query.type, .budget = query.budget, .is_spread = true},
            source == Source::columns ? &counter : nullptr);
        options.sample = sample;
        TraceSearch search(core_, std::move(options));
        TRY(search.start());
        while (TRY(search.advance())) {
            auto matched = TRY(search.take());
            if (!matched) continue;
            TRY(read.add(search.reader(), matched->stored,
                         search.reader().assemble(matched->stored)));
            search.hold(tally.bytes());
        }
        TRY(search.finish());
        if (!std::exchange(has_compared_, true)) {
            answer_.traces = tally.traces();
            answer_.processed = search.coverage().processed;
            answer_.share = search.covered();
            answer_.stop = search.coverage().stop;
        }
        std::vector<Subject> rest = tally.that_need_documents();
        for (ComparedSubject& each : tally.take(search.covered() * sample))
            answer_.subjects.push_back(std::move(each));
        return rest;
    }

    Comparison in_order_asked() {
        const auto place = [&](const ComparedSubject& of) {
            return std::find(query_.subjects.begin(), query_.subjects.end(), of.subject);
        };
        std::stable_sort(answer_.subjects.begin(), answer_.subjects.end(),
                         [&](const auto& a, const auto& b) { return place(a) < place(b); });
        return std::move(answer_);
    }

    StoreCore& core_;
    const ComparisonQuery& query_;
    Comparison answer_;
    bool has_compared_ = false;
};

}  // namespace

Result<Comparison> compare_traces(StoreCore& core, const ComparisonQuery& query) {
    TRY(check(query));
    return Comparer(core, query).run();
}

}  // namespace tomograph
