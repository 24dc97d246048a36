#include "store/engine/search/trace_walk.h"

#include <algorithm>

#include "store/engine/open_graph.h"
#include "store/engine/read_trace.h"
#include "trace/trace_order.h"

namespace tomograph {
namespace {

constexpr TraceId id_last{~std::uint64_t{0}, ~std::uint64_t{0}};

bool ends_in(const TimeRange& range, const StoredDocument& stored) {
    const SegmentHeader& header = stored.document.header;
    return header.is_segment && !header.in_progress && range.contains(header.end);
}

}  // namespace

Result<void> TraceWalk::start() {
    TRY(gather_open());
    gather_parts();
    return {};
}

Result<std::optional<TraceCandidate>> TraceWalk::next() {
    if (current_) {
        Source passed = std::move(*current_);
        current_.reset();
        TRY(push_next(std::move(passed)));
    }
    while (!sources_.empty()) {
        Source source = sources_.top();
        sources_.pop();
        if (!source.is_started) {
            // Without a trace to give in between, nobody else asks.
            if (passed_over_ > 0 && is_spent_ && is_spent_()) {
                sources_.push(std::move(source));
                return std::optional<TraceCandidate>();
            }
            TRY(push_next(std::move(source)));
            continue;
        }
        TraceCandidate candidate{.at = source.at,
                                 .part = source.part,
                                 .run = source.run,
                                 .ordinal = source.ordinal,
                                 .is_fragmented = source.is_fragmented};
        if (source.verdicts && !source.is_fragmented)
            candidate.verdict = (*source.verdicts)[source.ordinal - source.first];
        current_ = std::move(source);
        return std::optional(std::move(candidate));
    }
    return std::optional<TraceCandidate>();
}

std::optional<TraceCursor> TraceWalk::rest() const {
    if (sources_.empty()) return std::nullopt;
    TraceCursor above = sources_.top().at;
    if (++above.id.low == 0 && ++above.id.high == 0) ++above.second;
    return above;
}

double TraceWalk::covered() const {
    if (rows_ == 0) return 0;
    return static_cast<double>(rows_passed_) / static_cast<double>(rows_);
}

Result<void> TraceWalk::gather_open() {
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
    rows_ += open_.size();
    sources_.push({.part = nullptr,
                   .run = 0,
                   .first = 0,
                   .left = open_.size(),
                   .is_started = false,
                   .at = open_.back(),
                   .ordinal = 0,
                   .is_fragmented = true});
    return {};
}

void TraceWalk::add_open(const OpenTrace& trace) {
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

void TraceWalk::gather_parts() {
    for (const auto& part : parts_->parts) {
        const std::vector<TraceRun>& runs = part->reader().runs();
        for (std::size_t i = 0; i < runs.size(); ++i) {
            const TraceRun& run = runs[i];
            if (!can_match(run)) continue;
            rows_ += run.rows;
            TraceCursor highest{.second = run.second_max, .id = id_last};
            if (query_.before) highest = std::min(highest, *query_.before);
            sources_.push({.part = part,
                           .run = i,
                           .first = run.first,
                           .left = run.rows,
                           .is_started = false,
                           .at = highest,
                           .ordinal = 0,
                           .is_fragmented = false});
        }
    }
}

bool TraceWalk::can_match(const TraceRun& run) const {
    if (query_.before && run.second_min > query_.before->second) return false;
    if (query_.type == TimeRangeType::trace_id)
        return Instant::from_seconds(run.second_max) >= query_.range.start &&
               Instant::from_seconds(run.second_min) < query_.range.end;
    return run.end_max >= query_.range.start && run.start_min < query_.range.end;
}

Result<void> TraceWalk::push_next(Source source) {
    if (TRY(next_match(source))) sources_.push(std::move(source));
    return {};
}

/// Whether the row is not too new.
bool TraceWalk::is_below(const TraceRow& row) const {
    const TraceCursor at{.second = row.trace_second, .id = row.id};
    if (query_.before && at >= *query_.before) return false;
    return query_.type != TimeRangeType::trace_id ||
           Instant::from_seconds(row.trace_second) < query_.range.end;
}

/// The row, or nothing where the part is damaged.
Result<std::optional<TraceRow>> TraceWalk::row(const LivePart& part, std::uint64_t ordinal) {
    auto row = part.reader().row(static_cast<std::uint32_t>(ordinal));
    if (row) return std::optional(std::move(*row));
    if (row.error().code() != ErrorCode::corrupt) return std::move(row).error();
    part.report_damage(row.error());
    return std::optional<TraceRow>();
}

/// Cuts off the rows that are too new, by bisection.
Result<void> TraceWalk::start(Source& source) {
    source.is_started = true;
    if (!source.part) return {};
    const TraceRun& run = source.part->reader().runs()[source.run];
    const bool is_below_all = query_.type == TimeRangeType::trace_id && !query_.before &&
                              Instant::from_seconds(run.second_max) < query_.range.end;
    if (is_below_all) return judge(source);
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
    rows_passed_ += source.left - low;
    source.left = low;
    return judge(source);
}

Result<void> TraceWalk::judge(Source& source) {
    if (!judge_ || source.left == 0) return {};
    const TraceRun& run = source.part->reader().runs()[source.run];
    auto verdicts = TRY(judge_->judge(*source.part, source.run));
    ASSERT(verdicts.size() == run.rows);
    source.is_inside = query_.type == TimeRangeType::trace_id &&
                       Instant::from_seconds(run.second_min) >= query_.range.start;
    TRY(keep_those_elsewhere(source, verdicts));
    source.verdicts = std::make_shared<const std::vector<Verdict>>(std::move(verdicts));
    return {};
}

/// What columns say of one row is nothing about a trace that has others.
Result<void> TraceWalk::keep_those_elsewhere(const Source& source, std::vector<Verdict>& verdicts) {
    if (open_ids_.empty() && parts_->fragments.empty()) return {};
    for (std::size_t i = 0; i < source.left; ++i) {
        if (verdicts[i] == Verdict::unknown) continue;
        const auto key = source.part->reader().key(static_cast<std::uint32_t>(source.first + i));
        if (!key && key.error().code() != ErrorCode::corrupt) return key.error();
        const bool is_elsewhere =
            !key || open_ids_.contains(key->id) || parts_->fragments.contains(key->id);
        if (is_elsewhere) verdicts[i] = Verdict::unknown;
    }
    return {};
}

void TraceWalk::pass_over(Source& source) {
    if (!source.verdicts || !source.is_inside) return;
    while (source.left > 0 && (*source.verdicts)[source.left - 1] == Verdict::no) {
        --source.left;
        ++rows_passed_;
        ++passed_over_;
    }
}

Result<bool> TraceWalk::next_match(Source& source) {
    if (!source.is_started) TRY(start(source));
    while (true) {
        pass_over(source);
        if (source.left == 0) return false;
        const std::uint64_t index = --source.left;
        ++rows_passed_;
        if (!source.part) {
            source.at = open_[index];
            return true;
        }
        if (source.verdicts && source.is_inside && (*source.verdicts)[index] == Verdict::yes) {
            // In the range, and nowhere else: only its place is wanted.
            const auto ordinal = static_cast<std::uint32_t>(source.first + index);
            const auto key = source.part->reader().key(ordinal);
            if (key) {
                source.ordinal = ordinal;
                source.at = {.second = key->second, .id = key->id};
                source.is_fragmented = false;
                return true;
            }
            if (key.error().code() != ErrorCode::corrupt) return key.error();
        }
        const auto there = TRY(row(*source.part, source.first + index));
        if (!there || !is_below(*there) || open_ids_.contains(there->id)) continue;
        source.ordinal = static_cast<std::uint32_t>(source.first + index);
        source.at = {.second = there->trace_second, .id = there->id};
        if (query_.type == TimeRangeType::trace_id &&
            Instant::from_seconds(there->trace_second) < query_.range.start) {
            rows_passed_ += source.left;
            return false;
        }
        source.is_fragmented = parts_->fragments.contains(there->id);
        if (source.is_fragmented) {
            const TraceInParts whole = TRY(look_up(*parts_, there->id));
            // Another row of the trace speaks for it.
            if (whole.row && whole.row->lsn_max != there->lsn_max) continue;
        }
        if (TRY(matches(source, *there))) return true;
    }
}

bool TraceWalk::is_match(TraceCursor at, Instant start, Instant end, Instant segment_end_min,
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

Result<bool> TraceWalk::matches(const Source& source, const TraceRow& row) {
    if (!is_match(source.at, row.start, row.end, row.segment_end_min, row.segment_end_max))
        return false;
    if (query_.type != TimeRangeType::service || query_.range.contains(row.segment_end_min) ||
        query_.range.contains(row.segment_end_max))
        return true;
    // The ends lie on both sides of the range: only the documents know of those between.
    StoredTrace trace;
    const bool is_read = TRY(read({.at = source.at,
                                   .part = source.part,
                                   .run = source.run,
                                   .ordinal = source.ordinal,
                                   .is_fragmented = source.is_fragmented},
                                  trace));
    return is_read && std::any_of(trace.documents.begin(), trace.documents.end(),
                                  [&](const auto& each) { return ends_in(query_.range, each); });
}

Result<bool> TraceWalk::read(const TraceCandidate& candidate, StoredTrace& trace) {
    if (candidate.is_fragmented) {
        auto whole = read_whole_trace(core_, candidate.at.id);
        if (!whole) return std::move(whole).error();
        if (!whole->has_value()) return false;
        trace = std::move(**whole);
        return true;
    }
    const TraceRow row = TRY(candidate.part->reader().row(candidate.ordinal));
    DocumentSet documents;
    TRY(read_row(*candidate.part, candidate.ordinal, documents));
    trace.id = candidate.at.id;
    trace.limit_exceeded = (row.flags & trace_limit_exceeded) != 0;
    trace.documents = documents.to_stored();
    return !documents.empty();
}

}  // namespace tomograph
