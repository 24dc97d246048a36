#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <variant>

#include "store/arrival_order.h"
#include "store/engine/search/entry_counter.h"
#include "store/group_classifier.h"
#include "store/trace_store.h"
#include "support/memory_search.h"
#include "trace/graph_of_trace.h"
#include "trace/predicate_elements.h"
#include "trace/trace_order.h"
#include "wire/xray/segment_decoder.h"

namespace tomograph::testing {

/// A TraceStore that is plainly right: a list of documents and linear scans. The oracle of the
/// engines, and the store of tests that need none in particular. Everything acknowledged is kept
/// until it is destroyed.
class MemoryStore final : public TraceStore, public ArrivalOrder {
 public:
    MemoryStore() = default;
    explicit MemoryStore(std::shared_ptr<const GroupSource> groups) : groups_(std::move(groups)) {}

    std::vector<std::size_t> append(std::vector<Document> documents, Appended done) override {
        {
            const std::lock_guard lock(mutex_);
            for (Document& document : documents)
                documents_.push_back({.lsn = {++lsn_}, .document = std::move(document)});
        }
        done({});
        return {};
    }

    void append_telemetry(std::string json, Appended done) override {
        {
            const std::lock_guard lock(mutex_);
            telemetry_.push_back(std::move(json));
        }
        done({});
    }

    Result<std::vector<std::string>> recent_telemetry(std::size_t limit) override {
        const std::lock_guard lock(mutex_);
        std::vector<std::string> newest(telemetry_.rbegin(), telemetry_.rend());
        newest.resize(std::min(newest.size(), limit));
        return newest;
    }

    Result<std::vector<StoredTrace>> get(std::span<const TraceId> ids) override {
        const std::lock_guard lock(mutex_);
        std::vector<StoredTrace> traces;
        for (const TraceId id : ids) {
            StoredTrace trace = winners_of(id);
            if (!trace.documents.empty()) traces.push_back(std::move(trace));
        }
        return traces;
    }

    Result<TracePage> find(const TraceQuery& query) override {
        const std::lock_guard lock(mutex_);
        if (query.predicate) TRY(check(*query.predicate));
        std::map<TraceCursor, StoredTrace, std::greater<>> newest_first;
        for (const TraceId id : ids()) {
            StoredTrace trace = winners_of(id);
            const TraceCursor at = query.as_of ? cursor_as_of(id, *query.as_of) : cursor_of(trace);
            if (is_in_range(trace, at, query.range, query.type))
                newest_first.emplace(at, std::move(trace));
        }
        TracePage page;
        page.as_of = query.as_of.value_or(Lsn{lsn_});
        page.oldest = query.range.start;
        TraceCursor last;
        for (auto& [cursor, trace] : newest_first) {
            if (query.before && cursor >= *query.before) continue;
            if (page.traces.size() == query.limit) {
                page.next = last;
                page.oldest = Instant::from_seconds(last.second);
                break;
            }
            last = cursor;
            ++page.processed;
            if (is_in_sample(trace.id, query.sample) && OpenedTrace(trace).matches(query.predicate))
                page.traces.push_back(std::move(trace));
        }
        return page;
    }

    // Budgets are not looked at: everything is always covered.

    Result<AttributeNames> attribute_names(const TraceSelection& traces,
                                           std::size_t limit) override {
        const Opened opened = TRY(open(traces));
        AttributeNames names = naive_names(opened.traces, limit);
        names.coverage = opened.coverage;
        return names;
    }

    Result<AttributeValues> attribute_values(const AttributeValuesQuery& query) override {
        const Opened opened = TRY(open(query.traces));
        AttributeValues values = naive_values(opened.traces, query.path, query.limit);
        values.coverage = opened.coverage;
        return values;
    }

    Result<ValueGroups> group(const GroupQuery& query) override {
        TRY(check(query));
        const Opened opened = TRY(open(query.traces));
        ValueGroups groups = naive_groups(opened.traces, query);
        groups.coverage = opened.coverage;
        return groups;
    }

    Result<Comparison> compare(const ComparisonQuery& query) override {
        TRY(check(query));
        Comparison answer{.subjects = {}, .traces = {}, .share = 1};
        for (const Subject& subject : query.subjects)
            answer.subjects.push_back({.subject = subject, .share = 1});
        for (std::size_t side = 0; side < query.sides.size(); ++side)
            for (ComparedSubject& each : answer.subjects) {
                const ValueGroups groups = TRY(group({.traces = {.range = query.range,
                                                                 .type = query.type,
                                                                 .predicate = query.sides[side]},
                                                      .unit = GroupUnit::traces,
                                                      .by = each.subject,
                                                      .limit = ~std::size_t{0}}));
                answer.processed = groups.coverage.processed;
                answer.traces[side] = each.traces[side] = groups.coverage.matched;
                add_side(groups, side, query.values_max, each);
            }
        return answer;
    }

    /// Without bytes: nothing is on a disk.
    Result<TraceEntries> entries(const TraceSelection& traces) override {
        const Opened opened = TRY(open(traces));
        const auto batch = std::make_shared<EntryBatch>();
        for (const OpenedTrace& each : opened.traces) {
            const Entity* root = leading_entity(each.trace);
            if (root == nullptr) continue;
            const Span& span = *root->span;
            batch->points.push_back({.service = std::string(span.name),
                                     .type = std::string(span.origin),
                                     .method = std::string(span.http.method)});
            batch->urls.push_back(batch->texts.copy(span.http.url));
            const auto number = static_cast<std::uint32_t>(batch->traces.size());
            TraceEntry entry{.second = cursor_of(each.stored).second,
                             .draw = draw_of(each.stored.id),
                             .point = number,
                             .url = number};
            for (const Entity& entity : each.trace.entities) entry.spans += !entity.is_inferred;
            entry.error = span.error || span.throttle;
            entry.fault = span.fault;
            batch->traces.push_back(entry);
        }
        TraceEntries entries;
        entries.read = batch->traces.size();
        entries.batches.push_back(batch);
        entries.coverage = opened.coverage;
        return entries;
    }

    Result<FilteredGraph> filtered_graph(const TraceSelection& traces, GraphGrain grain) override {
        FilteredGraph filtered;
        filtered.coverage.oldest = traces.range.start;
        if (traces.range.end <= traces.range.start) return filtered;
        const std::int64_t first = minute_of(traces.range.start);
        const std::int64_t last = minute_of(traces.range.end - Duration::nanoseconds(1));
        TraceSelection active = traces;
        active.type = TimeRangeType::event;
        active.range = {Instant::from_seconds(first * 60), Instant::from_seconds(last * 60 + 60)};
        const Opened opened = TRY(open(active));
        for (const OpenedTrace& each : opened.traces)
            for (const auto& [key, cell] : graph_of_trace(each.trace).cells) {
                if (key.minute < first || key.minute > last) continue;
                GraphKey place = key;
                if (grain == GraphGrain::whole) place.minute = 0;
                filtered.graph.cells[place].add(cell);
            }
        filtered.coverage.processed = opened.coverage.processed;
        filtered.coverage.matched = opened.coverage.matched;
        return filtered;
    }

    /// As of after_grace: a rollup does not depend on when it is asked for.
    Result<GraphRollup> graph(TimeRange range, GraphGrain grain = GraphGrain::minute,
                              GroupId group = {}) override {
        const std::lock_guard lock(mutex_);
        GraphRollup sum;
        if (range.end <= range.start) return sum;
        for (const TraceId id : ids()) {
            const StoredTrace stored = winners_of(id);
            const Trace trace = decoded(stored);
            if (is_in_group(stored, trace, group)) sum.add(graph_of_trace(trace));
        }
        GraphRollup named;
        for (auto& [key, cell] : sum.cells) {
            GraphKey with_group = key;
            with_group.group = group;
            named.cells.emplace(with_group, cell);
        }
        sum = std::move(named);
        const std::int64_t first = minute_of(range.start);
        const std::int64_t last = minute_of(range.end - Duration::nanoseconds(1));
        std::erase_if(sum.cells, [&](const auto& cell) {
            return cell.first.minute < first || cell.first.minute > last;
        });
        if (grain == GraphGrain::minute) return sum;
        GraphRollup whole;
        for (const auto& [key, cell] : sum.cells) {
            GraphKey merged = key;
            merged.minute = 0;
            whole.cells[merged].add(cell);
        }
        return whole;
    }

    Result<GraphSeries> graph_series(const GraphSeriesQuery& query) override {
        const GraphRollup minutes = TRY(graph(query.range, GraphGrain::minute, query.group));
        return series_of(minutes, query.selection, query.period_minutes,
                         minute_of(query.range.start));
    }

    Result<void> between_appends(const std::function<void(Lsn next)>& work) override {
        const std::lock_guard lock(mutex_);
        work({lsn_ + 1});
        return {};
    }

    StoreStatus status() override {
        const std::lock_guard lock(mutex_);
        StoreStatus status;
        status.ready = true;
        status.open_traces = ids().size();
        return status;
    }

    /// Marks a trace as over its size limit.
    void set_limit_exceeded(TraceId id) {
        const std::lock_guard lock(mutex_);
        limited_.insert(id);
    }

 private:
    static void add_side(const ValueGroups& groups, std::size_t side, std::size_t values_max,
                         ComparedSubject& subject) {
        std::map<Scalar, SideCounts> values;
        for (const auto& each : subject.values) values[each.value] = each.traces;
        subject.with_value[side] = groups.coverage.matched;
        for (const ValueGroup& group : groups.groups) {
            if (group.value)
                values[*group.value][side] = group.count;
            else
                subject.with_value[side] -= group.count;
        }
        subject.values.clear();
        subject.is_given_up |= values.size() > values_max;
        if (subject.is_given_up) return;
        for (const auto& [value, traces] : values) subject.values.push_back({value, traces});
    }

    static std::int64_t minute_of(Instant t) {
        const std::int64_t second = t.second();
        return second >= 0 ? second / 60 : -((-second + 59) / 60);
    }

    static Instant start_of(const StoredTrace& trace) {
        return trace.documents.front().document.header.start;
    }

    static TraceCursor cursor_of(const StoredTrace& trace) {
        return {.second = trace_second(trace.id, start_of(trace)), .id = trace.id};
    }

    /// Where it stood then; one that came later where it stood first.
    TraceCursor cursor_as_of(TraceId id, Lsn as_of) const {
        const auto first = std::find_if(
            documents_.begin(), documents_.end(),
            [&](const StoredDocument& each) { return each.document.header.trace_id == id; });
        return cursor_of(winners_of(id, std::max(as_of, first->lsn)));
    }

    struct Opened {
        std::vector<OpenedTrace> traces;
        SearchCoverage coverage;
    };
    Result<Opened> open(const TraceSelection& selection) {
        const std::lock_guard lock(mutex_);
        if (selection.predicate) TRY(check(*selection.predicate));
        Opened opened;
        opened.coverage.oldest = selection.range.start;
        for (const TraceId id : ids()) {
            const StoredTrace trace = winners_of(id);
            if (!is_in_range(trace, cursor_of(trace), selection.range, selection.type)) continue;
            ++opened.coverage.processed;
            OpenedTrace read(trace);
            if (read.matches(selection.predicate)) opened.traces.push_back(std::move(read));
        }
        opened.coverage.matched = opened.traces.size();
        return opened;
    }

    static bool is_in_range(const StoredTrace& trace, TraceCursor at, const TimeRange& range,
                            TimeRangeType type) {
        if (type == TimeRangeType::trace_id)
            return range.contains(Instant::from_seconds(at.second));
        Instant end = start_of(trace);
        bool segment_ended = false;
        for (const StoredDocument& stored : trace.documents) {
            const SegmentHeader& header = stored.document.header;
            end = std::max(end, header.end);
            segment_ended |= header.is_segment && !header.in_progress && range.contains(header.end);
        }
        if (type == TimeRangeType::service) return segment_ended;
        return start_of(trace) < range.end && end >= range.start;
    }

    std::set<TraceId> ids() const {
        std::set<TraceId> ids;
        for (const StoredDocument& stored : documents_) ids.insert(stored.document.header.trace_id);
        return ids;
    }

    StoredTrace winners_of(TraceId id, Lsn as_of = {~std::uint64_t{0}}) const {
        std::map<SpanId, const StoredDocument*> winners;
        for (const StoredDocument& stored : documents_) {
            if (stored.document.header.trace_id != id || stored.lsn > as_of) continue;
            const StoredDocument*& winner = winners[stored.document.header.id];
            if (winner == nullptr || replaces(stored, *winner)) winner = &stored;
        }
        StoredTrace trace{.id = id, .documents = {}, .limit_exceeded = limited_.contains(id)};
        for (const auto& [span, winner] : winners) trace.documents.push_back(*winner);
        std::stable_sort(trace.documents.begin(), trace.documents.end(),
                         [](const StoredDocument& a, const StoredDocument& b) {
                             return a.document.header.start < b.document.header.start;
                         });
        return trace;
    }

    bool is_in_group(const StoredTrace& stored, const Trace& trace, GroupId version) const {
        if (version.is_all()) return true;
        const auto classifier = groups_ ? groups_->classifier() : nullptr;
        if (!classifier) return false;
        Lsn newest;
        for (const StoredDocument& each : documents_)
            if (each.document.header.trace_id == stored.id) newest = std::max(newest, each.lsn);
        std::vector<std::string_view> texts;
        for (const TraceDocument& document : trace.documents)
            for (const StoredDocument& each : stored.documents)
                if (each.document.header.id == document.segment.own().id)
                    texts.push_back(each.document.bytes);
        const auto matches = classifier->groups_of({.trace = trace,
                                                    .texts = texts,
                                                    .newest = newest,
                                                    .limit_exceeded = stored.limit_exceeded});
        return std::any_of(matches.begin(), matches.end(),
                           [&](const GroupMatch& match) { return match.version == version; });
    }

    std::mutex mutex_;
    std::uint64_t lsn_ = 0;
    std::vector<StoredDocument> documents_;
    std::vector<std::string> telemetry_;
    std::set<TraceId> limited_;
    std::shared_ptr<const GroupSource> groups_;
};

}  // namespace tomograph::testing
