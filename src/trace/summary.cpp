#include "trace/summary.h"

#include <algorithm>
#include <set>

#include "trace/limits.h"

namespace tomograph {
namespace {

/// Keeps the first of each value, in order of appearance.
class DistinctTexts {
 public:
    explicit DistinctTexts(std::vector<std::string>& texts) : texts_(texts) {}

    void add(std::string_view text) {
        if (!text.empty() && seen_.insert(text).second) texts_.emplace_back(text);
    }

 private:
    std::vector<std::string>& texts_;
    std::set<std::string_view> seen_;  // views into the trace
};

void add_service(std::vector<ServiceKey>& services, const ServiceKey* service) {
    if (service == nullptr) return;
    if (std::find(services.begin(), services.end(), *service) == services.end())
        services.push_back(*service);
}

const ServiceKey* service_of(const Trace& trace, const Entity& entity) {
    if (entity.segment < 0) return nullptr;
    return &trace.entities[static_cast<std::size_t>(entity.segment)].service;
}

void add_annotations(TraceSummary& summary, std::size_t& count, const Entity& entity,
                     const ServiceKey* service) {
    for (const Annotation& annotation : entity.span->annotations) {
        if (count == annotations_per_trace_max) {
            ++summary.annotations_left_out;
            continue;
        }
        ++count;
        decltype(SummaryAnnotation::value) value;
        if (const auto* text = std::get_if<std::string_view>(&annotation.value))
            value = std::string(*text);
        else if (const auto* number = std::get_if<double>(&annotation.value))
            value = *number;
        else
            value = std::get<bool>(annotation.value);
        auto& values = summary.annotations[std::string(annotation.key)];
        auto known = std::find_if(values.begin(), values.end(),
                                  [&](const auto& other) { return other.value == value; });
        if (known == values.end())
            known = values.insert(values.end(), {.value = std::move(value), .services = {}});
        add_service(known->services, service);
    }
}

/// Users by name, then services by key: a trace may have thousands of either.
std::vector<SummaryUser> users_of(const Trace& trace) {
    std::map<std::string_view, std::set<ServiceKey>> users;
    for (const Entity& entity : trace.entities) {
        if (entity.is_inferred || entity.span->user.empty()) continue;
        auto& services = users[entity.span->user];
        if (const ServiceKey* service = service_of(trace, entity)) services.insert(*service);
    }
    std::vector<SummaryUser> result;
    for (const auto& [name, services] : users)
        result.push_back(
            {.name = std::string(name), .services = {services.begin(), services.end()}});
    return result;
}

std::vector<ServiceKey> services_of(const Trace& trace) {
    std::set<ServiceKey> services;
    for (const Entity& entity : trace.entities)
        if (entity.is_segment) services.insert(entity.service);
    return {services.begin(), services.end()};
}

void add_places(TraceSummary& summary, const Trace& trace) {
    DistinctTexts arns(summary.resource_arns);
    DistinctTexts instances(summary.instance_ids);
    DistinctTexts zones(summary.availability_zones);
    for (const Entity& entity : trace.entities) {
        if (!entity.is_segment || entity.is_inferred) continue;
        arns.add(entity.span->resource_arn);
        arns.add(entity.span->aws.task_arn);
        instances.add(entity.span->aws.instance_id);
        zones.add(entity.span->aws.availability_zone);
    }
}

/// The entry segment, or what came first of a trace that has none.
const Entity& leading_entity(const Trace& trace) {
    if (trace.root >= 0) return trace.entities[static_cast<std::size_t>(trace.root)];
    return trace.entities.front();
}

void describe_entry(TraceSummary& summary, const Trace& trace) {
    const Entity& entry = leading_entity(trace);
    const Span& span = *entry.span;
    summary.response_time = span.duration();
    summary.has_fault = span.fault;
    summary.has_error = span.error;
    summary.http = {.url = std::string(span.http.url),
                    .method = std::string(span.http.method),
                    .user_agent = std::string(span.http.user_agent),
                    .client_ip = std::string(span.http.client_ip),
                    .status = span.http.status};
    if (trace.root >= 0) summary.entry_point = entry.service;
}

/// A complete document counts as two: it came after one in progress, or in its stead.
std::uint32_t revision_of(const Trace& trace) {
    std::uint32_t revision = 0;
    for (const TraceDocument& document : trace.documents)
        revision += document.segment.own().in_progress ? 1 : 2;
    return revision;
}

Instant first_segment_start(const Trace& trace) {
    Instant first = trace.end;
    bool is_found = false;
    for (const Entity& entity : trace.entities) {
        if (!entity.is_segment || entity.is_inferred) continue;
        first = std::min(first, entity.span->start);
        is_found = true;
    }
    return is_found ? first : trace.start;
}

}  // namespace

TraceSummary summarise(const Trace& trace) {
    TraceSummary summary;
    summary.id = trace.id;
    summary.start = first_segment_start(trace);
    summary.duration = trace.duration();
    summary.is_partial = trace.is_partial;
    if (trace.entities.empty()) return summary;

    summary.revision = revision_of(trace);
    describe_entry(summary, trace);
    std::size_t annotations = 0;
    for (const Entity& entity : trace.entities) {
        summary.has_throttle = summary.has_throttle || entity.span->throttle;
        if (!entity.is_inferred)
            add_annotations(summary, annotations, entity, service_of(trace, entity));
    }
    summary.users = users_of(trace);
    summary.services = services_of(trace);
    add_places(summary, trace);
    summary.fault_root_causes = fault_root_causes(trace);
    summary.error_root_causes = error_root_causes(trace);
    summary.response_time_root_causes = response_time_root_causes(trace);
    return summary;
}

}  // namespace tomograph
