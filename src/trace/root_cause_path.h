#pragma once

#include <string>
#include <vector>

#include "trace/root_cause.h"

namespace tomograph {

/// Indexes of the entities from the top of the tree down to `origin`; see root_cause_path_max.
std::vector<std::size_t> path_from_root(const Trace& trace, std::size_t origin);

/// The services on a path of entities, each with its entities on it. Entities above the first
/// segment of the path belong to no known service and are left out.
std::vector<RootCauseService> services_on_path(const Trace& trace,
                                               const std::vector<std::size_t>& path);

/// What makes two causes the same: services, entities and exceptions by name.
std::vector<std::string> signature(const RootCause& cause);

}  // namespace tomograph
