#include "store/engine/graph_sum.h"

#include <utility>

#include "store/limits.h"

namespace tomograph {

void GraphSum::add(std::shared_ptr<const RollupTable> table, const MinuteStretch& minutes,
                   const GraphSelection* selection) {
    bytes_ += table->bytes();
    slices_.push_back({.table = table.get(),
                       .first = minutes.first,
                       .last = minutes.last,
                       .selection = selection});
    tables_.push_back(std::move(table));
    if (bytes_ >= graph_tables_bytes_max) settle();
}

void GraphSum::settle() {
    if (slices_.size() < 2) return;
    auto all = std::make_shared<const RollupTable>(sum(NothingRows::keep));
    slices_.push_back({.table = all.get()});
    tables_.push_back(std::move(all));
}

RollupTable GraphSum::take() { return sum(options_.nothing); }

RollupTable GraphSum::sum(NothingRows nothing) {
    RollupSumOptions options = options_;
    options.nothing = nothing;
    RollupTable sum = sum_rollups(slices_, options);
    slices_.clear();
    tables_.clear();
    bytes_ = 0;
    return sum;
}

}  // namespace tomograph
