#include "query/search_stream.h"

#include <algorithm>

#include "query/decode_trace.h"
#include "query/limits.h"

namespace tomograph {
namespace {

class SearchInSlices {
 public:
    SearchInSlices(const QueryContext& context, const Clock& clock, const TraceSelection& traces,
                   const SearchReader& reader)
        : context_(context),
          clock_(clock),
          budget_(traces.budget),
          reader_(reader),
          traces_reader_(context.metrics),
          begun_(clock.monotonic()) {
        query_.range = traces.range;
        query_.type = traces.type;
        query_.predicate = traces.predicate;
        query_.budget = traces.budget;
        end_.coverage.oldest = traces.range.end;
    }

    Result<SearchEnd> run(std::size_t limit) {
        // The first rows are waited for: a short page comes sooner.
        std::size_t page_limit = search_first_page_traces;
        while (true) {
            query_.limit = std::min(page_limit, limit - end_.coverage.matched);
            query_.budget.time = slice();
            const TracePage page = TRY(context_.store.find(query_));
            end_.coverage.processed += page.processed;
            end_.coverage.oldest = page.oldest;
            if (!tell(page)) return cancelled();
            if (!page.next) return end_;
            if (page.stop == SearchStop::cancelled) return cancelled();
            if (end_.coverage.matched >= limit) {
                end_.is_limit_reached = true;
                return end_;
            }
            if (is_spent()) return stopped(SearchStop::time);
            query_.before = page.next;
            query_.as_of = page.as_of;
            page_limit = search_page_traces;
        }
    }

 private:
    bool is_spent() const {
        return budget_.time.ns > 0 && clock_.monotonic() - begun_ >= budget_.time;
    }
    Duration slice() const {
        if (budget_.time.ns <= 0) return search_slice;
        const Duration left = budget_.time - (clock_.monotonic() - begun_);
        return std::clamp(left, Duration::milliseconds(1), search_slice);
    }

    bool tell(const TracePage& page) {
        for (const StoredTrace& stored : page.traces) {
            ++end_.coverage.matched;
            TraceSummary summary = summarise(traces_reader_.read(stored, context_.now));
            summary.is_partial |= stored.limit_exceeded;
            if (!reader_.on_trace(summary)) return false;
        }
        return reader_.on_progress(end_.coverage);
    }

    SearchEnd cancelled() { return stopped(SearchStop::cancelled); }
    SearchEnd stopped(SearchStop why) {
        end_.coverage.stop = why;
        return end_;
    }

    const QueryContext& context_;
    const Clock& clock_;
    const SearchBudget& budget_;
    const SearchReader& reader_;
    TraceReader traces_reader_;
    Duration begun_;
    TraceQuery query_;
    SearchEnd end_;
};

}  // namespace

Result<SearchEnd> search_traces(const QueryContext& context, const Clock& clock,
                                const TraceSelection& traces, std::size_t limit,
                                const SearchReader& reader) {
    return SearchInSlices(context, clock, traces, reader).run(limit);
}

}  // namespace tomograph
