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

namespace {

/// Which forms have a value in the column.
std::vector<std::uint8_t> forms_with(const GroupReader& group, std::size_t column) {
    const ObjectForms& objects = group.head().dictionary.objects;
    const std::vector<std::uint32_t>& columns = group.layout().member_columns;
    std::vector<std::uint8_t> having(objects.size(), 0);
    if (std::find(columns.begin(), columns.end(), column) == columns.end()) return having;
    for (std::size_t form = 0; form < having.size(); ++form)
        for (const std::uint32_t member : objects.members_of(form))
            if (columns[member] == column) having[form] = 1;
    return having;
}

/// For each code of span_template 1 when its template is so.
template <class IsSo>
std::vector<std::uint8_t> codes_where(const GroupReader& group, const IsSo& is_so) {
    const TemplateDictionary& dictionary = group.head().dictionary;
    std::vector<std::uint8_t> templates(dictionary.templates.size());
    for (std::size_t i = 0; i < templates.size(); ++i) templates[i] = is_so(i) ? 1 : 0;
    std::vector<std::uint8_t> codes(group.layout().codes(), 0);
    for (std::size_t i = 0; i < dictionary.shapes.size(); ++i)
        codes[template_first + i] = templates[dictionary.shapes[i].template_index];
    return codes;
}

}  // namespace

std::vector<std::uint8_t> templates_of(const GroupReader& group, std::size_t column) {
    const auto& slots = group.layout().slot_columns;
    std::vector<std::uint8_t> having = codes_where(group, [&](std::size_t i) {
        return std::find(slots[i].begin(), slots[i].end(), column) != slots[i].end();
    });
    const TemplateDictionary& dictionary = group.head().dictionary;
    if (dictionary.objects.empty()) return having;
    const std::vector<std::uint8_t> forms = forms_with(group, column);
    for (std::size_t i = 0; i < dictionary.shapes.size(); ++i)
        for (const std::uint32_t form : dictionary.forms_of(dictionary.shapes[i]))
            having[template_first + i] |= forms[form];
    return having;
}

PathColumns find_path_columns(const GroupReader& group, std::string_view path) {
    const GroupHead& head = group.head();
    const auto& templates = head.dictionary.templates;
    PathColumns found;
    found.unknown.assign(group.layout().codes(), 0);
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
    if (path != "name") return found;
    // It may stand in the span's row instead.
    const std::vector<std::uint8_t> named = codes_where(group, [&](std::size_t i) {
        return std::ranges::any_of(templates[i].slots,
                                   [](const Slot& slot) { return slot.kind == SlotKind::name; });
    });
    for (std::size_t i = 0; i < named.size(); ++i) {
        found.unknown[i] |= named[i];
        found.has_unknown |= named[i] != 0;
    }
    return found;
}

}  // namespace tomograph
