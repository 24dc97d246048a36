// MatchSampling: which sampling rule decides on a request, and why those before it do not.
#include <algorithm>

#include "api/own/draft_rules.h"
#include "api/own/own_call.h"
#include "service/sampling/rule_matcher.h"

namespace tomograph {
namespace {

SamplingRequest read_request(JsonRequest& json) {
    SamplingRequest request;
    auto member = json.object("Request");
    if (!member) return request;
    request.service_name = member->text("ServiceName");
    request.service_type = member->text("ServiceType");
    request.host = member->text("Host");
    request.http_method = member->text("HTTPMethod");
    request.url_path = member->text("URLPath");
    request.resource_arn = member->text("ResourceARN");
    request.attributes =
        member->text_map("Attributes").value_or(std::map<std::string, std::string>());
    return request;
}

/// X-Ray's SDKs pass over rules that want an attribute or an ARN: they look at neither.
bool is_for_xray_sdks(const SamplingRule& rule) {
    return rule.attributes.empty() && rule.resource_arn == "*";
}

void write_misfits(JsonWriter& json, const std::vector<Misfit>& misfits) {
    json.begin_array("Misfits");
    for (const Misfit& misfit : misfits) {
        json.begin_object();
        json.text("Member", misfit.member);
        if (!misfit.attribute.empty()) json.text("Attribute", misfit.attribute);
        json.text("Pattern", misfit.pattern);
        if (misfit.value) json.text("Value", *misfit.value);
        json.end_object();
    }
    json.end_array();
}

std::string match_json(const std::vector<SamplingRule>& rules, const SamplingRequest& request) {
    const auto decides = first_fitting(rules, request);
    JsonWriter json;
    json.begin_object();
    if (decides) json.text("RuleName", rules[*decides].name);
    json.begin_array("Rules");
    for (const SamplingRule& rule : rules) {
        const std::vector<Misfit> misfits = misfits_of(rule, request);
        json.begin_object();
        json.text("RuleName", rule.name);
        json.integer("Priority", rule.priority);
        json.integer("ReservoirSize", rule.reservoir_size);
        json.number("FixedRate", rule.fixed_rate);
        json.boolean("Fits", misfits.empty());
        write_misfits(json, misfits);
        json.boolean("ForXRaySDKs", is_for_xray_sdks(rule));
        json.end_object();
    }
    json.end_array();
    json.end_object();
    return json.take();
}

}  // namespace

void answer_sampling_match(const OwnContext& context, OwnCall call) {
    JsonRequest json(call.body);
    const SamplingRequest request = read_request(json);
    const DraftRules drafts = read_draft_rules(json);
    if (json.refusal()) return call.respond(to_reply(*json.refusal()));
    if (!is_accepted(call)) return;
    answer_from_worker(context, std::move(call),
                       [&context, request, drafts]() -> Result<std::string> {
                           const auto rules = TRY(rules_with(context, drafts));
                           return match_json(rules, request);
                       });
}

}  // namespace tomograph
