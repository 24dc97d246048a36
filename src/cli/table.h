#pragma once

#include <string>
#include <vector>

#include "cli/terminal.h"

namespace tomograph::cli {

enum class Align { left, right };

struct Column {
    std::string title;
    Align align = Align::left;
    bool may_shrink = false;  ///< gives way when the terminal is narrow; the others never do
};

struct Cell {
    std::string text;  ///< as it came: made harmless here
    Style style = Style::plain;
};

/// Rows of text under titles.
///
/// invariant  every row has as many cells as there are columns
class Table {
 public:
    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

    void add(std::vector<Cell> row);
    std::size_t rows() const { return rows_.size(); }

    /// For people: aligned, coloured, cut to the terminal's width.
    std::string to_text(const Terminal& terminal) const;
    /// For programs: the titles in lower case, then rows; tabs between.
    std::string to_tab_separated() const;
    std::string to_csv() const;

 private:
    std::vector<std::size_t> widths_within(std::size_t columns) const;

    std::vector<Column> columns_;
    std::vector<std::vector<Cell>> rows_;
};

}  // namespace tomograph::cli
