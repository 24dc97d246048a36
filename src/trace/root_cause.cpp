#include "trace/root_cause.h"

#include <algorithm>
#include <set>

#include "trace/limits.h"
#include "trace/root_cause_path.h"

namespace tomograph {
namespace {

using Flag = bool Span::*;

bool starts_trouble(const Trace& trace, const Entity& entity, Flag flag) {
    if (!(entity.span->*flag)) return false;
    return std::none_of(entity.children.begin(), entity.children.end(),
                        [&](std::uint32_t child) { return trace.entities[child].span->*flag; });
}

std::vector<RootCause> flagged_root_causes(const Trace& trace, Flag flag) {
    std::vector<RootCause> causes;
    std::set<std::vector<std::string>> known;
    std::size_t origins = 0;
    for (std::size_t i = 0; i < trace.entities.size() && causes.size() < root_causes_max; ++i) {
        if (!starts_trouble(trace, trace.entities[i], flag)) continue;
        if (++origins > root_cause_origins_max) break;
        RootCause cause{.services = services_on_path(trace, path_from_root(trace, i))};
        if (cause.services.empty() || !known.insert(signature(cause)).second) continue;
        cause.client_impacting =
            trace.root >= 0 && trace.entities[static_cast<std::size_t>(trace.root)].span->*flag;
        causes.push_back(std::move(cause));
    }
    return causes;
}

}  // namespace

std::vector<RootCause> fault_root_causes(const Trace& trace) {
    return flagged_root_causes(trace, &Span::fault);
}

std::vector<RootCause> error_root_causes(const Trace& trace) {
    return flagged_root_causes(trace, &Span::error);
}

}  // namespace tomograph
