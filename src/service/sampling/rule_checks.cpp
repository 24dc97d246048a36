#include "service/sampling/rule_checks.h"

#include <fmt/format.h>

#include <algorithm>

#include "service/limits.h"
#include "service/text_length.h"

namespace tomograph {
namespace {

constexpr std::int64_t default_rule_reservoir = 1;
constexpr double default_rule_rate = 0.05;

bool has_control_character(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; });
}

Result<void> check_text(std::string_view member, std::string_view text,
                        std::size_t characters_max) {
    const std::size_t characters = characters_of(text);
    if (characters > characters_max)
        return Error(ErrorCode::invalid, fmt::format("{} has {} characters, at most {}", member,
                                                     characters, characters_max));
    // They match nothing that is sent, and would break lines of logs.
    if (has_control_character(text))
        return Error(ErrorCode::invalid, fmt::format("{} holds a control character", member));
    return {};
}

Result<void> check_integer(std::string_view member, std::int64_t value, std::int64_t min,
                           std::int64_t max) {
    if (value < min || value > max)
        return Error(ErrorCode::invalid,
                     fmt::format("{} is {}, must be {} to {}", member, value, min, max));
    return {};
}

Result<void> check_rate(std::string_view member, double rate) {
    if (!(rate >= 0 && rate <= 1))
        return Error(ErrorCode::invalid, fmt::format("{} is {}, must be 0 to 1", member, rate));
    return {};
}

Result<void> check_attributes(const std::map<std::string, std::string>& attributes) {
    if (attributes.size() > rule_attributes_max)
        return Error(ErrorCode::invalid, fmt::format("Attributes holds {} entries, at most {}",
                                                     attributes.size(), rule_attributes_max));
    for (const auto& [name, value] : attributes) {
        if (name.empty()) return Error(ErrorCode::invalid, "Attributes: a name is empty");
        TRY(check_text("Attributes: a name", name, rule_attribute_characters_max));
        if (value.empty())
            return Error(ErrorCode::invalid,
                         fmt::format("Attributes: the value of {} is empty", name));
        TRY(check_text(fmt::format("Attributes: the value of {}", name), value,
                       rule_attribute_characters_max));
    }
    return {};
}

/// What of a rule may be changed on Default, too.
Result<void> check_amounts(const SamplingRule& rule) {
    TRY(check_rate("FixedRate", rule.fixed_rate));
    TRY(check_integer("ReservoirSize", rule.reservoir_size, 0, rule_integer_max));
    if (!rule.boost) return {};
    TRY(check_rate("SamplingRateBoost.MaxRate", rule.boost->rate_max));
    return check_integer("SamplingRateBoost.CooldownWindowMinutes", rule.boost->cooldown_minutes, 0,
                         rule_integer_max);
}

}  // namespace

SamplingRule default_rule() {
    return {.name = std::string(default_rule_name),
            .priority = default_rule_priority,
            .fixed_rate = default_rule_rate,
            .reservoir_size = default_rule_reservoir};
}

SamplingRule edited(SamplingRule rule, const SamplingRuleEdit& edit) {
    rule.resource_arn = edit.resource_arn.value_or(rule.resource_arn);
    rule.priority = edit.priority.value_or(rule.priority);
    rule.fixed_rate = edit.fixed_rate.value_or(rule.fixed_rate);
    rule.reservoir_size = edit.reservoir_size.value_or(rule.reservoir_size);
    rule.service_name = edit.service_name.value_or(rule.service_name);
    rule.service_type = edit.service_type.value_or(rule.service_type);
    rule.host = edit.host.value_or(rule.host);
    rule.http_method = edit.http_method.value_or(rule.http_method);
    rule.url_path = edit.url_path.value_or(rule.url_path);
    rule.attributes = edit.attributes.value_or(rule.attributes);
    if (edit.boost) rule.boost = edit.boost;
    return rule;
}

Result<void> check_rule(const SamplingRule& rule) {
    if (rule.name.empty()) return Error(ErrorCode::invalid, "RuleName is empty");
    TRY(check_text("RuleName", rule.name, rule_name_characters_max));
    if (rule.name == default_rule_name)
        return Error(ErrorCode::invalid, "RuleName Default is reserved");
    TRY(check_text("ResourceARN", rule.resource_arn, rule_resource_characters_max));
    TRY(check_integer("Priority", rule.priority, 1, rule_priority_max));
    TRY(check_text("ServiceName", rule.service_name, rule_service_characters_max));
    TRY(check_text("ServiceType", rule.service_type, rule_service_characters_max));
    TRY(check_text("Host", rule.host, rule_service_characters_max));
    TRY(check_text("HTTPMethod", rule.http_method, rule_method_characters_max));
    TRY(check_text("URLPath", rule.url_path, rule_path_characters_max));
    TRY(check_attributes(rule.attributes));
    return check_amounts(rule);
}

Result<void> check_default_rule(const SamplingRule& rule) {
    SamplingRule allowed = default_rule();
    allowed.fixed_rate = rule.fixed_rate;
    allowed.reservoir_size = rule.reservoir_size;
    allowed.boost = rule.boost;
    if (rule != allowed)
        return Error(ErrorCode::invalid,
                     "of the rule Default only FixedRate, ReservoirSize and SamplingRateBoost can "
                     "be changed");
    return check_amounts(rule);
}

}  // namespace tomograph
