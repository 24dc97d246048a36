#include "service/insights/insight_text.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <ctime>

namespace tomograph {
namespace {

constexpr std::array<std::string_view, 3> kind_names = {"fault", "latency", "throughput"};

std::string utc(std::int64_t minute) {
    return fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(static_cast<std::time_t>(minute * 60)));
}

std::string shown(const ServiceKey& service) {
    return service.type.empty() ? service.name : fmt::format("{} ({})", service.name, service.type);
}

/// "since 2026-11-26 10:03 UTC", or from when to when.
std::string when(const StoredInsight& insight) {
    if (insight.is_active()) return "since " + utc(insight.start_minute);
    return fmt::format("from {} to {}", utc(insight.start_minute), utc(*insight.end_minute));
}

std::string_view headline(InsightKind kind, bool is_active) {
    switch (kind) {
        case InsightKind::fault:
            return is_active ? "More requests fail than expected"
                             : "More requests failed than expected";
        case InsightKind::latency:
            return is_active ? "Requests take longer than expected"
                             : "Requests took longer than expected";
        case InsightKind::throughput:
            break;
    }
    return is_active ? "Fewer requests come than expected" : "Fewer requests came than expected";
}

std::int64_t whole(std::int64_t milli) { return (milli + 500) / 1000; }

std::string figures(const StoredInsight& insight) {
    switch (insight.kind) {
        case InsightKind::fault:
            return fmt::format("{} of {} requests of clients failed {}", insight.clients.fault,
                               insight.clients.total, when(insight));
        case InsightKind::latency:
            return fmt::format("9 of 10 requests took up to {} ms, where {} ms are usual, {}",
                               insight.worst_milli, insight.usual_milli, when(insight));
        case InsightKind::throughput:
            break;
    }
    return fmt::format("As few as {} requests a minute came, where {} are usual, {}",
                       whole(insight.worst_milli), whole(insight.usual_milli), when(insight));
}

}  // namespace

std::string summary_of(const StoredInsight& insight) {
    std::string text =
        fmt::format("{}. {}. The root cause is {}", headline(insight.kind, insight.is_active()),
                    figures(insight), shown(insight.root_cause));
    if (insight.kind == InsightKind::fault)
        text += fmt::format(": {} of its {} requests failed", insight.at_cause.fault,
                            insight.at_cause.total);
    return text + ".";
}

std::string began_text(const StoredInsight& insight) {
    return fmt::format("{}. The root cause is {}.", headline(insight.kind, true),
                       shown(insight.root_cause));
}

std::string moved_text(const StoredInsight& insight, const ServiceKey& before) {
    return fmt::format("The root cause is another service. It is {}, and no longer {}.",
                       shown(insight.root_cause), shown(before));
}

std::string spread_text(const StoredInsight& insight, const ServiceKey& to) {
    return fmt::format("{} services are affected. The newest is {}.", insight.services.size(),
                       shown(to));
}

std::string changed_text(const StoredInsight& insight, bool is_worse) {
    return fmt::format("It is getting {}. {}.", is_worse ? "worse" : "better", figures(insight));
}

std::string ended_text(const StoredInsight& insight, InsightEnd why) {
    std::string_view reason;
    switch (why) {
        case InsightEnd::calm:
            reason = "All services are within what is expected again";
            break;
        case InsightEnd::silent:
            reason = "Nothing was asked of them any more";
            break;
        case InsightEnd::usual:
            reason = "After a day this is what is expected";
            break;
        case InsightEnd::joined:
            reason = "Another insight has the same root cause";
            break;
        case InsightEnd::switched_off:
            reason = "The insights of the group are off";
            break;
    }
    return fmt::format("The insight is closed. {}: {}.", reason, figures(insight));
}

std::string_view name_of(InsightKind kind) { return kind_names.at(static_cast<std::size_t>(kind)); }

std::optional<InsightKind> insight_kind_named(std::string_view name) {
    for (std::size_t i = 0; i < kind_names.size(); ++i)
        if (kind_names.at(i) == name) return static_cast<InsightKind>(i);
    return std::nullopt;
}

}  // namespace tomograph
