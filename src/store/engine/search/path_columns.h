#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "store/part/block_column.h"
#include "store/part/group_reader.h"

namespace tomograph {

/// Where the values of an attribute stand in a group. Sets of shapes are by what span_template
/// says, so a span's code finds its place without a subtraction.
struct PathColumns {
    struct Column {
        std::size_t index = 0;  ///< in the group's head
        GroupColumn kind = GroupColumn::text;
        std::vector<std::uint8_t> templates;  ///< 1: its spans have a value here, one each
    };
    std::vector<Column> columns;  ///< of text, number and literal; of the path itself
    /// 1: the value, or some, may stand inside of something that the columns hold whole, or in the
    /// span's row.
    std::vector<std::uint8_t> unknown;
    bool has_unknown = false;
};

/// Whether a document's value at this path of an entity is an attribute at all, by the rules of
/// AttributeReader.
bool is_attribute_path(std::string_view path);

PathColumns find_path_columns(const GroupReader& group, std::string_view path);

/// Which shapes have a value in the column with this index in the head; as Column::templates.
std::vector<std::uint8_t> templates_of(const GroupReader& group, std::size_t column);

/// Calls with each span of a block that has a value in the column, and where the value stands among
/// those of its chunk.
///
/// templates  what span_template says of the spans of the block
/// errors     corrupt  there are less values than spans that have one
template <class Visit>
Result<void> each_value(const GroupReader& group, const PathColumns::Column& column,
                        std::size_t block, const std::vector<std::uint32_t>& templates,
                        const Visit& visit) {
    const ColumnHead& head = group.head().columns[column.index];
    std::size_t at = place_of(head, block).first;
    const std::size_t end = at + head.values[block];
    const std::uint8_t* const has_value = column.templates.data();
    for (std::size_t span = 0; span < templates.size(); ++span) {
        if (has_value[templates[span]] == 0) continue;
        if (at == end) return group.damaged("a value is missing");
        visit(span, at++);
    }
    return {};
}

}  // namespace tomograph
