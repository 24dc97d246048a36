#include "cli/waterfall.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_map>

#include "cli/messages.h"
#include "cli/text.h"
#include "cli/time_text.h"
#include "cli/waterfall_rows.h"

namespace tomograph::cli {
namespace {

constexpr std::size_t number_width = 6;
/// Below this the columns `start` and `self` give their place to the bars.
constexpr std::size_t roomy_columns = 88;

struct Layout {
    std::size_t service = 0;
    std::size_t operation = 0;
    bool has_details = true;  ///< the columns start and self
    std::size_t bar = 0;
    std::size_t note = 0;  ///< kept free behind the bars
};

class Waterfall {
 public:
    Waterfall(const SpanTree& tree, const WaterfallOptions& options, const Terminal& terminal)
        : tree_(tree),
          options_(options),
          terminal_(terminal),
          rows_(waterfall_rows(tree, {.unicode = terminal.unicode, .fold = options.fold})) {
        choose_layout();
    }

    std::string text() const {
        std::string out = heading() + titles();
        for (const WaterfallRow& row : rows_) out += line(row);
        return out + troubles() + critical_path() + legend();
    }

 private:
    std::string said(Message message,
                     std::initializer_list<std::string_view> arguments = {}) const {
        return say(terminal_.language, message, arguments);
    }
    std::string counted(Message one, Message many, std::size_t n) const {
        return said(n == 1 ? one : many, {std::to_string(n)});
    }
    std::string_view inferred_mark() const { return terminal_.unicode ? "◇" : "*"; }
    std::string_view orphan_mark() const { return terminal_.unicode ? "⚠" : "?"; }

    std::string name_of(const WaterfallRow& row) const {
        std::string name = safe_text(row.service);
        if (row.is_orphan) name = std::string(orphan_mark()) + " " + name;
        if (row.is_inferred) name = std::string(inferred_mark()) + " " + name;
        return name;
    }
    std::string operation_of(const WaterfallRow& row) const {
        std::string text = safe_text(row.operation);
        return row.calls == 1 ? text : text + times(row);
    }
    std::string times(const WaterfallRow& row) const {
        return fmt::format("{}{}", terminal_.unicode ? " ×" : " x", row.calls);
    }

    void choose_layout() {
        const std::size_t width = terminal_.columns;
        for (const WaterfallRow& row : rows_) {
            layout_.service =
                std::max(layout_.service, display_width(row.branch) + display_width(name_of(row)));
            layout_.operation = std::max(layout_.operation, display_width(operation_of(row)));
            layout_.note = std::max(layout_.note, display_width(note_of(row)) + 1);
        }
        layout_.has_details = width >= roomy_columns;
        layout_.service = std::clamp(layout_.service, std::size_t{8}, width * 22 / 100);
        layout_.operation = std::clamp(layout_.operation, std::size_t{9}, width * 24 / 100);
        const std::size_t left = layout_.service + 1 + layout_.operation +
                                 (layout_.has_details ? 3 : 1) * (number_width + 1) + 2;
        const std::size_t right = width > left + 12 ? width - left : 12;
        layout_.note = std::min(layout_.note, right / 3);
        layout_.bar = right - layout_.note;
    }

    std::string heading() const {
        const SpanNode* root = tree_.roots.empty() ? nullptr : &tree_.nodes[tree_.roots.front()];
        std::string out = paint(terminal_, Style::bold, options_.trace_id) + "  ";
        if (root != nullptr) {
            const Status status = status_of(root->flags);
            out += safe_text(root->url.empty() ? rows_.front().service : rows_.front().operation);
            out += "  " + paint(terminal_, style_of(status),
                                status_text(terminal_, status, root->http_status));
        }
        out += "  " + paint(terminal_, Style::bold, duration_text(tree_.duration()));
        out += "  " + counted(Message::count_service, Message::count_services, tree_.services);
        out += "  " + counted(Message::count_segment, Message::count_segments, tree_.segments);
        out += "  " + paint(terminal_, Style::dim, local_text(tree_.start, options_.now));
        return out + "\n";
    }

    /// "0 ────── 400ms ────── 812ms", exactly as wide as the bars.
    std::string axis() const {
        const std::string end = duration_text(tree_.duration());
        const std::string middle = duration_text(Duration{tree_.duration().ns / 2});
        const std::string_view dash = terminal_.unicode ? "─" : "-";
        const auto dashes = [&](std::size_t n) { return repeat(dash, n); };
        const std::size_t half = layout_.bar / 2;
        const std::size_t before = half - std::min(half, 2 + middle.size() / 2);
        const std::size_t texts = 1 + middle.size() + end.size() + 4;
        if (before < 2 || layout_.bar < texts + before + 2) {
            const std::size_t used = 3 + end.size();
            return fmt::format("0 {} {}", dashes(layout_.bar > used ? layout_.bar - used : 1), end);
        }
        return fmt::format("0 {} {} {} {}", dashes(before), middle,
                           dashes(layout_.bar - texts - before), end);
    }

    std::string titles() const {
        std::string out = pad_right(said(Message::column_service), layout_.service) + " " +
                          pad_right(said(Message::column_operation), layout_.operation);
        if (layout_.has_details)
            out += " " + pad_left(said(Message::column_start), number_width) + " " +
                   pad_left(said(Message::column_self), number_width);
        out += " " + pad_left(said(Message::column_total), number_width);
        return paint(terminal_, Style::dim, out + "  " + axis()) + "\n";
    }

    std::string numbers(const WaterfallRow& row) const {
        const auto cell = [](Duration length) {
            return " " + pad_left(duration_text(length), number_width);
        };
        std::string out;
        if (layout_.has_details)
            out = paint(terminal_, Style::dim, cell(row.start - tree_.start)) + cell(row.self);
        return out + cell(row.end - row.start);
    }

    /// What is to be said behind a bar, without its symbol's colour.
    std::string note_of(const WaterfallRow& row) const {
        std::string note;
        if (row.is_sequential) note = said(Message::note_sequential);
        if (row.status == Status::ok) return note;
        std::string trouble = std::string(symbol_of(terminal_, row.status));
        const std::string_view type =
            std::string_view(row.trouble).substr(0, row.trouble.find(':'));
        if (row.http_status && row.status != Status::in_progress)
            trouble += fmt::format(" {}", *row.http_status);
        else if (!type.empty() && row.status != Status::in_progress)
            trouble += " " + safe_text(type);
        if (row.status == Status::in_progress) trouble += " " + said(Message::legend_running);
        return note.empty() ? trouble : trouble + " " + note;
    }

    Style bar_style(const WaterfallRow& row) const {
        if (row.status != Status::ok) return style_of(row.status);
        return row.critical.ns > 0 ? Style::accent : Style::dim;
    }

    std::string line(const WaterfallRow& row) const {
        const std::size_t branch_width = std::min(display_width(row.branch), layout_.service - 2);
        const std::string branch = fit(row.branch, branch_width, "");
        const std::size_t room = layout_.service - display_width(branch);
        const std::string name = fit(name_of(row), room, terminal_.ellipsis());
        const std::size_t gap = layout_.service - display_width(branch) - display_width(name);
        std::string out = paint(terminal_, Style::dim, branch) +
                          paint(terminal_, row.is_segment ? Style::bold : Style::plain, name) +
                          std::string(gap, ' ') + " ";
        out += pad_right(fitted_operation(row), layout_.operation) + numbers(row) + "  " + bar(row);
        out.erase(out.find_last_not_of(' ') + 1);
        return out + "\n";
    }

    /// The count of a run stays, however long the operation is.
    std::string fitted_operation(const WaterfallRow& row) const {
        const std::string count = row.calls == 1 ? "" : times(row);
        const std::size_t room =
            layout_.operation - std::min(layout_.operation, display_width(count));
        return fit(safe_text(row.operation), room, terminal_.ellipsis()) + count;
    }

    /// Eighths of a cell from the start of the trace to `time`.
    std::int64_t eighths(Instant time) const {
        const double total = std::max<double>(1, static_cast<double>(tree_.duration().ns));
        const double share = static_cast<double>((time - tree_.start).ns) / total;
        return static_cast<std::int64_t>(share * static_cast<double>(layout_.bar * 8) + 0.5);
    }

    std::string bar(const WaterfallRow& row) const {
        static constexpr std::array<std::string_view, 9> parts = {"",  "▏", "▎", "▍", "▌",
                                                                  "▋", "▊", "▉", "█"};
        const auto cells = static_cast<std::int64_t>(layout_.bar);
        const std::int64_t first = std::clamp<std::int64_t>(eighths(row.start) / 8, 0, cells - 1);
        const std::int64_t length =
            std::clamp<std::int64_t>(eighths(row.end) - first * 8, 1, (cells - first) * 8);
        const std::int64_t whole = length / 8;
        std::string drawn;
        for (std::int64_t i = first; i < first + whole; ++i) drawn += cell(row, i);
        const auto rest = static_cast<std::size_t>(length % 8);
        if (terminal_.unicode && rest > 0) drawn += parts[rest];
        if (!terminal_.unicode && (rest >= 4 || whole == 0)) drawn += "=";
        const std::size_t used = static_cast<std::size_t>(first) + display_width(drawn);
        const std::string note =
            fit(note_of(row), layout_.bar + layout_.note - used - 1, terminal_.ellipsis());
        const Style note_style = row.status == Status::ok ? Style::error : style_of(row.status);
        return std::string(static_cast<std::size_t>(first), ' ') +
               paint(terminal_, bar_style(row), drawn) + " " + paint(terminal_, note_style, note);
    }

    /// Full where the answering service worked for most of the cell, light where the call was under
    /// way.
    std::string_view cell(const WaterfallRow& row, std::int64_t index) const {
        const auto overlap = [&](Instant from, Instant until) {
            const std::int64_t first = std::max(index * 8, eighths(from));
            return std::max<std::int64_t>(0, std::min(index * 8 + 8, eighths(until)) - first);
        };
        const bool is_served =
            overlap(row.served_from, row.served_until) * 2 >= overlap(row.start, row.end);
        if (!terminal_.unicode) return is_served ? "=" : "-";
        return is_served ? "█" : "░";
    }

    /// Exceptions in full, which the bars have no room for.
    std::string troubles() const {
        constexpr std::size_t shown_max = 8;
        std::string out;
        std::size_t shown = 0;
        for (const WaterfallRow& row : rows_) {
            if (row.trouble.empty()) continue;
            if (++shown > shown_max) continue;
            const std::string line = fmt::format("{} {}: {}", symbol_of(terminal_, row.status),
                                                 safe_text(row.service), safe_text(row.trouble));
            out += paint(terminal_, style_of(row.status),
                         fit(line, terminal_.columns, terminal_.ellipsis())) +
                   "\n";
        }
        if (shown > shown_max)
            out += said(Message::more_troubles, {std::to_string(shown - shown_max)}) + "\n";
        return out;
    }

    struct Step {
        std::string name;
        Duration share;
    };

    /// Who the trace waited for, by name, in the order of first rows.
    std::vector<Step> critical_steps() const {
        std::vector<Step> steps;
        std::unordered_map<std::string_view, std::size_t> places;
        for (const WaterfallRow& row : rows_) {
            if (row.critical.ns <= 0) continue;
            const auto [place, is_new] = places.try_emplace(row.service, steps.size());
            if (is_new) steps.push_back({row.service, {}});
            Step& step = steps[place->second];
            step.share = step.share + row.critical;
        }
        return steps;
    }

    std::string step_text(const Step& step, Duration longest, Duration total) const {
        std::string text = fmt::format("{} {}", safe_text(step.name), duration_text(step.share));
        if (step.share == longest)
            text += fmt::format(" ({:.0f}%)", 100.0 * step.share.as_seconds() / total.as_seconds());
        return text;
    }

    /// The longest steps that fit on a line; the rest is summed up behind them.
    std::string critical_path() const {
        std::vector<Step> steps = critical_steps();
        const auto by_share = [](const Step& a, const Step& b) { return a.share < b.share; };
        if (steps.empty()) return "";
        Duration total;
        for (const Step& step : steps) total = total + step.share;
        const std::string_view arrow = terminal_.unicode ? " → " : " -> ";
        Duration others;
        for (;;) {
            const Duration longest = std::max_element(steps.begin(), steps.end(), by_share)->share;
            std::string plain = said(Message::critical_path);
            std::string painted = paint(terminal_, Style::dim, plain);
            for (const Step& step : steps) {
                const std::string text = step_text(step, longest, total);
                const std::string between(&step == steps.data() ? " " : arrow);
                plain += between + text;
                painted +=
                    between +
                    paint(terminal_, step.share == longest ? Style::bold : Style::plain, text);
            }
            if (others.ns > 0) {
                const std::string rest =
                    fmt::format("   {} {}", said(Message::other_work), duration_text(others));
                plain += rest;
                painted += paint(terminal_, Style::dim, rest);
            }
            const auto least = std::min_element(steps.begin(), steps.end(), by_share);
            const bool is_small =
                least->share.ns * 50 < total.ns;  // under 2 % is not why it was slow
            if (steps.size() == 1 || (!is_small && display_width(plain) <= terminal_.columns))
                return painted + "\n";
            others = others + least->share;
            steps.erase(least);
        }
    }

    std::string legend() const {
        std::string out;
        const auto any = [&](auto has) { return std::any_of(rows_.begin(), rows_.end(), has); };
        const auto add = [&](std::string_view mark, Message meaning) {
            out += fmt::format("{}{} {}", out.empty() ? "" : "   ", mark, said(meaning));
        };
        if (any([](const WaterfallRow& row) { return row.is_inferred; }))
            add(inferred_mark(), Message::legend_inferred);
        if (any([](const WaterfallRow& row) { return row.is_orphan; }))
            add(orphan_mark(), Message::legend_orphan);
        if (any([](const WaterfallRow& row) { return row.status == Status::in_progress; }))
            add(symbol_of(terminal_, Status::in_progress), Message::legend_running);
        return out.empty() ? out : paint(terminal_, Style::dim, out) + "\n";
    }

    const SpanTree& tree_;
    const WaterfallOptions& options_;
    const Terminal& terminal_;
    const std::vector<WaterfallRow> rows_;
    Layout layout_;
};

}  // namespace

std::string render_waterfall(const SpanTree& tree, const WaterfallOptions& options,
                             const Terminal& terminal) {
    return Waterfall(tree, options, terminal).text();
}

}  // namespace tomograph::cli
