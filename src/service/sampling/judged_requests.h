#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "model/sampling_rule.h"
#include "store/trace_entries.h"

namespace tomograph {

/// An entry, and what decides on it.
struct JudgedRequest {
    static constexpr std::uint32_t no_rule = ~std::uint32_t{0};
    const TraceEntry* entry = nullptr;
    std::uint32_t rule = no_rule;
    std::uint32_t operation = 0;
};

/// Requests of a caller for one path, and how many of them were sampled.
struct JudgedOperation {
    std::string_view path;
    std::uint32_t caller = 0;
    std::uint32_t requests = 0;
    std::uint32_t faults = 0;
    std::uint32_t sampled = 0;
};

/// A service and a method.
struct JudgedCaller {
    const EntryPoint* point = nullptr;
    std::uint32_t service = 0;
};

/// Requests and the numbers of what they are for, with nothing counted yet. Of each request it
/// holds 16 bytes, and 48 to 96 if no other was for the same.
struct JudgedRequests {
    std::vector<JudgedRequest> requests;
    std::vector<JudgedOperation> operations;
    std::vector<JudgedCaller> callers;
    std::vector<std::string_view> services;
};

/// Which of the rules decides on each of the requests.
///
/// rules    sorted by priority and name
/// entries  borrowed by what is returned
/// cost     some 150 ns a request, whose path is another one than all others'
JudgedRequests judge_requests(const std::vector<SamplingRule>& rules, const TraceEntries& entries);

}  // namespace tomograph
