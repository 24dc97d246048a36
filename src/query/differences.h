#pragma once

#include <optional>
#include <vector>

#include "base/clock.h"
#include "store/trace_store.h"

namespace tomograph {

/// "What differs" between two selections of traces.
struct DifferencesRequest {
    TraceSelection a;  ///< its budget is that of the whole read
    TraceSelection b;
    std::size_t limit = 20;         ///< subjects in the answer
    std::size_t values_limit = 10;  ///< values of each
};

/// In how many traces a value stands; absent: those that have none.
struct ValueShare {
    std::optional<Scalar> value;
    std::uint64_t a = 0;
    std::uint64_t b = 0;
};

struct SubjectDifference {
    Subject subject;
    /// Jensen-Shannon divergence, in bits, of the two distributions of traces over the values: 0
    /// for equal shares, 1 when no value is common.
    double divergence = 0;
    std::uint64_t distinct = 0;      ///< values in a or b, "none" included
    std::vector<ValueShare> values;  ///< those whose shares differ most
};

/// Everything is counted over `a` and `b`, which are shorter than asked for when time ran short.
struct Differences {
    SearchCoverage a;
    SearchCoverage b;
    std::vector<SubjectDifference> subjects;  ///< most different first
    std::size_t candidates = 0;               ///< fields and attributes that could be compared
    std::size_t compared = 0;
    std::size_t skipped = 0;  ///< with a value for nearly each trace: ids and the like
};

/// A tenth of the time finds the attributes and how much of the ranges can be looked at; what is
/// left compares fields, then attributes, the most frequent first, and last what takes much longer
/// than the others, until it ends.
///
/// errors  those of TraceStore::group
/// cost    two reads of one column a subject; at most difference_candidates_max subjects
Result<Differences> read_differences(TraceStore& store, const Clock& clock,
                                     const DifferencesRequest& request);

}  // namespace tomograph
