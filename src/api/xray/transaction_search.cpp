// GetTraceSegmentDestination, UpdateTraceSegmentDestination, GetIndexingRules, UpdateIndexingRule
// (xray-api.md §3.8)
#include "service/transaction_search/transaction_search.h"
#include "api/xray/control_call.h"
#include "service/limits.h"

namespace tomograph {
namespace {

std::string destination_json(SegmentDestination destination) {
    JsonWriter json;
    json.begin_object();
    json.text("Destination", destination == SegmentDestination::xray ? "XRay" : "CloudWatchLogs");
    json.text("Status", "ACTIVE");
    json.end_object();
    return json.take();
}

SegmentDestination read_destination(JsonRequest& json) {
    const auto destination = json.text("Destination");
    if (!destination) json.refuse_value("Destination", "is required");
    if (destination && *destination != "XRay" && *destination != "CloudWatchLogs")
        json.refuse_value("Destination", "must be XRay or CloudWatchLogs");
    const bool is_logs = destination == "CloudWatchLogs";
    if (const auto logs = json.object("CloudWatchLogsConfiguration")) {
        if (!is_logs)
            json.refuse_value("CloudWatchLogsConfiguration",
                              "is for the Destination CloudWatchLogs only");
        // As at AWS, where a key is taken when the log group is made, and only then.
        json.refuse_value("SpansLogGroupKmsKeyId",
                          "cannot be set: the store of spans exists, and PutEncryptionConfig "
                          "chooses its key");
    }
    return is_logs ? SegmentDestination::cloudwatch_logs : SegmentDestination::xray;
}

void write_rule(JsonWriter& json, const IndexingRule& rule) {
    json.text("Name", indexing_rule_name);
    json.moment("ModifiedAt", rule.modified);
    json.begin_object("Rule");
    json.begin_object("Probabilistic");
    json.number("DesiredSamplingPercentage", rule.desired_percentage);
    json.number("ActualSamplingPercentage", rule.actual_percentage);
    json.end_object();
    json.end_object();
}

double read_percentage(JsonRequest& json) {
    auto rule = json.object("Rule");
    if (!rule) {
        json.refuse_value("Rule", "is required");
        return 0;
    }
    auto probabilistic = rule->object("Probabilistic");
    if (!probabilistic) {
        rule->refuse_value("Rule", "must have the member Probabilistic");
        return 0;
    }
    const auto percentage = probabilistic->number("DesiredSamplingPercentage");
    if (!percentage) probabilistic->refuse_value("DesiredSamplingPercentage", "is required");
    return percentage.value_or(0);
}

ApiError rule_error(const Error& error, const std::string& name) {
    ApiError told = to_api_error(error);
    if (error.code() == ErrorCode::not_found) told.resource_name = name;
    return told;
}

}  // namespace

void answer_get_segment_destination(const XrayContext& context, XrayCall call) {
    const TransactionSearch* search = context.options.control.transaction_search;
    if (!is_there(search, call)) return;
    JsonRequest json(call.body);
    if (json.refusal()) return call.answer(*json.refusal());
    call.answer(destination_json(search->destination()));
}

void answer_update_segment_destination(const XrayContext& context, XrayCall call) {
    TransactionSearch* search = context.options.control.transaction_search;
    if (!is_there(search, call)) return;
    JsonRequest json(call.body);
    const SegmentDestination destination = read_destination(json);
    if (json.refusal()) return call.answer(*json.refusal());
    const ChangeOrigin origin = origin_of(call, "UpdateTraceSegmentDestination");
    answer_from_worker(context, std::move(call),
                       [search, origin, destination](const QueryContext&) -> Result<std::string> {
                           TRY(search->set_destination(origin, destination));
                           return destination_json(destination);
                       });
}

void answer_get_indexing_rules(const XrayContext& context, XrayCall call) {
    const TransactionSearch* search = context.options.control.transaction_search;
    if (!is_there(search, call)) return;
    JsonRequest json(call.body);
    refuse_token(json);
    if (json.refusal()) return call.answer(*json.refusal());
    JsonWriter answer;
    answer.begin_object();
    answer.begin_array("IndexingRules");
    answer.begin_object();
    write_rule(answer, search->indexing_rule());
    answer.end_object();
    answer.end_array();
    answer.end_object();
    call.answer(answer.take());
}

void answer_update_indexing_rule(const XrayContext& context, XrayCall call) {
    TransactionSearch* search = context.options.control.transaction_search;
    if (!is_there(search, call)) return;
    JsonRequest json(call.body);
    const std::string name = json.required_text("Name");
    const double percentage = read_percentage(json);
    if (json.refusal()) return call.answer(*json.refusal());
    const ChangeOrigin origin = origin_of(call, "UpdateIndexingRule");
    answer_from_worker(context, std::move(call),
                       [search, origin, name, percentage](const QueryContext&) -> XrayAnswer {
                           const auto rule = search->set_indexing_rule(origin, name, percentage);
                           if (!rule) return rule_error(rule.error(), name);
                           JsonWriter answer;
                           answer.begin_object();
                           answer.begin_object("IndexingRule");
                           write_rule(answer, *rule);
                           answer.end_object();
                           answer.end_object();
                           return answer.take();
                       });
}

}  // namespace tomograph
