#include "cli/service_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace tomograph::cli {
namespace {

std::int64_t count(Json value) {
    const double number = value.number();
    return number > 0 && number < 9e15 ? static_cast<std::int64_t>(number) : 0;
}

MapFigures read_figures(Json holder) {
    MapFigures figures;
    const Json statistics = holder["SummaryStatistics"];
    figures.total = count(statistics["TotalCount"]);
    figures.ok = count(statistics["OkCount"]);
    figures.error = count(statistics["ErrorStatistics"]["OtherCount"]);
    figures.throttle = count(statistics["ErrorStatistics"]["ThrottleCount"]);
    figures.fault = count(statistics["FaultStatistics"]["TotalCount"]);
    figures.response_time_seconds = std::max(0.0, statistics["TotalResponseTime"].number());
    const Json histogram = holder["ResponseTimeHistogram"];
    for (std::size_t i = 0; i < histogram.size(); ++i) {
        const Json bar = histogram.at(i);
        figures.latencies.push_back({std::max(0.0, bar["Value"].number()), count(bar["Count"])});
    }
    std::sort(figures.latencies.begin(), figures.latencies.end(),
              [](const auto& a, const auto& b) { return a.seconds < b.seconds; });
    return figures;
}

double share(std::int64_t part, std::int64_t whole) {
    return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

double MapFigures::mean_ms() const {
    return total == 0 ? 0 : 1000 * response_time_seconds / static_cast<double>(total);
}

double MapFigures::percentile_ms(double fraction) const {
    std::int64_t all = 0;
    for (const Bar& bar : latencies) all += bar.count;
    const auto wanted = static_cast<std::int64_t>(std::ceil(fraction * static_cast<double>(all)));
    std::int64_t seen = 0;
    for (const Bar& bar : latencies) {
        seen += bar.count;
        if (seen >= wanted && seen > 0) return bar.seconds * 1000;
    }
    return 0;
}

double MapFigures::error_percent() const { return share(error + throttle, total); }

double MapFigures::fault_percent() const { return share(fault, total); }

void ServiceMapReader::add(Json services) {
    for (std::size_t i = 0; i < services.size(); ++i) {
        const Json service = services.at(i);
        MapNode node;
        node.name = service["Name"].text();
        node.type = service["Type"].text();
        node.is_root = service["Root"].boolean();
        node.is_client = node.type == "client";
        node.is_active = service["State"].text() != "unknown" && !node.is_client;
        node.figures = read_figures(service);
        node.json = service.to_json();
        std::vector<std::int64_t> targets;
        const Json edges = service["Edges"];
        for (std::size_t e = 0; e < edges.size(); ++e) {
            const Json edge = edges.at(e);
            node.calls.push_back({.target = 0,
                                  .is_link = edge["EdgeType"].text() == "link",
                                  .figures = read_figures(edge)});
            targets.push_back(static_cast<std::int64_t>(edge["ReferenceId"].number(-1)));
        }
        references_.push_back(
            {static_cast<std::int64_t>(service["ReferenceId"].number(-1)), map_.nodes.size()});
        targets_.push_back(std::move(targets));
        map_.nodes.push_back(std::move(node));
    }
}

ServiceMap ServiceMapReader::finish() {
    std::sort(references_.begin(), references_.end(),
              [](const Reference& a, const Reference& b) { return a.id < b.id; });
    for (std::size_t n = 0; n < map_.nodes.size(); ++n) {
        std::vector<MapCall> known;
        for (std::size_t c = 0; c < targets_[n].size(); ++c) {
            const auto at =
                std::lower_bound(references_.begin(), references_.end(), targets_[n][c],
                                 [](const Reference& r, std::int64_t id) { return r.id < id; });
            if (at == references_.end() || at->id != targets_[n][c]) continue;
            known.push_back(std::move(map_.nodes[n].calls[c]));
            known.back().target = at->node;
        }
        std::stable_sort(known.begin(), known.end(), [](const MapCall& a, const MapCall& b) {
            return a.figures.total > b.figures.total;
        });
        map_.nodes[n].calls = std::move(known);
    }
    return std::move(map_);
}

std::string short_database_name(std::string_view name) {
    const std::size_t at = name.find('@');
    if (at == std::string_view::npos || at + 1 == name.size()) return std::string(name);
    const std::string_view host = name.substr(at + 1);
    const bool is_address = host.find_first_not_of("0123456789.:[]") == std::string_view::npos;
    return std::string(is_address ? name : host.substr(0, host.find('.')));
}

std::string short_name(const MapNode& node) {
    if (node.type == "Database::SQL") return short_database_name(node.name);
    const std::size_t slash = node.name.rfind('/');
    const bool is_queue = node.type == "AWS::SQS::Queue" && slash != std::string::npos;
    return is_queue && slash + 1 < node.name.size() ? node.name.substr(slash + 1) : node.name;
}

std::string short_type(std::string_view type) {
    if (type.starts_with("AWS::")) type.remove_prefix(5);
    if (type == "Database::SQL") return "SQL";
    std::string out;
    for (std::size_t i = 0; i < type.size(); ++i) {
        if (type.substr(i, 2) == "::") {
            out += ' ';
            ++i;
        } else {
            out += type[i];
        }
    }
    return out;
}

Result<ServiceMap> fetch_map(TimeRange range, ApiClient& api) {
    ServiceMapReader reader;
    const std::string body = fmt::format("\"StartTime\":{:.3f},\"EndTime\":{:.3f}",
                                         range.start.as_seconds(), range.end.as_seconds());
    TRY(api.pages("/ServiceGraph", body, [&](Json answer) {
        reader.add(answer["Services"]);
        return true;
    }));
    return reader.finish();
}

}  // namespace tomograph::cli
