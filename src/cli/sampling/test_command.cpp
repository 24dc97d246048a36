#include <fmt/format.h>

#include "cli/input.h"
#include "cli/sampling/rule_file.h"
#include "cli/sampling/rules.h"
#include "cli/sampling/trial_command.h"
#include "cli/table.h"

namespace tomograph::cli {
namespace {

/// What stands without a flag: `GET /pay`, `/pay`, `https://shop.example/pay?id=1`.
Result<RuleFlags> request_of(const SamplingTestOptions& options) {
    RuleFlags request = options.request;
    std::string target = options.target.empty() ? options.method_or_target : options.target;
    if (!options.target.empty()) {
        if (request.method) return Error(ErrorCode::invalid, "the method is said twice");
        request.method = options.method_or_target;
    } else if (!target.empty() && target.find('/') == std::string::npos) {
        if (request.method) return Error(ErrorCode::invalid, "the method is said twice");
        request.method = target;
        target.clear();
    }
    if (target.empty()) return request;
    if (request.path) return Error(ErrorCode::invalid, "the path is said twice");
    if (const auto scheme = target.find("://"); scheme != std::string::npos) {
        target.erase(0, scheme + 3);
        const std::string host = target.substr(0, target.find_first_of("/?#"));
        target.erase(0, host.size());
        if (request.host && *request.host != host)
            return Error(ErrorCode::invalid, "the host is said twice");
        request.host = host;
        if (!target.starts_with('/')) target = "/" + target;
    }
    request.path = target.substr(0, target.find_first_of("?#"));
    return request;
}

std::string request_json(const RuleFlags& request) {
    std::string json = R"("Request":{)";
    const auto add = [&](std::string_view member, const std::optional<std::string>& value) {
        if (value)
            json += fmt::format(R"({}"{}":{})", json.ends_with('{') ? "" : ",", member,
                                json_quoted(*value));
    };
    add("ServiceName", request.service);
    add("ServiceType", request.type);
    add("Host", request.host);
    add("HTTPMethod", request.method);
    add("URLPath", request.path);
    add("ResourceARN", request.arn);
    std::string attributes;
    for (const auto& [name, value] : request.attributes)
        attributes += fmt::format("{}{}:{}", attributes.empty() ? "" : ",", json_quoted(name),
                                  json_quoted(value));
    if (!attributes.empty())
        json += fmt::format(R"({}"Attributes":{{{}}})", json.ends_with('{') ? "" : ",", attributes);
    return json + "},";
}

std::string reason_of(Json misfits, const Console& console) {
    std::string reason;
    for (std::size_t i = 0; i < misfits.size(); ++i) {
        const Json misfit = misfits.at(i);
        const std::string attribute(misfit["Attribute"].text());
        const std::string member(misfit["Member"].text());
        const std::string what = attribute.empty() ? member : member + "." + attribute;
        const std::string pattern(misfit["Pattern"].text());
        reason += reason.empty() ? "" : "; ";
        reason += misfit["Value"] ? console.say(Message::sampling_misfit,
                                                {what, misfit["Value"].text(), pattern})
                                  : console.say(Message::sampling_absent, {what, pattern});
    }
    return reason;
}

struct Verdict {
    std::string word;    ///< decides, later, no
    std::string reason;  ///< for people
    Style style = Style::plain;
};

Verdict verdict_of(Json rule, bool is_decided, const Console& console) {
    if (!rule["Fits"].boolean()) return {"no", reason_of(rule["Misfits"], console), Style::dim};
    if (is_decided) return {"later", console.say(Message::sampling_later), Style::dim};
    return {
        "decides",
        console.say(Message::sampling_takes, {fmt::format("{:.0f}", rule["ReservoirSize"].number()),
                                              rate_text(rule["FixedRate"].number())}),
        Style::ok};
}

std::string rendered(OutputFormat format, Json answer, const Console& console) {
    Table people({{console.say(Message::column_priority), Align::right},
                  {console.say(Message::column_rule)},
                  {""},
                  {console.say(Message::column_why), Align::left, true}});
    Table programs({{"priority"}, {"rule"}, {"fits"}, {"reservoir"}, {"rate"}, {"why"}});
    const Json rules = answer["Rules"];
    bool is_decided = false;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const Json rule = rules.at(i);
        const Verdict verdict = verdict_of(rule, is_decided, console);
        is_decided |= verdict.word == "decides";
        const std::string priority = fmt::format("{:.0f}", rule["Priority"].number());
        const std::string name(rule["RuleName"].text());
        people.add({{priority, Style::dim},
                    {name, verdict.word == "decides" ? Style::bold : Style::plain},
                    {verdict.word, verdict.style},
                    {verdict.reason, verdict.style == Style::ok ? Style::plain : Style::dim}});
        programs.add({{priority},
                      {name},
                      {verdict.word},
                      {fmt::format("{:.0f}", rule["ReservoirSize"].number())},
                      {fmt::format("{}", rule["FixedRate"].number())},
                      {verdict.reason}});
    }
    if (format == OutputFormat::json) return answer.to_json() + "\n";
    if (format == OutputFormat::csv) return programs.to_csv();
    return console.terminal.is_tty ? people.to_text(console.terminal) : programs.to_tab_separated();
}

/// The rule that decides, when SDKs of X-Ray pass over it.
bool is_passed_over(Json answer) {
    const Json rules = answer["Rules"];
    for (std::size_t i = 0; i < rules.size(); ++i)
        if (rules.at(i)["RuleName"].text() == answer["RuleName"].text())
            return !rules.at(i)["ForXRaySDKs"].boolean();
    return false;
}

}  // namespace

std::string draft_body(const std::string& inside, const std::vector<SamplingRule>& drafts,
                       bool is_alone) {
    std::string body = fmt::format(R"({{{}"OnlyThese":{},"SamplingRules":[)", inside, is_alone);
    for (const SamplingRule& rule : drafts)
        body += (&rule == drafts.data() ? "" : ",") + rule_json(rule);
    return body + "]}";
}

ExitCode run_sampling_test(const SamplingTestOptions& options, ApiClient& api,
                           const Console& console) {
    const auto request = request_of(options);
    if (!request) return console.fail(request.error());
    std::vector<SamplingRule> drafts;
    if (!options.file.empty()) {
        const auto text = read_input(options.file);
        if (!text) return console.fail(text.error());
        bool is_local = false;
        auto rules = parse_rule_file(*text, is_local, {});
        if (!rules) return console.fail(Error(rules.error()).within(options.file));
        drafts = *std::move(rules);
    }
    const auto read = api.call("/api/v1/sampling/match",
                               draft_body(request_json(*request), drafts, options.only_file));
    if (!read) return console.fail(read.error());
    const Json answer = read->root();
    console.out(rendered(options.format, answer, console));
    const std::string decides(answer["RuleName"].text());
    if (is_passed_over(answer)) console.hint(console.say(Message::sampling_passed_over, {decides}));
    if (options.expected.empty() || options.expected == decides) return ExitCode::ok;
    return console.fail(ExitCode::nothing_matched,
                        console.say(Message::sampling_unexpected, {decides, options.expected}));
}

}  // namespace tomograph::cli
