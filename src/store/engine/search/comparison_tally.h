#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "store/comparison.h"

namespace tomograph {

/// What a comparison has counted so far: a table of values for each subject.
class ComparisonTally {
 public:
    /// query  borrowed
    explicit ComparisonTally(const ComparisonQuery& query);

    /// `traces` traces were looked at, for every subject.
    void add_traces(SideCounts traces);
    /// Of them, so many have some value of a subject, by its number in the query.
    void add_with_value(std::size_t subject, SideCounts traces);
    /// Of them, so many have this one.
    void add_value(std::size_t subject, const Scalar& value, SideCounts traces);
    /// Subjects with too many values are counted no more. May be asked from any thread meanwhile.
    void give_up(std::size_t subject);
    /// Subjects of which columns tell too little, the same.
    void need_documents(std::size_t subject);
    bool is_counted(std::size_t subject) const { return tables_[subject].state == State::counted; }

    /// About the memory of all tables.
    std::uint64_t bytes() const { return bytes_; }
    SideCounts traces() const { return traces_; }
    /// Of all subjects but those that need documents. The tally is empty after that.
    ///
    /// share  of the range that was looked at
    std::vector<ComparedSubject> take(double share);
    std::vector<Subject> that_need_documents() const;

 private:
    enum class State : std::uint8_t { counted, given_up, needs_documents };
    struct Table {
        std::atomic<State> state = State::counted;
        std::map<Scalar, SideCounts> values;
        SideCounts with_value{};
    };

    void drop(std::size_t subject, State state);

    const ComparisonQuery& query_;
    std::deque<Table> tables_;
    SideCounts traces_{};
    std::uint64_t bytes_ = 0;
};

}  // namespace tomograph
