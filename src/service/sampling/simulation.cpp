#include "service/sampling/simulation.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "base/hash.h"
#include "service/sampling/rule_matcher.h"

namespace tomograph {
namespace {

std::optional<std::string> if_said(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

/// `http://shop.example:8080/cart?id=7`, or only `/cart`.
struct UrlParts {
    std::string_view host;
    std::string_view path;
};

UrlParts split_url(std::string_view url) {
    UrlParts parts;
    if (const auto scheme = url.find("://"); scheme != std::string_view::npos) {
        url.remove_prefix(scheme + 3);
        const auto end = std::min(url.find_first_of("/?#"), url.size());
        parts.host = url.substr(0, end);
        url.remove_prefix(end);
        if (url.empty() || url.front() != '/') {
            parts.path = "/";
            return parts;
        }
    }
    parts.path = url.substr(0, std::min(url.find_first_of("?#"), url.size()));
    return parts;
}

constexpr std::size_t no_rule = ~std::size_t{0};

/// A point, and which rule decides on it.
struct Judged {
    std::size_t rule = no_rule;
    std::size_t service = 0;
    std::size_t operation = 0;
};

/// Requests and samples by a name.
struct Tally {
    std::vector<Starved> names;
    std::vector<std::uint64_t> sampled;
    std::map<std::pair<std::string, std::string>, std::size_t> numbers;

    std::size_t number_of(const std::string& service, const std::string& operation) {
        const auto [found, is_new] = numbers.emplace(std::pair(service, operation), names.size());
        if (is_new) {
            names.push_back({.service = service, .operation = operation});
            sampled.push_back(0);
        }
        return found->second;
    }
    void count(std::size_t number, bool is_fault, bool is_sampled) {
        ++names[number].requests;
        names[number].faults += is_fault ? 1 : 0;
        sampled[number] += is_sampled ? 1 : 0;
    }
    /// All of them, the most requests first.
    std::vector<Starved> starved() const {
        std::vector<Starved> all;
        for (std::size_t at = 0; at < names.size(); ++at)
            if (sampled[at] == 0) all.push_back(names[at]);
        std::stable_sort(all.begin(), all.end(), [](const Starved& a, const Starved& b) {
            if (a.requests != b.requests) return a.requests > b.requests;
            return std::tie(a.service, a.operation) < std::tie(b.service, b.operation);
        });
        return all;
    }
};

Judged judge(const EntryPoint& point, std::span<const SamplingRule> rules, Tally& services,
             Tally& operations) {
    const UrlParts url = split_url(point.url);
    const std::string path(url.path);
    const SamplingRequest request{.service_name = if_said(point.service),
                                  .service_type = if_said(point.type),
                                  .host = if_said(std::string(url.host)),
                                  .http_method = if_said(point.method),
                                  .url_path = if_said(path)};
    std::string operation = point.method;
    if (!operation.empty() && !path.empty()) operation += ' ';
    operation += path;
    return {.rule = first_fitting(rules, request).value_or(no_rule),
            .service = services.number_of(point.service, ""),
            .operation = operations.number_of(point.service, operation)};
}

void add(SimulatedCounts& counts, const TraceEntry& entry, bool is_reservoir, bool is_rate) {
    const std::uint64_t sampled = is_reservoir || is_rate ? 1 : 0;
    ++counts.matched;
    counts.from_reservoir += is_reservoir ? 1 : 0;
    counts.from_rate += is_rate ? 1 : 0;
    counts.errors += entry.error ? 1 : 0;
    counts.errors_sampled += entry.error ? sampled : 0;
    counts.faults += entry.fault ? 1 : 0;
    counts.faults_sampled += entry.fault ? sampled : 0;
    counts.spans += entry.spans;
    counts.spans_sampled += entry.spans * sampled;
    counts.bytes += entry.bytes;
    counts.bytes_sampled += entry.bytes * sampled;
}

/// The draw for the rate is another one than that for the reservoir, which has taken the lowest.
bool is_below(std::uint64_t draw, double rate) {
    return static_cast<double>(mix64(draw) >> 11) < rate * static_cast<double>(1ULL << 53);
}

}  // namespace

Simulation simulate(std::vector<SamplingRule> rules, TraceEntries entries) {
    Simulation simulation;
    for (const SamplingRule& rule : rules)
        simulation.rules.push_back({.name = rule.name, .counts = {}});
    Tally services;
    Tally operations;
    std::vector<Judged> points;
    points.reserve(entries.points.size());
    for (const EntryPoint& point : entries.points)
        points.push_back(judge(point, rules, services, operations));

    std::sort(entries.traces.begin(), entries.traces.end(),
              [](const TraceEntry& a, const TraceEntry& b) {
                  return a.second != b.second ? a.second < b.second : a.draw < b.draw;
              });
    std::vector<std::int64_t> left(rules.size(), 0);
    std::optional<std::int64_t> second;
    for (const TraceEntry& entry : entries.traces) {
        if (second != entry.second) {
            second = entry.second;
            for (std::size_t at = 0; at < rules.size(); ++at) left[at] = rules[at].reservoir_size;
        }
        const Judged& point = points[entry.point];
        const bool is_reservoir = point.rule != no_rule && left[point.rule]-- > 0;
        const bool is_rate = point.rule != no_rule && !is_reservoir &&
                             is_below(entry.draw, rules[point.rule].fixed_rate);
        if (point.rule != no_rule)
            add(simulation.rules[point.rule].counts, entry, is_reservoir, is_rate);
        add(simulation.total, entry, is_reservoir, is_rate);
        services.count(point.service, entry.fault, is_reservoir || is_rate);
        operations.count(point.operation, entry.fault, is_reservoir || is_rate);
    }
    simulation.services = services.starved();
    simulation.operations = operations.starved();
    simulation.starved_operations = simulation.operations.size();
    simulation.services.resize(std::min(simulation.services.size(), Simulation::starved_max));
    simulation.operations.resize(std::min(simulation.operations.size(), Simulation::starved_max));
    return simulation;
}

}  // namespace tomograph
