#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "store/trace_search.h"

namespace tomograph {

inline constexpr std::size_t comparison_subjects_max = 200;

/// In how many traces of one or two selections of the same range each value stands.
struct ComparisonQuery {
    TimeRange range;
    TimeRangeType type = TimeRangeType::trace_id;
    std::vector<SharedPredicate> sides{};  ///< one or two; a trace may be of both
    std::vector<Subject> subjects{};       ///< each once; at most comparison_subjects_max
    std::size_t values_max = 1000;         ///< a subject with more is given up
    SearchBudget budget{};                 ///< on_progress is not told
};

/// Of each side; the second is 0 where there is one.
using SideCounts = std::array<std::uint64_t, 2>;

struct ComparedSubject {
    struct Value {
        Scalar value;
        SideCounts traces{};  ///< in which some span has it
        bool operator==(const Value&) const = default;
    };
    Subject subject;
    bool is_given_up = false;     ///< for too many values: `values` is empty
    std::vector<Value> values{};  ///< by value
    SideCounts with_value{};      ///< traces of which some span has any
    SideCounts traces{};          ///< looked at for this subject
    double share = 0;             ///< of the range's traces that were looked at, 0..1
};

struct Comparison {
    std::vector<ComparedSubject> subjects;  ///< those that there was time for, in the order asked
    SideCounts traces{};                    ///< as most subjects have them
    std::uint64_t processed = 0;
    double share = 0;
    SearchStop stop = SearchStop::none;
};

/// errors: invalid
Result<void> check(const ComparisonQuery& query);

}  // namespace tomograph
