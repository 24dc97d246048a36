#include "cli/doctor_command.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/table.h"
#include "cli/text.h"
#include "cli/time_input.h"
#include "cli/time_text.h"
#include "cli/trace_command.h"

namespace tomograph::cli {
namespace {

Instant moment(Json value) { return {static_cast<std::int64_t>(value.number() * 1e6) * 1000}; }

std::string severity_mark(const Console& console, std::string_view severity) {
    const Terminal& terminal = console.terminal;
    if (severity == "problem") return paint(terminal, Style::fault, terminal.unicode ? "✗" : "x");
    if (severity == "warning") return paint(terminal, Style::error, "!");
    return paint(terminal, Style::dim, terminal.unicode ? "·" : "-");
}

/// Words on lines that fit, each line but the first behind `indent` spaces.
std::string wrapped(std::string_view text, std::size_t indent, const Terminal& terminal) {
    const std::size_t room = std::max<std::size_t>(terminal.columns, indent + 40) - indent;
    const std::string safe = safe_text(text);
    std::string out;
    std::size_t used = 0;
    for (std::size_t at = 0; at < safe.size();) {
        const std::size_t end = std::min(safe.find(' ', at), safe.size());
        const std::string word = safe.substr(at, end - at);
        const std::size_t width = display_width(word);
        if (used > 0 && used + 1 + width > room) {
            out += "\n" + std::string(indent, ' ');
            used = 0;
        }
        if (used > 0) {
            out += ' ';
            ++used;
        }
        out += word;
        used += width;
        at = end + 1;
    }
    return out;
}

std::string duration_of(Json span, const Console& console) {
    if (span["InProgress"].boolean()) return console.say(Message::doctor_open);
    return duration_text(moment(span["EndTime"]) - moment(span["StartTime"]));
}

/// The spans of a finding, below it.
std::string proof_for_people(Json finding, bool with_trace, const Console& console) {
    const Terminal& terminal = console.terminal;
    const Json spans = finding["Spans"];
    std::string out;
    for (std::size_t i = 0; i < spans.size(); ++i) {
        const Json span = spans.at(i);
        const Instant start = moment(span["StartTime"]);
        std::string line(span["Id"].text());
        line += "  " + std::string(span["Service"].text().empty() ? "?" : span["Service"].text());
        if (span["Name"].text() != span["Service"].text())
            line += " / " + std::string(span["Name"].text());
        line += fmt::format("  {}  {}", local_text(start, console.clock.now()),
                            duration_of(span, console));
        if (span["Inferred"].boolean()) line += "  " + console.say(Message::legend_inferred);
        if (with_trace) line += "  " + std::string(span["TraceId"].text());
        out += "    " +
               paint(terminal, Style::dim,
                     fit(safe_text(line), std::max<std::size_t>(terminal.columns, 44) - 4,
                         terminal.ellipsis())) +
               "\n";
    }
    const auto count = static_cast<std::uint64_t>(finding["Count"].number());
    if (spans.size() > 0 && count > spans.size())
        out +=
            "    " +
            paint(terminal, Style::dim,
                  console.say(Message::doctor_more_spans, {std::to_string(count - spans.size())})) +
            "\n";
    return out;
}

std::string for_people(Json answer, bool with_trace, const Console& console) {
    const Terminal& terminal = console.terminal;
    const Json findings = answer["Findings"];
    std::string out;
    for (std::size_t i = 0; i < findings.size(); ++i) {
        const Json finding = findings.at(i);
        const std::string kind(finding["Kind"].text());
        out += severity_mark(console, finding["Severity"].text()) + " " +
               paint(terminal, Style::bold, safe_text(kind)) + "  " +
               wrapped(finding["Sentence"].text(), 2, terminal) + "\n";
        out += proof_for_people(finding, with_trace, console);
        out += std::string("  ") + (terminal.unicode ? "→ " : "> ") +
               wrapped(finding["Advice"].text(), 4, terminal) + "\n";
    }
    return out;
}

/// A row for each span that proves something, and for each finding without one.
Table for_programs(Json answer) {
    Table table({{"severity"},
                 {"kind"},
                 {"count"},
                 {"trace_id"},
                 {"span_id"},
                 {"parent_id"},
                 {"service"},
                 {"name"},
                 {"start"},
                 {"end"},
                 {"sentence"},
                 {"advice"}});
    const Json findings = answer["Findings"];
    const auto text = [](Json value) { return std::string(value.text()); };
    for (std::size_t i = 0; i < findings.size(); ++i) {
        const Json finding = findings.at(i);
        const Json spans = finding["Spans"];
        for (std::size_t s = 0; s < std::max<std::size_t>(spans.size(), 1); ++s) {
            const Json span = spans.at(s);
            const bool has_end = span && !span["InProgress"].boolean();
            table.add({{text(finding["Severity"])},
                       {text(finding["Kind"])},
                       {fmt::format("{:.0f}", finding["Count"].number())},
                       {text(span["TraceId"])},
                       {text(span["Id"])},
                       {text(span["ParentId"])},
                       {text(span["Service"])},
                       {text(span["Name"])},
                       {span ? rfc3339(moment(span["StartTime"])) : ""},
                       {has_end ? rfc3339(moment(span["EndTime"])) : ""},
                       {text(finding["Sentence"])},
                       {text(finding["Advice"])}});
        }
    }
    return table;
}

ExitCode exit_code_of_findings(Json answer) {
    const Json findings = answer["Findings"];
    for (std::size_t i = 0; i < findings.size(); ++i)
        if (findings.at(i)["Severity"].text() == "problem") return ExitCode::unhealthy;
    return ExitCode::ok;
}

ExitCode print(OutputFormat format, Json answer, bool with_trace, const std::string& healthy,
               const Console& console) {
    if (format == OutputFormat::json)
        console.out(answer.to_json() + "\n");
    else if (format == OutputFormat::csv)
        console.out(for_programs(answer).to_csv());
    else if (!console.terminal.is_tty)
        console.out(for_programs(answer).to_tab_separated());
    else if (answer["Findings"].size() > 0)
        console.out(for_people(answer, with_trace, console));
    if (answer["Findings"].size() == 0) console.hint(healthy);
    return exit_code_of_findings(answer);
}

}  // namespace

ExitCode run_trace_doctor(const TraceDoctorOptions& options, ApiClient& api,
                          const Console& console) {
    const auto id = find_trace_id(options.text);
    if (!id)
        return console.fail(ExitCode::usage,
                            console.say(Message::no_trace_id_in_text, {options.text.substr(0, 80)}),
                            console.say(Message::see_help, {"doctor"}));
    const auto read = api.get("/api/v1/doctor/traces/" + *id + url_query({{"span", options.span}}));
    if (!read) return console.fail(read.error());
    const Json answer = read->root();
    return print(options.format, answer, false,
                 console.say(Message::doctor_trace_healthy,
                             {*id, fmt::format("{:.0f}", answer["Spans"].number()),
                              fmt::format("{:.0f}", answer["Documents"].number())}),
                 console);
}

ExitCode run_map_doctor(const MapDoctorOptions& options, ApiClient& api, const Console& console) {
    const auto range = parse_time_range(options.time, console.clock.now());
    if (!range) return console.fail(range.error());
    const auto read =
        api.get("/api/v1/doctor/map" +
                url_query({{"start", fmt::format("{:.3f}", range->start.as_seconds())},
                           {"end", fmt::format("{:.3f}", range->end.as_seconds())},
                           {"name", options.name},
                           {"callee", options.callee}}));
    if (!read) return console.fail(read.error());
    const Json answer = read->root();
    return print(options.format, answer, true,
                 console.say(Message::doctor_map_healthy,
                             {options.name, fmt::format("{:.0f}", answer["TracesRead"].number())}),
                 console);
}

}  // namespace tomograph::cli
