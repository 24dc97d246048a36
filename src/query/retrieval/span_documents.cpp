#include "query/retrieval/span_documents.h"

#include <algorithm>
#include <tuple>

#include "query/limits.h"
#include "query/trace_documents.h"
#include "wire/otlp/span_record.h"
#include "wire/otlp/spans_of_segment.h"

namespace tomograph {
namespace {

std::vector<SpanDocument> segments_of(const StoredTrace& stored, const Trace& trace,
                                      QueryMetrics& metrics) {
    std::vector<SpanDocument> documents;
    for (SegmentDocument& each : documents_of(stored, trace, metrics, retrieved_document_bytes_max))
        documents.push_back({each.start, each.id, std::move(each.document)});
    return documents;
}

/// By document of the trace.
std::vector<OtlpSpans> all_spans(const StoredTrace& stored, const Trace& trace) {
    const std::vector<std::string_view> bytes = document_bytes(stored, trace);
    std::vector<OtlpSpans> spans;
    for (std::size_t i = 0; i < trace.documents.size(); ++i)
        spans.push_back(spans_of_segment(trace.documents[i].segment, bytes[i]));
    return spans;
}

/// A span of each entity that was sent: of the row that won its id, under the parent that it has in
/// the trace, with the resource of the segment that it belongs to.
std::vector<SpanDocument> spans_of(const StoredTrace& stored, const Trace& trace) {
    std::vector<OtlpSpans> sent = all_spans(stored, trace);
    std::vector<SpanDocument> documents;
    for (const Entity& entity : trace.entities) {
        if (entity.is_inferred) continue;
        const auto row = entity.span - trace.documents[entity.document].segment.spans.data();
        OtlpSpan& span = sent[entity.document].spans[static_cast<std::size_t>(row)];
        if (entity.parent >= 0)
            span.parent_id = trace.entities[static_cast<std::size_t>(entity.parent)].id;
        const std::uint32_t home =
            entity.segment < 0 ? entity.document
                               : trace.entities[static_cast<std::size_t>(entity.segment)].document;
        documents.push_back({span.start, span.id,
                             span_record(span, sent[home].resource, retrieved_document_bytes_max)});
    }
    return documents;
}

}  // namespace

std::vector<SpanDocument> span_documents(const StoredTrace& stored, const Trace& trace,
                                         RetrievedFormat format, QueryMetrics& metrics) {
    std::vector<SpanDocument> documents = format == RetrievedFormat::otel
                                              ? spans_of(stored, trace)
                                              : segments_of(stored, trace, metrics);
    std::sort(documents.begin(), documents.end(), [](const SpanDocument& a, const SpanDocument& b) {
        return std::tie(a.start, a.id) < std::tie(b.start, b.id);
    });
    return documents;
}

}  // namespace tomograph
