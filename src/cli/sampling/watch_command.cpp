#include "cli/sampling/watch_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/live_screen.h"
#include "cli/sampling/rule_use.h"
#include "cli/sampling/rules.h"
#include "cli/stop_signal.h"
#include "cli/table.h"
#include "cli/time_text.h"

namespace tomograph::cli {
namespace {

constexpr Duration pause = Duration::seconds(2);
/// Of the picture: five minutes.
constexpr std::int64_t windows_shown = 30;

RuleUse use_in(const UseWindows& windows, Instant start, const std::string& rule) {
    const auto window = windows.find(start);
    if (window == windows.end()) return {};
    const auto found = window->second.find(rule);
    return found == window->second.end() ? RuleUse{} : found->second;
}

/// A column for each window, as high as it was of the highest.
std::string sparkline(const std::vector<std::int64_t>& counts, const Terminal& terminal) {
    constexpr std::array<std::string_view, 8> bars = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    constexpr std::array<std::string_view, 8> ascii = {"_", ".", ".", "-", "-", "=", "=", "#"};
    const std::int64_t most = std::max<std::int64_t>(
        1, counts.empty() ? 0 : *std::max_element(counts.begin(), counts.end()));
    std::string out;
    for (const std::int64_t count : counts) {
        const auto height = static_cast<std::size_t>((count * 7 + most - 1) / most);
        out += terminal.unicode ? bars[height] : ascii[height];
    }
    return out;
}

Result<std::string> picture(ApiClient& api, const Console& console) {
    const std::vector<SamplingRule> rules = TRY(fetch_rules(api));
    // The window of now is not over: the last whole one is shown.
    const Instant end = window_of(console.clock.now());
    const UseWindows windows = TRY(fetch_use(api, end - use_window * windows_shown));
    const Instant last = end - use_window;
    const auto title = [&](Message message) { return console.say(message); };
    Table table({{title(Message::column_priority), Align::right},
                 {title(Message::column_rule), Align::left, true},
                 {title(Message::column_reservoir), Align::right},
                 {title(Message::column_fixed_rate), Align::right},
                 {title(Message::column_requests_second), Align::right},
                 {title(Message::column_taken_second), Align::right},
                 {title(Message::column_borrowed_second), Align::right},
                 {title(Message::column_taken), Align::right},
                 {title(Message::column_last_minutes)}});
    for (const SamplingRule& rule : rules) {
        const RuleUse use = use_in(windows, last, rule.name);
        std::vector<std::int64_t> counts;
        for (Instant at = end - use_window * windows_shown; at < end; at = at + use_window)
            counts.push_back(use_in(windows, at, rule.name).taken());
        table.add({{std::to_string(rule.priority), Style::dim},
                   {rule.name, Style::bold},
                   {fmt::format("{}/s", rule.reservoir_size)},
                   {rate_text(rule.fixed_rate)},
                   {per_second_text(use.requests, use_window)},
                   {per_second_text(use.taken(), use_window)},
                   {per_second_text(use.borrowed, use_window)},
                   {taken_text(use), Style::bold},
                   {sparkline(counts, console.terminal), Style::accent}});
    }
    const Instant now = console.clock.now();
    return console.say(Message::sampling_watch_title,
                       {local_text(last, now), local_text(end, now)}) +
           "\n\n" + table.to_text(console.terminal);
}

std::string line(OutputFormat format, Instant start, const std::string& rule, const RuleUse& use) {
    if (format == OutputFormat::ndjson)
        return fmt::format(
            R"({{"Time":{},"RuleName":{},"RequestCount":{},"SampledCount":{},"BorrowCount":{}}})"
            "\n",
            start.second(), json_quoted(rule), use.requests, use.sampled, use.borrowed);
    Table table({{"time"}, {"rule"}, {"requests"}, {"sampled"}, {"borrowed"}});
    table.add({{rfc3339(start)},
               {rule},
               {std::to_string(use.requests)},
               {std::to_string(use.sampled)},
               {std::to_string(use.borrowed)}});
    const std::string text = table.to_tab_separated();
    return text.substr(text.find('\n') + 1);
}

/// Each window once, when it is over.
ExitCode print_windows(const SamplingWatchOptions& options, ApiClient& api,
                       const Console& console) {
    StopSignal stop;
    std::uint64_t left = options.count;
    Instant next = window_of(console.clock.now()) - use_window;
    if (options.format == OutputFormat::table)
        console.out("time\trule\trequests\tsampled\tborrowed\n");
    do {
        const Instant end = window_of(console.clock.now());
        if (next >= end) continue;
        const auto windows = fetch_use(api, next);
        if (!windows) return console.fail(windows.error());
        for (; next < end; next = next + use_window) {
            if (const auto window = windows->find(next); window != windows->end())
                for (const auto& [rule, use] : window->second)
                    console.out(line(options.format, next, rule, use));
            if (options.count > 0 && --left == 0) return ExitCode::ok;
        }
    } while (stop.wait(pause));
    return ExitCode::ok;
}

}  // namespace

ExitCode run_sampling_watch(const SamplingWatchOptions& options, ApiClient& api,
                            const Console& console) {
    const bool draws = console.terminal.is_tty && options.format == OutputFormat::table;
    if (!draws) return print_windows(options, api, console);
    return draw_live(console, pause,
                     [&](const Console& on_screen) { return picture(api, on_screen); });
}

}  // namespace tomograph::cli
