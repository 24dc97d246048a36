#include "query/spans/find_spans.h"

#include <algorithm>

#include "query/decode_trace.h"
#include "query/limits.h"

namespace tomograph {
namespace {

std::uint64_t bytes_of(const StoredTrace& stored) {
    std::uint64_t bytes = 0;
    for (const StoredDocument& each : stored.documents) bytes += each.document.bytes.size();
    return bytes;
}

}  // namespace

Result<SpanSearchEnd> find_spans(const QueryContext& context, const Clock& clock,
                                 const TraceSelection& traces, const TakeTrace& take) {
    TraceQuery query{.range = traces.range, .type = traces.type, .before = {}};
    query.predicate = traces.predicate;
    query.budget = traces.budget;
    query.limit = search_first_page_traces;
    const Duration begun = clock.monotonic();
    TraceReader reader(context.metrics);
    SpanSearchEnd end;
    while (true) {
        const TracePage page = TRY(context.store.find(query));
        end.coverage.processed += page.processed;
        end.coverage.oldest = page.oldest;
        end.coverage.stop = page.stop;
        for (const StoredTrace& stored : page.traces) {
            ++end.coverage.matched;
            end.bytes += bytes_of(stored);
            const Trace trace = reader.read(stored, after_grace);
            if (!take({stored, trace, spans_of_trace(stored, trace)})) return end;
        }
        if (!page.next || page.stop != SearchStop::none) return end;
        if (traces.budget.time.ns > 0) {
            query.budget.time = traces.budget.time - (clock.monotonic() - begun);
            if (query.budget.time.ns <= 0) {
                end.coverage.stop = SearchStop::time;
                return end;
            }
        }
        query.before = page.next;
        query.as_of = page.as_of;
    }
}

}  // namespace tomograph
