#include "store/retention_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "store/limits.h"

namespace tomograph {
namespace {

bool has_condition(const RetentionPolicy& policy) {
    return policy.has_fault || policy.has_error || policy.has_throttle ||
           !policy.root_service.empty() || policy.duration_min > Duration{} ||
           !policy.group.is_all();
}

template <class Claim>
bool any_span(const Trace& trace, const Claim& claim) {
    return std::any_of(trace.documents.begin(), trace.documents.end(), [&](const auto& document) {
        const auto& spans = document.segment.spans;
        return std::any_of(spans.begin(), spans.end(), claim);
    });
}

bool is_rooted_in(const Trace& trace, const std::string& service) {
    return trace.root >= 0 &&
           trace.entities[static_cast<std::size_t>(trace.root)].service.name == service;
}

}  // namespace

Result<void> check_policies(const std::vector<RetentionPolicy>& policies) {
    std::set<std::uint32_t> seen;
    for (const RetentionPolicy& policy : policies) {
        const std::uint32_t its = policy.retention_class;
        if (its == 0 || its > retention_class_policy_max)
            return Error(ErrorCode::invalid, fmt::format("class {}: policies have 1 to {}", its,
                                                         retention_class_policy_max));
        if (!seen.insert(its).second)
            return Error(ErrorCode::invalid, fmt::format("class {} has two policies", its));
        if (policy.days > retention_days_max)
            return Error(ErrorCode::invalid, fmt::format("class {}: {} days, at most {}", its,
                                                         policy.days, retention_days_max));
        if (policy.summary_days > retention_days_max ||
            (policy.days > 0 && policy.summary_days >= policy.days))
            return Error(ErrorCode::invalid,
                         fmt::format("class {}: summaries after {} days, kept for {}", its,
                                     policy.summary_days, policy.days));
        if (policy.root_service.size() > retention_service_bytes_max)
            return Error(ErrorCode::invalid,
                         fmt::format("class {}: a service name of {} bytes, at most {}", its,
                                     policy.root_service.size(), retention_service_bytes_max));
        if (policy.duration_min < Duration{})
            return Error(ErrorCode::invalid, fmt::format("class {}: a negative duration", its));
        if (!has_condition(policy))
            return Error(ErrorCode::invalid,
                         fmt::format("class {} has no condition: it would match every trace", its));
    }
    return {};
}

bool is_match(const RetentionPolicy& policy, const Trace& trace,
              std::span<const GroupMatch> groups) {
    if (policy.duration_min > Duration{} && trace.duration() < policy.duration_min) return false;
    if (!policy.root_service.empty() && !is_rooted_in(trace, policy.root_service)) return false;
    if (policy.has_fault && !any_span(trace, [](const Span& span) { return span.fault; }))
        return false;
    if (policy.has_error && !any_span(trace, [](const Span& span) { return span.error; }))
        return false;
    if (policy.has_throttle && !any_span(trace, [](const Span& span) { return span.throttle; }))
        return false;
    return policy.group.is_all() ||
           std::any_of(groups.begin(), groups.end(),
                       [&](const GroupMatch& match) { return match.group == policy.group; });
}

std::uint32_t class_of_trace(const std::vector<RetentionPolicy>& policies, const Trace& trace,
                             std::span<const GroupMatch> groups) {
    for (const RetentionPolicy& policy : policies)
        if (is_match(policy, trace, groups)) return policy.retention_class;
    return retention_class_default;
}

}  // namespace tomograph
