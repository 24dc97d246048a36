#include "store/engine/search/path_columns.h"

#include <algorithm>
#include <array>

#include "model/attribute.h"

namespace tomograph {
namespace {

/// Whether a value at `path` may be inside of one at `outer`: equal, or below it.
bool is_at_or_below(std::string_view path, std::string_view outer) {
    return path.starts_with(outer) &&
           (path.size() == outer.size() || path[outer.size()] == path_separator);
}

}  // namespace

bool is_attribute_path(std::string_view path) {
    constexpr std::array<std::string_view, 6> of_the_row{"id",         "trace_id", "parent_id",
                                                         "start_time", "end_time", "subsegments"};
    const std::string_view first = path.substr(0, path.find(path_separator));
    if (std::find(of_the_row.begin(), of_the_row.end(), first) != of_the_row.end()) return false;
    // No key of it is empty.
    return !path.empty() && path.front() != path_separator && path.back() != path_separator &&
           path.find(std::array{path_separator, path_separator, '\0'}.data()) ==
               std::string_view::npos;
}

std::vector<std::uint8_t> templates_of(const GroupReader& group, std::size_t column) {
    const auto& slots = group.layout().slot_columns;
    std::vector<std::uint8_t> having(template_first + slots.size(), 0);
    for (std::size_t i = 0; i < slots.size(); ++i)
        if (std::find(slots[i].begin(), slots[i].end(), column) != slots[i].end())
            having[template_first + i] = 1;
    return having;
}

PathColumns find_path_columns(const GroupReader& group, std::string_view path) {
    const GroupHead& head = group.head();
    const auto& templates = head.dictionary.templates;
    PathColumns found;
    found.unknown.assign(template_first + templates.size(), 0);
    if (!is_attribute_path(path)) return found;
    if (head.find(GroupColumn::raw_document) != GroupHead::npos) {
        found.unknown[template_raw] = found.unknown[template_raw_inside] = 1;
        found.has_unknown = true;
    }
    for (std::size_t index = 0; index < head.columns.size(); ++index) {
        const ColumnHead& column = head.columns[index];
        if (!is_path_column(column.column)) continue;
        const std::string& own = head.dictionary.paths[column.path];
        const bool is_json = column.column == GroupColumn::json;
        if (is_json ? !is_at_or_below(path, own) : own != path) continue;
        std::vector<std::uint8_t> having = templates_of(group, index);
        if (!is_json) {
            found.columns.push_back(
                {.index = index, .kind = column.column, .templates = std::move(having)});
            continue;
        }
        for (std::size_t i = 0; i < having.size(); ++i) found.unknown[i] |= having[i];
        found.has_unknown = true;
    }
    // The name may stand in the span's row instead.
    for (std::size_t i = 0; path == "name" && i < templates.size(); ++i)
        for (const Slot& slot : templates[i].slots)
            if (slot.kind == SlotKind::name) {
                found.unknown[template_first + i] = 1;
                found.has_unknown = true;
            }
    return found;
}

}  // namespace tomograph
