// CreateSamplingRule, GetSamplingRules, UpdateSamplingRule, DeleteSamplingRule (sampling.md §1)
#include "service/sampling/sampling_rules.h"
#include "api/xray/control_call.h"
#include "service/limits.h"

namespace tomograph {
namespace {

/// The only one that there is.
constexpr std::int64_t rule_version = 1;

/// Every member always: clients fail where one is missing (sampling.md §1).
void write_rule(JsonWriter& json, const SamplingRule& rule, std::string_view arn) {
    json.text("RuleName", rule.name);
    json.text("RuleARN", arn);
    json.text("ResourceARN", rule.resource_arn);
    json.integer("Priority", rule.priority);
    json.number("FixedRate", rule.fixed_rate);
    json.integer("ReservoirSize", rule.reservoir_size);
    json.text("ServiceName", rule.service_name);
    json.text("ServiceType", rule.service_type);
    json.text("Host", rule.host);
    json.text("HTTPMethod", rule.http_method);
    json.text("URLPath", rule.url_path);
    json.integer("Version", rule_version);
    json.begin_object("Attributes");
    for (const auto& [name, value] : rule.attributes) json.text(name, value);
    json.end_object();
    if (!rule.boost) return;
    json.begin_object("SamplingRateBoost");
    json.number("MaxRate", rule.boost->rate_max);
    json.integer("CooldownWindowMinutes", rule.boost->cooldown_minutes);
    if (rule.boost->detection_disabled)
        json.boolean("DisableDefaultAnomalyDetection", *rule.boost->detection_disabled);
    json.end_object();
}

void write_record(JsonWriter& json, const SamplingRuleRecord& record) {
    json.begin_object("SamplingRule");
    write_rule(json, record.rule, record.arn);
    json.end_object();
    json.whole_second("CreatedAt", record.created);
    json.whole_second("ModifiedAt", record.modified);
}

std::string record_json(const SamplingRuleRecord& record) {
    JsonWriter json;
    json.begin_object();
    json.begin_object("SamplingRuleRecord");
    write_record(json, record);
    json.end_object();
    json.end_object();
    return json.take();
}

std::string records_json(const std::vector<SamplingRuleRecord>& records) {
    JsonWriter json;
    json.begin_object();
    json.begin_array("SamplingRuleRecords");
    for (const SamplingRuleRecord& record : records) {
        json.begin_object();
        write_record(json, record);
        json.end_object();
    }
    json.end_array();
    json.end_object();
    return json.take();
}

std::optional<SamplingBoost> read_boost(JsonRequest& json) {
    auto boost = json.object("SamplingRateBoost");
    if (!boost) return std::nullopt;
    SamplingBoost read;
    read.rate_max = boost->required_number("MaxRate");
    read.cooldown_minutes = boost->required_integer("CooldownWindowMinutes");
    read.detection_disabled = boost->boolean("DisableDefaultAnomalyDetection");
    return read;
}

/// A name, or the name in an ARN: CloudFormation's template may give only that.
std::string read_new_name(JsonRequest& json) {
    const auto name = json.text("RuleName");
    const auto arn = json.text("RuleARN");
    if (name) return *name;
    const std::string of_arn = rule_name_of_arn(arn.value_or(""));
    if (!arn)
        json.refuse_value("RuleName", "is required");
    else if (of_arn.empty())
        json.refuse_value("RuleARN", "is not the ARN of a sampling rule");
    return of_arn;
}

SamplingRuleEdit read_edit(JsonRequest& json) {
    SamplingRuleEdit edit;
    edit.resource_arn = json.text("ResourceARN");
    edit.priority = json.integer("Priority");
    edit.fixed_rate = json.number("FixedRate");
    edit.reservoir_size = json.integer("ReservoirSize");
    edit.service_name = json.text("ServiceName");
    edit.service_type = json.text("ServiceType");
    edit.host = json.text("Host");
    edit.http_method = json.text("HTTPMethod");
    edit.url_path = json.text("URLPath");
    edit.attributes = json.text_map("Attributes");
    edit.boost = read_boost(json);
    return edit;
}

SamplingRuleKey read_key(JsonRequest& json) {
    return {.name = json.text("RuleName").value_or(""), .arn = json.text("RuleARN").value_or("")};
}

XrayAnswer answer_of(const Result<SamplingRuleRecord>& record) {
    if (record) return record_json(*record);
    if (record.error().code() == ErrorCode::limit)
        return ApiError{"RuleLimitExceededException", 400, record.error().message()};
    return to_api_error(record.error());
}

}  // namespace

SamplingRule read_sampling_rule(JsonRequest& json) {
    SamplingRule rule;
    rule.name = read_new_name(json);
    rule.resource_arn = json.required_text("ResourceARN");
    rule.priority = json.required_integer("Priority");
    rule.fixed_rate = json.required_number("FixedRate");
    rule.reservoir_size = json.required_integer("ReservoirSize");
    rule.service_name = json.required_text("ServiceName");
    rule.service_type = json.required_text("ServiceType");
    rule.host = json.required_text("Host");
    rule.http_method = json.required_text("HTTPMethod");
    rule.url_path = json.required_text("URLPath");
    if (json.required_integer("Version") != rule_version) json.refuse_value("Version", "must be 1");
    rule.attributes = json.text_map("Attributes").value_or(std::map<std::string, std::string>());
    rule.boost = read_boost(json);
    return rule;
}

void answer_create_sampling_rule(const XrayContext& context, XrayCall call) {
    SamplingRules* rules = context.options.control.sampling_rules;
    if (!is_there(rules, call)) return;
    JsonRequest json(call.body);
    SamplingRule rule;
    if (auto member = json.required_object("SamplingRule")) rule = read_sampling_rule(*member);
    const TagList tags = read_tags(json.objects("Tags", tags_per_request_max));
    if (json.refusal()) return call.answer(*json.refusal());
    const ChangeOrigin origin = origin_of(call, "CreateSamplingRule");
    answer_from_worker(context, std::move(call),
                       [rules, origin, rule, tags](const QueryContext&) -> XrayAnswer {
                           return answer_of(rules->create(origin, rule, tags));
                       });
}

/// All in one page: there are at most 26.
void answer_get_sampling_rules(const XrayContext& context, XrayCall call) {
    const SamplingRules* rules = context.options.control.sampling_rules;
    if (!is_there(rules, call)) return;
    JsonRequest json(call.body);
    refuse_token(json);
    if (json.refusal()) return call.answer(*json.refusal());
    call.answer(records_json(rules->now()->records));
}

void answer_update_sampling_rule(const XrayContext& context, XrayCall call) {
    SamplingRules* rules = context.options.control.sampling_rules;
    if (!is_there(rules, call)) return;
    JsonRequest json(call.body);
    SamplingRuleKey key;
    SamplingRuleEdit edit;
    if (auto member = json.required_object("SamplingRuleUpdate")) {
        key = read_key(*member);
        edit = read_edit(*member);
    }
    if (json.refusal()) return call.answer(*json.refusal());
    const ChangeOrigin origin = origin_of(call, "UpdateSamplingRule");
    answer_from_worker(context, std::move(call),
                       [rules, origin, key, edit](const QueryContext&) -> XrayAnswer {
                           return answer_of(rules->update(origin, key, edit));
                       });
}

void answer_delete_sampling_rule(const XrayContext& context, XrayCall call) {
    SamplingRules* rules = context.options.control.sampling_rules;
    if (!is_there(rules, call)) return;
    JsonRequest json(call.body);
    const SamplingRuleKey key = read_key(json);
    if (json.refusal()) return call.answer(*json.refusal());
    const ChangeOrigin origin = origin_of(call, "DeleteSamplingRule");
    answer_from_worker(context, std::move(call),
                       [rules, origin, key](const QueryContext&) -> XrayAnswer {
                           return answer_of(rules->remove(origin, key));
                       });
}

}  // namespace tomograph
