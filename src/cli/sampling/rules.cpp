#include "cli/sampling/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace tomograph::cli {
namespace {

struct Pattern {
    std::string_view member;
    std::string_view word;  ///< as the flags name it
    std::string SamplingRule::* value;
};

constexpr Pattern patterns[] = {
    {"ServiceName", "service", &SamplingRule::service_name},
    {"ServiceType", "type", &SamplingRule::service_type},
    {"Host", "host", &SamplingRule::host},
    {"HTTPMethod", "method", &SamplingRule::http_method},
    {"URLPath", "path", &SamplingRule::url_path},
    {"ResourceARN", "arn", &SamplingRule::resource_arn},
};

constexpr std::string_view other_members[] = {"RuleName",  "RuleARN",          "Priority",
                                              "FixedRate", "ReservoirSize",    "Attributes",
                                              "Version",   "SamplingRateBoost"};

bool is_member(std::string_view name) {
    return std::any_of(std::begin(patterns), std::end(patterns),
                       [&](const Pattern& each) { return each.member == name; }) ||
           std::find(std::begin(other_members), std::end(other_members), name) !=
               std::end(other_members);
}

Error mistake(std::string_view member, std::string_view what) {
    return Error(ErrorCode::invalid, fmt::format("{} {}", member, what));
}

Result<std::int64_t> whole(Json value, std::string_view member) {
    if (!value) return mistake(member, "is missing");
    const double number = value.number(0.5);
    if (number != std::floor(number) || std::abs(number) > 1e15)
        return mistake(member, "is no whole number");
    return static_cast<std::int64_t>(number);
}

Result<double> real(Json value, std::string_view member) {
    if (!value) return mistake(member, "is missing");
    if (!value.is_number()) return mistake(member, "is no number");
    return value.number();
}

Result<SamplingBoost> read_boost(Json json) {
    SamplingBoost boost;
    boost.rate_max = TRY(real(json["MaxRate"], "SamplingRateBoost.MaxRate"));
    boost.cooldown_minutes =
        TRY(whole(json["CooldownWindowMinutes"], "SamplingRateBoost.CooldownWindowMinutes"));
    const Json disabled = json["DisableDefaultAnomalyDetection"];
    if (disabled) boost.detection_disabled = disabled.boolean();
    return boost;
}

std::string boost_json(const SamplingBoost& boost) {
    std::string json = fmt::format(R"({{"MaxRate":{},"CooldownWindowMinutes":{})", boost.rate_max,
                                   boost.cooldown_minutes);
    if (boost.detection_disabled)
        json += fmt::format(R"(,"DisableDefaultAnomalyDetection":{})", *boost.detection_disabled);
    return json + "}";
}

std::string attributes_json(const SamplingRule& rule) {
    std::string json = "{";
    for (const auto& [name, value] : rule.attributes)
        json += (json.size() > 1 ? "," : "") +
                fmt::format("{}:{}", json_quoted(name), json_quoted(value));
    return json + "}";
}

std::string boost_text(const SamplingBoost& boost) {
    std::string text =
        fmt::format("{} each {} min", rate_text(boost.rate_max), boost.cooldown_minutes);
    if (boost.detection_disabled.value_or(false)) text += ", no anomaly detection by default";
    return text;
}

Result<SamplingRule> read_members(Json json, const std::string& name) {
    SamplingRule rule = name == default_rule ? rule_like_default() : SamplingRule{.name = name};
    for (const std::string& member : json.members())
        if (!is_member(member)) return mistake(member, "is no member of a sampling rule");
    if (name != default_rule || json["Priority"])
        rule.priority = TRY(whole(json["Priority"], "Priority"));
    rule.fixed_rate = TRY(real(json["FixedRate"], "FixedRate"));
    rule.reservoir_size = TRY(whole(json["ReservoirSize"], "ReservoirSize"));
    for (const Pattern& pattern : patterns) {
        const Json value = json[pattern.member];
        if (value && !value.is_text()) return mistake(pattern.member, "is no text");
        if (value) rule.*pattern.value = value.text();
    }
    if (json["Version"].number(1) != 1) return mistake("Version", "must be 1");
    const Json attributes = json["Attributes"];
    for (const std::string& attribute : attributes.members()) {
        if (!attributes[attribute].is_text()) return mistake("Attributes", "must be texts");
        rule.attributes[attribute] = attributes[attribute].text();
    }
    if (const Json boost = json["SamplingRateBoost"]) rule.boost = TRY(read_boost(boost));
    return rule;
}

}  // namespace

SamplingRule rule_like_default() {
    return {.name = std::string(default_rule), .priority = default_priority};
}

Result<SamplingRule> read_rule(Json rule) {
    const Json name = rule["RuleName"];
    if (!name.is_text() || name.text().empty())
        return Error(ErrorCode::invalid, "a rule has no RuleName");
    auto read = read_members(rule, std::string(name.text()));
    if (!read) return Error(read.error()).within(fmt::format("rule {}", name.text()));
    return read;
}

std::string rule_json(const SamplingRule& rule) {
    std::string json =
        fmt::format(R"({{"RuleName":{},"Priority":{},"ReservoirSize":{},"FixedRate":{})",
                    json_quoted(rule.name), rule.priority, rule.reservoir_size, rule.fixed_rate);
    for (const Pattern& pattern : patterns)
        json += fmt::format(R"(,"{}":{})", pattern.member, json_quoted(rule.*pattern.value));
    json += fmt::format(R"(,"Version":1,"Attributes":{})", attributes_json(rule));
    if (rule.boost) json += R"(,"SamplingRateBoost":)" + boost_json(*rule.boost);
    return json + "}";
}

std::string update_json(const SamplingRule& before, const SamplingRule& after) {
    std::string json = fmt::format(R"({{"RuleName":{})", json_quoted(after.name));
    if (before.priority != after.priority) json += fmt::format(R"(,"Priority":{})", after.priority);
    if (before.reservoir_size != after.reservoir_size)
        json += fmt::format(R"(,"ReservoirSize":{})", after.reservoir_size);
    if (before.fixed_rate != after.fixed_rate)
        json += fmt::format(R"(,"FixedRate":{})", after.fixed_rate);
    for (const Pattern& pattern : patterns)
        if (before.*pattern.value != after.*pattern.value)
            json += fmt::format(R"(,"{}":{})", pattern.member, json_quoted(after.*pattern.value));
    if (before.attributes != after.attributes) json += R"(,"Attributes":)" + attributes_json(after);
    if (before.boost != after.boost && after.boost)
        json += R"(,"SamplingRateBoost":)" + boost_json(*after.boost);
    return json + "}";
}

Result<std::vector<SamplingRule>> fetch_rules(ApiClient& api) {
    std::vector<SamplingRule> rules;
    Result<void> read;
    TRY(api.pages("/GetSamplingRules", "", [&](Json answer) {
        const Json records = answer["SamplingRuleRecords"];
        for (std::size_t i = 0; i < records.size() && read; ++i) {
            auto rule = read_rule(records.at(i)["SamplingRule"]);
            if (rule)
                rules.push_back(*std::move(rule));
            else
                read = rule.error();
        }
        return bool(read);
    }));
    TRY(std::move(read));
    std::stable_sort(rules.begin(), rules.end(), [](const SamplingRule& a, const SamplingRule& b) {
        return a.priority != b.priority ? a.priority < b.priority : a.name < b.name;
    });
    return rules;
}

const SamplingRule* find_rule(const std::vector<SamplingRule>& rules, std::string_view name) {
    const auto found = std::find_if(rules.begin(), rules.end(),
                                    [&](const SamplingRule& rule) { return rule.name == name; });
    return found == rules.end() ? nullptr : &*found;
}

std::string patterns_text(const SamplingRule& rule) {
    std::string text;
    const auto add = [&](std::string_view word, const std::string& value) {
        text += fmt::format("{}{}={}", text.empty() ? "" : " ", word, value);
    };
    for (const Pattern& pattern : patterns)
        if (rule.*pattern.value != "*") add(pattern.word, rule.*pattern.value);
    for (const auto& [name, value] : rule.attributes) add(name, value);
    return text.empty() ? "*" : text;
}

std::string rate_text(double rate) {
    // A rate of 0.07 times 100 is not 7 to the last digit.
    return fmt::format("{:.6g}%", rate * 100);
}

Result<double> parse_rate(std::string_view text) {
    const bool is_percent = text.ends_with('%');
    std::string_view number = text.substr(0, text.size() - (is_percent ? 1 : 0));
    while (number.ends_with(' ')) number.remove_suffix(1);
    double rate = 0;
    const auto [end, failed] = std::from_chars(number.data(), number.data() + number.size(), rate);
    if (failed != std::errc() || end != number.data() + number.size() || !std::isfinite(rate))
        return Error(ErrorCode::invalid,
                     fmt::format("\"{}\" is no rate; it is 0 to 1, or 0% to 100%", text));
    if (!is_percent && rate > 1)
        return Error(ErrorCode::invalid,
                     fmt::format("the rate {} is above 1; is {}% meant?", text, text));
    return is_percent ? rate / 100 : rate;
}

std::vector<MemberChange> changes_of(const SamplingRule* before, const SamplingRule& after) {
    const SamplingRule other = before == nullptr ? SamplingRule{} : *before;
    std::vector<MemberChange> changes;
    const auto add = [&](std::string_view member, const std::string& was, const std::string& is) {
        if (before == nullptr || was != is)
            changes.push_back({std::string(member), before == nullptr ? "" : was, is});
    };
    add("Priority", std::to_string(other.priority), std::to_string(after.priority));
    add("ReservoirSize", std::to_string(other.reservoir_size),
        std::to_string(after.reservoir_size));
    add("FixedRate", fmt::format("{}", other.fixed_rate), fmt::format("{}", after.fixed_rate));
    for (const Pattern& pattern : patterns)
        if (other.*pattern.value != after.*pattern.value)
            add(pattern.member, other.*pattern.value, after.*pattern.value);
    if (other.attributes != after.attributes)
        add("Attributes", attributes_json(other), attributes_json(after));
    if (other.boost != after.boost)
        add("SamplingRateBoost", other.boost ? boost_text(*other.boost) : "none",
            after.boost ? boost_text(*after.boost) : "none");
    return changes;
}

}  // namespace tomograph::cli
