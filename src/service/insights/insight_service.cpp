#include "service/insights/insight_service.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/ascii.h"
#include "base/bytes.h"
#include "query/page_token.h"
#include "query/request_checks.h"
#include "service/insights/insight_id.h"
#include "service/insights/limits.h"
#include "trace/graph_cells.h"

namespace tomograph {
namespace {

/// Half a minute of grace: the clients' clocks are not ours.
constexpr Duration keep_time = Duration::days(insight_keep_days) + Duration::seconds(30);

std::string place_of(const StoredInsight& insight) {
    std::string place;
    ByteWriter writer(place);
    writer.fixed(insight.start_minute);
    // The 36 characters would not fit: the digits do, as they are.
    for (std::size_t i = 0; i < insight.id.size(); ++i)
        if (insight.id[i] != '-') place += insight.id[i];
    return place;
}

InsightCursor cursor_at(std::string_view place) {
    InsightCursor cursor;
    ByteReader reader(place);
    cursor.start_minute = reader.fixed<std::int64_t>();
    cursor.id = std::string(place.substr(std::min<std::size_t>(8, place.size())));
    for (const std::size_t dash : {8u, 13u, 18u, 23u})
        if (cursor.id.size() >= dash) cursor.id.insert(dash, 1, '-');
    return cursor;
}

/// Ids are kept in lower case; the API takes either.
std::string lower(std::string_view id) {
    std::string text(id);
    std::transform(text.begin(), text.end(), text.begin(), to_lower_ascii);
    return text;
}

Error not_found() { return Error(ErrorCode::invalid, "Insight not found"); }

Result<void> check_id(std::string_view id) {
    if (is_insight_id(id)) return {};
    return Error(ErrorCode::invalid, "InsightId must be a UUID of version 1 to 5");
}

std::size_t page_of(std::int64_t limit, std::int64_t limit_max) {
    return static_cast<std::size_t>(limit == 0 ? limit_max : limit);
}

}  // namespace

Result<void> check_insight_page(std::int64_t limit, std::int64_t limit_max,
                                const std::string& next_token) {
    if (limit < 0 || limit > limit_max)
        return Error(ErrorCode::invalid, fmt::format("MaxResults must be from 1 to {}", limit_max));
    if (next_token.size() > insight_token_bytes_max)
        return Error(ErrorCode::invalid, fmt::format("NextToken must have 1 to {} characters",
                                                     insight_token_bytes_max));
    return {};
}

Result<void> check_insight_range(Instant start, Instant end, Instant now) {
    TRY(check_range(start, end));
    if (start < now - keep_time)
        return Error(ErrorCode::invalid,
                     fmt::format("StartTime is more than {} days ago", insight_keep_days));
    return {};
}

Result<InsightList> InsightService::list(const QueryContext& context,
                                         const InsightListRequest& request) const {
    TRY(check_insight_page(request.limit, insight_summaries_page_max, request.next_token));
    TRY(check_insight_range(request.start, request.end, context.now));
    InsightQuery query{.first_minute = minute_of(request.start),
                       .last_minute = minute_of(request.end - Duration::nanoseconds(1)) + 1,
                       .group_arn = {},
                       .kind = request.kind,
                       .is_active = request.is_active};
    if (request.group) {
        const Group group = TRY(groups_.get(*request.group));
        query.group_arn = group.arn;
    }

    PageBinding binding("GetInsightSummaries");
    binding.add(request.start.ns).add(request.end.ns).add(query.group_arn);
    binding.add(request.kind ? static_cast<std::int64_t>(*request.kind) : -1);
    binding.add(std::int64_t{request.is_active ? int{*request.is_active} : -1});
    if (!request.next_token.empty()) {
        const auto place =
            open_page_token(context.token_key, binding, request.next_token, context.now);
        if (!place) return place.error();
        query.before = cursor_at(place.value());
    }

    const std::size_t page = page_of(request.limit, insight_summaries_page_max);
    query.limit = page + 1;
    InsightList list;
    const auto look = [&](const CatalogView& view) -> Result<void> {
        list.insights = TRY(view.insights().list(query));
        return {};
    };
    TRY(catalog_.read(look));
    if (list.insights.size() > page) {
        list.insights.pop_back();
        list.next_token = seal_page_token(context.token_key, binding,
                                          place_of(list.insights.back()), context.now);
    }
    return list;
}

Result<StoredInsight> InsightService::get(std::string_view id) const {
    TRY(check_id(id));
    std::optional<StoredInsight> found;
    const auto look = [&](const CatalogView& view) -> Result<void> {
        found = TRY(view.insights().find(lower(id)));
        return {};
    };
    TRY(catalog_.read(look));
    if (!found) return not_found();
    return *found;
}

Result<InsightEventList> InsightService::events(const QueryContext& context,
                                                const InsightEventsRequest& request) const {
    TRY(check_id(request.id));
    TRY(check_insight_page(request.limit, insight_events_page_max, request.next_token));
    const std::string id = lower(request.id);
    PageBinding binding("GetInsightEvents");
    binding.add(id);
    std::int64_t before = std::numeric_limits<std::int64_t>::max();
    if (!request.next_token.empty()) {
        const std::string place =
            TRY(open_page_token(context.token_key, binding, request.next_token, context.now));
        before = ByteReader(place).fixed<std::int64_t>();
    }
    const std::size_t page = page_of(request.limit, insight_events_page_max);
    InsightEventList list;
    const auto look = [&](const CatalogView& view) -> Result<void> {
        const auto found = TRY(view.insights().find(id));
        if (!found) return not_found();
        list.events = TRY(view.insights().events(id, before, page + 1));
        return {};
    };
    TRY(catalog_.read(look));
    if (list.events.size() > page) {
        list.events.pop_back();
        std::string place;
        ByteWriter(place).fixed(list.events.back().sequence);
        list.next_token = seal_page_token(context.token_key, binding, place, context.now);
    }
    return list;
}

}  // namespace tomograph
