#pragma once

#include <string>
#include <vector>

#include "trace/trace.h"

namespace tomograph {

struct RootCauseException {
    std::string name;
    std::string message;
};

struct RootCauseEntity {
    std::string name;
    double coverage = 0;  ///< response time only: share of the root segment's time, 0..1
    bool remote = false;
    std::vector<RootCauseException> exceptions{};
};

struct RootCauseService {
    ServiceKey service;
    std::vector<RootCauseEntity> entity_path;  ///< never empty
    bool inferred = false;
};

/// One path from the root service to the entity where the trouble starts.
struct RootCause {
    std::vector<RootCauseService> services;
    bool client_impacting = false;
};

/// xray-api.md §5; one entry per distinct path.
std::vector<RootCause> fault_root_causes(const Trace& trace);
std::vector<RootCause> error_root_causes(const Trace& trace);
std::vector<RootCause> response_time_root_causes(const Trace& trace);

}  // namespace tomograph
