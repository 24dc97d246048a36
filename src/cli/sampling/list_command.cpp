#include "cli/sampling/list_command.h"

#include <fmt/format.h>

#include "cli/sampling/rule_use.h"
#include "cli/sampling/rules.h"
#include "cli/table.h"

namespace tomograph::cli {
namespace {

/// Whole windows, so that rates are of all that was reported in them.
constexpr Duration use_length = use_window * 6;

std::map<std::string, RuleUse> uses_before(Instant end, const UseWindows& windows) {
    std::map<std::string, RuleUse> sums;
    for (const auto& [start, uses] : windows)
        if (start < end)
            for (const auto& [rule, use] : uses) sums[rule].add(use);
    return sums;
}

std::string for_people(const std::vector<SamplingRule>& rules,
                       const std::map<std::string, RuleUse>& uses, const Console& console) {
    const auto title = [&](Message message) { return console.say(message); };
    Table table({{title(Message::column_priority), Align::right},
                 {title(Message::column_rule)},
                 {title(Message::column_matches), Align::left, true},
                 {title(Message::column_reservoir), Align::right},
                 {title(Message::column_fixed_rate), Align::right},
                 {title(Message::column_requests_second), Align::right},
                 {title(Message::column_taken_second), Align::right},
                 {title(Message::column_taken), Align::right}});
    for (const SamplingRule& rule : rules) {
        const auto found = uses.find(rule.name);
        const RuleUse use = found == uses.end() ? RuleUse{} : found->second;
        table.add({{std::to_string(rule.priority), Style::dim},
                   {rule.name, Style::bold},
                   {patterns_text(rule), rule == rule_like_default() ? Style::dim : Style::plain},
                   {fmt::format("{}/s", rule.reservoir_size)},
                   {rate_text(rule.fixed_rate) + (rule.boost ? "+" : "")},
                   {per_second_text(use.requests, use_length)},
                   {per_second_text(use.taken(), use_length)},
                   {taken_text(use), Style::bold}});
    }
    return table.to_text(console.terminal);
}

Table for_programs(const std::vector<SamplingRule>& rules,
                   const std::map<std::string, RuleUse>& uses) {
    Table table({{"priority"},
                 {"rule"},
                 {"matches"},
                 {"reservoir"},
                 {"rate"},
                 {"boost"},
                 {"requests"},
                 {"sampled"},
                 {"borrowed"},
                 {"seconds"}});
    for (const SamplingRule& rule : rules) {
        const auto found = uses.find(rule.name);
        const RuleUse use = found == uses.end() ? RuleUse{} : found->second;
        table.add({{std::to_string(rule.priority)},
                   {rule.name},
                   {patterns_text(rule)},
                   {std::to_string(rule.reservoir_size)},
                   {fmt::format("{}", rule.fixed_rate)},
                   {rule.boost ? fmt::format("{}", rule.boost->rate_max) : ""},
                   {std::to_string(use.requests)},
                   {std::to_string(use.sampled)},
                   {std::to_string(use.borrowed)},
                   {fmt::format("{:.0f}", use_length.as_seconds())}});
    }
    return table;
}

std::string as_json(const std::vector<SamplingRule>& rules) {
    std::string out = "[";
    for (const SamplingRule& rule : rules)
        out += (&rule == rules.data() ? "\n " : ",\n ") + rule_json(rule);
    return out + "\n]\n";
}

}  // namespace

ExitCode run_sampling_list(const SamplingListOptions& options, ApiClient& api,
                           const Console& console) {
    const auto rules = fetch_rules(api);
    if (!rules) return console.fail(rules.error());
    if (options.format == OutputFormat::json) {
        console.out(as_json(*rules));
        return ExitCode::ok;
    }
    const Instant end = window_of(console.clock.now());
    const auto windows = fetch_use(api, end - use_length);
    if (!windows) return console.fail(windows.error());
    const auto uses = uses_before(end, *windows);
    if (options.format == OutputFormat::csv)
        console.out(for_programs(*rules, uses).to_csv());
    else if (!console.terminal.is_tty)
        console.out(for_programs(*rules, uses).to_tab_separated());
    else
        console.out(for_people(*rules, uses, console));
    if (uses.empty() && console.terminal.is_tty)
        console.hint(console.say(Message::sampling_no_reports));
    return ExitCode::ok;
}

}  // namespace tomograph::cli
