#include "api/retention_operations.h"

#include <fmt/format.h>

#include <optional>

#include "api/error.h"
#include "api/json_request.h"
#include "api/json_writer.h"
#include "api/limits.h"
#include "api/request_id.h"
#include "query/summary_cache.h"
#include "store/limits.h"

namespace tomograph {
namespace {

constexpr std::string_view retention_path = "/api/v1/retention";
constexpr std::string_view policies_path = "/api/v1/retention/policies";
constexpr std::string_view pins_path = "/api/v1/pins";
constexpr std::string_view redactions_path = "/api/v1/redactions";

std::int64_t number(std::uint64_t value) { return static_cast<std::int64_t>(value); }

HttpReply json_reply(JsonWriter& json) {
    HttpReply reply;
    reply.headers = {{"Content-Type", "application/json"},
                     {"Cache-Control", "no-store"},
                     {"x-amzn-RequestId", make_request_id()}};
    reply.body = json.take();
    return reply;
}

HttpReply refusal(const Error& error) { return to_reply(to_api_error(error)); }

Result<std::vector<TraceId>> ids_of(const std::vector<std::string>& texts) {
    std::vector<TraceId> ids;
    for (const std::string& text : texts) ids.push_back(TRY(parse_trace_id(text)));
    return ids;
}

std::uint32_t count_of(JsonRequest& request, std::string_view member) {
    const std::int64_t value = request.integer(member).value_or(0);
    if (value >= 0 && value <= std::int64_t{0xffff'ffff}) return static_cast<std::uint32_t>(value);
    request.refuse_value(member, "must be a whole number from 0");
    return 0;
}

/// By its name, or as the answers tell a group that is gone: by its number.
GroupId group_of(JsonRequest& request, const GroupService* groups) {
    const auto name = request.text("GroupName");
    if (!name) return {count_of(request, "Group")};
    const auto id = groups == nullptr ? Result<GroupId>(Error(ErrorCode::invalid, "no groups"))
                                      : groups->id_of(*name);
    if (id && !id->is_all()) return *id;
    request.refuse_value("GroupName", id ? "is that of all traces" : "is not that of a group");
    return {};
}

RetentionPolicy policy_of(JsonRequest& request, const GroupService* groups) {
    RetentionPolicy policy;
    policy.retention_class = count_of(request, "Class");
    policy.days = count_of(request, "Days");
    policy.has_fault = request.boolean("HasFault").value_or(false);
    policy.has_error = request.boolean("HasError").value_or(false);
    policy.has_throttle = request.boolean("HasThrottle").value_or(false);
    policy.root_service = request.text("Service").value_or("");
    const double seconds = request.number("DurationSeconds").value_or(0);
    constexpr double seconds_max = 86'400;
    if (seconds < 0 || seconds > seconds_max)
        request.refuse_value("DurationSeconds", "must be from 0 to 86400");
    else
        policy.duration_min = {static_cast<std::int64_t>(seconds * 1e9)};
    policy.group = group_of(request, groups);
    policy.summary_days = count_of(request, "SummaryDays");
    return policy;
}

void write_policy(JsonWriter& json, const RetentionPolicy& policy, const GroupService* groups) {
    json.begin_object();
    json.integer("Class", policy.retention_class);
    json.integer("Days", policy.days);
    if (policy.has_fault) json.boolean("HasFault", true);
    if (policy.has_error) json.boolean("HasError", true);
    if (policy.has_throttle) json.boolean("HasThrottle", true);
    if (!policy.root_service.empty()) json.text("Service", policy.root_service);
    if (policy.duration_min > Duration{}) json.seconds("DurationSeconds", policy.duration_min);
    if (!policy.group.is_all()) {
        const std::string name = groups == nullptr ? "" : groups->name_of(policy.group);
        if (!name.empty()) json.text("GroupName", name);
        json.integer("Group", policy.group.value);
    }
    if (policy.summary_days > 0) json.integer("SummaryDays", policy.summary_days);
    json.end_object();
}

void write_slice(JsonWriter& json, const RetentionSlice& slice) {
    json.begin_object();
    json.whole_second("Day", Instant::from_seconds(slice.day));
    json.integer("Class", slice.retention_class);
    json.integer("Parts", number(slice.parts));
    json.integer("Traces", number(slice.traces));
    json.integer("Spans", number(slice.spans));
    json.integer("Bytes", number(slice.bytes));
    if (slice.summary_spans > 0) {
        json.integer("SummarySpans", number(slice.summary_spans));
        json.integer("SummaryBytes", number(slice.summary_bytes));
    }
    if (slice.summarised) json.moment("Summarised", *slice.summarised);
    if (slice.expires) json.moment("Expires", *slice.expires);
    json.end_object();
}

HttpReply report_reply(const RetentionReport& report, const GroupService* groups) {
    JsonWriter json;
    json.begin_object();
    json.integer("DefaultDays", report.default_age.ns / Duration::days(1).ns);
    if (report.default_summary_age > Duration{})
        json.integer("DefaultSummaryDays", report.default_summary_age.ns / Duration::days(1).ns);
    json.integer("BudgetBytes", number(report.budget_bytes));
    json.begin_array("Policies");
    for (const RetentionPolicy& policy : report.policies) write_policy(json, policy, groups);
    json.end_array();
    json.begin_array("Slices");
    for (const RetentionSlice& slice : report.slices) write_slice(json, slice);
    json.end_array();
    if (report.summary_saving_bytes)
        json.integer("SummarySavingBytes", number(*report.summary_saving_bytes));
    json.integer("Pins", number(report.pins));
    json.begin_object("Forecast");
    json.integer("Bytes", number(report.forecast.bytes));
    json.integer("CapacityBytes", number(report.forecast.capacity_bytes));
    json.integer("BytesPerDay", number(report.forecast.bytes_a_day));
    if (report.forecast.full) json.whole_second("Full", *report.forecast.full);
    json.end_object();
    json.end_object();
    return json_reply(json);
}

HttpReply redaction_reply(const RedactionReport& report, bool is_dry_run) {
    JsonWriter json;
    json.begin_object();
    json.boolean("DryRun", is_dry_run);
    json.begin_array("TraceIds");
    for (const TraceId id : report.traces) json.text(to_xray_text(id));
    json.end_array();
    json.integer("OpenDocuments", number(report.open_documents));
    json.begin_array("Parts");
    for (const RedactedPart& part : report.parts) {
        json.begin_object();
        json.text("Path", part.path);
        if (!part.replacement.empty()) json.text("Replacement", part.replacement);
        json.integer("Rows", number(part.rows));
        json.integer("Documents", number(part.documents));
        json.end_object();
    }
    json.end_array();
    json.end_object();
    return json_reply(json);
}

}  // namespace

RetentionOperations::RetentionOperations(EmbeddedStore& store, const GroupService* groups,
                                         SummaryCache* summaries)
    : store_(store),
      groups_(groups),
      summaries_(summaries),
      thread_("store-retention", 1, retention_requests_max) {}

std::span<const ApiRoute> RetentionOperations::routes() {
    static constexpr ApiRoute all[] = {{"POST", retention_path},
                                       {"POST", policies_path},
                                       {"POST", pins_path},
                                       {"POST", redactions_path}};
    return all;
}

bool RetentionOperations::handle(const HttpRequest& request, const HttpRespond& respond) {
    HttpReply (RetentionOperations::*answer)(const std::string&) = nullptr;
    if (request.path == retention_path) answer = &RetentionOperations::retention;
    if (request.path == policies_path) answer = &RetentionOperations::policies;
    if (request.path == pins_path) answer = &RetentionOperations::pins;
    if (request.path == redactions_path) answer = &RetentionOperations::redactions;
    if (answer == nullptr) return false;
    if (request.method != "POST") {
        HttpReply wrong = to_reply(method_not_allowed(
            fmt::format("{} takes POST, not {}", quoted(request.path), quoted(request.method))));
        wrong.headers.push_back({"Allow", "POST"});
        respond(std::move(wrong));
    } else if (!request.header("Content-Type").starts_with("application/json")) {
        respond(to_reply(invalid_request("Content-Type must be application/json")));
    } else if (!thread_.submit([this, answer, respond, body = std::string(request.body)] {
                   respond((this->*answer)(body));
               })) {
        respond(refusal(Error(ErrorCode::unavailable, "too many such requests wait already")));
    }
    return true;
}

HttpReply RetentionOperations::policies(const std::string& body) {
    JsonRequest request(body);
    std::vector<RetentionPolicy> policies;
    for (JsonRequest& each : request.required_objects("Policies", retention_class_policy_max))
        policies.push_back(policy_of(each, groups_));
    if (request.refusal()) return to_reply(*request.refusal());
    const auto done = store_.set_policies(std::move(policies));
    return done ? retention({}) : refusal(done.error());
}

HttpReply RetentionOperations::retention(const std::string& body) {
    const JsonRequest request(body);
    if (request.refusal()) return to_reply(*request.refusal());
    const auto report = store_.retention();
    return report ? report_reply(*report, groups_) : refusal(report.error());
}

HttpReply RetentionOperations::pins(const std::string& body) {
    JsonRequest request(body);
    const auto pin = ids_of(request.texts("Pin", pinned_traces_max));
    const auto unpin = ids_of(request.texts("Unpin", pinned_traces_max));
    if (request.refusal()) return to_reply(*request.refusal());
    if (!pin) return refusal(pin.error());
    if (!unpin) return refusal(unpin.error());
    for (const TraceId id : *pin) {
        const auto done = store_.pin(id);
        if (!done) return refusal(done.error());
    }
    for (const TraceId id : *unpin) {
        const auto done = store_.unpin(id);
        if (!done) return refusal(done.error());
    }
    const auto pinned = store_.pins();
    if (!pinned) return refusal(pinned.error());
    JsonWriter json;
    json.begin_object();
    json.begin_array("TraceIds");
    for (const TraceId id : *pinned) json.text(to_xray_text(id));
    json.end_array();
    json.end_object();
    return json_reply(json);
}

HttpReply RetentionOperations::redactions(const std::string& body) {
    JsonRequest request(body);
    const bool is_dry_run = request.boolean("DryRun").value_or(true);
    const auto ids = ids_of(request.required_texts("TraceIds", redaction_traces_max));
    if (request.refusal()) return to_reply(*request.refusal());
    if (!ids) return refusal(ids.error());
    const auto report = is_dry_run ? store_.plan_redaction(*ids) : store_.redact(*ids);
    if (!is_dry_run && summaries_ != nullptr) summaries_->clear();
    return report ? redaction_reply(*report, is_dry_run) : refusal(report.error());
}

}  // namespace tomograph
