#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "store/trace_store.h"
#include "trace/predicate_match.h"
#include "trace/trace_order.h"
#include "wire/xray/attributes.h"
#include "wire/xray/segment_decoder.h"

namespace tomograph::testing {

// How the plain store looks into traces: everything is read, nothing is clever.

inline Trace decoded(const StoredTrace& stored) {
    SegmentDecoder decoder;
    std::vector<TraceDocument> documents;
    for (const StoredDocument& each : stored.documents) {
        auto segment = decoder.decode(each.document.bytes, {});
        if (auto* good = std::get_if<Segment>(&segment))
            documents.push_back({.lsn = each.lsn, .segment = std::move(*good)});
    }
    return assemble_trace(stored.id, std::move(documents), after_grace);
}

/// A trace with all that its documents say, by span.
class OpenedTrace {
 public:
    explicit OpenedTrace(const StoredTrace& from) : stored(from), trace(decoded(from)) {
        AttributeReader reader;
        for (std::size_t d = 0; d < trace.documents.size(); ++d) {
            const Segment& segment = trace.documents[d].segment;
            const auto same_id = [&](const StoredDocument& each) {
                return each.document.header.id == segment.own().id;
            };
            const auto document =
                std::find_if(stored.documents.begin(), stored.documents.end(), same_id);
            const auto keep = [&](std::uint32_t row, std::string_view path,
                                  const ScalarView& value) {
                values_[{d, row}].push_back(
                    {std::string(path), value.kind, std::string(value.text)});
            };
            if (!reader.visit(document->document.bytes, segment, keep)) std::abort();
        }
    }

    struct Value {
        std::string path;
        ScalarKind kind;
        std::string text;

        Scalar scalar() const { return to_scalar({.kind = kind, .text = text}); }
    };
    const std::vector<Value>& values_of(const Entity& entity) const {
        static const std::vector<Value> none;
        const TraceAttributes::Place place = place_of(trace, entity, 0);
        const auto found = values_.find({place.document, place.row});
        return found == values_.end() ? none : found->second;
    }

    std::vector<const Entity*> spans() const {
        std::vector<const Entity*> spans;
        for (const Entity& entity : trace.entities)
            if (!entity.is_inferred) spans.push_back(&entity);
        return spans;
    }

    bool matches(const SharedPredicate& predicate) const {
        if (!predicate) return true;
        const TraceMatcher matcher(*predicate);
        const TraceAttributes attributes = attributes_for(matcher);
        return matcher.matches(
            {.trace = trace, .attributes = attributes, .limit_exceeded = stored.limit_exceeded});
    }

    bool matches_span(const SharedPredicate& predicate, const Entity& entity) const {
        if (!predicate) return true;
        const TraceMatcher matcher(*predicate);
        const TraceAttributes attributes = attributes_for(matcher);
        return matcher.matches_span({.trace = trace, .attributes = attributes}, entity);
    }

    StoredTrace stored;
    Trace trace;

 private:
    TraceAttributes attributes_for(const TraceMatcher& matcher) const {
        TraceAttributes attributes;
        for (const auto& [span, values] : values_)
            for (const Value& value : values)
                for (std::uint32_t p = 0; p < matcher.paths().size(); ++p)
                    if (matcher.paths()[p] == value.path)
                        attributes.add({static_cast<std::uint32_t>(span.first), span.second, p},
                                       {.kind = value.kind, .text = value.text});
        attributes.sort();
        return attributes;
    }

    std::map<std::pair<std::size_t, std::uint32_t>, std::vector<Value>> values_;
};

inline AttributeNames naive_names(const std::vector<OpenedTrace>& traces, std::size_t limit) {
    std::map<std::string, AttributeName> table;
    for (const OpenedTrace& each : traces)
        for (const Entity* span : each.spans())
            for (const auto& value : each.values_of(*span)) {
                AttributeName& name = table[value.path];
                name.path = value.path;
                if (value.kind == ScalarKind::text) ++name.texts;
                if (value.kind == ScalarKind::number) ++name.numbers;
                if (value.kind == ScalarKind::boolean) ++name.booleans;
            }
    AttributeNames names;
    for (const auto& [path, name] : table)
        if (names.names.size() < limit) names.names.push_back(name);
    return names;
}

inline AttributeValues naive_values(const std::vector<OpenedTrace>& traces, std::string_view path,
                                    std::size_t limit) {
    std::map<Scalar, std::uint64_t> table;
    AttributeValues values;
    for (const OpenedTrace& each : traces)
        for (const Entity* span : each.spans())
            for (const auto& value : each.values_of(*span)) {
                if (value.path != path) continue;
                ++table[value.scalar()];
                ++values.count;
            }
    values.distinct = table.size();
    std::multimap<std::uint64_t, Scalar, std::greater<>> by_count;
    for (const auto& [value, count] : table) by_count.emplace(count, value);
    for (const auto& [count, value] : by_count)
        if (values.values.size() < limit) values.values.push_back({value, count});
    return values;
}

inline std::set<std::optional<Scalar>> naive_keys(const OpenedTrace& opened, const Entity& span,
                                                  const GroupQuery& query) {
    const Subject& by = query.by;
    if (query.is_by_time()) {
        const Instant start = opened.stored.documents.front().document.header.start;
        return {step_value(step_of(query, trace_second(opened.stored.id, start)))};
    }
    std::set<std::optional<Scalar>> keys;
    for (const auto& value : opened.values_of(span))
        if (by.is_attribute() && value.path == by.path) keys.insert(value.scalar());
    if (!by.is_attribute())
        for (const Scalar& value : field_values(opened.trace, span, by.field)) keys.insert(value);
    if (keys.empty()) keys.insert(std::nullopt);
    return keys;
}

inline void naive_count(ValueGroup& group, const Span& flags, bool in_progress, Duration duration) {
    ++group.count;
    group.errors += flags.error ? 1 : 0;
    group.throttles += flags.throttle ? 1 : 0;
    group.faults += flags.fault ? 1 : 0;
    if (!in_progress) group.duration.add(duration);
}

inline ValueGroups naive_groups(const std::vector<OpenedTrace>& traces, const GroupQuery& query) {
    std::map<std::optional<Scalar>, ValueGroup> table;
    for (const OpenedTrace& each : traces) {
        std::set<std::optional<Scalar>> of_trace;
        bool trace_in_progress = false;
        for (const Entity* span : each.spans()) {
            trace_in_progress |= span->span->in_progress;
            if (!each.matches_span(query.spans, *span)) continue;
            for (const auto& key : naive_keys(each, *span, query)) {
                of_trace.insert(key);
                if (query.unit == GroupUnit::spans)
                    naive_count(table[key], *span->span, span->span->in_progress,
                                span->span->end - span->span->start);
            }
        }
        if (query.unit == GroupUnit::spans) continue;
        if (of_trace.size() > 1) of_trace.erase(std::nullopt);
        const Trace& trace = each.trace;
        const Entity& root = trace.entities[static_cast<std::size_t>(std::max(trace.root, 0))];
        for (const auto& key : of_trace)
            naive_count(table[key], *root.span, trace_in_progress, trace.end - trace.start);
    }
    ValueGroups groups;
    groups.distinct = table.size();
    std::multimap<std::uint64_t, ValueGroup, std::greater<>> by_count;
    for (auto& [key, group] : table) {
        group.value = key;
        by_count.emplace(group.count, group);
    }
    for (const auto& [count, group] : by_count)
        if (groups.groups.size() < query.limit) groups.groups.push_back(group);
    return groups;
}

}  // namespace tomograph::testing
