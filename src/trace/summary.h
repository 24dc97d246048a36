#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "trace/root_cause.h"
#include "trace/trace.h"

namespace tomograph {

struct SummaryHttp {
    std::string url;
    std::string method;
    std::string user_agent;
    std::string client_ip;
    std::optional<std::int32_t> status;
};

struct SummaryAnnotation {
    std::variant<bool, double, std::string> value;
    std::vector<ServiceKey> services;  ///< those that set this value
};

struct SummaryUser {
    std::string name;
    std::vector<ServiceKey> services;
};

/// One row of GetTraceSummaries: owns its texts.
struct TraceSummary {
    TraceId id;
    Instant start;
    Duration duration;
    Duration response_time;
    bool has_fault = false;
    bool has_error = false;
    bool has_throttle = false;
    bool is_partial = false;
    SummaryHttp http;
    std::map<std::string, std::vector<SummaryAnnotation>> annotations;
    std::vector<SummaryUser> users;
    std::vector<ServiceKey> services;
    std::vector<std::string> resource_arns;
    std::vector<std::string> instance_ids;
    std::vector<std::string> availability_zones;
    std::optional<ServiceKey> entry_point;
    std::vector<RootCause> fault_root_causes;
    std::vector<RootCause> error_root_causes;
    std::vector<RootCause> response_time_root_causes;
    /// Rises with each document that adds to the trace, and with each that completes one that was
    /// in progress. Told by the documents that are there: a complete one that is sent again with
    /// other content does not raise it. From 1.
    std::uint32_t revision = 1;
    std::uint32_t annotations_left_out = 0;  ///< beyond annotations_per_trace_max
};

/// segment-documents.md §4 point 5, xray-api.md §4 and §5.
TraceSummary summarise(const Trace& trace);

}  // namespace tomograph
