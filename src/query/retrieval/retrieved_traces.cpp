#include "query/retrieval/retrieved_traces.h"

#include <algorithm>
#include <tuple>

#include "base/bytes.h"
#include "query/decode_trace.h"
#include "query/limits.h"
#include "query/retrieval/span_documents.h"

namespace tomograph {
namespace {

/// Where a page begins: at a trace, behind the span that was told last of it.
struct Place {
    std::size_t trace = 0;
    bool is_within = false;
    Instant start{};
    SpanId span{};

    bool is_told(const SpanDocument& document) const {
        return is_within && std::tie(document.start, document.id) <= std::tie(start, span);
    }
};

PageBinding binding_of(const RetrievedTracesRequest& request) {
    PageBinding binding("ListRetrievedTraces");
    return binding.add(request.retrieval_token).add(static_cast<std::int64_t>(request.format));
}

std::string seal(const QueryContext& context, const PageBinding& binding, const Place& place) {
    std::string bytes;
    ByteWriter writer(bytes);
    writer.varint(place.trace);
    if (place.is_within) {
        writer.fixed(place.start.ns);
        writer.fixed(place.span.value);
    }
    return seal_page_token(context.token_key, binding, bytes, context.now);
}

Result<Place> open(const QueryContext& context, const PageBinding& binding,
                   const std::string& token) {
    Place place;
    if (token.empty()) return place;
    const std::string bytes = TRY(open_page_token(context.token_key, binding, token, context.now));
    ByteReader reader(bytes);
    place.trace = static_cast<std::size_t>(reader.varint());
    place.is_within = reader.remaining() > 0;
    if (place.is_within) {
        place.start.ns = reader.fixed<std::int64_t>();
        place.span.value = reader.fixed<std::uint64_t>();
    }
    return place;
}

Duration duration_of(const Trace& trace) {
    if (trace.root < 0) return trace.duration();
    return trace.end - trace.entities[static_cast<std::size_t>(trace.root)].span->start;
}

/// Fills one page, trace by trace.
class PageFiller {
 public:
    explicit PageFiller(Place place) : place_(place) {}

    bool is_full() const {
        return answer_.traces.size() == retrieved_page_traces || bytes_left_ == 0;
    }
    std::size_t next_trace() const { return place_.trace; }
    void skip_trace() { place_ = {.trace = place_.trace + 1}; }

    /// Adds what fits of the trace. It ends the page unless all of it does.
    void add(const Trace& trace, std::vector<SpanDocument> documents) {
        RetrievedTrace shown{.id = trace.id, .duration = duration_of(trace), .spans = {}};
        for (SpanDocument& document : documents) {
            if (place_.is_told(document)) continue;
            if (!has_room(shown, document.json.size())) {
                bytes_left_ = 0;
                break;
            }
            bytes_left_ -= document.json.size();
            place_ = {place_.trace, true, document.start, document.id};
            shown.spans.push_back({to_hex(document.id), std::move(document.json)});
        }
        const bool is_whole = bytes_left_ > 0;
        if (!shown.spans.empty()) answer_.traces.push_back(std::move(shown));
        if (is_whole) skip_trace();
    }

    RetrievedTracesAnswer take() && { return std::move(answer_); }
    const Place& place() const { return place_; }

 private:
    bool has_room(const RetrievedTrace& shown, std::size_t bytes) const {
        return shown.spans.size() < retrieved_page_spans && bytes < bytes_left_;
    }

    Place place_;
    std::size_t bytes_left_ = retrieved_page_bytes_max;
    RetrievedTracesAnswer answer_;
};

bool is_active(const StoredTrace& stored, const Retrieval& retrieval) {
    return std::any_of(stored.documents.begin(), stored.documents.end(),
                       [&](const StoredDocument& each) {
                           const SegmentHeader& header = each.document.header;
                           return header.start <= retrieval.last && header.end >= retrieval.first;
                       });
}

}  // namespace

Result<std::optional<StoredTrace>> read_retrieved(TraceStore& store, const Retrieval& retrieval,
                                                  TraceId id) {
    auto found = TRY(store.get(std::span(&id, 1)));
    std::optional<StoredTrace> stored;
    if (!found.empty() && is_active(found.front(), retrieval)) stored = std::move(found.front());
    return stored;
}

Result<RetrievedTracesAnswer> list_retrieved_traces(const QueryContext& context,
                                                    TraceRetrievals& retrievals,
                                                    const RetrievedTracesRequest& request) {
    const Retrieval retrieval = TRY(retrievals.find(request.retrieval_token, context.now));
    const PageBinding binding = binding_of(request);
    const Place first = TRY(open(context, binding, request.next_token));
    if (retrieval.is_cancelled)
        return RetrievedTracesAnswer{
            .status = RetrievalStatus::cancelled, .traces = {}, .next_token = {}};

    PageFiller page(first);
    TraceReader reader(context.metrics);
    while (page.next_trace() < retrieval.ids.size() && !page.is_full()) {
        const auto stored =
            TRY(read_retrieved(context.store, retrieval, retrieval.ids[page.next_trace()]));
        if (!stored) {
            page.skip_trace();
            continue;
        }
        const Trace trace = reader.read(*stored, context.now);
        page.add(trace, span_documents(*stored, trace, request.format, context.metrics));
    }
    const Place next = page.place();
    RetrievedTracesAnswer answer = std::move(page).take();
    if (next.trace < retrieval.ids.size()) answer.next_token = seal(context, binding, next);
    return answer;
}

}  // namespace tomograph
