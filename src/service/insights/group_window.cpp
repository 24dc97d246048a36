#include "service/insights/group_window.h"

#include <algorithm>

#include "query/group_graph.h"
#include "service/insights/limits.h"
#include "trace/graph_of_trace.h"

namespace tomograph {
namespace {

constexpr std::int64_t day_minutes = 24 * 60;
constexpr std::int64_t days = 7;
/// Cells of so many minutes are held at once.
constexpr std::int64_t chunk_minutes = 30;

class WindowReader {
 public:
    WindowReader(const QueryContext& context, const InsightGroup& group)
        : context_(context), group_(group) {}

    Result<void> read(std::int64_t first, std::int64_t last, bool with_calls) {
        for (std::int64_t from = first; from < last; from += chunk_minutes) {
            const std::int64_t to = std::min(from + chunk_minutes, last);
            const TimeRange range{.start = Instant::from_seconds(from * 60),
                                  .end = Instant::from_seconds(to * 60)};
            const GroupGraph graph =
                TRY(read_group_graph(context_, range, GraphGrain::minute, group_.name, group_.arn));
            add_to_window(window_, graph.rollup, with_calls);
        }
        return {};
    }

    GroupWindow take() { return std::move(window_); }

 private:
    const QueryContext& context_;
    const InsightGroup& group_;
    GroupWindow window_;
};

/// Leaves the services that were asked most.
void bound_services(GroupWindow& window) {
    if (window.services.size() <= insight_group_services_max) return;
    std::vector<std::pair<std::int64_t, ServiceKey>> by_requests;
    for (const auto& [service, minutes] : window.services) {
        std::int64_t requests = 0;
        for (const auto& [minute, did] : minutes) requests += did.total;
        by_requests.emplace_back(-requests, service);
    }
    std::sort(by_requests.begin(), by_requests.end());
    window.services_left_out = by_requests.size() - insight_group_services_max;
    for (std::size_t i = insight_group_services_max; i < by_requests.size(); ++i)
        window.services.erase(by_requests[i].second);
}

bool is_client(const ServiceKey& service) { return service.type == client_type; }

}  // namespace

void add_to_window(GroupWindow& window, const GraphRollup& rollup, bool with_calls) {
    for (const auto& [key, cell] : rollup.cells) {
        const RequestStatistics& counted = cell.statistics;
        if (counted.total() <= 0) continue;
        if (key.entry == GraphEntry::node && !is_client(key.target)) {
            window.services[key.target][key.minute] = {
                .ok = counted.ok,
                .fault = counted.fault,
                .total = counted.total(),
                .slow = counted.response_time.percentile(0.9)};
        } else if (key.entry == GraphEntry::edge && with_calls) {
            if (is_client(key.source))
                window.clients[key.minute].add(
                    {.ok = counted.ok, .fault = counted.fault, .total = counted.total()});
            else
                window.calls[{.source = key.source, .target = key.target}].push_back(key.minute);
        }
    }
}

Result<GroupWindow> read_group_window(const QueryContext& context, const InsightGroup& group,
                                      std::int64_t first, std::int64_t last) {
    WindowReader reader(context, group);
    // The first minute is judged together with those before it, and each by the hour before it.
    const std::int64_t judged = first - closing_minutes;
    for (std::int64_t day = days; day > 0; --day)
        TRY(reader.read(judged - 1 - day * day_minutes, last + 1 - day * day_minutes, false));
    TRY(reader.read(judged - past_minutes, last, true));
    GroupWindow window = reader.take();
    bound_services(window);
    return window;
}

}  // namespace tomograph
