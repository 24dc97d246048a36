#include "store/engine/search/trace_walk.h"

#include <algorithm>
#include <bit>

#include "store/engine/open_graph.h"
#include "store/engine/read_trace.h"
#include "trace/trace_order.h"

namespace tomograph {
namespace {

constexpr TraceId id_last{~std::uint64_t{0}, ~std::uint64_t{0}};

/// 0, n/2, n/4, 3n/4, …: any first few of them lie evenly in 0..n.
std::vector<std::size_t> spread_order(std::size_t count) {
    std::vector<std::size_t> order;
    const unsigned bits = static_cast<unsigned>(std::bit_width(count));
    for (std::size_t i = 0; i < std::size_t{1} << bits; ++i) {
        std::size_t reversed = 0;
        for (unsigned bit = 0; bit < bits; ++bit)
            if ((i >> bit & 1) != 0) reversed |= std::size_t{1} << (bits - 1 - bit);
        if (reversed < count) order.push_back(reversed);
    }
    return order;
}

bool ends_in(const TimeRange& range, const StoredDocument& stored) {
    const SegmentHeader& header = stored.document.header;
    return header.is_segment && !header.in_progress && range.contains(header.end);
}

Instant earliest_start(std::span<const DocumentPointer> documents) {
    Instant start = documents.front()->document.header.start;
    for (const DocumentPointer& document : documents)
        start = std::min(start, document->document.header.start);
    return start;
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
        if (source.is_done) {
            finish(source);
            continue;
        }
        if (!source.is_started) {
            // Without a trace to give in between, nobody else asks.
            if (std::exchange(is_unasked_, false) && is_spent_()) {
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
        if (source.run_rows && !source.run_rows->verdicts.empty() && !source.is_fragmented)
            candidate.verdict = source.run_rows->verdicts[source.ordinal - source.first];
        current_ = std::move(source);
        is_unasked_ = false;
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

bool TraceWalk::is_told_by_bounds(const OpenTrace& trace) const {
    const bool has_news = shared_.range.as_of && trace.lsn_max > *shared_.range.as_of;
    const bool is_new = trace.older && !*trace.older;
    return is_new && !has_news && shared_.range.type != TimeRangeType::service;
}

Result<void> TraceWalk::gather_open() {
    // Most traces have nothing in parts, and are not copied: arrivals wait for the lock.
    struct Bounds {
        TraceId id;
        Instant start;
        Instant end;
    };
    std::vector<Bounds> bounds;
    std::vector<OpenTrace> traces;
    core_.open.visit([&](const OpenTrace& trace) {
        if (is_told_by_bounds(trace))
            bounds.push_back({.id = trace.id, .start = trace.start, .end = trace.end});
        else
            traces.push_back(trace);
    });
    // After the open traces: what leaves them in between is in these parts.
    shared_.parts = core_.parts();
    for (const Bounds& trace : bounds) {
        shared_.open_ids.insert(trace.id);
        const TraceCursor at{.second = trace_second(trace.id, trace.start), .id = trace.id};
        if (is_after_page(at) &&
            is_match(at, trace.start, std::max(trace.start, trace.end), Instant{1}, Instant{0}))
            open_.push_back({.at = at});
    }
    for (const OpenTrace& trace : traces) {
        shared_.open_ids.insert(trace.id);
        const auto older = TRY(older_row(core_, trace, *shared_.parts));
        std::vector<DocumentPointer> sealed;
        std::vector<DocumentPointer> merged;
        std::span<const DocumentPointer> all = trace.documents;
        if (older) {
            DocumentSet documents;
            TRY(read_trace(*shared_.parts, trace.id, documents));
            sealed = documents.winners();
            for (const DocumentPointer& document : trace.documents) documents.add(document);
            merged = documents.winners();
            all = merged;
        }
        const bool has_news = shared_.range.as_of && trace.lsn_max > *shared_.range.as_of;
        const std::int64_t second =
            has_news ? second_before(trace, sealed) : trace_second(trace.id, earliest_start(all));
        add_open({.second = second, .id = trace.id}, all);
    }
    gather_moved();
    std::sort(open_.begin(), open_.end());
    if (open_.empty()) return {};
    rows_ += open_.size();
    sources_.push({.part = nullptr,
                   .run = 0,
                   // The newest of all, so the last of a spread walk.
                   .rank = shared_.range.is_spread ? std::numeric_limits<std::size_t>::max() : 0,
                   .first = 0,
                   .left = open_.size(),
                   .is_started = false,
                   .at = open_.back().at,
                   .ordinal = 0,
                   .is_fragmented = true});
    return {};
}

std::int64_t TraceWalk::second_before(const OpenTrace& trace,
                                      std::span<const DocumentPointer> sealed) const {
    const Lsn as_of = *shared_.range.as_of;
    const auto steps = place_steps(trace.id, sealed, trace.documents, trace.outdated);
    // Of what it did before it was sealed last its documents tell no more.
    const auto before = core_.places.steps_of(trace.id);
    const bool is_before = !before.empty() && as_of < before.back().from;
    return place_at(is_before ? before : steps, as_of);
}

void TraceWalk::gather_moved() {
    if (!shared_.range.as_of) return;
    const Lsn as_of = *shared_.range.as_of;
    core_.places.visit(as_of, [&](TraceId id, std::span<const PlaceStep> steps) {
        const std::int64_t second = place_at(steps, as_of);
        if (second == steps.back().second || !shared_.open_ids.insert(id).second) return;
        const TraceCursor at{.second = second, .id = id};
        if (is_below(shared_.range, at)) open_.push_back({.at = at, .is_match = false});
    });
}

bool TraceWalk::is_after_page(TraceCursor at) const {
    return !shared_.range.before || at < *shared_.range.before;
}

void TraceWalk::add_open(TraceCursor at, std::span<const DocumentPointer> documents) {
    if (is_after_page(at) && is_match_of(at, documents)) open_.push_back({.at = at});
}

bool TraceWalk::is_match_of(TraceCursor at, std::span<const DocumentPointer> documents) const {
    const Instant start = earliest_start(documents);
    Instant end = start;
    bool segment_ends = false;
    for (const DocumentPointer& document : documents) {
        end = std::max(end, document->document.header.end);
        segment_ends |= ends_in(shared_.range.range, *document);
    }
    if (shared_.range.type == TimeRangeType::service) return segment_ends;
    return is_match(at, start, end, Instant{1}, Instant{0});
}

Result<bool> TraceWalk::is_match_of_moved(TraceCursor at) {
    if (shared_.range.type == TimeRangeType::trace_id)
        return is_match(at, {}, {}, Instant{1}, Instant{0});
    DocumentSet documents;
    TRY(read_trace(*shared_.parts, at.id, documents));
    return !documents.empty() && is_match_of(at, documents.winners());
}

void TraceWalk::gather_parts() {
    std::vector<Source> sources;
    for (const auto& part : shared_.parts->parts) {
        const std::vector<TraceRun>& runs = part->reader().runs();
        for (std::size_t i = 0; i < runs.size(); ++i) {
            const TraceRun& run = runs[i];
            if (!can_match(run)) continue;
            rows_ += run.rows;
            TraceCursor highest{.second = run.second_max, .id = id_last};
            if (shared_.range.before) highest = std::min(highest, *shared_.range.before);
            sources.push_back({.part = part,
                               .run = i,
                               .first = run.first,
                               .left = run.rows,
                               .is_started = false,
                               .at = highest,
                               .ordinal = 0,
                               .is_fragmented = false});
        }
    }
    std::stable_sort(sources.begin(), sources.end(),
                     [](const Source& a, const Source& b) { return b.at < a.at; });
    const std::vector<std::size_t> order =
        shared_.range.is_spread ? spread_order(sources.size()) : std::vector<std::size_t>();
    std::vector<RunAhead::Run> runs;
    for (std::size_t i = 0; i < sources.size(); ++i) {
        Source& source = sources[order.empty() ? i : order[i]];
        source.number = runs.size();
        if (shared_.range.is_spread) source.rank = source.number;
        runs.push_back({.part = source.part, .run = source.run});
        sources_.push(std::move(source));
    }
    runs_ = std::make_unique<RunAhead>(shared_, judges_, std::move(runs));
}

bool TraceWalk::can_match(const TraceRun& run) const {
    if (shared_.range.before && run.second_min > shared_.range.before->second) return false;
    if (shared_.range.type == TimeRangeType::trace_id)
        return Instant::from_seconds(run.second_max) >= shared_.range.range.start &&
               Instant::from_seconds(run.second_min) < shared_.range.range.end;
    return run.end_max >= shared_.range.range.start && run.start_min < shared_.range.range.end;
}

Result<void> TraceWalk::push_next(Source source) {
    const bool is_there = TRY(next_match(source));
    if (is_there) {
        sources_.push(std::move(source));
    } else if (source.passed > 0) {
        // Those belong to the answer once the walk is below all of them.
        source.is_done = true;
        source.at = {.second = source.part->reader().runs()[source.run].second_min, .id = {}};
        sources_.push(std::move(source));
    }
    return {};
}

/// Adds what was passed of a run that the walk is through with.
void TraceWalk::finish(const Source& source) {
    passed_over_ += source.passed;
    is_unasked_ = true;
    const auto& counts = source.run_rows->counts;
    if (!counts) return;
    counted_ += counts->rows.count();
    shared_.counter->add(*counts);
}

/// Of a run that is counted all are told at once, at its end.
std::uint64_t TraceWalk::take_passed_over() {
    if (current_ && current_->run_rows && !current_->run_rows->counts)
        passed_over_ += std::exchange(current_->passed, 0);
    return std::exchange(passed_over_, 0);
}

Result<void> TraceWalk::settle(TraceCursor at) {
    if (shared_.range.is_spread) at = cursor_min;
    if (current_) sources_.push(std::move(*current_));
    current_.reset();
    for (; !sources_.empty(); sources_.pop()) {
        const Source& source = sources_.top();
        if (source.passed == 0) continue;
        const RunReader::Rows rows{.part = *source.part,
                                   .run = source.run,
                                   .read = *source.run_rows,
                                   .first = source.left,
                                   .passed = source.passed};
        const auto share = TRY(RunReader::share_above(shared_, rows, at));
        passed_over_ += share.passed;
        if (!share.counts) continue;
        counted_ += share.counts->rows.count();
        shared_.counter->add(*share.counts);
    }
    return {};
}

/// The row, or nothing where the part is damaged.
Result<std::optional<TraceRow>> TraceWalk::row(const LivePart& part, std::uint64_t ordinal) {
    auto row = part.reader().row(static_cast<std::uint32_t>(ordinal));
    if (row) return std::optional(std::move(*row));
    if (row.error().code() != ErrorCode::corrupt) return std::move(row).error();
    part.report_damage(row.error());
    return std::optional<TraceRow>();
}

/// Leaves the rows that lie in the range, as far as that is known without reading them.
Result<void> TraceWalk::start(Source& source) {
    source.is_started = true;
    if (!source.part) return {};
    auto rows = TRY(runs_->take(source.number));
    rows_passed_ += source.left - (rows.end - rows.first);
    source.left = rows.end;
    source.run_rows = std::make_shared<const ReadRun>(std::move(rows));
    return {};
}

void TraceWalk::pass_over(Source& source) {
    if (!source.run_rows) return;
    const ReadRun& rows = *source.run_rows;
    while (source.left > rows.first && rows.is_passed(source.left - 1)) {
        --source.left;
        ++rows_passed_;
        ++source.passed;
    }
}

Result<bool> TraceWalk::next_match(Source& source) {
    if (!source.is_started) TRY(start(source));
    while (true) {
        pass_over(source);
        if (source.left == (source.run_rows ? source.run_rows->first : 0)) return false;
        const std::uint64_t index = --source.left;
        ++rows_passed_;
        if (!source.part) {
            const OpenPlace& open = open_[index];
            if (!open.is_match) {
                const bool is_match = TRY(is_match_of_moved(open.at));
                if (!is_match) continue;
            }
            source.at = open.at;
            return true;
        }
        const ReadRun& rows = *source.run_rows;
        if (rows.is_inside && !rows.verdicts.empty() && rows.verdicts[index] == Verdict::yes) {
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
        if (!there) continue;
        source.ordinal = static_cast<std::uint32_t>(source.first + index);
        source.at = {.second = there->trace_second, .id = there->id};
        if (!is_below(shared_.range, source.at) || shared_.open_ids.contains(there->id)) continue;
        if (shared_.range.type == TimeRangeType::trace_id &&
            Instant::from_seconds(there->trace_second) < shared_.range.range.start) {
            rows_passed_ += source.left - rows.first;
            source.left = rows.first;
            return false;
        }
        source.is_fragmented = shared_.parts->fragments.contains(there->id);
        if (source.is_fragmented) {
            const TraceInParts whole = TRY(look_up(*shared_.parts, there->id));
            // Another row of the trace speaks for it.
            if (whole.row && whole.row->lsn_max != there->lsn_max) continue;
        }
        if (TRY(matches(source, *there))) return true;
    }
}

bool TraceWalk::is_match(TraceCursor at, Instant start, Instant end, Instant segment_end_min,
                         Instant segment_end_max) const {
    const TimeRange& range = shared_.range.range;
    switch (shared_.range.type) {
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
    if (shared_.range.type != TimeRangeType::service ||
        shared_.range.range.contains(row.segment_end_min) ||
        shared_.range.range.contains(row.segment_end_max))
        return true;
    // The ends lie on both sides of the range: only the documents know of those between.
    StoredTrace trace;
    const bool is_read = TRY(read({.at = source.at,
                                   .part = source.part,
                                   .run = source.run,
                                   .ordinal = source.ordinal,
                                   .is_fragmented = source.is_fragmented},
                                  trace));
    return is_read &&
           std::any_of(trace.documents.begin(), trace.documents.end(),
                       [&](const auto& each) { return ends_in(shared_.range.range, each); });
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
