#include "query/trace_summaries.h"

#include <algorithm>
#include <bit>
#include <unordered_map>
#include <utility>

#include "base/bytes.h"
#include "query/decode_trace.h"
#include "query/filter/filter_expression.h"
#include "query/group_directory.h"
#include "query/limits.h"
#include "query/request_checks.h"

namespace tomograph {
namespace {

/// Where a page begins: below the last trace of the one before it, in the order of traces as it was
/// when the first page was made (TraceQuery::as_of). Traces that come later move nothing.
struct PlaceOfPage {
    TraceCursor before;
    Lsn as_of;
};

std::string to_bytes(const PlaceOfPage& place) {
    std::string bytes;
    ByteWriter writer(bytes);
    writer.fixed(place.before.second);
    writer.fixed(place.before.id.high);
    writer.fixed(place.before.id.low);
    writer.fixed(place.as_of.value);
    return bytes;
}

PlaceOfPage place_from(std::string_view bytes) {
    ByteReader reader(bytes);
    PlaceOfPage place;
    place.before.second = reader.fixed<std::int64_t>();
    place.before.id.high = reader.fixed<std::uint64_t>();
    place.before.id.low = reader.fixed<std::uint64_t>();
    place.as_of.value = reader.fixed<std::uint64_t>();
    return place;
}

PageBinding binding_of(const TraceSummariesRequest& request) {
    PageBinding binding("GetTraceSummaries 2");  // the first had no as_of
    binding.add(request.start.ns)
        .add(request.end.ns)
        .add(static_cast<std::int64_t>(request.type))
        .add(std::bit_cast<std::int64_t>(request.fixed_rate.value_or(1.0)))
        .add(request.filter_expression);
    return binding;
}

Result<void> check(const TraceSummariesRequest& request) {
    TRY(check_range(request.start, request.end));
    if (request.fixed_rate && !(*request.fixed_rate >= 0 && *request.fixed_rate <= 1))
        return Error(ErrorCode::invalid, "SamplingStrategy Value must be from 0 to 1");
    return {};
}

/// Null: every trace, which needs no look into them.
Result<SharedPredicate> predicate_of(const QueryContext& context,
                                     const TraceSummariesRequest& request) {
    Predicate predicate =
        TRY(compile_filter(request.filter_expression, context.groups, context.account_id));
    if (predicate == all_of({})) return SharedPredicate();
    return std::make_shared<const Predicate>(std::move(predicate));
}

std::size_t document_bytes(const std::vector<StoredTrace>& traces) {
    std::size_t bytes = 0;
    for (const StoredTrace& trace : traces)
        for (const StoredDocument& each : trace.documents) bytes += each.document.bytes.size();
    return bytes;
}

/// When something of the trace went on in the range first.
Instant first_activity(const Trace& trace, const TimeRange& range) {
    std::optional<Instant> first;
    for (const Entity& entity : trace.entities) {
        const Span& span = *entity.span;
        if (span.start >= range.end || span.end < range.start) continue;
        const Instant in_range = std::max(span.start, range.start);
        if (!first || in_range < *first) first = in_range;
    }
    // Of a trace that paused then.
    return first.value_or(std::max(trace.start, range.start));
}

/// Fills a page. The store gives less at once where the traces are huge, so that they are not held
/// together.
class PageOfSummaries {
 public:
    PageOfSummaries(const QueryContext& context, const TraceSummariesRequest& request,
                    SharedPredicate predicate)
        : context_(context), request_(request), reader_(context.metrics) {
        query_.range = {.start = request.start, .end = request.end};
        query_.type = request.type;
        query_.sample = request.fixed_rate.value_or(1.0);
        query_.predicate = std::move(predicate);
        // When an event matched is told of the trace itself.
        if (context.summaries == nullptr || request.type == TimeRangeType::event) return;
        query_.is_known = [this](TraceId id, std::uint64_t stamp) {
            auto text = context_.summaries->find(id, stamp);
            if (!text) return false;
            known_.emplace(id, std::move(text));
            return true;
        };
    }

    /// Where the next page begins; nothing at the end.
    ///
    /// from  null: with the newest trace
    Result<std::optional<PlaceOfPage>> read(const PlaceOfPage* from, TraceSummariesAnswer& answer) {
        if (from != nullptr) {
            query_.before = from->before;
            query_.as_of = from->as_of;
        }
        std::size_t bytes = 0;
        while (true) {
            query_.limit = summaries_page_traces - answer.summaries.size();
            const TracePage page = TRY(context_.store.find(query_));
            for (const StoredTrace& trace : page.traces) add(trace, answer);
            answer.processed += page.processed;
            answer.approximate_time = page.oldest;
            bytes += document_bytes(page.traces) + std::exchange(known_bytes_, 0);
            const bool is_full = answer.summaries.size() >= summaries_page_traces ||
                                 bytes >= summaries_page_bytes_max;
            if (!page.next) return std::optional<PlaceOfPage>();
            if (is_full || page.traces.empty())
                return std::optional(PlaceOfPage{.before = *page.next, .as_of = page.as_of});
            query_.before = page.next;
            query_.as_of = page.as_of;
        }
    }

 private:
    void add(const StoredTrace& stored, TraceSummariesAnswer& answer) {
        const auto known = known_.find(stored.id);
        if (known == known_.end()) return summarise_one(stored, answer);
        MatchedSummary& matched = answer.summaries.emplace_back();
        matched.summary.id = stored.id;
        matched.text = std::move(known->second);
        known_bytes_ += matched.text->size();
        known_.erase(known);
    }

    void summarise_one(const StoredTrace& stored, TraceSummariesAnswer& answer) {
        const Trace trace = reader_.read(stored, context_.now);
        MatchedSummary matched;
        matched.summary = summarise(trace);
        // Documents were refused for the trace's size: what is here is not all.
        matched.summary.is_partial |= stored.limit_exceeded;
        if (query_.is_known && !matched.summary.is_partial) matched.stamp = stored.stamp;
        context_.metrics.annotations_left_out.add(matched.summary.annotations_left_out);
        if (request_.type == TimeRangeType::event)
            matched.matched_event_time = first_activity(trace, query_.range);
        answer.summaries.push_back(std::move(matched));
    }

    const QueryContext& context_;
    const TraceSummariesRequest& request_;
    TraceReader reader_;
    TraceQuery query_;
    std::unordered_map<TraceId, SummaryCache::Text> known_;  ///< of the page at hand
    std::size_t known_bytes_ = 0;
};

}  // namespace

Result<TraceSummariesAnswer> get_trace_summaries(const QueryContext& context,
                                                 const TraceSummariesRequest& request) {
    TRY(check(request));
    SharedPredicate predicate = TRY(predicate_of(context, request));
    const PageBinding binding = binding_of(request);
    std::optional<PlaceOfPage> from;
    if (!request.next_token.empty()) {
        const std::string place =
            TRY(open_page_token(context.token_key, binding, request.next_token, context.now));
        from = place_from(place);
    }
    TraceSummariesAnswer answer;
    PageOfSummaries page(context, request, std::move(predicate));
    const auto next = TRY(page.read(from ? &*from : nullptr, answer));
    if (next)
        answer.next_token =
            seal_page_token(context.token_key, binding, to_bytes(*next), context.now);
    return answer;
}

}  // namespace tomograph
