#include "api/xray/summary_json.h"

#include "api/xray/service_json.h"
#include "model/ids.h"

namespace tomograph {

namespace {

enum class CauseKind { exceptions, coverage };

void write_optional_text(JsonWriter& json, std::string_view member, std::string_view value) {
    if (!value.empty()) json.text(member, value);
}

void write_service_ids(JsonWriter& json, const std::vector<ServiceKey>& services,
                       std::string_view account_id) {
    json.begin_array("ServiceIds");
    for (const ServiceKey& service : services) {
        json.begin_object();
        write_service_members(json, service, account_id);
        json.end_object();
    }
    json.end_array();
}

void write_http(JsonWriter& json, const SummaryHttp& http) {
    json.begin_object("Http");
    write_optional_text(json, "HttpURL", http.url);
    if (http.status) json.integer("HttpStatus", *http.status);
    write_optional_text(json, "HttpMethod", http.method);
    write_optional_text(json, "UserAgent", http.user_agent);
    write_optional_text(json, "ClientIp", http.client_ip);
    json.end_object();
}

struct AnnotationValueWriter {
    JsonWriter& json;

    void operator()(bool value) const { json.boolean("BooleanValue", value); }
    void operator()(double value) const { json.number("NumberValue", value); }
    void operator()(const std::string& value) const { json.text("StringValue", value); }
};

void write_annotations(JsonWriter& json, const TraceSummary& summary, std::string_view account_id) {
    json.begin_object("Annotations");
    for (const auto& [key, values] : summary.annotations) {
        json.begin_array(key);
        for (const SummaryAnnotation& annotation : values) {
            json.begin_object();
            json.begin_object("AnnotationValue");
            std::visit(AnnotationValueWriter{json}, annotation.value);
            json.end_object();
            write_service_ids(json, annotation.services, account_id);
            json.end_object();
        }
        json.end_array();
    }
    json.end_object();
}

void write_users(JsonWriter& json, const TraceSummary& summary, std::string_view account_id) {
    json.begin_array("Users");
    for (const SummaryUser& user : summary.users) {
        json.begin_object();
        json.text("UserName", user.name);
        write_service_ids(json, user.services, account_id);
        json.end_object();
    }
    json.end_array();
}

/// A list of objects with one member each, as `"InstanceIds": [{"Id": "i-1"}]`.
void write_wrapped(JsonWriter& json, std::string_view list, std::string_view member,
                   const std::vector<std::string>& values) {
    json.begin_array(list);
    for (const std::string& value : values) {
        json.begin_object();
        json.text(member, value);
        json.end_object();
    }
    json.end_array();
}

void write_cause_entity(JsonWriter& json, const RootCauseEntity& entity, CauseKind kind) {
    json.begin_object();
    json.text("Name", entity.name);
    if (kind == CauseKind::coverage) {
        json.number("Coverage", entity.coverage);
    } else {
        json.begin_array("Exceptions");
        for (const RootCauseException& exception : entity.exceptions) {
            json.begin_object();
            // "" where none was sent: Grafana takes it unasked of errors.
            json.text("Name", exception.name);
            write_optional_text(json, "Message", exception.message);
            json.end_object();
        }
        json.end_array();
    }
    json.boolean("Remote", entity.remote);
    json.end_object();
}

void write_cause_service(JsonWriter& json, const RootCauseService& cause,
                         std::string_view account_id, CauseKind kind) {
    json.begin_object();
    write_service_members(json, cause.service, account_id);
    if (cause.service.type.empty()) json.text("Type", "");  // Grafana reads it unasked
    json.begin_array("EntityPath");
    for (const RootCauseEntity& entity : cause.entity_path) write_cause_entity(json, entity, kind);
    json.end_array();
    json.boolean("Inferred", cause.inferred);
    json.end_object();
}

void write_causes(JsonWriter& json, std::string_view member, const std::vector<RootCause>& causes,
                  std::string_view account_id, CauseKind kind) {
    json.begin_array(member);
    for (const RootCause& cause : causes) {
        json.begin_object();
        json.begin_array("Services");
        for (const RootCauseService& service : cause.services)
            write_cause_service(json, service, account_id, kind);
        json.end_array();
        json.boolean("ClientImpacting", cause.client_impacting);
        json.end_object();
    }
    json.end_array();
}

}  // namespace

void write_trace_summary(JsonWriter& json, const TraceSummary& summary,
                         std::optional<Instant> matched_event_time, std::string_view account_id) {
    json.begin_object();
    json.text("Id", to_xray_text(summary.id));
    json.moment("StartTime", summary.start);
    json.seconds("Duration", summary.duration);
    json.seconds("ResponseTime", summary.response_time);
    json.boolean("HasFault", summary.has_fault);
    json.boolean("HasError", summary.has_error);
    json.boolean("HasThrottle", summary.has_throttle);
    json.boolean("IsPartial", summary.is_partial);
    write_http(json, summary.http);
    write_annotations(json, summary, account_id);
    write_users(json, summary, account_id);
    write_service_ids(json, summary.services, account_id);
    write_wrapped(json, "ResourceARNs", "ARN", summary.resource_arns);
    write_wrapped(json, "InstanceIds", "Id", summary.instance_ids);
    write_wrapped(json, "AvailabilityZones", "Name", summary.availability_zones);
    if (summary.entry_point) {
        json.begin_object("EntryPoint");
        write_service_members(json, *summary.entry_point, account_id);
        json.end_object();
    }
    write_causes(json, "FaultRootCauses", summary.fault_root_causes, account_id,
                 CauseKind::exceptions);
    write_causes(json, "ErrorRootCauses", summary.error_root_causes, account_id,
                 CauseKind::exceptions);
    write_causes(json, "ResponseTimeRootCauses", summary.response_time_root_causes, account_id,
                 CauseKind::coverage);
    json.integer("Revision", summary.revision);
    if (matched_event_time) json.moment("MatchedEventTime", *matched_event_time);
    json.end_object();
}

std::string summary_text(const TraceSummary& summary, std::optional<Instant> matched_event_time,
                         std::string_view account_id) {
    JsonWriter json;
    write_trace_summary(json, summary, matched_event_time, account_id);
    return json.take();
}

}  // namespace tomograph
