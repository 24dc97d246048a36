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
    std::uint64_t distinct = 0;  ///< values in a or b, "none" included
    std::uint64_t traces_a = 0;  ///< looked at for this subject
    std::uint64_t traces_b = 0;
    double share = 0;                ///< of the range's traces that were looked at for it, 0..1
    std::vector<ValueShare> values;  ///< those whose shares differ most
};

/// Of one selection. Traces are looked at here and there in the range, so `oldest` is its start.
struct DifferencesSide {
    SearchCoverage coverage;
    double share = 0;  ///< of the range's traces, 0..1
};

struct Differences {
    DifferencesSide a;
    DifferencesSide b;
    std::vector<SubjectDifference> subjects;  ///< most different first
    std::size_t candidates = 0;               ///< fields and attributes that could be compared
    std::size_t compared = 0;
    std::size_t skipped = 0;  ///< with a value for nearly each trace: ids and the like
};

/// A twentieth of the time finds the attributes, the rest compares fields and the most frequent
/// attributes, all at once; fields of which only documents tell come last and may be of a sample.
/// When time runs short, what was looked at lies evenly in the range.
///
/// errors  those of TraceStore::compare
/// cost    one read of the columns of every subject; at most difference_candidates_max of them
Result<Differences> read_differences(TraceStore& store, const Clock& clock,
                                     const DifferencesRequest& request);

}  // namespace tomograph
