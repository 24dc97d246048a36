#include "cli/logs_command.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/table.h"
#include "cli/text.h"
#include "cli/time_input.h"
#include "cli/time_text.h"
#include "wire/logs/line_facts.h"

namespace tomograph::cli {
namespace {

constexpr std::size_t lines_otherwise = 100;
constexpr std::size_t page_lines_max = 1'000;
/// Columns for people: most services fit.
constexpr std::size_t service_width = 16;
constexpr std::size_t severity_width = 5;

std::string more_query(std::string query, std::string_view name, std::string_view value) {
    const std::string one = url_query({{name, value}});
    if (one.empty()) return query;
    query += query.empty() ? "?" : "&";
    query += one.substr(1);
    return query;
}

/// What a listing and one who follows ask for alike.
Result<std::string> query_of(const LogsOptions& options) {
    std::string query;
    for (const std::string& text : options.texts) query = more_query(query, "text", text);
    for (const std::string& service : options.services)
        query = more_query(query, "service", service);
    for (const std::string& pair : options.attributes) query = more_query(query, "attribute", pair);
    query = more_query(query, "severity", options.severity);
    if (options.trace.empty()) return query;
    const auto id = parse_trace_id(options.trace);
    const TraceId trace = id ? *id : find_ids(options.trace).trace;
    if (trace.is_zero())
        return Error(id ? ErrorCode::invalid : id.error().code(),
                     fmt::format("'{}' holds no trace id", options.trace));
    return more_query(query, "trace", to_xray_text(trace));
}

Instant time_of(Json line) {
    const std::string text(line["TimeUnixNano"].text());
    return {std::strtoll(text.c_str(), nullptr, 10)};
}

Style style_of(std::string_view severity) {
    if (severity == "ERROR" || severity == "FATAL") return Style::fault;
    if (severity == "WARN") return Style::error;
    if (severity == "DEBUG" || severity == "TRACE") return Style::dim;
    return Style::plain;
}

std::string body_of(Json line) {
    const Json body = line["Body"];
    return body.is_text() ? std::string(body.text()) : body.to_json();
}

std::string row_for_people(Json line, const Console& console) {
    const Terminal& terminal = console.terminal;
    const std::string_view severity = line["Severity"].text();
    const auto cell = [&](std::string_view text, std::size_t width) {
        return pad_right(fit(safe_text(text), width, terminal.ellipsis()), width);
    };
    std::string body = body_of(line);
    while (!body.empty() && (body.back() == '\n' || body.back() == '\r')) body.pop_back();
    std::string row =
        fmt::format("{}  {}  {}  {}",
                    paint(terminal, Style::dim, local_text(time_of(line), console.clock.now())),
                    paint(terminal, style_of(severity), cell(severity, severity_width)),
                    paint(terminal, Style::bold, cell(line["Service"].text(), service_width)),
                    paint(terminal, style_of(severity), safe_text(body)));
    if (line["TraceId"])
        row += "  " + paint(terminal, Style::dim, safe_text(line["TraceId"].text()));
    return row + "\n";
}

std::string row_for_programs(Json line) {
    Table table({{"time"}, {"severity"}, {"service"}, {"trace"}, {"body"}});
    table.add({{rfc3339(time_of(line))},
               {std::string(line["Severity"].text())},
               {std::string(line["Service"].text())},
               {std::string(line["TraceId"].text())},
               {body_of(line)}});
    const std::string lines = table.to_tab_separated();
    return lines.substr(lines.find('\n') + 1);
}

std::string rendered(const LogsOptions& options, Json line, const Console& console) {
    if (options.format == OutputFormat::ndjson) return json_for_terminal(line.to_json()) + "\n";
    return console.terminal.is_tty ? row_for_people(line, console) : row_for_programs(line);
}

ExitCode follow(const LogsOptions& options, const std::string& query, ApiClient& api,
                const Console& console) {
    if (console.terminal.is_tty) console.hint(console.say(Message::logs_wait));
    std::size_t left = options.count;
    const auto take = [&](std::string_view event, Json data) {
        if (event == "dropped") console.hint(console.say(Message::logs_missed));
        if (event != "line") return true;
        console.out(rendered(options, data, console));
        return options.count == 0 || --left > 0;
    };
    const auto ended = api.events("/api/v1/logs/tail" + query, take);
    if (!ended) return console.fail(ended.error());
    if (options.count > 0 && left == 0) return ExitCode::ok;
    return console.fail(ExitCode::server_error, console.say(Message::tail_ended));
}

}  // namespace

ExitCode run_logs(const LogsOptions& options, ApiClient& api, const Console& console) {
    auto query = query_of(options);
    if (!query) return console.fail(query.error());
    if (options.follow) return follow(options, *query, api, console);
    if (!options.time.empty() || options.trace.empty()) {
        const auto range =
            parse_time_range(options.time.empty() ? "15m" : options.time, console.clock.now());
        if (!range) return console.fail(range.error());
        query = more_query(*query, "start", fmt::format("{:.6f}", range->start.as_seconds()));
        query = more_query(*query, "end", fmt::format("{:.6f}", range->end.as_seconds()));
    }
    const std::size_t count = options.count == 0 ? lines_otherwise : options.count;
    std::vector<std::string> rows;  // newest first
    std::string token;
    bool is_partial = false;
    do {
        const std::size_t wanted = std::min(page_lines_max, count - rows.size());
        const std::string path =
            more_query(more_query(*query, "limit", std::to_string(wanted)), "token", token);
        const auto answer = api.get("/api/v1/logs" + path);
        if (!answer) return console.fail(answer.error());
        const Json lines = answer->root()["Lines"];
        for (std::size_t i = 0; i < lines.size(); ++i)
            rows.push_back(rendered(options, lines.at(i), console));
        is_partial |= answer->root()["Coverage"]["IsPartial"].boolean();
        token = answer->root()["NextToken"].text();
    } while (!token.empty() && rows.size() < count);
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) console.out(*row);
    if (rows.empty()) console.hint(console.say(Message::no_logs));
    if (!token.empty()) console.hint(console.say(Message::logs_more));
    return is_partial && token.empty() ? ExitCode::partial : ExitCode::ok;
}

}  // namespace tomograph::cli
