#include "store/engine/search/span_selection.h"

#include <algorithm>

#include "store/engine/search/group_traces.h"
#include "store/engine/search/span_plan.h"

namespace tomograph {

Result<SpanSelection> SpanSelection::of(GroupReader& group, const column::Bitmap& traces) {
    column::Bitmap regular = TRY(regular_traces(group));
    regular &= traces;
    SpanSelection selection(group, std::move(regular));
    selection.firsts_ = TRY(first_spans(group));
    const std::vector<std::uint32_t>& firsts = selection.firsts_;
    selection.spans_.assign(group.facts().spans, 0);
    for (std::size_t trace = 0; trace + 1 < firsts.size(); ++trace)
        if (selection.traces_.test(trace))
            std::fill(selection.spans_.begin() + firsts[trace],
                      selection.spans_.begin() + firsts[trace + 1], std::uint8_t{1});
    const std::vector<std::uint32_t>& blocks = group.layout().block_first;
    for (std::size_t block = 0; block + 1 < blocks.size(); ++block) {
        const auto first = selection.spans_.begin() + blocks[block];
        const auto last = selection.spans_.begin() + blocks[block + 1];
        selection.blocks_.push_back(std::find(first, last, std::uint8_t{1}) != last);
    }
    return selection;
}

Result<void> SpanSelection::keep(const Predicate& predicate) {
    SpanPlan plan(predicate);
    const std::string filter = TRY(read_filter(*group_));
    TRY(plan.start(*group_, filter));
    if (!plan.can_hold()) {
        std::fill(spans_.begin(), spans_.end(), std::uint8_t{0});
        std::fill(blocks_.begin(), blocks_.end(), std::uint8_t{0});
        return {};
    }
    for (std::size_t block = 0; block < blocks_.size(); ++block) {
        if (!has_block(block)) continue;
        const Verdicts verdicts = TRY(plan.evaluate(block));
        const std::uint32_t first = group_->layout().block_first[block];
        for (std::uint32_t i = 0; i < verdicts.yes.rows(); ++i) {
            if (!has_span(first + i) || verdicts.yes.test(i)) continue;
            if (verdicts.maybe.test(i))
                leave_out(first + i);
            else
                spans_[first + i] = 0;
        }
    }
    return {};
}

void SpanSelection::leave_out(std::uint32_t span) {
    const auto after = std::upper_bound(firsts_.begin(), firsts_.end(), span);
    traces_.clear(static_cast<std::size_t>(after - firsts_.begin()) - 1);
    std::fill(spans_.begin() + *(after - 1), spans_.begin() + *after, std::uint8_t{0});
}

}  // namespace tomograph
