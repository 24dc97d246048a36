#include "store/engine/trace_assembly.h"

#include <algorithm>
#include <tuple>

#include "model/segment_outline.h"
#include "trace/trace_order.h"

namespace tomograph {
namespace {

std::uint16_t flags_of(const Span& span) {
    unsigned flags = 0;
    if (span.is_segment) flags |= span_is_segment;
    if (span.in_progress) flags |= span_in_progress;
    if (span.error) flags |= span_error;
    if (span.fault) flags |= span_fault;
    if (span.throttle) flags |= span_throttle;
    if (span.name_space == SpanNamespace::aws) flags |= span_aws;
    if (span.name_space == SpanNamespace::remote) flags |= span_remote;
    if (span.has_sql) flags |= span_sql;
    return static_cast<std::uint16_t>(flags);
}

bool has_column(std::int32_t status) { return status > 0 && status <= 0xffff; }

/// Whether the rows of the trace's spans say all that searches ask of them.
bool is_irregular(const Trace& trace, const std::vector<DocumentPointer>& documents) {
    if (trace.documents.size() != documents.size()) return true;
    std::size_t rows = 0;
    for (const TraceDocument& document : trace.documents) {
        rows += document.segment.spans.size();
        for (const Span& span : document.segment.spans)
            if (span.http.status && !has_column(*span.http.status)) return true;
    }
    std::size_t sent = 0;
    for (const Entity& entity : trace.entities) {
        if (entity.is_inferred) continue;
        ++sent;
        if (entity.segment < 0) return true;
    }
    return sent != rows;
}

SpanRow row_of_span(const Span& span, std::string_view service) {
    const std::int32_t status = span.http.status.value_or(0);
    return {.id = span.id,
            .parent_id = span.parent_id,
            .start = span.start,
            .duration = span.duration(),
            .flags = flags_of(span),
            .status = static_cast<std::uint16_t>(has_column(status) ? status : 0),
            .service = service,
            .name = span.name};
}

/// Whether the document stands before that of the header, by (start, id).
bool is_before(const TraceDocument& document, const SegmentHeader& header) {
    const Span& own = document.segment.own();
    return std::tie(own.start, own.id) < std::tie(header.start, header.id);
}

/// The name of the service that each span belongs to; its own where that is nobody's.
class SpanServices {
 public:
    explicit SpanServices(const Trace& trace) {
        first_.reserve(trace.documents.size());
        for (const TraceDocument& document : trace.documents) {
            first_.push_back(names_.size());
            for (const Span& span : document.segment.spans) names_.push_back(span.name);
        }
        for (const Entity& entity : trace.entities) {
            if (entity.is_inferred || entity.segment < 0) continue;
            const Span* row = trace.documents[entity.document].segment.spans.data();
            names_[first_[entity.document] + static_cast<std::size_t>(entity.span - row)] =
                trace.entities[static_cast<std::size_t>(entity.segment)].service.name;
        }
    }

    std::string_view of(std::size_t document, std::size_t row) const {
        return names_[first_[document] + row];
    }

 private:
    std::vector<std::string_view> names_;  // of all rows, document after document
    std::vector<std::size_t> first_;       // of each document
};

std::uint16_t trace_flags(const Trace& trace) {
    unsigned flags = trace.is_partial ? trace_is_partial : 0;
    for (const TraceDocument& document : trace.documents) {
        for (const Span& span : document.segment.spans) {
            if (span.fault) flags |= trace_has_fault;
            if (span.error) flags |= trace_has_error;
            if (span.throttle) flags |= trace_has_throttle;
        }
    }
    return static_cast<std::uint16_t>(flags);
}

}  // namespace

Trace TraceAssembly::assemble(TraceId id, const std::vector<DocumentPointer>& documents) {
    std::vector<TraceDocument> decoded;
    decoded.reserve(documents.size());
    for (const DocumentPointer& document : documents)
        if (auto segment = read(id, document->document))
            decoded.push_back({.lsn = document->lsn, .segment = std::move(*segment)});
    return assemble_trace(id, std::move(decoded), after_grace);
}

std::optional<Segment> TraceAssembly::read(TraceId id, const Document& document) {
    if (depth_ == AssemblyDepth::outline && !document.outline.empty())
        return unpack_outline(id, document.outline);
    auto segment = decoder_.decode(document.bytes, std::nullopt);
    if (auto* good = std::get_if<Segment>(&segment)) return std::move(*good);
    return std::nullopt;
}

std::optional<Document> TraceAssembly::document(std::string_view bytes) {
    const auto segment = decoder_.decode(bytes, std::nullopt);
    const auto* good = std::get_if<Segment>(&segment);
    if (good == nullptr) return std::nullopt;
    return Document{
        .header = good->header(), .bytes = std::string(bytes), .outline = pack_outline(*good)};
}

bool is_complete(const Trace& trace) {
    if (trace.root < 0) return false;
    const Entity& root = trace.entities[static_cast<std::size_t>(trace.root)];
    if (root.span == nullptr || !root.span->parent_id.is_none()) return false;
    return std::none_of(trace.documents.begin(), trace.documents.end(),
                        [](const auto& document) { return document.segment.own().in_progress; });
}

TraceRow row_of(const Trace& trace, const std::vector<DocumentPointer>& documents, Lsn lsn_max) {
    TraceRow row;
    row.id = trace.id;
    row.lsn_max = lsn_max;
    if (documents.empty()) return row;
    row.start = row.end = documents.front()->document.header.start;
    // No segment ended: the range is empty, with bounds that any encoder can hold.
    row.segment_end_min = Instant{1};
    row.segment_end_max = Instant{0};
    for (const DocumentPointer& document : documents) {
        const SegmentHeader& header = document->document.header;
        row.start = std::min(row.start, header.start);
        row.end = std::max(row.end, header.end);
        row.span_count += header.span_count;
        if (!header.is_segment || header.in_progress) continue;
        const bool is_first = row.segment_end_min > row.segment_end_max;
        row.segment_end_min = is_first ? header.end : std::min(row.segment_end_min, header.end);
        row.segment_end_max = is_first ? header.end : std::max(row.segment_end_max, header.end);
    }
    row.trace_second = trace_second(trace.id, row.start);
    row.flags = trace_flags(trace);
    if (is_irregular(trace, documents)) row.flags |= trace_is_irregular;
    if (trace.root >= 0)
        row.root_service = trace.entities[static_cast<std::size_t>(trace.root)].service.name;
    return row;
}

std::vector<SpanRow> span_rows(const Trace& trace, const std::vector<DocumentPointer>& documents) {
    const SpanServices services(trace);
    std::size_t count = 0;
    for (const DocumentPointer& document : documents) count += document->document.header.span_count;
    std::vector<SpanRow> rows;
    rows.reserve(count);
    std::size_t at = 0;  // in the trace's documents, which have the same order
    for (const DocumentPointer& document : documents) {
        const SegmentHeader& header = document->document.header;
        while (at < trace.documents.size() && is_before(trace.documents[at], header)) ++at;
        std::size_t left = header.span_count;
        if (at < trace.documents.size() && trace.documents[at].segment.own().id == header.id) {
            const auto& spans = trace.documents[at].segment.spans;
            for (std::size_t i = 0; i < spans.size() && left > 0; ++i, --left)
                rows.push_back(row_of_span(spans[i], services.of(at, i)));
        }
        // A document that this program cannot read any more keeps its place.
        for (; left > 0; --left) {
            rows.emplace_back();
            rows.back().id = header.id;
            rows.back().start = header.start;
        }
    }
    return rows;
}

}  // namespace tomograph
