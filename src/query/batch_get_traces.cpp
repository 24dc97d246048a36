#include "query/batch_get_traces.h"

#include <algorithm>

#include "base/bytes.h"
#include "query/decode_trace.h"
#include "query/limits.h"
#include "query/request_checks.h"
#include "query/trace_documents.h"

namespace tomograph {
namespace {

PageBinding binding_of(const BatchTracesRequest& request) {
    PageBinding binding("BatchGetTraces");
    for (const std::string& id : request.trace_ids) binding.add(id);
    return binding;
}

Result<std::size_t> first_of_page(const QueryContext& context, const PageBinding& binding,
                                  const std::string& token) {
    if (token.empty()) return std::size_t{0};
    const std::string place = TRY(open_page_token(context.token_key, binding, token, context.now));
    ByteReader reader(place);
    return static_cast<std::size_t>(reader.varint());
}

BatchTrace shown(const QueryContext& context, TraceReader& reader, const StoredTrace& stored) {
    const Trace trace = reader.read(stored, context.now);
    return {.id = stored.id,
            .duration = trace.duration(),
            .limit_exceeded = stored.limit_exceeded,
            .segments = documents_of(stored, trace, context.metrics)};
}

}  // namespace

Result<BatchTracesAnswer> batch_get_traces(const QueryContext& context,
                                           const BatchTracesRequest& request) {
    RequestedIds asked = TRY(read_trace_ids(request.trace_ids));
    const PageBinding binding = binding_of(request);
    const std::size_t first = TRY(first_of_page(context, binding, request.next_token));
    const std::size_t most = std::min(first + batch_page_traces, asked.known_form.size());

    BatchTracesAnswer answer;
    if (first == 0) answer.unprocessed_trace_ids = std::move(asked.malformed);
    TraceReader reader(context.metrics);
    std::size_t last = first;
    for (std::size_t bytes = 0; last < most && bytes < batch_page_bytes_max; ++last) {
        // One at a time: a trace may be 64 MB, and only one is held besides the answer.
        const RequestedIds::Asked& id = asked.known_form[last];
        const auto stored = TRY(context.store.get(std::span(&id.id, 1)));
        if (stored.empty()) {
            answer.unprocessed_trace_ids.push_back(id.spelling);
            continue;
        }
        answer.traces.push_back(shown(context, reader, stored.front()));
        for (const SegmentDocument& each : answer.traces.back().segments)
            bytes += each.document.size();
    }
    if (last < asked.known_form.size()) {
        std::string place;
        ByteWriter(place).varint(last);
        answer.next_token = seal_page_token(context.token_key, binding, place, context.now);
    }
    return answer;
}

}  // namespace tomograph
