#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/service.h"

namespace tomograph {

// Insights as the catalog keeps them: what clients are told, and what the evaluator goes on from.
// Fractions are kept in thousandths, so that a restart changes no digit (docs/decisions/010).

/// What is unusual. X-Ray knows faults only.
enum class InsightKind : std::uint8_t { fault, latency, throughput };

/// Requests during an insight.
struct ImpactCounts {
    std::int64_t ok = 0;
    std::int64_t fault = 0;
    std::int64_t total = 0;  ///< errors and throttles, too

    void add(const ImpactCounts& other) {
        ok += other.ok;
        fault += other.fault;
        total += other.total;
    }
    bool operator==(const ImpactCounts&) const = default;
};

/// What was usual before an insight began: the insight itself must not become what is usual.
struct InsightBaseline {
    std::int64_t expected_milli = 0;
    std::int64_t reach_milli = 0;     ///< how far from it is still usual
    std::int64_t requests_milli = 0;  ///< a minute
    bool operator==(const InsightBaseline&) const = default;
};

/// A service that is, or was, outside of its band.
struct AffectedService {
    ServiceKey service;
    std::optional<InsightBaseline> baseline;  ///< of the hour before; absent: days tell enough
    std::int64_t score_milli = 0;             ///< deviations from what is expected, at the worst
    bool operator==(const AffectedService&) const = default;
};

struct StoredInsight {
    std::string id;  ///< a UUID
    InsightKind kind = InsightKind::fault;
    std::string group_name;
    std::string group_arn;
    ServiceKey root_cause;
    std::int64_t start_minute = 0;             ///< epoch minutes
    std::optional<std::int64_t> end_minute{};  ///< the first after it; absent: it is active
    std::int64_t updated_minute = 0;           ///< the last that was looked at
    std::string summary;
    ImpactCounts clients;                   ///< at the entries of the group's traces
    ImpactCounts at_cause;                  ///< at the root cause
    std::vector<AffectedService> services;  ///< the most unusual first
    /// Of the root cause, in the unit of the kind: faults or requests a minute, seconds.
    std::int64_t worst_milli = 0;
    std::int64_t usual_milli = 0;

    // For the evaluator.
    std::int64_t last_outside_minute = 0;
    std::int64_t settled_minute = 0;  ///< the counts below end before it
    ImpactCounts clients_settled;
    ImpactCounts at_cause_settled;
    std::int64_t event_minute = 0;          ///< of the last event
    std::int64_t event_severity_milli = 0;  ///< at it
    std::int64_t event_count = 0;

    bool is_active() const { return !end_minute.has_value(); }
    bool operator==(const StoredInsight&) const = default;
};

/// A notable change of an insight.
struct InsightEvent {
    std::int64_t sequence = 0;  ///< from 1 on, for each insight
    std::int64_t minute = 0;
    std::string summary;
    ImpactCounts clients;
    ImpactCounts at_cause;
    std::vector<ServiceKey> top_services;  ///< the most unusual first
    bool operator==(const InsightEvent&) const = default;
};

/// How far a group was evaluated.
struct InsightProgress {
    std::string group_arn;
    std::int64_t next_minute = 0;
    bool operator==(const InsightProgress&) const = default;
};

}  // namespace tomograph
