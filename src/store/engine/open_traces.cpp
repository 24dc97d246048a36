#include "store/engine/open_traces.h"

#include <algorithm>
#include <queue>
#include <utility>

namespace tomograph {
namespace {

/// What a document costs beside its bytes: its record, counters of the shared pointer, places in
/// vectors.
constexpr std::uint64_t document_overhead_bytes = 192;

/// Room for the documents of most traces, so that the first of them do not grow it one by one.
constexpr std::size_t documents_first = 4;

/// Traces of a shard that are visited before arrivals get their turn: a copy of one is a
/// microsecond.
constexpr std::size_t visited_at_once = 32;

/// Room for arithmetic with it.
constexpr Instant beginning_of_time{std::numeric_limits<std::int64_t>::min() / 2};

std::uint64_t bytes_of(const Document& document) {
    return document.bytes.size() + document.outline.size() + document_overhead_bytes;
}

std::optional<std::size_t> position_of(const OpenTrace& trace, SpanId id) {
    const auto found = std::find(trace.span_ids.begin(), trace.span_ids.end(), id);
    if (found == trace.span_ids.end()) return std::nullopt;
    return static_cast<std::size_t>(found - trace.span_ids.begin());
}

/// How many documents from the first on are of its trace: those of a sender often come together.
std::size_t run_of_trace(std::span<const Document> documents) {
    const TraceId id = documents.front().header.trace_id;
    std::size_t count = 1;
    while (count < documents.size() && documents[count].header.trace_id == id) ++count;
    return count;
}

/// The trace's place may have hung on it.
void note_outdated(OpenTrace& trace, const StoredDocument& old) {
    const SegmentHeader& header = old.document.header;
    if (trace.outdated.size() == outdated_starts_max) trace.outdated.erase(trace.outdated.begin());
    trace.outdated.push_back({.lsn = old.lsn,
                              .span = header.id,
                              .start = header.start,
                              .in_progress = header.in_progress});
}

void stretch(OpenTrace& trace, const SegmentHeader& header, bool is_first) {
    trace.start = is_first ? header.start : std::min(trace.start, header.start);
    trace.end = is_first ? header.end : std::max(trace.end, header.end);
}

/// After documents left.
void measure(OpenTrace& trace) {
    bool is_first = true;
    for (const DocumentPointer& each : trace.documents)
        stretch(trace, each->document.header, std::exchange(is_first, false));
}

void remove_at(OpenTrace& trace, std::size_t index) {
    const StoredDocument& old = *trace.documents[index];
    trace.spans -= old.document.header.span_count;
    trace.bytes -= bytes_of(old.document);
    trace.documents[index] = std::move(trace.documents.back());
    trace.documents.pop_back();
    trace.span_ids[index] = trace.span_ids.back();
    trace.span_ids.pop_back();
}

}  // namespace

const OpenTraces::Size* OpenTraces::sealed_size(const Shard& shard, TraceId id) {
    const Size* young = shard.sealed_young.find(id);
    return young != nullptr ? young : shard.sealed_old.find(id);
}

void OpenTraces::remember_sealed(Shard& shard, TraceId id, const Size& added) {
    Size size = added;
    if (const Size* before = sealed_size(shard, id)) {
        size.spans += before->spans;
        size.bytes += before->bytes;
        size.limit_exceeded |= before->limit_exceeded;
    }
    if (shard.sealed_young.size() >= sealed_sizes_max / shard_count)
        shard.sealed_old = std::exchange(shard.sealed_young, {});
    shard.sealed_young[id] = size;
}

OpenTraces::Known OpenTraces::look_up(Shard& shard, TraceId id) {
    Known known;
    if (const auto* open = shard.traces.find(id))
        known.open = &(*open)->trace;
    else
        known.sealed = sealed_size(shard, id);
    known.booked = shard.reserved.find(id);
    return known;
}

/// Whether the trace has room for the document, with all that is booked; a replacement takes the
/// place of what it replaces.
bool OpenTraces::fits(Shard& shard, Known& known, const Document& document) const {
    const SegmentHeader& header = document.header;
    Size size{.spans = header.span_count, .bytes = bytes_of(document)};
    const auto add = [&](std::uint64_t spans, std::uint64_t bytes) {
        size.spans += spans;
        size.bytes += bytes;
    };
    OpenTrace* trace = known.open;
    if (trace != nullptr)
        add(trace->spans + trace->sealed_spans, trace->bytes + trace->sealed_bytes);
    else if (known.sealed != nullptr)
        add(known.sealed->spans, known.sealed->bytes);
    if (known.booked != nullptr) add(known.booked->spans, known.booked->bytes);

    const auto is_within = [&] {
        return size.spans <= options_.trace_spans_max && size.bytes <= options_.trace_bytes_max;
    };
    if (is_within()) return true;
    // Looked for only now: nearly every document is a new one of a small trace.
    if (trace != nullptr) {
        if (const auto place = position_of(*trace, header.id)) {
            const Document& old = trace->documents[*place]->document;
            size.spans -= old.header.span_count;
            size.bytes -= bytes_of(old);
            if (is_within()) return true;
        }
        trace->limit_exceeded = true;
    }
    remember_sealed(shard, header.trace_id, {.limit_exceeded = true});
    if (trace == nullptr) known.sealed = sealed_size(shard, header.trace_id);
    return false;
}

std::vector<std::size_t> OpenTraces::reserve(std::span<const Document> documents) {
    std::vector<std::size_t> refused;
    for (std::size_t i = 0; i < documents.size();) {
        const std::size_t end = i + run_of_trace(documents.subspan(i));
        const TraceId id = documents[i].header.trace_id;
        auto shard = shard_of(id).lock();
        Known known = look_up(*shard, id);
        for (; i < end; ++i) {
            if (!fits(*shard, known, documents[i])) {
                refused.push_back(i);
                continue;
            }
            if (known.booked == nullptr) known.booked = &shard->reserved[id];
            known.booked->spans += documents[i].header.span_count;
            known.booked->bytes += bytes_of(documents[i]);
        }
    }
    metrics_.documents_over_limit.add(refused.size());
    return refused;
}

void OpenTraces::release_run(Shard& shard, std::span<const Document> run) {
    const TraceId id = run.front().header.trace_id;
    Size* booked = shard.reserved.find(id);
    if (booked == nullptr) return;
    for (const Document& document : run) {
        booked->spans -= document.header.span_count;
        booked->bytes -= bytes_of(document);
    }
    if (booked->bytes == 0) shard.reserved.erase(id);
}

void OpenTraces::release(std::span<const Document> documents) {
    while (!documents.empty()) {
        const auto run = documents.first(run_of_trace(documents));
        release_run(*shard_of(run.front().header.trace_id).lock(), run);
        documents = documents.subspan(run.size());
    }
}

void OpenTraces::count_bytes(std::uint64_t added, std::uint64_t removed) {
    bytes_ += added;
    bytes_ -= removed;
}

void OpenTraces::insert(Lsn first, std::vector<Document> documents, Duration now,
                        bool is_reserved) {
    metrics_.documents.add(documents.size());
    std::span<Document> rest(documents);
    while (!rest.empty()) {
        const auto run = rest.first(run_of_trace(rest));
        auto shard = shard_of(run.front().header.trace_id).lock();
        if (is_reserved) release_run(*shard, run);
        insert_run(*shard, first, run, now);
        first.value += run.size();
        rest = rest.subspan(run.size());
    }
    if (first.value > 0) newest_ = first.value - 1;
}

std::list<OpenTraces::Held>::iterator OpenTraces::open_trace(Shard& shard, TraceId id, Lsn lsn,
                                                             Duration now) {
    const auto held = shard.quiet.emplace(shard.quiet.end());
    held->opened = shard.opened.insert(shard.opened.end(), &*held);
    held->pin = shard.pinning.emplace_hint(shard.pinning.end(), lsn, &*held);
    shard.traces[id] = held;
    OpenTrace& trace = held->trace;
    trace.id = id;
    trace.lsn_min = lsn;
    trace.first_at = now;
    trace.documents.reserve(documents_first);
    trace.span_ids.reserve(documents_first);
    if (const Size* sealed = sealed_size(shard, id)) {
        trace.limit_exceeded = sealed->limit_exceeded;
        trace.sealed_spans = sealed->spans;
        trace.sealed_bytes = sealed->bytes;
    }
    return held;
}

void OpenTraces::close_trace(Shard& shard, std::list<Held>::iterator held) {
    shard.opened.erase(held->opened);
    shard.pinning.erase(held->pin);
    if (held->parked) shard.parked_by_last.erase(*held->parked);
    shard.traces.erase(held->trace.id);
    (held->parked ? shard.parked : shard.quiet).erase(held);
}

void OpenTraces::queue_by_last(Shard& shard, std::list<Held>::iterator held) {
    auto& from = held->parked ? shard.parked : shard.quiet;
    if (held->parked) shard.parked_by_last.erase(*std::exchange(held->parked, std::nullopt));
    auto place = shard.quiet.end();
    while (place != shard.quiet.begin() && std::prev(place)->trace.last_at > held->trace.last_at)
        --place;
    shard.quiet.splice(place, from, held);
}

void OpenTraces::insert_run(Shard& shard, Lsn first, std::span<Document> run, Duration now) {
    const TraceId id = run.front().header.trace_id;
    const auto* found = shard.traces.find(id);
    const bool is_new = found == nullptr;
    if (is_new) ++traces_;
    const auto held = is_new ? open_trace(shard, id, first, now) : *found;
    held->trace.last_at = now;
    if (!is_new) queue_by_last(shard, held);
    for (Document& document : run) {
        insert_one(held->trace, first, std::move(document));
        ++first.value;
    }
}

void OpenTraces::insert_one(OpenTrace& trace, Lsn lsn, Document document) {
    trace.lsn_max = lsn;
    auto stored = std::make_shared<const StoredDocument>(
        StoredDocument{.lsn = lsn, .document = std::move(document)});
    const auto place = position_of(trace, stored->document.header.id);
    bool is_same = false;
    if (place) {
        const StoredDocument& old = *trace.documents[*place];
        is_same = old.document.bytes == stored->document.bytes;
        if (is_same || !replaces(*stored, old)) metrics_.documents_duplicate.add();
        if (!replaces(*stored, old)) return;
        count_bytes(0, bytes_of(old.document));
        note_outdated(trace, old);
        remove_at(trace, *place);
        measure(trace);
    }
    const SegmentHeader& header = stored->document.header;
    stretch(trace, header, trace.documents.empty());
    const Instant start_min = header.span_count == 1 ? header.start : beginning_of_time;
    trace.start_min = std::min(trace.start_min, start_min);
    trace.spans += header.span_count;
    trace.bytes += bytes_of(stored->document);
    count_bytes(bytes_of(stored->document), 0);
    trace.span_ids.push_back(header.id);
    trace.documents.push_back(std::move(stored));
    if (!is_same) ++trace.version;
}

std::optional<OpenTrace> OpenTraces::find(TraceId id) const {
    auto shard = shard_of(id).lock();
    const auto* found = shard->traces.find(id);
    if (found == nullptr) return std::nullopt;
    return (*found)->trace;
}

std::shared_ptr<const GraphRollup> OpenTraces::contribution(TraceId id) const {
    auto shard = shard_of(id).lock();
    const auto* found = shard->traces.find(id);
    return found == nullptr ? nullptr : (*found)->trace.contribution;
}

void OpenTraces::visit(const std::function<void(const OpenTrace&)>& look) const {
    std::array<std::vector<TraceId>, shard_count> ids;
    std::size_t longest = 0;
    for (std::size_t i = 0; i < shard_count; ++i) {
        auto shard = shards_[i].lock();
        ids[i].reserve(shard->traces.size());
        shard->traces.each([&](TraceId id, const auto&) { ids[i].push_back(id); });
        longest = std::max(longest, ids[i].size());
    }
    // Shard by turns: whoever waits for one has time to get it before it is wanted again.
    for (std::size_t first = 0; first < longest; first += visited_at_once)
        for (std::size_t i = 0; i < shard_count; ++i) {
            if (first >= ids[i].size()) continue;
            auto shard = shards_[i].lock();
            const std::size_t end = std::min(ids[i].size(), first + visited_at_once);
            for (std::size_t at = first; at < end; ++at) {
                const auto* found = shard->traces.find(ids[i][at]);
                if (found != nullptr) look((*found)->trace);
            }
        }
}

void OpenTraces::visit_due(const OpenTracesDue& due,
                           const std::function<bool(const OpenTrace&)>& look) const {
    const auto is_quiet = [&](const OpenTrace& trace) {
        return trace.last_at <= due.quiet ||
               (trace.last_at <= due.quiet_finished && !trace.is_unfinished());
    };
    for (auto& guarded : shards_) {
        auto shard = guarded.lock();
        for (const Held& held : shard->quiet) {
            if (held.trace.last_at > due.quiet_finished) break;
            if (is_quiet(held.trace) && !look(held.trace)) return;
        }
        for (const auto& [last_at, held] : shard->parked_by_last) {
            if (last_at > due.quiet) break;
            if (!look(held->trace)) return;
        }
        for (const Held* held : shard->opened) {
            if (held->trace.first_at > due.opened) break;
            if (!is_quiet(held->trace) && !look(held->trace)) return;
        }
        for (const auto& [lsn, held] : shard->pinning) {
            if (lsn > due.pinned) break;
            const bool is_seen = is_quiet(held->trace) || held->trace.first_at <= due.opened;
            if (!is_seen && !look(held->trace)) return;
        }
    }
}

void OpenTraces::visit_quietest(const std::function<bool(const OpenTrace&)>& look) const {
    struct Cursor {
        std::list<Held>::const_iterator quiet;
        std::multimap<Duration, Held*>::const_iterator parked;
        const OpenTrace* trace = nullptr;
    };
    std::vector<Guarded<Shard>::Locked> shards;
    std::vector<Cursor> cursors;
    for (auto& guarded : shards_) {
        shards.push_back(guarded.lock());
        Shard& shard = *shards.back();
        cursors.push_back({.quiet = shard.quiet.begin(), .parked = shard.parked_by_last.begin()});
    }
    const auto advance = [&](std::size_t i) {
        Cursor& at = cursors[i];
        Shard& shard = *shards[i];
        const bool has_parked = at.parked != shard.parked_by_last.end();
        if (at.quiet != shard.quiet.end() &&
            (!has_parked || at.quiet->trace.last_at <= at.parked->first))
            at.trace = &(at.quiet++)->trace;
        else
            at.trace = has_parked ? &(at.parked++)->second->trace : nullptr;
    };
    const auto is_later = [&](std::size_t a, std::size_t b) {
        return cursors[a].trace->last_at > cursors[b].trace->last_at;
    };
    std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(is_later)> next(is_later);
    for (std::size_t i = 0; i < shard_count; ++i) {
        advance(i);
        if (cursors[i].trace != nullptr) next.push(i);
    }
    while (!next.empty()) {
        const std::size_t i = next.top();
        next.pop();
        if (!look(*cursors[i].trace)) return;
        advance(i);
        if (cursors[i].trace != nullptr) next.push(i);
    }
}

void OpenTraces::set_older(const OpenTrace& seen, std::optional<TraceRow> row) {
    auto shard = shard_of(seen.id).lock();
    const auto* found = shard->traces.find(seen.id);
    if (found == nullptr) return;
    OpenTrace& trace = (*found)->trace;
    if (trace.lsn_min == seen.lsn_min && !trace.older) trace.older = std::move(row);
}

std::shared_ptr<const GraphRollup> OpenTraces::exchange_contribution(
    OpenTrace& trace, std::shared_ptr<const GraphRollup> contribution) {
    if (contribution) ++contributions_;
    auto before = std::exchange(trace.contribution, std::move(contribution));
    if (before) --contributions_;
    return before;
}

void OpenTraces::forget_descriptions() {
    for (Guarded<Shard>& each : shards_) {
        auto shard = each.lock();
        shard->traces.each([](TraceId, const auto& held) { held->trace.described_newest = Lsn{}; });
    }
}

std::optional<std::shared_ptr<const GraphRollup>> OpenTraces::describe(
    const OpenTrace& seen, std::shared_ptr<const GraphRollup> contribution) {
    auto shard = shard_of(seen.id).lock();
    const auto* found = shard->traces.find(seen.id);
    if (found == nullptr) return std::nullopt;
    OpenTrace& trace = (*found)->trace;
    trace.described_version = seen.version;
    trace.described_newest = seen.lsn_max;
    trace.described_limit = seen.limit_exceeded;
    return exchange_contribution(trace, std::move(contribution));
}

void OpenTraces::set_unfinished(const OpenTrace& seen) {
    auto shard = shard_of(seen.id).lock();
    const auto* found = shard->traces.find(seen.id);
    if (found == nullptr) return;
    const auto held = *found;
    held->trace.unfinished_version = seen.version;
    if (held->parked || !held->trace.is_unfinished()) return;
    shard->parked.splice(shard->parked.end(), shard->quiet, held);
    held->parked = shard->parked_by_last.emplace(held->trace.last_at, &*held);
}

std::optional<Lsn> OpenTraces::remove_through(OpenTrace& trace, Lsn lsn) {
    std::optional<Lsn> lowest;
    const std::uint64_t bytes_before = trace.bytes;
    for (std::size_t i = trace.documents.size(); i-- > 0;) {
        if (trace.documents[i]->lsn <= lsn)
            remove_at(trace, i);
        else if (!lowest || trace.documents[i]->lsn < *lowest)
            lowest = trace.documents[i]->lsn;
    }
    measure(trace);
    count_bytes(0, bytes_before - trace.bytes);
    std::erase_if(trace.outdated, [&](const OutdatedStart& each) { return each.lsn <= lsn; });
    return lowest;
}

void OpenTraces::keep_rest(Shard& shard, std::list<Held>::iterator held, Lsn lsn_min) {
    shard.pinning.erase(held->pin);
    held->pin = shard.pinning.emplace(lsn_min, &*held);
    held->trace.lsn_min = lsn_min;
    ++held->trace.version;
    if (held->parked) queue_by_last(shard, held);
}

std::shared_ptr<const GraphRollup> OpenTraces::forget(TraceId id, Lsn lsn,
                                                      const std::optional<TraceRow>& row) {
    auto shard = shard_of(id).lock();
    const auto* found = shard->traces.find(id);
    if (found == nullptr) return nullptr;
    const auto held = *found;
    OpenTrace& trace = held->trace;
    Size sealed{.spans = trace.spans, .bytes = trace.bytes, .limit_exceeded = trace.limit_exceeded};
    auto contribution = exchange_contribution(trace, nullptr);
    const auto close = [&] {
        close_trace(*shard, held);
        --traces_;
    };
    if (trace.lsn_max <= lsn) {  // all of it, which is usual
        if (row) remember_sealed(*shard, id, sealed);
        count_bytes(0, trace.bytes);
        close();
        return contribution;
    }
    const auto lsn_min = remove_through(trace, lsn);
    sealed.bytes -= trace.bytes;
    sealed.spans -= trace.spans;
    if (row) remember_sealed(*shard, id, sealed);
    if (!lsn_min) {
        close();
        return contribution;
    }
    if (row) {
        trace.sealed_spans += sealed.spans;
        trace.sealed_bytes += sealed.bytes;
        trace.older.emplace(row);
    }
    keep_rest(*shard, held, *lsn_min);
    return contribution;
}

std::shared_ptr<const GraphRollup> OpenTraces::redact(TraceId id, Lsn lsn) {
    auto shard = shard_of(id).lock();
    shard->sealed_young.erase(id);
    shard->sealed_old.erase(id);
    const auto* found = shard->traces.find(id);
    if (found == nullptr) return nullptr;
    const auto held = *found;
    OpenTrace& trace = held->trace;
    const auto lsn_min = remove_through(trace, lsn);
    auto contribution = exchange_contribution(trace, nullptr);
    if (!lsn_min) {
        close_trace(*shard, held);
        --traces_;
        return contribution;
    }
    trace.older.emplace(std::nullopt);
    trace.limit_exceeded = false;
    trace.sealed_spans = 0;
    trace.sealed_bytes = 0;
    keep_rest(*shard, held, *lsn_min);
    return contribution;
}

std::optional<Lsn> OpenTraces::lsn_min() const {
    std::optional<Lsn> lowest;
    for (auto& guarded : shards_) {
        auto shard = guarded.lock();
        if (shard->pinning.empty()) continue;
        const Lsn here = shard->pinning.begin()->first;
        if (!lowest || here < *lowest) lowest = here;
    }
    return lowest;
}

}  // namespace tomograph
