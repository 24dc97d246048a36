#include "query/retrieval/span_documents.h"

#include <algorithm>
#include <tuple>

#include "query/limits.h"
#include "query/otlp_trace_of.h"
#include "query/trace_documents.h"
#include "wire/otlp/span_record.h"

namespace tomograph {
namespace {

std::vector<SpanDocument> segments_of(const StoredTrace& stored, const Trace& trace,
                                      QueryMetrics& metrics) {
    std::vector<SpanDocument> documents;
    for (SegmentDocument& each : documents_of(stored, trace, metrics, retrieved_document_bytes_max))
        documents.push_back({each.start, each.id, std::move(each.document)});
    return documents;
}

std::vector<SpanDocument> spans_of(const StoredTrace& stored, const Trace& trace) {
    const OtlpTrace spans = spans_of_trace(stored, trace).spans;
    std::vector<SpanDocument> documents;
    for (const OtlpTrace::Row& row : spans.rows())
        documents.push_back({row.span.start, row.span.id,
                             span_record(row.span, spans.resource_of(row), spans.scope_of(row),
                                         retrieved_document_bytes_max)});
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
