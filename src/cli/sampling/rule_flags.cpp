#include "cli/sampling/rule_flags.h"

#include "cli/sampling/rules.h"

namespace tomograph::cli {

bool RuleFlags::is_empty() const {
    return !priority && !reservoir && !rate && !service && !type && !host && !method && !path &&
           !arn && attributes.empty() && !no_attributes && !boost_rate && !boost_pause;
}

SamplingRule new_rule(std::string name) {
    return {.name = std::move(name),
            .priority = new_rule_priority,
            .fixed_rate = new_rule_rate,
            .reservoir_size = new_rule_reservoir};
}

Result<SamplingRule> with_flags(SamplingRule rule, const RuleFlags& flags) {
    rule.priority = flags.priority.value_or(rule.priority);
    rule.reservoir_size = flags.reservoir.value_or(rule.reservoir_size);
    if (flags.rate) rule.fixed_rate = TRY(parse_rate(*flags.rate));
    rule.service_name = flags.service.value_or(rule.service_name);
    rule.service_type = flags.type.value_or(rule.service_type);
    rule.host = flags.host.value_or(rule.host);
    rule.http_method = flags.method.value_or(rule.http_method);
    rule.url_path = flags.path.value_or(rule.url_path);
    rule.resource_arn = flags.arn.value_or(rule.resource_arn);
    if (flags.no_attributes) rule.attributes.clear();
    for (const auto& [name, value] : flags.attributes) rule.attributes[name] = value;
    if (flags.boost_pause && !flags.boost_rate && !rule.boost)
        return Error(ErrorCode::invalid, "--boost-pause is of a boost: say --boost-rate as well");
    if (flags.boost_rate || flags.boost_pause) {
        SamplingBoost boost = rule.boost.value_or(SamplingBoost{.cooldown_minutes = 10});
        if (flags.boost_rate) boost.rate_max = TRY(parse_rate(*flags.boost_rate));
        boost.cooldown_minutes = flags.boost_pause.value_or(boost.cooldown_minutes);
        rule.boost = boost;
    }
    return rule;
}

}  // namespace tomograph::cli
