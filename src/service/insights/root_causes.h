#pragma once

#include <map>
#include <set>
#include <vector>

#include "model/service.h"

namespace tomograph {

/// A service that is unusual, and whom it is unusual because of.
struct UnusualService {
    double score = 0;
    std::set<ServiceKey> causes_in;  ///< the services next to it where the trouble may come from
};

/// One root cause, and the services that it explains.
struct CauseGroup {
    ServiceKey cause;
    std::vector<ServiceKey> explained;  ///< the cause among them; by key
};

/// From each unusual service to the unusual one behind it, and on, as far as it goes: the last is
/// the root cause. A ring of them, which may call each other, has one: a `known` one, else that of
/// the highest score. A service may be explained by several.
///
/// unusual  its causes_in name only services of it
/// returns  by score of the cause, the highest first, then by key
/// cost     O(services × calls)
std::vector<CauseGroup> find_root_causes(const std::map<ServiceKey, UnusualService>& unusual,
                                         const std::set<ServiceKey>& known);

}  // namespace tomograph
