#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/sampling_rule.h"
#include "store/trace_entries.h"

namespace tomograph {

/// What rules did to some requests.
struct SimulatedCounts {
    std::uint64_t matched = 0;
    std::uint64_t from_reservoir = 0;
    std::uint64_t from_rate = 0;
    std::uint64_t errors = 0;  ///< 4xx, of the matched
    std::uint64_t errors_sampled = 0;
    std::uint64_t faults = 0;
    std::uint64_t faults_sampled = 0;
    std::uint64_t spans = 0;  ///< of the matched
    std::uint64_t spans_sampled = 0;
    std::uint64_t bytes = 0;
    std::uint64_t bytes_sampled = 0;

    std::uint64_t sampled() const { return from_reservoir + from_rate; }
    SimulatedCounts& operator+=(const SimulatedCounts& other);
    bool operator==(const SimulatedCounts&) const = default;
};

struct SimulatedRule {
    std::string name;
    SimulatedCounts counts;
};

/// Of which no trace would be left.
struct Starved {
    std::string service;
    std::string operation;  ///< "GET /cart"; "" of a whole service
    std::uint64_t requests = 0;
    std::uint64_t faults = 0;
};

struct Simulation {
    std::vector<SimulatedRule> rules;  ///< in the order in which they are asked
    SimulatedCounts total;
    /// The most requests first; at most starved_max of each.
    std::vector<Starved> services;
    std::vector<Starved> operations;
    std::uint64_t starved_operations = 0;  ///< those left out included
    static constexpr std::size_t starved_max = 100;
};

/// What these rules would have sampled of these requests, were the reservoirs used to the full. The
/// same requests give the same answer: in each second a reservoir takes those whose ids draw
/// first, and the rate those whose ids draw low enough.
///
/// rules  sorted by priority and name; where none fits nothing is sampled
/// cost   some 0.4 us a request, and as much memory as the entries at most
Simulation simulate(const std::vector<SamplingRule>& rules, const TraceEntries& entries);

}  // namespace tomograph
