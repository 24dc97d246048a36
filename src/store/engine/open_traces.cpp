#include "store/engine/open_traces.h"

#include <algorithm>
#include <utility>

namespace tomograph {
namespace {

/// What a document costs beside its bytes: its record, counters of the shared pointer, places in
/// vectors.
constexpr std::uint64_t document_overhead_bytes = 192;

std::uint64_t bytes_of(const Document& document) {
    return document.bytes.size() + document_overhead_bytes;
}

std::optional<std::size_t> position_of(const OpenTrace& trace, SpanId id) {
    const auto found = std::find(trace.span_ids.begin(), trace.span_ids.end(), id);
    if (found == trace.span_ids.end()) return std::nullopt;
    return static_cast<std::size_t>(found - trace.span_ids.begin());
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
    for (const auto* sizes : {&shard.sealed_young, &shard.sealed_old}) {
        const auto found = sizes->find(id);
        if (found != sizes->end()) return &found->second;
    }
    return nullptr;
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

/// Whether the trace has room for the document, with all that is booked; a replacement takes the
/// place of what it replaces.
bool OpenTraces::fits(Shard& shard, const Document& document) const {
    const SegmentHeader& header = document.header;
    std::uint64_t spans = header.span_count;
    std::uint64_t bytes = bytes_of(document);
    const auto open = shard.traces.find(header.trace_id);
    if (open != shard.traces.end()) {
        spans += open->second.spans;
        bytes += open->second.bytes;
        if (const auto place = position_of(open->second, header.id)) {
            const Document& old = open->second.documents[*place]->document;
            spans -= old.header.span_count;
            bytes -= bytes_of(old);
        }
    }
    if (const Size* sealed = sealed_size(shard, header.trace_id)) {
        spans += sealed->spans;
        bytes += sealed->bytes;
    }
    const auto booked = shard.reserved.find(header.trace_id);
    if (booked != shard.reserved.end()) {
        spans += booked->second.spans;
        bytes += booked->second.bytes;
    }
    if (spans <= options_.trace_spans_max && bytes <= options_.trace_bytes_max) return true;
    if (open != shard.traces.end()) open->second.limit_exceeded = true;
    remember_sealed(shard, header.trace_id, {.limit_exceeded = true});
    return false;
}

std::vector<std::size_t> OpenTraces::reserve(std::span<const Document> documents) {
    std::vector<std::size_t> refused;
    for (std::size_t i = 0; i < documents.size(); ++i) {
        const Document& document = documents[i];
        auto shard = shard_of(document.header.trace_id).lock();
        if (!fits(*shard, document)) {
            refused.push_back(i);
            continue;
        }
        Size& booked = shard->reserved[document.header.trace_id];
        booked.spans += document.header.span_count;
        booked.bytes += bytes_of(document);
    }
    metrics_.documents_over_limit.add(refused.size());
    return refused;
}

void OpenTraces::release_one(Shard& shard, const Document& document) {
    const auto booked = shard.reserved.find(document.header.trace_id);
    if (booked == shard.reserved.end()) return;
    booked->second.spans -= document.header.span_count;
    booked->second.bytes -= bytes_of(document);
    if (booked->second.bytes == 0) shard.reserved.erase(booked);
}

void OpenTraces::release(std::span<const Document> documents) {
    for (const Document& document : documents)
        release_one(*shard_of(document.header.trace_id).lock(), document);
}

void OpenTraces::count_bytes(std::uint64_t added, std::uint64_t removed) {
    bytes_ += added;
    bytes_ -= removed;
}

void OpenTraces::insert(Lsn first, std::vector<Document> documents, Duration now,
                        bool is_reserved) {
    metrics_.documents.add(documents.size());
    for (Document& document : documents) {
        auto shard = shard_of(document.header.trace_id).lock();
        if (is_reserved) release_one(*shard, document);
        insert_one(*shard, first, std::move(document), now);
        ++first.value;
    }
}

void OpenTraces::insert_one(Shard& shard, Lsn lsn, Document document, Duration now) {
    const TraceId id = document.header.trace_id;
    const auto [found, is_new] = shard.traces.try_emplace(id);
    OpenTrace& trace = found->second;
    if (is_new) {
        ++traces_;
        trace.id = id;
        trace.lsn_min = lsn;
        trace.first_at = now;
        if (const Size* sealed = sealed_size(shard, id))
            trace.limit_exceeded = sealed->limit_exceeded;
    }
    trace.lsn_max = lsn;
    trace.last_at = now;
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
        remove_at(trace, *place);
    }
    trace.spans += stored->document.header.span_count;
    trace.bytes += bytes_of(stored->document);
    count_bytes(bytes_of(stored->document), 0);
    trace.span_ids.push_back(stored->document.header.id);
    trace.documents.push_back(std::move(stored));
    if (!is_same) ++trace.version;
}

std::optional<OpenTrace> OpenTraces::find(TraceId id) const {
    auto shard = shard_of(id).lock();
    const auto found = shard->traces.find(id);
    if (found == shard->traces.end()) return std::nullopt;
    return found->second;
}

void OpenTraces::visit(const std::function<void(const OpenTrace&)>& look) const {
    for (auto& guarded : shards_) {
        auto shard = guarded.lock();
        for (const auto& [id, trace] : shard->traces) look(trace);
    }
}

void OpenTraces::set_older(const OpenTrace& seen, std::optional<TraceRow> row) {
    auto shard = shard_of(seen.id).lock();
    const auto found = shard->traces.find(seen.id);
    if (found == shard->traces.end() || found->second.lsn_min != seen.lsn_min) return;
    if (!found->second.older) found->second.older = std::move(row);
}

std::optional<std::shared_ptr<const GraphRollup>> OpenTraces::describe(TraceId id,
                                                                       Description description) {
    auto shard = shard_of(id).lock();
    const auto found = shard->traces.find(id);
    if (found == shard->traces.end()) return std::nullopt;
    OpenTrace& trace = found->second;
    trace.described_version = description.version;
    return std::exchange(trace.contribution, std::move(description.contribution));
}

void OpenTraces::set_unfinished(const OpenTrace& seen) {
    auto shard = shard_of(seen.id).lock();
    const auto found = shard->traces.find(seen.id);
    if (found != shard->traces.end()) found->second.unfinished_version = seen.version;
}

std::shared_ptr<const GraphRollup> OpenTraces::forget(TraceId id, Lsn lsn,
                                                      const std::optional<TraceRow>& row) {
    auto shard = shard_of(id).lock();
    const auto found = shard->traces.find(id);
    if (found == shard->traces.end()) return nullptr;
    OpenTrace& trace = found->second;
    Size sealed{.spans = 0, .bytes = 0, .limit_exceeded = trace.limit_exceeded};
    const std::uint64_t bytes_before = trace.bytes;
    const std::uint64_t spans_before = trace.spans;
    Lsn lsn_min{~std::uint64_t{0}};
    for (std::size_t i = trace.documents.size(); i-- > 0;) {
        if (trace.documents[i]->lsn <= lsn)
            remove_at(trace, i);
        else
            lsn_min = std::min(lsn_min, trace.documents[i]->lsn);
    }
    sealed.bytes = bytes_before - trace.bytes;
    sealed.spans = spans_before - trace.spans;
    count_bytes(0, sealed.bytes);
    if (row) remember_sealed(*shard, id, sealed);
    auto contribution = std::exchange(trace.contribution, nullptr);
    if (trace.documents.empty()) {
        shard->traces.erase(found);
        --traces_;
        return contribution;
    }
    // What came while the part was written stays.
    trace.lsn_min = lsn_min;
    if (row) trace.older.emplace(row);
    ++trace.version;
    return contribution;
}

std::optional<Lsn> OpenTraces::lsn_min() const {
    std::optional<Lsn> lowest;
    visit([&](const OpenTrace& trace) {
        if (!lowest || trace.lsn_min < *lowest) lowest = trace.lsn_min;
    });
    return lowest;
}

}  // namespace tomograph
