#include "store/engine/search/group_traces.h"

#include "store/part/block_column.h"
#include "store/part/limits.h"

namespace tomograph {

Result<std::vector<std::uint32_t>> first_spans(GroupReader& group) {
    std::vector<std::uint32_t> firsts;
    firsts.reserve(group.facts().traces + 1);
    for (std::size_t block = 0; block < group.head().trace_block_spans.size(); ++block) {
        const auto some = TRY(group.trace_spans(block));
        firsts.insert(firsts.end(), some->begin(), some->end() - 1);
    }
    firsts.push_back(group.facts().spans);
    return firsts;
}

Result<column::Bitmap> regular_traces(GroupReader& group) {
    column::Bitmap regular(group.facts().traces, true);
    if ((group.facts().trace_flags & trace_is_irregular) == 0) return regular;
    for (std::size_t block = 0; block < group.head().trace_block_spans.size(); ++block) {
        const auto flags = TRY(BlockColumn::open(group, GroupColumn::trace_flags, block));
        for (std::size_t i = 0; i < flags.values(); ++i)
            if ((flags.number(i) & trace_is_irregular) != 0)
                regular.clear(block * trace_block_rows + i);
    }
    return regular;
}

}  // namespace tomograph
