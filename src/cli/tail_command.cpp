#include "cli/tail_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "cli/table.h"
#include "cli/text.h"
#include "cli/time_input.h"
#include "cli/time_text.h"
#include "cli/trace_summary_row.h"

namespace tomograph::cli {
namespace {

/// The filter and what the flags ask for, as one expression.
Result<std::string> filter_of(const TailOptions& options) {
    std::vector<std::string> parts;
    const bool has_flags = options.only_errors || !options.slow.empty();
    if (!has_flags) return options.filter;  // positions in errors are those of what was typed
    if (!options.filter.empty()) parts.push_back("(" + options.filter + ")");
    if (options.only_errors) parts.push_back("service() { fault OR error OR throttle }");
    if (!options.slow.empty()) {
        const Duration slow = TRY(parse_duration(options.slow));
        parts.push_back(fmt::format("duration >= {:.6f}", slow.as_seconds()));
    }
    return fmt::format("{}", fmt::join(parts, " AND "));
}

/// Rows come one by one, so columns have widths that fit most of them.
std::string row_for_people(const TraceSummaryRow& row, const Console& console) {
    const Terminal& terminal = console.terminal;
    constexpr std::size_t others = 8 + 35 + 8 + 9 + 6 * 2;  // time, id, status, duration; gaps
    const std::size_t room = std::max<std::size_t>(terminal.columns, others + 30) - others;
    const std::size_t entry = room * 2 / 5;
    const auto cell = [&](std::string_view text, std::size_t width) {
        return pad_right(fit(safe_text(text), width, terminal.ellipsis()), width);
    };
    const Status status = status_of(row.flags);
    return fmt::format(
        "{}  {}  {}  {}  {}  {}\n",
        paint(terminal, Style::dim, cell(local_text(row.start, row.start), 8)), cell(row.id, 35),
        paint(terminal, Style::bold, cell(row.entry, entry)), cell(request_text(row), room - entry),
        paint(terminal, style_of(status), cell(status_text(terminal, status, row.http_status), 8)),
        pad_left(duration_text(row.duration) + (row.flags.in_progress ? "+" : ""), 7));
}

std::string row_for_programs(const TraceSummaryRow& row) {
    Table table({{"time"}, {"id"}, {"entry"}, {"request"}, {"status"}, {"duration_ms"}});
    table.add({{rfc3339(row.start)},
               {row.id},
               {row.entry},
               {request_text(row)},
               {std::string(word_of(status_of(row.flags)))},
               {fmt::format("{:.3f}", row.duration.as_seconds() * 1000)}});
    const std::string lines = table.to_tab_separated();
    return lines.substr(lines.find('\n') + 1);
}

std::string rendered(const TailOptions& options, const TraceSummaryRow& row,
                     const Console& console) {
    if (options.format == OutputFormat::ndjson) return row.json + "\n";
    if (options.format == OutputFormat::id) return safe_text(row.id) + "\n";
    return console.terminal.is_tty ? row_for_people(row, console) : row_for_programs(row);
}

}  // namespace

ExitCode run_tail(const TailOptions& options, ApiClient& api, const Console& console) {
    const auto filter = filter_of(options);
    if (!filter) return console.fail(filter.error());
    if (console.terminal.is_tty) console.hint(console.say(Message::tail_waits));
    std::size_t left = options.count;
    const auto take = [&](std::string_view event, Json data) {
        if (event == "dropped") {
            const auto missed =
                static_cast<std::int64_t>(data["SlowClient"].number() + data["Overload"].number());
            console.hint(console.say(Message::tail_missed, {std::to_string(missed)}));
        }
        if (event != "trace") return true;  // an update shows what was shown already
        console.out(rendered(options, read_trace_summary(data), console));
        return options.count == 0 || --left > 0;
    };
    const auto ended = api.events("/api/v1/tail" + url_query({{"filter", *filter}}), take);
    if (!ended) return console.fail(ended.error());
    if (options.count > 0 && left == 0) return ExitCode::ok;
    return console.fail(ExitCode::server_error, console.say(Message::tail_ended));
}

}  // namespace tomograph::cli
