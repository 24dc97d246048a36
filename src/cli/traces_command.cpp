#include "cli/traces_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "cli/table.h"
#include "cli/text.h"
#include "cli/time_input.h"
#include "cli/time_text.h"
#include "cli/trace_summary_row.h"
#include "wire/json/utf8.h"

namespace tomograph::cli {
namespace {

struct Listing {
    std::vector<TraceSummaryRow> rows;  ///< newest first
    std::size_t left_out = 0;           ///< rows read and not shown
};

bool is_wanted(const TraceSummaryRow& row, const TracesOptions& options, Duration slow) {
    const bool is_error = row.flags.error || row.flags.fault || row.flags.throttle;
    return (is_error || !options.only_errors) && row.duration >= slow;
}

Result<Listing> read_listing(const TracesOptions& options, TimeRange range, ApiClient& api) {
    std::string body = fmt::format("\"StartTime\":{:.3f},\"EndTime\":{:.3f}",
                                   range.start.as_seconds(), range.end.as_seconds());
    if (!options.filter.empty())
        body += fmt::format(",\"FilterExpression\":{}", json_quoted(options.filter));
    const Duration slow = options.slow.empty() ? Duration{} : TRY(parse_duration(options.slow));
    Listing listing;
    TRY(api.pages("/TraceSummaries", body, [&](Json answer) {
        const Json summaries = answer["TraceSummaries"];
        for (std::size_t i = 0; i < summaries.size(); ++i) {
            TraceSummaryRow row = read_trace_summary(summaries.at(i));
            if (is_wanted(row, options, slow)) listing.rows.push_back(std::move(row));
        }
        // The first page is the newest part of the range, the next ones go back.
        return options.count == 0 || listing.rows.size() < options.count;
    }));
    std::stable_sort(listing.rows.begin(), listing.rows.end(),
                     [](const auto& a, const auto& b) { return a.start > b.start; });
    if (options.count > 0 && listing.rows.size() > options.count) {
        listing.left_out = listing.rows.size() - options.count;
        listing.rows.resize(options.count);
    }
    return listing;
}

std::string for_people(const Listing& listing, const Console& console) {
    const auto title = [&](Message message) { return console.say(message); };
    Table table({{title(Message::column_age), Align::right},
                 {title(Message::column_trace)},
                 {title(Message::column_entry), Align::left, true},
                 {title(Message::column_request), Align::left, true},
                 {title(Message::column_status)},
                 {title(Message::column_duration), Align::right},
                 {title(Message::column_services), Align::right}});
    const Instant now = console.clock.now();
    for (const TraceSummaryRow& row : listing.rows) {
        const Status status = status_of(row.flags);
        table.add({{age_text(console.terminal.language, now - row.start), Style::dim},
                   {row.id},
                   {row.entry, Style::bold},
                   {request_text(row)},
                   {status_text(console.terminal, status, row.http_status), style_of(status)},
                   {duration_text(row.duration) + (row.flags.in_progress ? "+" : "")},  // so far
                   {std::to_string(row.services), Style::dim}});
    }
    return table.to_text(console.terminal);
}

Table for_programs(const Listing& listing) {
    Table table({{"time"},
                 {"id"},
                 {"entry"},
                 {"method"},
                 {"url"},
                 {"status"},
                 {"http_status"},
                 {"duration_ms"},
                 {"services"}});
    for (const TraceSummaryRow& row : listing.rows)
        table.add({{rfc3339(row.start)},
                   {row.id},
                   {row.entry},
                   {row.method},
                   {row.url},
                   {std::string(word_of(status_of(row.flags)))},
                   {row.http_status ? std::to_string(*row.http_status) : ""},
                   {fmt::format("{:.3f}", row.duration.as_seconds() * 1000)},
                   {std::to_string(row.services)}});
    return table;
}

std::string as_json_lines(const Listing& listing) {
    std::string out;
    for (const TraceSummaryRow& row : listing.rows) out += row.json + "\n";
    return out;
}

std::string as_json(const Listing& listing) {
    std::string out = "[";
    for (const TraceSummaryRow& row : listing.rows)
        out += (out.size() > 1 ? ",\n " : "\n ") + row.json;
    return out + (listing.rows.empty() ? "]\n" : "\n]\n");
}

std::string as_ids(const Listing& listing) {
    std::string out;
    for (const TraceSummaryRow& row : listing.rows) out += safe_text(row.id) + "\n";
    return out;
}

std::string rendered(const TracesOptions& options, const Listing& listing, const Console& console) {
    switch (options.format) {
        case OutputFormat::json:
            return as_json(listing);
        case OutputFormat::ndjson:
            return as_json_lines(listing);
        case OutputFormat::csv:
            return for_programs(listing).to_csv();
        case OutputFormat::id:
            return as_ids(listing);
        default:
            break;
    }
    if (!console.terminal.is_tty) return for_programs(listing).to_tab_separated();
    return listing.rows.empty() ? std::string() : for_people(listing, console);
}

void give_hints(const TracesOptions& options, const Listing& listing, TimeRange range,
                const Console& console) {
    if (listing.rows.empty()) {
        const Instant now = console.clock.now();
        console.hint(console.say(Message::no_traces,
                                 {local_text(range.start, now), local_text(range.end, now)}));
        console.hint(console.say(Message::no_traces_hint));
        return;
    }
    if (options.format != OutputFormat::table || !console.terminal.is_tty) return;
    if (listing.left_out > 0)
        console.hint(console.say(
            Message::more_traces,
            {std::to_string(listing.left_out), std::to_string(options.count + listing.left_out)}));
    // The first one that went wrong is what one wants to see.
    const auto wrong = std::find_if(listing.rows.begin(), listing.rows.end(),
                                    [](const TraceSummaryRow& row) { return row.flags.fault; });
    const TraceSummaryRow& next = wrong == listing.rows.end() ? listing.rows.front() : *wrong;
    console.hint(console.say(Message::next_trace, {safe_text(next.id)}));
}

/// The filter, and below it a mark under the character that the error names; "" when it names none.
std::string marked_filter(std::string_view filter, std::string_view error) {
    constexpr std::string_view start = "Invalid filter expression at position ";
    std::size_t position = 0;
    if (const std::size_t at = error.find(start); at != std::string_view::npos)
        std::from_chars(error.data() + at + start.size(), error.data() + error.size(), position);
    if (position == 0) return "";
    const std::string_view before = cut_characters(filter, position - 1);
    return fmt::format("  {}\n  {}^\n", safe_text(filter),
                       repeat(" ", display_width(safe_text(before))));
}

ExitCode fail_listing(const TracesOptions& options, const Error& error, const Console& console) {
    const ExitCode code = console.fail(error);
    const std::string marked = marked_filter(options.filter, error.message());
    if (!marked.empty()) console.err(marked);
    return code;
}

}  // namespace

ExitCode run_traces(const TracesOptions& options, ApiClient& api, const Console& console) {
    const auto range = parse_time_range(options.time, console.clock.now());
    if (!range) return console.fail(range.error());
    const auto listing = read_listing(options, *range, api);
    if (!listing) return fail_listing(options, listing.error(), console);
    console.out(rendered(options, *listing, console));
    give_hints(options, *listing, *range, console);
    return listing->rows.empty() && options.exit_status ? ExitCode::nothing_matched : ExitCode::ok;
}

}  // namespace tomograph::cli
