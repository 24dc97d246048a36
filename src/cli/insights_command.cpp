#include "cli/insights_command.h"

#include <fmt/format.h>

#include <vector>

#include "cli/table.h"
#include "cli/text.h"
#include "cli/time_input.h"
#include "cli/time_text.h"

namespace tomograph::cli {
namespace {

Instant moment(Json value) {
    return Instant::from_seconds(static_cast<std::int64_t>(value.number()));
}
std::string text(Json value) { return std::string(value.text()); }
std::string whole(Json value) { return fmt::format("{:.0f}", value.number()); }
bool is_active(Json insight) { return insight["State"].text() == "ACTIVE"; }

/// "800 of 2000"
std::string impact_of(Json insight) {
    const Json clients = insight["ClientRequestImpactStatistics"];
    return fmt::format("{}/{}", whole(clients["FaultCount"]), whole(clients["TotalCount"]));
}

Duration length_of(Json insight, Instant now) {
    return (is_active(insight) ? now : moment(insight["EndTime"])) - moment(insight["StartTime"]);
}

std::string root_cause_of(Json insight) { return text(insight["RootCauseServiceId"]["Name"]); }

std::string for_people(const std::vector<Json>& insights, const Console& console) {
    const auto title = [&](Message message) { return console.say(message); };
    Table table({{title(Message::column_start)},
                 {title(Message::column_duration), Align::right},
                 {title(Message::column_state)},
                 {title(Message::column_kind)},
                 {title(Message::column_root_cause), Align::left, true},
                 {title(Message::column_impact), Align::right},
                 {"id"}});
    const Instant now = console.clock.now();
    for (const Json& insight : insights)
        table.add({{local_text(moment(insight["StartTime"]), now)},
                   {duration_text(length_of(insight, now))},
                   {console.say(is_active(insight) ? Message::state_active : Message::state_closed),
                    is_active(insight) ? Style::fault : Style::dim},
                   {text(insight["Kind"])},
                   {root_cause_of(insight), Style::bold},
                   {impact_of(insight)},
                   {text(insight["InsightId"]), Style::dim}});
    return table.to_text(console.terminal);
}

Table for_programs(const std::vector<Json>& insights) {
    Table table({{"id"},
                 {"kind"},
                 {"state"},
                 {"group"},
                 {"root_cause"},
                 {"type"},
                 {"start"},
                 {"end"},
                 {"client_faults"},
                 {"client_requests"},
                 {"usual"},
                 {"worst"},
                 {"unit"},
                 {"summary"}});
    for (const Json& insight : insights) {
        const Json clients = insight["ClientRequestImpactStatistics"];
        table.add({{text(insight["InsightId"])},
                   {text(insight["Kind"])},
                   {text(insight["State"])},
                   {text(insight["GroupName"])},
                   {root_cause_of(insight)},
                   {text(insight["RootCauseServiceId"]["Type"])},
                   {rfc3339(moment(insight["StartTime"]))},
                   {is_active(insight) ? "" : rfc3339(moment(insight["EndTime"]))},
                   {whole(clients["FaultCount"])},
                   {whole(clients["TotalCount"])},
                   {fmt::format("{:.3f}", insight["Usual"].number())},
                   {fmt::format("{:.3f}", insight["Worst"].number())},
                   {text(insight["Unit"])},
                   {text(insight["Summary"])}});
    }
    return table;
}

std::string as_json(const std::vector<Json>& insights) {
    std::string out = "[";
    for (const Json& insight : insights)
        out += (out.size() > 1 ? ",\n " : "\n ") + json_for_terminal(insight.to_json());
    return out + (insights.empty() ? "]\n" : "\n]\n");
}

std::string rendered(OutputFormat format, const std::vector<Json>& insights,
                     const Console& console) {
    if (format == OutputFormat::json) return as_json(insights);
    if (format == OutputFormat::csv) return for_programs(insights).to_csv();
    if (!console.terminal.is_tty) return for_programs(insights).to_tab_separated();
    return insights.empty() ? std::string() : for_people(insights, console);
}

/// The services, then what happened, the oldest first: a story is read from its beginning.
std::string story(Json insight, const Console& console) {
    const Terminal& terminal = console.terminal;
    std::string out = safe_text(insight["Summary"].text()) + "\n\n";
    Table services({{console.say(Message::column_service), Align::left, true},
                    {console.say(Message::column_type), Align::left, true},
                    {console.say(Message::column_deviations), Align::right}});
    const Json its = insight["Services"];
    for (std::size_t i = 0; i < its.size(); ++i)
        services.add({{text(its.at(i)["Name"]), Style::bold},
                      {text(its.at(i)["Type"]), Style::dim},
                      {fmt::format("{:.1f}", its.at(i)["Score"].number())}});
    out += services.to_text(terminal) + "\n";
    const Json events = insight["Events"];
    for (std::size_t i = events.size(); i-- > 0;) {
        const Json event = events.at(i);
        out += paint(terminal, Style::dim,
                     local_text(moment(event["EventTime"]), console.clock.now())) +
               "  " + safe_text(event["Summary"].text()) + "\n";
    }
    return out;
}

}  // namespace

ExitCode run_insights(const InsightsOptions& options, ApiClient& api, const Console& console) {
    const auto range = parse_time_range(options.time, console.clock.now());
    if (!range) return console.fail(range.error());
    std::vector<JsonDocument> pages;
    std::vector<Json> insights;
    std::string token;
    do {
        auto page =
            api.get("/api/v1/insights" + url_query({{"start", rfc3339(range->start)},
                                                    {"end", rfc3339(range->end)},
                                                    {"group", options.group},
                                                    {"kind", options.kind},
                                                    {"state", options.only_active ? "active" : ""},
                                                    {"token", token}}));
        if (!page) return console.fail(page.error());
        pages.push_back(std::move(*page));
        const Json answer = pages.back().root();
        for (std::size_t i = 0; i < answer["Insights"].size(); ++i)
            insights.push_back(answer["Insights"].at(i));
        token = text(answer["NextToken"]);
    } while (!token.empty());
    console.out(rendered(options.format, insights, console));
    if (!insights.empty()) return ExitCode::ok;
    const Instant now = console.clock.now();
    console.hint(console.say(Message::no_insights,
                             {local_text(range->start, now), local_text(range->end, now)}));
    console.hint(console.say(Message::no_insights_hint));
    return options.exit_status ? ExitCode::nothing_matched : ExitCode::ok;
}

ExitCode run_insight(const InsightOptions& options, ApiClient& api, const Console& console) {
    // What stands in a path must not lead elsewhere; the API says what is wrong with the rest.
    for (const char c : options.id)
        if (c == '/' || c == '?' || c == '#' || c == '%')
            return console.fail(Error(ErrorCode::invalid, "that is no id of an insight"));
    const auto answer = api.get("/api/v1/insights/" + options.id);
    if (!answer) return console.fail(answer.error());
    const Json insight = answer->root();
    if (options.format == OutputFormat::json)
        console.out(json_for_terminal(insight.to_json()) + "\n");
    else if (options.format == OutputFormat::csv)
        console.out(for_programs({insight}).to_csv());
    else
        console.out(story(insight, console));
    return ExitCode::ok;
}

}  // namespace tomograph::cli
