#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "store/search/search_traces.h"

namespace tomograph::testing {

inline constexpr TimeRange all_time{Instant::from_seconds(0), Instant::from_seconds(4'000'000'000)};

struct Asked {
    TimeRange range = all_time;
    TimeRangeType type = TimeRangeType::trace_id;
    std::size_t limit = 1000;
};

/// Every trace found, page by page.
inline std::vector<StoredTrace> find_all(TraceStore& store, const SharedPredicate& predicate,
                                         const Asked& asked) {
    TraceQuery query{.range = asked.range,
                     .type = asked.type,
                     .before = {},
                     .limit = asked.limit,
                     .predicate = predicate};
    std::vector<StoredTrace> traces;
    while (true) {
        auto page = store.find(query);
        REQUIRE_MESSAGE(page, (page ? "" : page.error().message()));
        CHECK(page->traces.size() <= asked.limit);
        CHECK(page->stop == SearchStop::none);
        std::move(page->traces.begin(), page->traces.end(), std::back_inserter(traces));
        if (!page->next) return traces;
        query.before = page->next;
    }
}

/// Ascending, a space between each.
inline std::string sorted_names(std::vector<std::string> names) {
    std::sort(names.begin(), names.end());
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : " ") + name;
    return text;
}

inline std::string names_of(const SearchTraces& known, const std::vector<StoredTrace>& found) {
    std::vector<std::string> names;
    for (const StoredTrace& trace : found) names.push_back(known.name_of.at(trace.id));
    return sorted_names(std::move(names));
}

}  // namespace tomograph::testing
