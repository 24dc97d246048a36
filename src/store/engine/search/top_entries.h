#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace tomograph {

/// Leaves the entries of the highest counts, highest first; of equal ones those that came first.
template <class Entry, class CountOf>
void keep_top(std::vector<Entry>& entries, std::size_t limit, const CountOf& count_of) {
    std::stable_sort(entries.begin(), entries.end(),
                     [&](const Entry& a, const Entry& b) { return count_of(a) > count_of(b); });
    if (entries.size() > limit)
        entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(limit), entries.end());
}

}  // namespace tomograph
