#include "service/insights/root_causes.h"

#include <algorithm>
#include <tuple>

namespace tomograph {
namespace {

using Unusual = std::map<ServiceKey, UnusualService>;

/// The service itself, and all that the trouble may have come from.
std::set<ServiceKey> behind(const Unusual& unusual, const ServiceKey& service) {
    std::set<ServiceKey> found{service};
    std::vector<ServiceKey> waiting{service};
    while (!waiting.empty()) {
        const ServiceKey next = waiting.back();
        waiting.pop_back();
        for (const ServiceKey& each : unusual.at(next).causes_in)
            if (found.insert(each).second) waiting.push_back(each);
    }
    return found;
}

}  // namespace

std::vector<CauseGroup> find_root_causes(const Unusual& unusual,
                                         const std::set<ServiceKey>& known) {
    std::map<ServiceKey, std::set<ServiceKey>> reached;
    for (const auto& [service, its] : unusual) reached.emplace(service, behind(unusual, service));

    const auto rank = [&](const ServiceKey& service) {
        return std::tuple(!known.contains(service), -unusual.at(service).score, service);
    };
    std::set<ServiceKey> causes;
    for (const auto& [service, its_reach] : reached) {
        // Nothing lies behind it that does not lead back: it is the last, or in the last ring.
        const bool is_last = std::all_of(its_reach.begin(), its_reach.end(), [&](const auto& each) {
            return reached.at(each).contains(service);
        });
        if (!is_last) continue;
        causes.insert(*std::min_element(
            its_reach.begin(), its_reach.end(),
            [&](const ServiceKey& a, const ServiceKey& b) { return rank(a) < rank(b); }));
    }

    std::vector<CauseGroup> groups;
    for (const ServiceKey& cause : causes) {
        CauseGroup group{.cause = cause, .explained = {}};
        for (const auto& [service, its_reach] : reached)
            if (its_reach.contains(cause)) group.explained.push_back(service);
        groups.push_back(std::move(group));
    }
    std::sort(groups.begin(), groups.end(), [&](const CauseGroup& a, const CauseGroup& b) {
        return std::tuple(-unusual.at(a.cause).score, a.cause) <
               std::tuple(-unusual.at(b.cause).score, b.cause);
    });
    return groups;
}

}  // namespace tomograph
