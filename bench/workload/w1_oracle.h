#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "workload/shop_names.h"
#include "workload/w1.h"

namespace tomograph::workload {

/// The right answers to the benched questions, counted while the traces are made.
struct W1Oracle {
    struct Tenant {
        std::uint64_t traces = 0;
        std::uint64_t failed_traces = 0;  ///< with a status of 500 or more on any span
        std::uint64_t spans = 0;          ///< that carry the annotation: the segments
        std::uint64_t duration_us = 0;    ///< of those
    };
    struct Service {
        std::uint64_t requests = 0;  ///< its segments, by outcome: fault > throttle > error > ok
        std::uint64_t ok = 0;
        std::uint64_t error = 0;
        std::uint64_t throttle = 0;
        std::uint64_t fault = 0;
    };

    std::uint64_t traces = 0;
    std::uint64_t spans = 0;
    std::vector<Tenant> tenants = std::vector<Tenant>(w1_tenants);
    std::array<Service, service_names.size()> services;

    void add(const W1Trace& trace);
};

/// The tenants that the searches ask for: in 13 % of the traces, and in 0.013 %.
inline constexpr std::uint32_t common_tenant = 0;
inline constexpr std::uint32_t rare_tenant = w1_tenants - 1;
/// In 1.9 % of the traces: for the filter with two conditions on different spans.
inline constexpr std::uint32_t filter_tenant = 6;

}  // namespace tomograph::workload
