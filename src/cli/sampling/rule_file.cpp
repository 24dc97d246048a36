#include "cli/sampling/rule_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/wildcard.h"
#include "cli/json.h"
#include "cli/sampling/rules.h"

namespace tomograph::cli {
namespace {

constexpr std::string_view full_format = "tomograph-sampling-rules";
constexpr std::size_t rule_name_bytes_max = 32;
constexpr std::int64_t priority_step = 10;

Error mistake(std::string_view what) { return Error(ErrorCode::invalid, std::string(what)); }

/// The rules below a member, which may each be wrapped in a record.
Result<std::vector<SamplingRule>> read_list(Json list) {
    std::vector<SamplingRule> rules;
    if (!list.is_array()) return mistake("the rules are no array");
    for (std::size_t i = 0; i < list.size(); ++i) {
        const Json record = list.at(i)["SamplingRule"];
        rules.push_back(TRY(read_rule(record ? record : list.at(i))));
    }
    return rules;
}

// --- local files ---

struct LocalAmounts {
    std::int64_t target = 0;
    double rate = 0;
};

Result<LocalAmounts> read_amounts(Json rule) {
    const Json target = rule["fixed_target"];
    const Json rate = rule["rate"];
    if (!target.is_number() || target.number() < 0 || target.number() > 1e9 ||
        target.number() != std::floor(target.number()))
        return mistake("fixed_target must be a whole number from 0 on");
    if (!rate.is_number()) return mistake("rate must be a number, 0 to 1");
    if (rate.number() < 0 || rate.number() > 1)
        return mistake(fmt::format("rate is {}, must be 0 to 1", rate.number()));
    return LocalAmounts{static_cast<std::int64_t>(target.number()), rate.number()};
}

Result<std::string> read_pattern(Json rule, std::string_view member) {
    if (!rule[member].is_text()) return mistake(fmt::format("{} must be a text", member));
    return std::string(rule[member].text());
}

/// What the description says where that may be a name that no other rule has.
std::string name_of(Json rule, std::size_t number, const std::vector<SamplingRule>& others) {
    const std::string description(rule["description"].text());
    const bool is_name = !description.empty() && description.size() <= rule_name_bytes_max &&
                         description != default_rule && find_rule(others, description) == nullptr &&
                         std::none_of(description.begin(), description.end(),
                                      [](char c) { return c >= 0 && c < ' '; });
    return is_name ? description : fmt::format("local-{}", number);
}

Result<SamplingRule> read_local_rule(Json json, std::string_view host_member) {
    const LocalAmounts amounts = TRY(read_amounts(json));
    SamplingRule rule{.fixed_rate = amounts.rate, .reservoir_size = amounts.target};
    rule.host = TRY(read_pattern(json, host_member));
    rule.http_method = TRY(read_pattern(json, "http_method"));
    rule.url_path = TRY(read_pattern(json, "url_path"));
    return rule;
}

Result<SamplingRule> read_local_default(Json json) {
    if (!json.is_object()) return mistake("default is missing");
    for (const char* member : {"host", "service_name", "http_method", "url_path"})
        if (json[member]) return mistake(fmt::format("default: {} must not be there", member));
    const auto amounts = read_amounts(json);
    if (!amounts) return Error(amounts.error()).within("default");
    SamplingRule rule = rule_like_default();
    rule.fixed_rate = amounts->rate;
    rule.reservoir_size = amounts->target;
    return rule;
}

Result<std::vector<SamplingRule>> read_local(Json root, const LocalDefaults& defaults) {
    const double version = root["version"].number();
    if (version != 1 && version != 2) return mistake("version must be 1 or 2");
    const std::string_view host_member = version == 1 ? "service_name" : "host";
    std::vector<SamplingRule> rules;
    const Json list = root["rules"];
    if (list && !list.is_array()) return mistake("rules is no array");
    for (std::size_t i = 0; i < list.size(); ++i) {
        auto rule = read_local_rule(list.at(i), host_member);
        if (!rule) return Error(rule.error()).within(fmt::format("rule {}", i + 1));
        rule->name = name_of(list.at(i), i + 1, rules);
        rule->priority = defaults.first_priority + priority_step * static_cast<std::int64_t>(i);
        rules.push_back(*std::move(rule));
    }
    rules.push_back(TRY(read_local_default(root["default"])));
    for (SamplingRule& rule : rules) rule.reservoir_size *= defaults.programs;
    return rules;
}

std::string amounts_json(const SamplingRule& rule, std::int64_t programs) {
    return fmt::format(R"("fixed_target": {}, "rate": {})", rule.reservoir_size / programs,
                       rule.fixed_rate);
}

/// Why a local file cannot say this rule; "" where it can.
std::string unsayable(const SamplingRule& rule, const LocalOptions& options) {
    if (!rule.attributes.empty()) return "attributes";
    if (rule.resource_arn != "*") return "ResourceARN " + rule.resource_arn;
    if (rule.service_type != "*") return "ServiceType " + rule.service_type;
    if (rule.service_name != "*" && options.service.empty())
        return fmt::format("ServiceName {}; write the file of one service with --service",
                           rule.service_name);
    return "";
}

}  // namespace

Result<std::vector<SamplingRule>> parse_rule_file(std::string_view text, bool& is_local,
                                                  const LocalDefaults& defaults) {
    const JsonDocument document = TRY(JsonDocument::parse(text));
    const Json root = document.root();
    is_local = static_cast<bool>(root["version"]);
    if (is_local) return read_local(root, defaults);
    const Json format = root["Format"];
    if (format && format.text() != full_format)
        return mistake(fmt::format("the format {} is not known", format.to_json()));
    if (format && root["Version"].number() != 1)
        return mistake("the file is of a version that is not known");
    if (const Json rules = root["SamplingRules"]) return read_list(rules);
    if (const Json records = root["SamplingRuleRecords"]) return read_list(records);
    const Json rule = root["SamplingRule"] ? root["SamplingRule"] : root;
    if (!rule["RuleName"])
        return mistake(
            "no sampling rules: neither SamplingRules, SamplingRuleRecords, SamplingRule, nor the "
            "version of a local rules file");
    const SamplingRule one = TRY(read_rule(rule));
    return std::vector{one};
}

std::string write_full_file(const std::vector<SamplingRule>& rules) {
    std::string out = fmt::format(
        "{{\n  \"Format\": \"{}\",\n  \"Version\": 1,\n  \"SamplingRules\": [", full_format);
    for (const SamplingRule& rule : rules)
        out += (&rule == rules.data() ? "\n    " : ",\n    ") + rule_json(rule);
    return out + "\n  ]\n}\n";
}

LocalFile write_local_file(const std::vector<SamplingRule>& rules, const LocalOptions& options) {
    LocalFile file;
    std::string list;
    SamplingRule last = rule_like_default();
    for (const SamplingRule& rule : rules) {
        if (!options.service.empty() && !matches_wildcard(rule.service_name, options.service))
            continue;
        const std::string reason = unsayable(rule, options);
        if (!reason.empty()) {
            file.lost.push_back(fmt::format("rule {} is left out: {}", rule.name, reason));
            continue;
        }
        if (rule.boost) file.lost.push_back(fmt::format("rule {}: its boost", rule.name));
        if (rule.reservoir_size % options.programs != 0)
            file.lost.push_back(fmt::format(
                "rule {}: {} of its reservoir of {}, which {} programs cannot share evenly",
                rule.name, rule.reservoir_size % options.programs, rule.reservoir_size,
                options.programs));
        if (rule.name == default_rule) {
            last = rule;
            continue;
        }
        list += fmt::format(
            "{}\n    {{\"description\": {}, \"{}\": {}, \"http_method\": {}, \"url_path\": {}, "
            "{}}}",
            list.empty() ? "" : ",", json_quoted(rule.name),
            options.version == 1 ? "service_name" : "host", json_quoted(rule.host),
            json_quoted(rule.http_method), json_quoted(rule.url_path),
            amounts_json(rule, options.programs));
    }
    file.text = fmt::format(
        "{{\n  \"version\": {},\n  \"default\": {{{}}},\n  \"rules\": [{}{}]\n}}\n",
        options.version, amounts_json(last, options.programs), list, list.empty() ? "" : "\n  ");
    return file;
}

}  // namespace tomograph::cli
