#include "api/own/draft_rules.h"

#include <algorithm>

#include "api/xray/control_call.h"
#include "service/limits.h"
#include "service/sampling/sampling_rules.h"

namespace tomograph {
namespace {

Result<void> check_drafts(const std::vector<SamplingRule>& drafts) {
    for (auto rule = drafts.begin(); rule != drafts.end(); ++rule) {
        const auto checked =
            rule->name == default_rule_name ? check_default_rule(*rule) : check_rule(*rule);
        if (!checked) return Error(checked.error()).within("rule " + rule->name);
        if (std::any_of(drafts.begin(), rule,
                        [&](const SamplingRule& other) { return other.name == rule->name; }))
            return Error(ErrorCode::invalid, "rule " + rule->name + ": there are two of that name");
    }
    return {};
}

}  // namespace

DraftRules read_draft_rules(JsonRequest& json) {
    DraftRules drafts;
    drafts.is_alone = json.boolean("OnlyThese").value_or(false);
    for (JsonRequest& each : json.objects("SamplingRules", sampling_rules_max + 1))
        drafts.rules.push_back(read_sampling_rule(each));
    return drafts;
}

Result<std::vector<SamplingRule>> rules_with(const OwnContext& context, const DraftRules& drafts) {
    TRY(check_drafts(drafts.rules));
    std::vector<SamplingRule> rules = drafts.rules;
    const auto is_drafted = [&](const std::string& name) {
        return std::any_of(drafts.rules.begin(), drafts.rules.end(),
                           [&](const SamplingRule& rule) { return rule.name == name; });
    };
    if (context.sampling_rules != nullptr)
        for (const SamplingRuleRecord& record : context.sampling_rules->now()->records)
            if ((!drafts.is_alone || record.rule.name == default_rule_name) &&
                !is_drafted(record.rule.name))
                rules.push_back(record.rule);
    std::sort(rules.begin(), rules.end(), [](const SamplingRule& a, const SamplingRule& b) {
        return a.priority != b.priority ? a.priority < b.priority : a.name < b.name;
    });
    return rules;
}

}  // namespace tomograph
