#include <algorithm>

#include "store/engine/search/searches.h"
#include "store/engine/search/trace_search.h"

namespace tomograph {
namespace {

std::uint64_t bytes_of(const StoredTrace& trace) {
    std::uint64_t bytes = 0;
    for (const StoredDocument& stored : trace.documents) bytes += stored.document.bytes.size();
    return bytes;
}

}  // namespace

Result<TracePage> find_page(StoreCore& core, const TraceQuery& query) {
    const Duration now = core.clock.monotonic();
    if (query.as_of) core.places.go_on(*query.as_of, now);
    const Lsn as_of = query.as_of ? *query.as_of : core.places.begin_listing(now);
    TraceSearch search(core, {.range = {.range = query.range,
                                        .type = query.type,
                                        .before = query.before,
                                        .as_of = as_of},
                              .predicate = query.predicate,
                              .sample = query.sample,
                              .with_documents = query.with_documents,
                              .is_known = query.is_known,
                              .budget = query.budget});
    TRY(search.start());
    const std::size_t most = query.with_documents ? page_traces_max : page_ids_max;
    const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, most);
    TracePage page;
    page.as_of = as_of;
    std::uint64_t bytes = 0;
    while (TRY(search.advance())) {
        if (page.traces.size() == limit || bytes > page_bytes_max) break;
        auto matched = TRY(search.take());
        if (!matched) continue;
        if (!query.with_documents) matched->stored.documents.clear();
        bytes += bytes_of(matched->stored);
        page.traces.push_back(std::move(matched->stored));
    }
    TRY(search.finish());
    if (!search.is_at_end()) page.next = search.last();
    page.processed = search.coverage().processed;
    page.oldest = search.coverage().oldest;
    page.stop = search.coverage().stop;
    return page;
}

}  // namespace tomograph
