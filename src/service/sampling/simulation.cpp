#include "service/sampling/simulation.h"

#include <algorithm>
#include <span>
#include <tuple>

#include "base/hash.h"
#include "service/sampling/judged_requests.h"

namespace tomograph {
namespace {

/// The numbers of the requests by their second, in one pass for each 11 bits that seconds differ
/// in.
std::vector<std::uint32_t> by_second(const std::vector<JudgedRequest>& requests) {
    constexpr unsigned bits = 11;
    std::vector<std::uint32_t> order(requests.size());
    for (std::uint32_t at = 0; at < order.size(); ++at) order[at] = at;
    if (requests.empty()) return order;
    const auto second = [&](std::uint32_t at) {
        return static_cast<std::uint64_t>(requests[at].entry->second);
    };
    const auto [least, greatest] = std::ranges::minmax_element(
        requests, {}, [](const JudgedRequest& request) { return request.entry->second; });
    const auto first = static_cast<std::uint64_t>(least->entry->second);
    const auto range = static_cast<std::uint64_t>(greatest->entry->second) - first;
    std::vector<std::uint32_t> next(order.size());
    for (unsigned shift = 0; shift < 64 && range >> shift != 0; shift += bits) {
        const auto digit = [&](std::uint32_t at) {
            return (second(at) - first) >> shift & ((1U << bits) - 1);
        };
        std::vector<std::size_t> places((1U << bits) + 1);
        for (const std::uint32_t at : order) ++places[digit(at) + 1];
        for (std::size_t i = 1; i < places.size(); ++i) places[i] += places[i - 1];
        for (const std::uint32_t at : order) next[places[digit(at)]++] = at;
        order.swap(next);
    }
    return order;
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

/// Draws samples second by second, and counts them.
class Draw {
 public:
    /// Both borrowed; counts its operations.
    Draw(const std::vector<SamplingRule>& rules, JudgedRequests& judged)
        : rules_(rules), judged_(judged), counts_(rules.size() + 1) {}

    void run() {
        const std::vector<std::uint32_t> order = by_second(judged_.requests);
        const auto second = [&](std::size_t i) { return judged_.requests[order[i]].entry->second; };
        for (std::size_t first = 0, end = 0; first < order.size(); first = end) {
            while (end < order.size() && second(end) == second(first)) ++end;
            draw_second(std::span(order).subspan(first, end - first));
        }
    }

    /// By rule; of those that no rule fits last.
    const std::vector<SimulatedCounts>& counts() const { return counts_; }

 private:
    void draw_second(std::span<const std::uint32_t> numbers) {
        drawn_.clear();
        for (const std::uint32_t number : numbers) {
            const JudgedRequest& request = judged_.requests[number];
            drawn_.emplace_back(request.entry->draw, &request);
        }
        std::sort(drawn_.begin(), drawn_.end());
        left_.clear();
        for (const SamplingRule& rule : rules_) left_.push_back(rule.reservoir_size);
        for (const auto& [draw, request] : drawn_) count(*request);
    }

    void count(const JudgedRequest& request) {
        const TraceEntry& entry = *request.entry;
        const bool is_ruled = request.rule != JudgedRequest::no_rule;
        const bool is_reservoir = is_ruled && left_[request.rule]-- > 0;
        const bool is_rate =
            is_ruled && !is_reservoir && is_below(entry.draw, rules_[request.rule].fixed_rate);
        add(counts_[is_ruled ? request.rule : rules_.size()], entry, is_reservoir, is_rate);
        JudgedOperation& operation = judged_.operations[request.operation];
        ++operation.requests;
        operation.faults += entry.fault ? 1 : 0;
        operation.sampled += is_reservoir || is_rate ? 1 : 0;
    }

    const std::vector<SamplingRule>& rules_;
    JudgedRequests& judged_;
    std::vector<SimulatedCounts> counts_;
    std::vector<std::int64_t> left_;
    std::vector<std::pair<std::uint64_t, const JudgedRequest*>> drawn_;
};

/// The most requests first.
bool is_before(const Starved& a, const Starved& b) {
    if (a.requests != b.requests) return a.requests > b.requests;
    return std::tie(a.service, a.operation) < std::tie(b.service, b.operation);
}

/// The first few of very many.
class FirstStarved {
 public:
    /// name  makes the whole of it, when it may be one of them
    template <class Name>
    void offer(std::uint64_t requests, std::string_view service, const Name& name) {
        if (first_.size() == Simulation::starved_max) {
            const Starved& last = first_.front();
            if (requests != last.requests ? requests < last.requests : service > last.service)
                return;
        }
        Starved starved = name();
        if (first_.size() == Simulation::starved_max) {
            if (!is_before(starved, first_.front())) return;
            std::pop_heap(first_.begin(), first_.end(), is_before);
            first_.pop_back();
        }
        first_.push_back(std::move(starved));
        std::push_heap(first_.begin(), first_.end(), is_before);
    }

    std::vector<Starved> take() && {
        std::sort_heap(first_.begin(), first_.end(), is_before);
        return std::move(first_);
    }

 private:
    std::vector<Starved> first_;  ///< a heap, the last of them in front
};

std::string name_of(const EntryPoint& point, std::string_view path) {
    std::string name = point.method;
    if (!name.empty() && !path.empty()) name += ' ';
    return name += path;
}

struct Service {
    std::string_view name;
    std::uint64_t requests = 0;
    std::uint64_t faults = 0;
    std::uint64_t sampled = 0;
};

void tell_starved(const JudgedRequests& judged, Simulation& simulation) {
    std::vector<Service> all_services;
    for (const std::string_view name : judged.services) all_services.push_back({.name = name});
    FirstStarved operations;
    for (const JudgedOperation& operation : judged.operations) {
        const JudgedCaller& caller = judged.callers[operation.caller];
        Service& service = all_services[caller.service];
        service.requests += operation.requests;
        service.faults += operation.faults;
        service.sampled += operation.sampled;
        if (operation.sampled != 0) continue;
        ++simulation.starved_operations;
        operations.offer(operation.requests, service.name, [&] {
            return Starved{.service = std::string(service.name),
                           .operation = name_of(*caller.point, operation.path),
                           .requests = operation.requests,
                           .faults = operation.faults};
        });
    }
    FirstStarved services;
    for (const Service& service : all_services)
        if (service.sampled == 0)
            services.offer(service.requests, service.name, [&] {
                return Starved{.service = std::string(service.name),
                               .operation = "",
                               .requests = service.requests,
                               .faults = service.faults};
            });
    simulation.operations = std::move(operations).take();
    simulation.services = std::move(services).take();
}

}  // namespace

SimulatedCounts& SimulatedCounts::operator+=(const SimulatedCounts& other) {
    matched += other.matched;
    from_reservoir += other.from_reservoir;
    from_rate += other.from_rate;
    errors += other.errors;
    errors_sampled += other.errors_sampled;
    faults += other.faults;
    faults_sampled += other.faults_sampled;
    spans += other.spans;
    spans_sampled += other.spans_sampled;
    bytes += other.bytes;
    bytes_sampled += other.bytes_sampled;
    return *this;
}

Simulation simulate(const std::vector<SamplingRule>& rules, const TraceEntries& entries) {
    JudgedRequests judged = judge_requests(rules, entries);
    Draw draw(rules, judged);
    draw.run();
    Simulation simulation;
    for (std::size_t rule = 0; rule < rules.size(); ++rule)
        simulation.rules.push_back({.name = rules[rule].name, .counts = draw.counts()[rule]});
    for (const SimulatedCounts& counts : draw.counts()) simulation.total += counts;
    tell_starved(judged, simulation);
    return simulation;
}

}  // namespace tomograph
