#include "query/otlp_trace_of.h"

#include <algorithm>
#include <tuple>

#include "query/trace_documents.h"
#include "wire/otlp/spans_of_segment.h"

namespace tomograph {
namespace {

/// By document of the trace.
std::vector<OtlpSpans> all_spans(const StoredTrace& stored, const Trace& trace) {
    const std::vector<std::string_view> bytes = document_bytes(stored, trace);
    std::vector<OtlpSpans> spans;
    spans.reserve(trace.documents.size());
    for (std::size_t i = 0; i < trace.documents.size(); ++i)
        spans.push_back(spans_of_segment(trace.documents[i].segment, bytes[i]));
    return spans;
}

class SpansOfTrace {
 public:
    SpansOfTrace(const StoredTrace& stored, const Trace& trace)
        : trace_(trace), sent_(all_spans(stored, trace)) {}

    TraceSpans list() {
        std::vector<std::uint32_t> order;
        for (std::uint32_t i = 0; i < trace_.entities.size(); ++i)
            if (const Entity& entity = trace_.entities[i];
                !entity.is_inferred && !is_around(entity))
                order.push_back(i);
        const auto place = [this](std::uint32_t i) {
            return std::tie(trace_.entities[i].span->start, trace_.entities[i].id);
        };
        std::sort(order.begin(), order.end(),
                  [&](std::uint32_t a, std::uint32_t b) { return place(a) < place(b); });
        TraceSpans all;
        for (const std::uint32_t i : order) {
            const Entity& entity = trace_.entities[i];
            const OtlpSpans& home = sent_[home_of(entity)];
            OtlpSpan& span = sent_[entity.document].spans[row_of(entity)];
            span.parent_id = parent_of(entity, span);
            all.spans.add(std::move(span), home.resource, home.scope);
            all.entities.push_back(i);
        }
        return all;
    }

 private:
    std::size_t row_of(const Entity& entity) const {
        return static_cast<std::size_t>(entity.span -
                                        trace_.documents[entity.document].segment.spans.data());
    }

    bool is_around(const Entity& entity) const { return sent_[entity.document].is_around; }

    /// The document whose resource is the entity's.
    std::uint32_t home_of(const Entity& entity) const {
        if (sent_[entity.document].is_of_otlp || entity.segment < 0) return entity.document;
        return trace_.entities[static_cast<std::size_t>(entity.segment)].document;
    }

    SpanId parent_of(const Entity& entity, const OtlpSpan& span) const {
        if (entity.parent < 0) return span.parent_id;
        const Entity& parent = trace_.entities[static_cast<std::size_t>(entity.parent)];
        if (is_around(parent)) return parent.span->parent_id;
        return sent_[entity.document].is_of_otlp ? span.parent_id : parent.id;
    }

    const Trace& trace_;
    std::vector<OtlpSpans> sent_;
};

}  // namespace

TraceSpans spans_of_trace(const StoredTrace& stored, const Trace& trace) {
    return SpansOfTrace(stored, trace).list();
}

}  // namespace tomograph
