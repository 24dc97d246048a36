#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "cli/text.h"

namespace tomograph::cli {
namespace {

constexpr Duration redraw_interval = Duration::milliseconds(100);
constexpr Duration line_interval = Duration::seconds(10);
constexpr std::size_t bar_columns = 24;

std::string duration_text(double seconds) {
    const auto whole = static_cast<std::int64_t>(std::ceil(seconds));
    if (whole < 90) return fmt::format("{} s", whole);
    if (whole < 90 * 60) return fmt::format("{} min", (whole + 30) / 60);
    return fmt::format("{} h", (whole + 1800) / 3600);
}

}  // namespace

std::string bytes_text(std::uint64_t bytes) {
    static constexpr std::array units{"B", "kB", "MB", "GB", "TB", "PB"};
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    for (; value >= 999.5 && unit + 1 < units.size(); ++unit) value /= 1000;
    if (unit > 0 && value < 9.95) return fmt::format("{:.1f} {}", value, units.at(unit));
    return fmt::format("{:.0f} {}", value, units.at(unit));
}

std::string progress_text(const Terminal& terminal, std::string_view what,
                          const ProgressState& state) {
    const double share = state.total_bytes == 0
                             ? 0
                             : std::min(1.0, static_cast<double>(state.done_bytes) /
                                                 static_cast<double>(state.total_bytes));
    const auto full = static_cast<std::size_t>(share * static_cast<double>(bar_columns));
    const std::string bar = repeat(terminal.unicode ? "█" : "#", full) +
                            repeat(terminal.unicode ? "░" : "-", bar_columns - full);
    std::string text = fmt::format("{}  {}  {:.0f} %  {} of {}", what, bar, std::floor(100 * share),
                                   bytes_text(state.done_bytes), bytes_text(state.total_bytes));
    const double seconds = state.elapsed.as_seconds();
    if (seconds >= 1 && state.done_bytes > 0) {
        const double rate = static_cast<double>(state.done_bytes) / seconds;
        const auto rest =
            static_cast<double>(state.total_bytes - std::min(state.total_bytes, state.done_bytes));
        text += fmt::format("  {}/s  {} left", bytes_text(static_cast<std::uint64_t>(rate)),
                            duration_text(rest / rate));
    }
    return fit(text, terminal.columns - 1, terminal.ellipsis());
}

ProgressLine::ProgressLine(const Console& console, std::string what, bool is_tty)
    : console_(console),
      what_(std::move(what)),
      is_tty_(is_tty),
      start_(console.clock.monotonic()),
      next_(start_ + (is_tty ? Duration{} : line_interval)) {}

ProgressLine::~ProgressLine() {
    if (is_drawn_ && is_tty_) console_.err("\r\x1b[K");
}

void ProgressLine::update(std::uint64_t done_bytes, std::uint64_t total_bytes) {
    const Duration now = console_.clock.monotonic();
    if (console_.is_quiet || now < next_) return;
    next_ = now + (is_tty_ ? redraw_interval : line_interval);
    is_drawn_ = true;
    const std::string text = progress_text(
        console_.terminal, what_,
        {.done_bytes = done_bytes, .total_bytes = total_bytes, .elapsed = now - start_});
    console_.err(is_tty_ ? "\r\x1b[K" + text : text + "\n");
}

}  // namespace tomograph::cli
