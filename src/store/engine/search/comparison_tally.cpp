#include "store/engine/search/comparison_tally.h"

#include <utility>

namespace tomograph {
namespace {

/// What an entry of a table costs beside its text.
constexpr std::uint64_t entry_bytes = 112;

void add(SideCounts& sum, SideCounts counts) {
    sum[0] += counts[0];
    sum[1] += counts[1];
}

}  // namespace

ComparisonTally::ComparisonTally(const ComparisonQuery& query) : query_(query) {
    for (std::size_t i = 0; i < query.subjects.size(); ++i) tables_.emplace_back();
}

void ComparisonTally::add_traces(SideCounts traces) { add(traces_, traces); }

void ComparisonTally::add_with_value(std::size_t subject, SideCounts traces) {
    add(tables_[subject].with_value, traces);
}

void ComparisonTally::add_value(std::size_t subject, const Scalar& value, SideCounts traces) {
    Table& table = tables_[subject];
    if (!is_counted(subject)) return;
    const auto [place, is_new] = table.values.try_emplace(value);
    add(place->second, traces);
    if (!is_new) return;
    bytes_ += entry_bytes + value.text.size();
    if (table.values.size() > query_.values_max) give_up(subject);
}

void ComparisonTally::drop(std::size_t subject, State state) {
    Table& table = tables_[subject];
    table.state = state;
    for (const auto& [value, traces] : table.values) bytes_ -= entry_bytes + value.text.size();
    table.values.clear();
}

/// Also one that was given up: who reads the documents may find it otherwise.
void ComparisonTally::need_documents(std::size_t subject) { drop(subject, State::needs_documents); }

void ComparisonTally::give_up(std::size_t subject) {
    if (is_counted(subject)) drop(subject, State::given_up);
}

std::vector<Subject> ComparisonTally::that_need_documents() const {
    std::vector<Subject> subjects;
    for (std::size_t i = 0; i < tables_.size(); ++i)
        if (tables_[i].state == State::needs_documents) subjects.push_back(query_.subjects[i]);
    return subjects;
}

std::vector<ComparedSubject> ComparisonTally::take(double share) {
    std::vector<ComparedSubject> subjects;
    for (std::size_t i = 0; i < tables_.size(); ++i) {
        if (tables_[i].state == State::needs_documents) continue;
        ComparedSubject& told = subjects.emplace_back(
            ComparedSubject{.subject = query_.subjects[i],
                            .is_given_up = tables_[i].state == State::given_up,
                            .with_value = tables_[i].with_value,
                            .traces = traces_,
                            .share = share});
        for (const auto& [value, traces] : std::exchange(tables_[i].values, {}))
            told.values.push_back({.value = value, .traces = traces});
    }
    traces_ = {};
    bytes_ = 0;
    return subjects;
}

}  // namespace tomograph
