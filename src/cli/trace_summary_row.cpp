#include "cli/trace_summary_row.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace tomograph::cli {
namespace {

std::int64_t microseconds(Json seconds) {
    const double value = seconds.number();
    return value > 0 && value < 9e9 ? std::llround(value * 1e6) : 0;
}

/// The epoch second that an X-Ray id claims, for answers without StartTime.
Instant claimed_start(std::string_view id) {
    std::uint32_t second = 0;
    if (id.size() >= 10 && id.starts_with("1-"))
        std::from_chars(id.data() + 2, id.data() + 10, second, 16);
    return Instant::from_seconds(second);
}

}  // namespace

TraceSummaryRow read_trace_summary(Json summary) {
    TraceSummaryRow row;
    row.id = summary["Id"].text();
    row.start = summary["StartTime"].is_number()
                    ? Instant{microseconds(summary["StartTime"]) * 1000}
                    : claimed_start(row.id);
    row.duration = Duration::microseconds(microseconds(summary["Duration"]));
    row.entry = summary["EntryPoint"]["Name"].text();
    row.services = summary["ServiceIds"].size();
    if (row.entry.empty()) row.entry = summary["ServiceIds"].at(0)["Name"].text();
    const Json http = summary["Http"];
    row.method = http["HttpMethod"].text();
    row.url = http["HttpURL"].text();
    const double status = http["HttpStatus"].number();
    if (status >= 100 && status <= 999) row.http_status = static_cast<int>(status);
    row.flags = {.error = summary["HasError"].boolean(),
                 .fault = summary["HasFault"].boolean(),
                 .throttle = summary["HasThrottle"].boolean(),
                 .in_progress = summary["IsPartial"].boolean()};
    row.json = summary.to_json();
    return row;
}

std::string request_text(const TraceSummaryRow& row) {
    std::string_view url = row.url;
    const std::size_t scheme = url.find("://");
    if (scheme != std::string_view::npos) {
        const std::size_t slash = url.find('/', scheme + 3);
        url = slash == std::string_view::npos ? "/" : url.substr(slash);
    }
    url = url.substr(0, url.find('?'));
    return row.method.empty() ? std::string(url) : fmt::format("{} {}", row.method, url);
}

}  // namespace tomograph::cli
