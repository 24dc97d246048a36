#include "cli/stats_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/figure_text.h"
#include "cli/table.h"
#include "cli/text.h"
#include "cli/time_input.h"
#include "cli/time_text.h"

namespace tomograph::cli {
namespace {

std::int64_t whole(Json number) { return static_cast<std::int64_t>(number.number()); }

double share(Json row, std::string_view member) {
    const double count = row["Count"].number();
    return count > 0 ? 100 * row[member].number() / count : 0;
}

std::string percentile(Json row, std::string_view name) {
    const Json value = row["Percentiles"][name];
    return value ? milliseconds_text(value.number() * 1000) : "";
}

std::string percentile_ms(Json row, std::string_view name) {
    const Json value = row["Percentiles"][name];
    return value ? fmt::format("{:.3f}", value.number() * 1000) : "";
}

std::string value_text(Json row, const Console& console) {
    const Json value = row["Value"];
    if (!value) return console.say(Message::no_value);
    return value.is_text() ? std::string(value.text()) : value.to_json();
}

/// The columns that every row of counts has, behind its first one.
class CountTable {
 public:
    CountTable(const Console& console, std::string title)
        : people_({{std::move(title), Align::left, true},
                   {console.say(Message::column_count), Align::right},
                   {console.say(Message::column_share), Align::right},
                   {console.say(Message::column_errors), Align::right},
                   {console.say(Message::column_faults), Align::right},
                   {console.say(Message::column_p50), Align::right},
                   {console.say(Message::column_p95), Align::right},
                   {console.say(Message::column_p99), Align::right}}),
          programs_({{"value"},
                     {"count"},
                     {"errors"},
                     {"throttles"},
                     {"faults"},
                     {"p50_ms"},
                     {"p90_ms"},
                     {"p95_ms"},
                     {"p99_ms"},
                     {"max_ms"}}) {}

    void add(const Cell& first, const std::string& plain, Json row, double total) {
        const double of_all = total > 0 ? 100 * row["Count"].number() / total : 0;
        people_.add({first,
                     {std::to_string(whole(row["Count"]))},
                     {percent_text(of_all), Style::dim},
                     {percent_text(share(row, "ErrorCount")), Style::error},
                     {percent_text(share(row, "FaultCount")), Style::fault},
                     {percentile(row, "P50")},
                     {percentile(row, "P95"), Style::bold},
                     {percentile(row, "P99")}});
        programs_.add({{plain},
                       {std::to_string(whole(row["Count"]))},
                       {std::to_string(whole(row["ErrorCount"]))},
                       {std::to_string(whole(row["ThrottleCount"]))},
                       {std::to_string(whole(row["FaultCount"]))},
                       {percentile_ms(row, "P50")},
                       {percentile_ms(row, "P90")},
                       {percentile_ms(row, "P95")},
                       {percentile_ms(row, "P99")},
                       {percentile_ms(row, "Max")}});
    }

    std::string rendered(const StatsOptions& options, const Console& console) const {
        if (options.format == OutputFormat::csv) return programs_.to_csv();
        if (!console.terminal.is_tty) return programs_.to_tab_separated();
        return people_.rows() == 0 ? std::string() : people_.to_text(console.terminal);
    }

 private:
    Table people_;
    Table programs_;
};

std::string groups(const StatsOptions& options, Json answer, const Console& console) {
    CountTable table(console, std::string(answer["By"].text()));
    const Json rows = answer["Groups"];
    // A trace may be in several groups; of spans, those in groups left out are not known.
    double total = 0;
    if (answer["Unit"].text() == "traces")
        total = answer["Coverage"]["TracesMatched"].number();
    else if (answer["Distinct"].number() == static_cast<double>(rows.size()))
        for (std::size_t i = 0; i < rows.size(); ++i) total += rows.at(i)["Count"].number();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Json row = rows.at(i);
        const Style style = row["Value"] ? Style::bold : Style::dim;
        const std::string plain = row["Value"] ? value_text(row, console) : "";
        table.add({value_text(row, console), style}, plain, row, total);
    }
    return table.rendered(options, console);
}

std::string steps(const StatsOptions& options, Json answer, const Console& console) {
    CountTable table(console, console.say(Message::column_time));
    const Json rows = answer["Heatmap"]["Steps"];
    const Instant now = console.clock.now();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Json row = rows.at(i);
        const Instant time = Instant::from_seconds(whole(row["Time"]));
        table.add({local_text(time, now)}, rfc3339(time), row, answer["Count"].number());
    }
    return table.rendered(options, console);
}

/// How many lie in each band of latency, over all steps.
std::vector<std::int64_t> band_counts(Json heatmap) {
    std::vector<std::int64_t> counts(heatmap["BandEnds"].size() + 1);
    const Json steps = heatmap["Steps"];
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const Json bands = steps.at(i)["Bands"];
        for (std::size_t b = 0; b < bands.size(); ++b) {
            const auto band = static_cast<std::size_t>(whole(bands.at(b).at(0)));
            if (band < counts.size()) counts[band] += whole(bands.at(b).at(1));
        }
    }
    return counts;
}

/// A bar for each band between the first and the last that has something.
std::string histogram(Json answer, const Console& console) {
    const Terminal& terminal = console.terminal;
    const Json ends = answer["Heatmap"]["BandEnds"];
    const std::vector<std::int64_t> counts = band_counts(answer["Heatmap"]);
    const auto is_there = [](std::int64_t count) { return count > 0; };
    const auto first = std::find_if(counts.begin(), counts.end(), is_there);
    const auto last = std::find_if(counts.rbegin(), counts.rend(), is_there).base();
    const std::int64_t most = *std::max_element(counts.begin(), counts.end());
    constexpr std::size_t others = 7 + 2 + 8 + 2;
    const std::size_t room = std::max<std::size_t>(terminal.columns, others + 20) - others;
    std::string out;
    for (auto at = first; at < last; ++at) {
        const auto band = static_cast<std::size_t>(at - counts.begin());
        const std::string from =
            band == 0 ? "0ms" : milliseconds_text(ends.at(band - 1).number() * 1000);
        const double part = static_cast<double>(*at) / static_cast<double>(most);
        const auto cells = static_cast<std::size_t>(std::ceil(part * static_cast<double>(room)));
        out += fmt::format("{}  {}", pad_left(from, 7), pad_left(std::to_string(*at), 8));
        const std::string bar = repeat(terminal.unicode ? "█" : "#", cells);
        if (*at > 0) out += "  " + paint(terminal, Style::accent, bar);
        out += "\n";
    }
    return out;
}

std::string latencies(const StatsOptions& options, Json answer, const Console& console) {
    const std::string unit(answer["Unit"].text());
    CountTable table(console, console.say(Message::column_unit));
    table.add({unit, Style::bold}, unit, answer, answer["Count"].number());
    std::string out = table.rendered(options, console);
    if (console.terminal.is_tty && options.format == OutputFormat::table)
        out += "\n" + histogram(answer, console);
    return out;
}

Result<JsonDocument> read(const StatsOptions& options, TimeRange range, ApiClient& api) {
    const std::string start = fmt::format("{:.3f}", range.start.as_seconds());
    const std::string end = fmt::format("{:.3f}", range.end.as_seconds());
    if (!options.by.empty())
        return api.get("/api/v1/groups-by" +
                       url_query({{"start", start},
                                  {"end", end},
                                  {"filter", options.filter},
                                  {"by", options.by},
                                  {"service", options.service},
                                  {"unit", options.counts_traces ? "traces" : "spans"},
                                  {"limit", std::to_string(options.count)}}));
    std::string step;
    if (!options.every.empty()) {
        const Duration every = TRY(parse_duration(options.every));
        step = std::to_string(std::max<std::int64_t>(every.ns / Duration::seconds(1).ns, 1));
    }
    return api.get("/api/v1/latency" +
                   url_query({{"start", start},
                              {"end", end},
                              {"filter", options.filter},
                              {"service", options.service},
                              {"unit", options.counts_spans ? "spans" : "traces"},
                              {"step", step}}));
}

}  // namespace

ExitCode run_stats(const StatsOptions& options, ApiClient& api, const Console& console) {
    const auto range = parse_time_range(options.time, console.clock.now());
    if (!range) return console.fail(range.error());
    const auto read_answer = read(options, *range, api);
    if (!read_answer) return console.fail(read_answer.error());
    const Json answer = read_answer->root();
    const Json coverage = answer["Coverage"];
    const bool is_empty = coverage["TracesMatched"].number() == 0;
    if (options.format == OutputFormat::json)
        console.out(answer.to_json() + "\n");
    else if (!is_empty || !console.terminal.is_tty)
        console.out(!options.by.empty()      ? groups(options, answer, console)
                    : !options.every.empty() ? steps(options, answer, console)
                                             : latencies(options, answer, console));
    const Instant now = console.clock.now();
    if (is_empty)
        console.hint(console.say(Message::no_traces,
                                 {local_text(range->start, now), local_text(range->end, now)}));
    if (!coverage["IsPartial"].boolean()) return ExitCode::ok;
    const Instant oldest = Instant::from_seconds(whole(coverage["Oldest"]));
    console.hint(console.say(Message::partial_answer, {local_text(oldest, now)}));
    return ExitCode::partial;
}

}  // namespace tomograph::cli
