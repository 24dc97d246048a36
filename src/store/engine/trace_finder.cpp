#include "store/engine/trace_finder.h"

#include <algorithm>

#include "store/engine/open_graph.h"
#include "trace/trace_order.h"

namespace tomograph {
namespace {

constexpr TraceId id_last{~std::uint64_t{0}, ~std::uint64_t{0}};

bool ends_in(const TimeRange& range, const StoredDocument& stored) {
    const SegmentHeader& header = stored.document.header;
    return header.is_segment && !header.in_progress && range.contains(header.end);
}

std::uint64_t bytes_of(const StoredTrace& trace) {
    std::uint64_t bytes = 0;
    for (const StoredDocument& stored : trace.documents) bytes += stored.document.bytes.size();
    return bytes;
}

}  // namespace

Result<std::optional<StoredTrace>> read_whole_trace(StoreCore& core, TraceId id) {
    DocumentSet documents;
    StoredTrace trace{.id = id, .documents = {}, .limit_exceeded = false};
    const auto open = core.open.find(id);
    if (open) {
        trace.limit_exceeded = open->limit_exceeded;
        for (const DocumentPointer& document : open->documents) documents.add(document);
    }
    const TraceInParts in_parts = TRY(read_trace(*core.parts(), id, documents));
    trace.limit_exceeded |= in_parts.limit_exceeded;
    if (documents.empty()) return std::optional<StoredTrace>();
    trace.documents = documents.to_stored();
    return std::optional(std::move(trace));
}

TraceFinder::TraceFinder(StoreCore& core, const TraceQuery& query) : core_(core), query_(query) {
    query_.limit = std::clamp<std::size_t>(query_.limit, 1, page_traces_max);
}

Result<TracePage> TraceFinder::run() {
    TRY(gather_open());
    gather_parts();
    TracePage page;
    page.oldest = query_.range.start;
    TraceCursor last;
    std::uint64_t bytes = 0;
    while (!sources_.empty()) {
        const Source source = sources_.top();
        sources_.pop();
        if (!source.is_started) {
            TRY(push_next(source));
            continue;
        }
        if (page.traces.size() == query_.limit || bytes > page_bytes_max) {
            page.next = last;
            page.oldest = Instant::from_seconds(last.second);
            break;
        }
        last = source.at;
        ++page.processed;
        if (is_in_sample(source.at.id, query_.sample)) {
            auto trace = TRY(read(source));
            if (trace) {
                bytes += bytes_of(*trace);
                page.traces.push_back(std::move(*trace));
            }
        }
        TRY(push_next(source));
    }
    return page;
}

Result<void> TraceFinder::gather_open() {
    std::vector<OpenTrace> traces;
    core_.open.visit([&](const OpenTrace& trace) { traces.push_back(trace); });
    // After the open traces: what leaves them in between is in these parts.
    parts_ = core_.parts();
    for (OpenTrace& trace : traces) {
        open_ids_.insert(trace.id);
        const auto older = TRY(older_row(core_, trace, *parts_));
        if (older) {
            DocumentSet documents;
            TRY(read_trace(*parts_, trace.id, documents));
            for (DocumentPointer& document : trace.documents) documents.add(std::move(document));
            trace.documents = documents.winners();
        }
        add_open(trace);
    }
    std::sort(open_.begin(), open_.end());
    if (open_.empty()) return {};
    sources_.push({.part = nullptr,
                   .first = 0,
                   .left = open_.size(),
                   .is_started = false,
                   .at = open_.back(),
                   .ordinal = 0,
                   .is_fragmented = true});
    return {};
}

void TraceFinder::add_open(const OpenTrace& trace) {
    Instant start = trace.documents.front()->document.header.start;
    Instant end = start;
    bool segment_ends = false;
    for (const DocumentPointer& document : trace.documents) {
        start = std::min(start, document->document.header.start);
        end = std::max(end, document->document.header.end);
        segment_ends |= ends_in(query_.range, *document);
    }
    const TraceCursor at{.second = trace_second(trace.id, start), .id = trace.id};
    const bool matches = query_.type == TimeRangeType::service
                             ? segment_ends
                             : is_match(at, start, end, Instant{1}, Instant{0});
    if (matches && (!query_.before || at < *query_.before)) open_.push_back(at);
}

void TraceFinder::gather_parts() {
    for (const auto& part : parts_->parts) {
        for (const TraceRun& run : part->reader().runs()) {
            if (!can_match(run)) continue;
            TraceCursor highest{.second = run.second_max, .id = id_last};
            if (query_.before) highest = std::min(highest, *query_.before);
            sources_.push({.part = part,
                           .first = run.first,
                           .left = run.rows,
                           .is_started = false,
                           .at = highest,
                           .ordinal = 0,
                           .is_fragmented = false});
        }
    }
}

bool TraceFinder::can_match(const TraceRun& run) const {
    if (query_.before && run.second_min > query_.before->second) return false;
    if (query_.type == TimeRangeType::trace_id)
        return Instant::from_seconds(run.second_max) >= query_.range.start &&
               Instant::from_seconds(run.second_min) < query_.range.end;
    return run.end_max >= query_.range.start && run.start_min < query_.range.end;
}

Result<void> TraceFinder::push_next(Source source) {
    if (TRY(next_match(source))) sources_.push(std::move(source));
    return {};
}

/// Whether the row is not too new.
bool TraceFinder::is_below(const TraceRow& row) const {
    const TraceCursor at{.second = row.trace_second, .id = row.id};
    if (query_.before && at >= *query_.before) return false;
    return query_.type != TimeRangeType::trace_id ||
           Instant::from_seconds(row.trace_second) < query_.range.end;
}

/// The row, or nothing where the part is damaged.
Result<std::optional<TraceRow>> TraceFinder::row(const LivePart& part, std::uint64_t ordinal) {
    auto row = part.reader().row(static_cast<std::uint32_t>(ordinal));
    if (row) return std::optional(std::move(*row));
    if (row.error().code() != ErrorCode::corrupt) return std::move(row).error();
    part.report_damage(row.error());
    return std::optional<TraceRow>();
}

/// Cuts off the rows that are too new, by bisection.
Result<void> TraceFinder::start(Source& source) {
    source.is_started = true;
    if (!source.part) return {};
    std::uint64_t low = 0;
    std::uint64_t high = source.left;
    while (low < high) {
        const std::uint64_t middle = low + (high - low) / 2;
        const auto there = TRY(row(*source.part, source.first + middle));
        if (!there) return {};  // then each row is asked
        if (is_below(*there))
            low = middle + 1;
        else
            high = middle;
    }
    source.left = low;
    return {};
}

Result<bool> TraceFinder::next_match(Source& source) {
    if (!source.is_started) TRY(start(source));
    while (source.left > 0) {
        const std::uint64_t index = --source.left;
        if (!source.part) {
            source.at = open_[index];
            return true;
        }
        const auto there = TRY(row(*source.part, source.first + index));
        if (!there || !is_below(*there) || open_ids_.contains(there->id)) continue;
        source.ordinal = static_cast<std::uint32_t>(source.first + index);
        source.at = {.second = there->trace_second, .id = there->id};
        if (query_.type == TimeRangeType::trace_id &&
            Instant::from_seconds(there->trace_second) < query_.range.start)
            return false;
        source.is_fragmented = parts_->fragments.contains(there->id);
        if (source.is_fragmented) {
            const TraceInParts whole = TRY(look_up(*parts_, there->id));
            // Another row of the trace speaks for it.
            if (whole.row && whole.row->lsn_max != there->lsn_max) continue;
        }
        if (TRY(matches(source, *there))) return true;
    }
    return false;
}

bool TraceFinder::is_match(TraceCursor at, Instant start, Instant end, Instant segment_end_min,
                           Instant segment_end_max) const {
    const TimeRange& range = query_.range;
    switch (query_.type) {
        case TimeRangeType::trace_id:
            return range.contains(Instant::from_seconds(at.second));
        case TimeRangeType::event:
            return start < range.end && end >= range.start;
        case TimeRangeType::service:
            return segment_end_min <= segment_end_max && segment_end_min < range.end &&
                   segment_end_max >= range.start;
    }
    ASSERT(false);
}

Result<bool> TraceFinder::matches(const Source& source, const TraceRow& row) {
    if (!is_match(source.at, row.start, row.end, row.segment_end_min, row.segment_end_max))
        return false;
    if (query_.type != TimeRangeType::service || query_.range.contains(row.segment_end_min) ||
        query_.range.contains(row.segment_end_max))
        return true;
    // The ends lie on both sides of the range: only the documents know of those between.
    const auto trace = TRY(read(source));
    return trace && std::any_of(trace->documents.begin(), trace->documents.end(),
                                [&](const auto& stored) { return ends_in(query_.range, stored); });
}

Result<std::optional<StoredTrace>> TraceFinder::read(const Source& source) {
    if (source.is_fragmented) return read_whole_trace(core_, source.at.id);
    StoredTrace trace{.id = source.at.id, .documents = {}, .limit_exceeded = false};
    const TraceRow row = TRY(source.part->reader().row(source.ordinal));
    trace.limit_exceeded = (row.flags & trace_limit_exceeded) != 0;
    DocumentSet documents;
    TRY(read_row(*source.part, source.ordinal, documents));
    if (documents.empty()) return std::optional<StoredTrace>();
    trace.documents = documents.to_stored();
    return std::optional(std::move(trace));
}

}  // namespace tomograph
