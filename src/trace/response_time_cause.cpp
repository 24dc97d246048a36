#include <algorithm>

#include "trace/limits.h"
#include "trace/root_cause.h"
#include "trace/root_cause_path.h"

namespace tomograph {
namespace {

/// The share of the root's time in which the entity ran: work after the root's answer does not
/// count.
double coverage(const Span& root, const Span& span) {
    const Instant start = std::max(root.start, span.start);
    const Instant end = std::min(root.end, span.end);
    if (end <= start) return 0;
    return static_cast<double>((end - start).ns) / static_cast<double>(root.duration().ns);
}

/// The child that covers most of the root's time; -1 when none covers enough to matter.
std::int64_t heaviest_child(const Trace& trace, const Entity& parent, const Span& root) {
    std::int64_t heaviest = -1;
    double most = root_cause_coverage_min;
    for (const std::uint32_t child : parent.children) {
        const double share = coverage(root, *trace.entities[child].span);
        if (share > most || (share == most && heaviest < 0)) {
            heaviest = child;
            most = share;
        }
    }
    return heaviest;
}

}  // namespace

std::vector<RootCause> response_time_root_causes(const Trace& trace) {
    if (trace.root < 0) return {};
    const auto top = static_cast<std::size_t>(trace.root);
    const Span& root = *trace.entities[top].span;
    if (root.in_progress || root.duration() <= Duration{}) return {};

    std::vector<std::size_t> path{top};
    while (path.size() < root_cause_path_max) {
        const std::int64_t next = heaviest_child(trace, trace.entities[path.back()], root);
        if (next < 0) break;
        path.push_back(static_cast<std::size_t>(next));
    }
    RootCause cause{.services = services_on_path(trace, path), .client_impacting = true};
    std::size_t at = 0;
    for (RootCauseService& service : cause.services)
        for (RootCauseEntity& entity : service.entity_path) {
            entity.coverage = coverage(root, *trace.entities[path[at++]].span);
            entity.exceptions.clear();
        }
    return {std::move(cause)};
}

}  // namespace tomograph
