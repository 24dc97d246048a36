#include <algorithm>
#include <set>

#include "store/engine/search/entity_values.h"
#include "store/engine/search/group_counter.h"
#include "store/engine/search/searches.h"
#include "store/engine/search/trace_search.h"
#include "trace/predicate_elements.h"

namespace tomograph {
namespace {

/// Counts traces that are read.
class ReadGroups {
 public:
    ReadGroups(const GroupQuery& query, GroupTally& tally) : query_(query), tally_(tally) {
        if (query.spans) matcher_.emplace(*query.spans);
    }

    /// second  the trace's time
    Result<void> add(StoredTraceReader& reader, const StoredTrace& stored, const Trace& trace,
                     std::int64_t second) {
        const Subject& by = query_.by;
        TraceAttributes selected;
        if (matcher_) selected = TRY(reader.attributes(stored, trace, matcher_->paths()));
        TraceAttributes values;
        if (query_.is_by_time())
            step_ = step_value(step_of(query_, second));
        else if (by.is_attribute())
            values = TRY(reader.attributes(stored, trace, {by.path}));
        std::set<Key> of_trace;
        for (const Entity& entity : trace.entities) {
            if (entity.is_inferred) continue;
            if (matcher_ &&
                !matcher_->matches_span({.trace = trace, .attributes = selected}, entity))
                continue;
            const std::set<Key> keys = keys_of(trace, entity, values);
            if (query_.unit == GroupUnit::traces)
                of_trace.insert(keys.begin(), keys.end());
            else
                count(keys, outcome_of(*entity.span));
        }
        // A trace lacks a value only when all of its spans do.
        if (of_trace.size() > 1) of_trace.erase(Key());
        if (query_.unit == GroupUnit::traces) count(of_trace, outcome_of(trace));
        return {};
    }

 private:
    /// "No value" sorts before every value.
    using Key = std::optional<Scalar>;

    static Outcome::Flags flags_of(const Span& span) {
        return {.error = span.error,
                .throttle = span.throttle,
                .fault = span.fault,
                .in_progress = span.in_progress};
    }
    static Outcome outcome_of(const Span& span) { return {flags_of(span), span.duration()}; }
    static Outcome outcome_of(const Trace& trace) {
        const Entity* root = leading_entity(trace);
        Outcome::Flags flags;
        if (root != nullptr) flags = flags_of(*root->span);
        flags.in_progress = std::any_of(trace.entities.begin(), trace.entities.end(),
                                        [](const Entity& e) { return e.span->in_progress; });
        return {flags, trace.duration()};
    }

    std::set<Key> keys_of(const Trace& trace, const Entity& entity,
                          const TraceAttributes& values) const {
        if (query_.is_by_time()) return {step_};
        std::set<Key> keys;
        for (const Scalar& value : entity_values(trace, entity, query_.by, values, 0))
            keys.insert(value);
        if (keys.empty()) keys.insert(Key());
        return keys;
    }

    void count(const std::set<Key>& keys, Outcome outcome) {
        for (const Key& key : keys)
            tally_.count(key ? tally_.find({key->kind, key->text}) : tally_.find_absent(), outcome);
    }

    const GroupQuery& query_;
    GroupTally& tally_;
    std::optional<TraceMatcher> matcher_;
    Scalar step_;  ///< of the trace at hand
};

}  // namespace

Result<ValueGroups> group_spans(StoreCore& core, const GroupQuery& query) {
    TRY(check(query));
    GroupTally tally;
    ReadGroups read(query, tally);
    GroupCounter counter(query, tally);
    TraceSearch search(
        core,
        TraceSearch::options_of(query.traces, GroupCounter::can_count(query) ? &counter : nullptr));
    TRY(search.start());
    while (TRY(search.advance())) {
        auto matched = TRY(search.take());
        if (!matched) continue;
        if (!matched->trace) matched->trace = search.reader().assemble(matched->stored);
        TRY(read.add(search.reader(), matched->stored, *matched->trace, search.last().second));
        search.hold(tally.bytes());
    }
    TRY(search.finish());
    ValueGroups groups = tally.take(query.limit);
    groups.coverage = search.coverage();
    return groups;
}

}  // namespace tomograph
