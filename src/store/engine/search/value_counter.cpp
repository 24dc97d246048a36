#include "store/engine/search/value_counter.h"

#include <utility>
#include <vector>

#include "store/engine/search/span_selection.h"
#include "store/engine/search/span_values.h"
#include "store/engine/search/top_entries.h"

namespace tomograph {
namespace {

/// What an entry of the table costs beside its text.
constexpr std::uint64_t entry_bytes = 128;

struct ValueCounts final : RunCounts {
    using RunCounts::RunCounts;
    std::vector<AttributeValueCount> values;
};

}  // namespace

void ValueTable::add(const Scalar& value, std::uint64_t count) {
    const auto [place, is_new] = counts_.try_emplace(value);
    if (is_new) bytes_ += entry_bytes + value.text.size();
    place->second += count;
    total_ += count;
}

AttributeValues ValueTable::take(std::size_t limit) {
    AttributeValues values;
    values.distinct = counts_.size();
    values.count = total_;
    values.values.reserve(counts_.size());
    for (const auto& [value, count] : counts_)
        values.values.push_back({.value = value, .count = count});
    keep_top(values.values, limit, [](const AttributeValueCount& each) { return each.count; });
    return values;
}

Result<std::shared_ptr<const RunCounts>> ValueCounter::count(GroupReader& group,
                                                             const column::Bitmap& rows) const {
    SpanSelection selection = TRY(SpanSelection::of(group, rows));
    SpanValues values(group, Subject{.field = Field::name, .path = path_});
    const auto& first = group.layout().block_first;
    std::vector<std::uint32_t> numbers(group.facts().spans);
    for (std::size_t block = 0; block + 1 < first.size(); ++block) {
        if (path_.empty() || !selection.has_block(block)) continue;
        const auto of_block =
            std::span(numbers).subspan(first[block], first[block + 1] - first[block]);
        TRY(values.read(block, of_block));
        for (std::uint32_t i = 0; i < of_block.size(); ++i)
            if (of_block[i] == SpanValues::unknown && selection.has_span(first[block] + i))
                selection.leave_out(first[block] + i);
    }
    std::vector<std::uint64_t> counts(values.count());
    for (std::uint32_t span = 0; span < numbers.size(); ++span)
        if (selection.has_span(span)) ++counts[numbers[span]];
    auto counted = std::make_shared<ValueCounts>(selection.traces());
    for (std::uint32_t number = 1; number < counts.size(); ++number)
        if (counts[number] > 0)
            counted->values.push_back({.value = values.scalar(number), .count = counts[number]});
    return std::shared_ptr<const RunCounts>(std::move(counted));
}

void ValueCounter::add(const RunCounts& counts) {
    for (const AttributeValueCount& each : static_cast<const ValueCounts&>(counts).values)
        table_.add(each.value, each.count);
}

}  // namespace tomograph
