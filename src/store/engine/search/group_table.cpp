#include <algorithm>
#include <map>
#include <set>

#include "store/engine/search/searches.h"
#include "store/engine/search/top_entries.h"
#include "store/engine/search/trace_search.h"
#include "trace/predicate_elements.h"

namespace tomograph {
namespace {

/// What a group costs: its counts and a histogram of some dozen buckets.
constexpr std::uint64_t group_bytes = 1024;

/// "No value" sorts before every value.
using Key = std::optional<Scalar>;

struct Outcome {
    bool error = false;
    bool throttle = false;
    bool fault = false;
    bool in_progress = false;
    Duration duration;
};

Outcome outcome_of(const Span& span) {
    return {.error = span.error,
            .throttle = span.throttle,
            .fault = span.fault,
            .in_progress = span.in_progress,
            .duration = span.duration()};
}

Outcome outcome_of(const Trace& trace) {
    const Entity* root = leading_entity(trace);
    Outcome outcome;
    if (root != nullptr) outcome = outcome_of(*root->span);
    outcome.in_progress = std::any_of(trace.entities.begin(), trace.entities.end(),
                                      [](const Entity& e) { return e.span->in_progress; });
    outcome.duration = trace.duration();
    return outcome;
}

class GroupTable {
 public:
    explicit GroupTable(const GroupQuery& query) : query_(query) {
        if (query.spans) matcher_.emplace(*query.spans);
    }

    Result<void> add(StoredTraceReader& reader, const StoredTrace& stored, const Trace& trace) {
        const Subject& by = query_.by;
        TraceAttributes selected;
        if (matcher_) selected = TRY(reader.attributes(stored, trace, matcher_->paths()));
        TraceAttributes values;
        if (by.is_attribute()) values = TRY(reader.attributes(stored, trace, {by.path}));
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

    std::uint64_t bytes() const { return bytes_; }

    ValueGroups take() {
        ValueGroups groups;
        groups.distinct = groups_.size();
        groups.groups.reserve(groups_.size());
        for (auto& [key, group] : groups_) groups.groups.push_back(std::move(group));
        keep_top(groups.groups, query_.limit, [](const ValueGroup& group) { return group.count; });
        return groups;
    }

 private:
    std::set<Key> keys_of(const Trace& trace, const Entity& entity,
                          const TraceAttributes& values) const {
        std::set<Key> keys;
        if (query_.by.is_attribute()) {
            for (const auto& cell : values.of(place_of(trace, entity, 0)))
                keys.insert(to_scalar(cell.value));
        } else {
            for (Scalar& value : field_values(trace, entity, query_.by.field))
                keys.insert(std::move(value));
        }
        if (keys.empty()) keys.insert(Key());
        return keys;
    }

    void count(const std::set<Key>& keys, const Outcome& outcome) {
        for (const Key& key : keys) {
            const auto [place, is_new] = groups_.try_emplace(key);
            ValueGroup& group = place->second;
            if (is_new) {
                group.value = key;
                bytes_ += group_bytes + (key ? 2 * key->text.size() : 0);
            }
            ++group.count;
            if (outcome.error) ++group.errors;
            if (outcome.throttle) ++group.throttles;
            if (outcome.fault) ++group.faults;
            if (!outcome.in_progress) group.duration.add(outcome.duration);
        }
    }

    const GroupQuery& query_;
    std::optional<TraceMatcher> matcher_;
    std::map<Key, ValueGroup> groups_;
    std::uint64_t bytes_ = 0;
};

Result<void> check_group(const GroupQuery& query) {
    if (query.spans) TRY(check(*query.spans, Scope::span));
    return check(condition(query.by, IsSet{}), Scope::span);
}

}  // namespace

Result<ValueGroups> group_spans(StoreCore& core, const GroupQuery& query) {
    TRY(check_group(query));
    GroupTable table(query);
    TraceSearch search(core, TraceSearch::options_of(query.traces));
    TRY(search.start());
    while (TRY(search.advance())) {
        auto matched = TRY(search.take());
        if (!matched) continue;
        if (!matched->trace) matched->trace = search.reader().assemble(matched->stored);
        TRY(table.add(search.reader(), matched->stored, *matched->trace));
        search.hold(table.bytes());
    }
    search.finish();
    ValueGroups groups = table.take();
    groups.coverage = search.coverage();
    return groups;
}

}  // namespace tomograph
