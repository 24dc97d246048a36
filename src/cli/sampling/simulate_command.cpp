#include <fmt/format.h>

#include "cli/figure_text.h"
#include "cli/input.h"
#include "cli/progress.h"
#include "cli/sampling/rule_file.h"
#include "cli/sampling/rules.h"
#include "cli/sampling/trial_command.h"
#include "cli/table.h"
#include "cli/time_input.h"
#include "cli/time_text.h"

namespace tomograph::cli {
namespace {

Result<std::vector<SamplingRule>> drafts_of(const SamplingSimulateOptions& options,
                                            ApiClient& api) {
    std::vector<SamplingRule> drafts;
    if (!options.file.empty()) {
        const std::string text = TRY(read_input(options.file));
        bool is_local = false;
        drafts = TRY_WITHIN(options.file, parse_rule_file(text, is_local, {}));
    }
    if (options.name.empty()) {
        if (!options.flags.is_empty())
            return Error(ErrorCode::invalid, "which rule do the flags describe? say --rule NAME");
        return drafts;
    }
    const std::vector<SamplingRule> rules = TRY(fetch_rules(api));
    const SamplingRule* before = find_rule(rules, options.name);
    drafts.push_back(
        TRY(with_flags(before == nullptr ? new_rule(options.name) : *before, options.flags)));
    return drafts;
}

std::string whole(Json value) { return fmt::format("{:.0f}", value.number()); }

/// lost of all, "" of none
std::string lost_text(Json counts, std::string_view lost, std::string_view all) {
    if (counts[all].number() == 0) return "";
    return fmt::format("{}/{}", whole(counts[lost]), whole(counts[all]));
}

std::string for_people(Json answer, Json now, const Console& console) {
    const auto title = [&](Message message) { return console.say(message); };
    Table table({{title(Message::column_rule), Align::left, true},
                 {title(Message::column_requests), Align::right},
                 {title(Message::column_sampled), Align::right},
                 {title(Message::column_taken), Align::right},
                 {title(Message::column_taken_second), Align::right},
                 {title(Message::column_faults_lost), Align::right},
                 {title(Message::column_errors_lost), Align::right}});
    const auto add = [&](const std::string& name, Json counts, Style style) {
        table.add({{name, style},
                   {whole(counts["Matched"])},
                   {whole(counts["Sampled"])},
                   {percent_text(100 * counts["Rate"].number()), Style::bold},
                   {fmt::format("{:.1f}", counts["SampledPerSecond"].number())},
                   {lost_text(counts, "FaultsLost", "Faults"), Style::fault},
                   {lost_text(counts, "ErrorsLost", "Errors"), Style::error}});
    };
    const Json rules = answer["Rules"];
    for (std::size_t i = 0; i < rules.size(); ++i)
        add(std::string(rules.at(i)["RuleName"].text()), rules.at(i), Style::plain);
    add(console.say(Message::sampling_total), answer["Total"], Style::bold);
    if (now) add(console.say(Message::sampling_total_now), now["Total"], Style::dim);
    return table.to_text(console.terminal);
}

std::string money(Json value) { return fmt::format("{:.2f}", value.number()); }

std::string bytes_of(Json value) { return bytes_text(static_cast<std::uint64_t>(value.number())); }

/// Spans, bytes and money, and what no trace would be left of.
std::string remarks(Json answer, const Console& console) {
    const Json total = answer["Total"];
    std::string out = "\n";
    out += console.say(Message::sampling_volume,
                       {whole(total["SpansSampled"]), whole(total["Spans"]),
                        bytes_of(total["BytesSampled"]), bytes_of(total["Bytes"])});
    out += "\n" +
           console.say(Message::sampling_cost, {money(total["Cost"]), money(total["CostOfAll"])}) +
           "\n";
    const Json operations = answer["StarvedOperations"];
    if (operations.size() == 0) return out;
    constexpr std::size_t shown = 10;
    out += "\n" +
           paint(console.terminal, Style::heading,
                 console.say(Message::sampling_starved, {whole(answer["StarvedOperationCount"])})) +
           "\n";
    Table table({{console.say(Message::column_service), Align::left, true},
                 {console.say(Message::column_operation), Align::left, true},
                 {console.say(Message::column_requests), Align::right},
                 {console.say(Message::column_faults), Align::right}});
    for (std::size_t i = 0; i < operations.size() && i < shown; ++i) {
        const Json each = operations.at(i);
        table.add({{std::string(each["Service"].text())},
                   {std::string(each["Operation"].text())},
                   {whole(each["Requests"])},
                   {whole(each["Faults"]), Style::fault}});
    }
    return out + table.to_text(console.terminal);
}

Table for_programs(Json answer) {
    Table table({{"rule"},
                 {"requests"},
                 {"sampled"},
                 {"by_reservoir"},
                 {"by_rate"},
                 {"share"},
                 {"faults"},
                 {"faults_lost"},
                 {"errors"},
                 {"errors_lost"},
                 {"spans"},
                 {"spans_sampled"},
                 {"bytes"},
                 {"bytes_sampled"}});
    const auto add = [&](const std::string& name, Json counts) {
        table.add({{name},
                   {whole(counts["Matched"])},
                   {whole(counts["Sampled"])},
                   {whole(counts["SampledByReservoir"])},
                   {whole(counts["SampledByRate"])},
                   {fmt::format("{:.6f}", counts["Rate"].number())},
                   {whole(counts["Faults"])},
                   {whole(counts["FaultsLost"])},
                   {whole(counts["Errors"])},
                   {whole(counts["ErrorsLost"])},
                   {whole(counts["Spans"])},
                   {whole(counts["SpansSampled"])},
                   {whole(counts["Bytes"])},
                   {whole(counts["BytesSampled"])}});
    };
    const Json rules = answer["Rules"];
    for (std::size_t i = 0; i < rules.size(); ++i)
        add(std::string(rules.at(i)["RuleName"].text()), rules.at(i));
    add("", answer["Total"]);
    return table;
}

}  // namespace

ExitCode run_sampling_simulate(const SamplingSimulateOptions& options, ApiClient& api,
                               const Console& console) {
    const auto range = parse_time_range(options.time, console.clock.now());
    if (!range) return console.fail(range.error());
    const auto drafts = drafts_of(options, api);
    if (!drafts) return console.fail(drafts.error());
    std::string inside = fmt::format(R"("StartTime":{:.3f},"EndTime":{:.3f},)",
                                     range->start.as_seconds(), range->end.as_seconds());
    if (!options.filter.empty())
        inside += fmt::format(R"("FilterExpression":{},)", json_quoted(options.filter));
    if (options.price) inside += fmt::format(R"("PricePerMillionTraces":{},)", *options.price);
    constexpr std::string_view path = "/api/v1/sampling/simulation";
    const auto read = api.call(path, draft_body(inside, *drafts, options.only_drafts));
    if (!read) return console.fail(read.error());
    const Json answer = read->root();
    const bool is_empty = answer["Total"]["Matched"].number() == 0;
    const bool is_for_people = options.format == OutputFormat::table && console.terminal.is_tty;
    if (options.format == OutputFormat::json) {
        console.out(answer.to_json() + "\n");
    } else if (!is_for_people) {
        const Table table = for_programs(answer);
        console.out(options.format == OutputFormat::csv ? table.to_csv()
                                                        : table.to_tab_separated());
    } else if (!is_empty) {
        const auto now = drafts->empty() ? Result<JsonDocument>(Error(ErrorCode::not_found, ""))
                                         : api.call(path, draft_body(inside, {}, false));
        console.out(for_people(answer, now ? now->root() : Json(), console) +
                    remarks(answer, console));
    }
    const Instant now = console.clock.now();
    if (is_empty)
        console.hint(console.say(Message::no_traces,
                                 {local_text(range->start, now), local_text(range->end, now)}));
    const Json coverage = answer["Coverage"];
    if (!coverage["IsPartial"].boolean()) return ExitCode::ok;
    const Instant oldest =
        Instant::from_seconds(static_cast<std::int64_t>(coverage["Oldest"].number()));
    console.hint(console.say(Message::partial_answer, {local_text(oldest, now)}));
    return ExitCode::partial;
}

}  // namespace tomograph::cli
