#include "store/part/rollup_stretches.h"

#include <utility>

namespace tomograph {

bool StretchRead::wants(const RollupKey& key) const {
    return (!group || key.group == *group) &&
           (selection == nullptr || selection->matches(key.entry, key.source, key.target));
}

bool StretchSums::begin_series(RollupKey key) {
    if (key_ && *key_ == key) return true;
    if (key_ && key < *key_) return false;
    end_stretch();
    is_wanted_ = read_.wants(key);
    minute_.reset();
    at_ = 0;
    key_ = std::move(key);
    return !is_wanted_ || builder_.begin_series(*key_);
}

bool StretchSums::add(const RollupRow& row, RollupTableBuilder::Buckets buckets,
                      std::string_view alias) {
    if (minute_ && *minute_ >= row.minute) return false;
    minute_ = row.minute;
    if (!is_wanted_) return true;
    while (at_ < read_.stretches.size() && read_.stretches[at_].last < row.minute) {
        end_stretch();
        ++at_;
    }
    if (at_ == read_.stretches.size() || read_.stretches[at_].first > row.minute) return true;
    // A minute has one row: nothing to add up.
    if (read_.stretches[at_].first == read_.stretches[at_].last)
        return builder_.add(row, buckets, alias);
    sum_.add(row, buckets, alias);
    return true;
}

void StretchSums::end_stretch() {
    if (!sum_.is_empty()) sum_.finish(read_.stretches[at_].first, NothingRows::keep, builder_);
}

RollupTable StretchSums::finish() && {
    end_stretch();
    return std::move(builder_).finish();
}

}  // namespace tomograph
