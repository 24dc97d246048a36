#include "cli/table.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "cli/output_format.h"
#include "cli/text.h"

namespace tomograph::cli {
namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t shrunk_width_min = 8;

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

}  // namespace

void Table::add(std::vector<Cell> row) {
    ASSERT(row.size() == columns_.size());
    rows_.push_back(std::move(row));
}

std::vector<std::size_t> Table::widths_within(std::size_t columns) const {
    std::vector<std::size_t> widths;
    for (const Column& column : columns_) widths.push_back(display_width(column.title));
    for (const auto& row : rows_)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], display_width(safe_text(row[i].text)));
    std::size_t total = gap * (widths.size() - 1);
    for (const std::size_t width : widths) total += width;
    // Take from the widest column that may shrink, one at a time, until the row fits.
    while (total > columns) {
        std::size_t* widest = nullptr;
        for (std::size_t i = 0; i < widths.size(); ++i)
            if (columns_[i].may_shrink && (widest == nullptr || widths[i] > *widest))
                widest = &widths[i];
        if (widest == nullptr || *widest <= shrunk_width_min) break;
        --*widest;
        --total;
    }
    return widths;
}

std::string Table::to_text(const Terminal& terminal) const {
    const std::vector<std::size_t> widths = widths_within(terminal.columns);
    std::string out;
    const auto add_cell = [&](std::size_t i, const std::string& text, Style style) {
        const std::string cut = fit(text, widths[i], terminal.ellipsis());
        const bool is_last = i + 1 == columns_.size();
        const std::size_t used = display_width(cut);
        const std::string space(widths[i] > used ? widths[i] - used : 0, ' ');
        if (columns_[i].align == Align::right) out += space;
        out += paint(terminal, style, cut);
        if (columns_[i].align == Align::left && !is_last) out += space;
        out += is_last ? "\n" : std::string(gap, ' ');
    };
    for (std::size_t i = 0; i < columns_.size(); ++i) add_cell(i, columns_[i].title, Style::bold);
    for (const auto& row : rows_)
        for (std::size_t i = 0; i < row.size(); ++i)
            add_cell(i, safe_text(row[i].text), row[i].style);
    return out;
}

std::string Table::to_tab_separated() const {
    std::string out;
    for (std::size_t i = 0; i < columns_.size(); ++i)
        out.append(lower(columns_[i].title)).append(i + 1 == columns_.size() ? "\n" : "\t");
    for (const auto& row : rows_)
        for (std::size_t i = 0; i < row.size(); ++i)
            out.append(safe_text(row[i].text)).append(i + 1 == row.size() ? "\n" : "\t");
    return out;
}

std::string Table::to_csv() const {
    std::string out;
    for (std::size_t i = 0; i < columns_.size(); ++i)
        out.append(csv_field(lower(columns_[i].title)))
            .append(i + 1 == columns_.size() ? "\r\n" : ",");
    for (const auto& row : rows_)
        for (std::size_t i = 0; i < row.size(); ++i)
            out.append(csv_field(row[i].text)).append(i + 1 == row.size() ? "\r\n" : ",");
    return out;
}

}  // namespace tomograph::cli
