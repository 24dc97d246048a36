#include "query/differences.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "query/limits.h"

namespace tomograph {
namespace {

constexpr std::array compared_fields = {
    Field::service,           Field::name,         Field::status, Field::exception_type,
    Field::exception_message, Field::service_type, Field::fault,  Field::error,
    Field::throttle};
/// Of the time: to find the attributes of each selection.
constexpr std::int64_t names_time_divisor = 20;
constexpr std::int64_t slow_factor = 4;
/// Fewer traces than this may well have a value each and yet differ for a reason.
constexpr std::uint64_t few_traces = 20;

double information(double part, double whole) {
    return part > 0 ? part * std::log2(part / whole) : 0;
}

/// Of the counts of two columns, each taken as shares of its sum.
double divergence_of(const std::vector<ValueShare>& values) {
    double sum_a = 0;
    double sum_b = 0;
    for (const ValueShare& each : values) {
        sum_a += static_cast<double>(each.a);
        sum_b += static_cast<double>(each.b);
    }
    if (sum_a == 0 || sum_b == 0) return 0;
    double bits = 0;
    for (const ValueShare& each : values) {
        const double a = static_cast<double>(each.a) / sum_a;
        const double b = static_cast<double>(each.b) / sum_b;
        const double middle = (a + b) / 2;
        bits += (information(a, middle) + information(b, middle)) / 2;
    }
    return std::clamp(bits, 0.0, 1.0);
}

class Comparison {
 public:
    Comparison(TraceStore& store, const Clock& clock, const DifferencesRequest& request)
        : store_(store), clock_(clock), request_(request), begun_(clock.monotonic()) {}

    Result<Differences> run() {
        const std::vector<Subject> subjects = TRY(find_subjects());
        answer_.candidates = subjects.size();
        std::vector<Subject> slow;
        for (const Subject& subject : subjects) {
            // At least one subject is compared, whatever it takes.
            if (has_begun() && is_spent()) break;
            const Duration begun = clock_.monotonic();
            const bool is_first = !has_begun();
            if (!TRY(compare(subject))) slow.push_back(subject);
            if (is_first) time_max_ = time_of_others(clock_.monotonic() - begun);
        }
        time_max_ = {};
        for (const Subject& subject : slow) {
            if (is_spent()) break;
            TRY(compare(subject));
        }
        auto& found = answer_.subjects;
        std::stable_sort(found.begin(), found.end(),
                         [](const auto& x, const auto& y) { return x.divergence > y.divergence; });
        if (found.size() > request_.limit) found.resize(request_.limit);
        return std::move(answer_);
    }

 private:
    bool is_spent() const {
        const SearchBudget& budget = request_.a.budget;
        if (budget.is_cancelled && budget.is_cancelled()) return true;
        return budget.time.ns > 0 && clock_.monotonic() - begun_ >= budget.time;
    }
    Duration time_left() const {
        const Duration time = request_.a.budget.time;
        if (time.ns <= 0) return {};
        return std::max(time - (clock_.monotonic() - begun_), Duration::milliseconds(1));
    }

    bool has_begun() const { return answer_.compared + answer_.skipped > 0; }

    /// What a column tells takes about as long for any subject; of what none tells every trace is
    /// read, and that comes last.
    static Duration time_of_others(Duration first) {
        return std::max(first * slow_factor, Duration::milliseconds(50));
    }

    /// Fields, then attributes by frequency; cuts the ranges to what was looked at.
    Result<std::vector<Subject>> find_subjects() {
        std::map<std::string, std::uint64_t> counts;
        a_ = request_.a;
        b_ = request_.b;
        const bool is_one_range = a_.range == b_.range;
        for (TraceSelection* each : {&a_, &b_}) {
            each->budget = request_.a.budget;
            each->budget.time = {request_.a.budget.time.ns / names_time_divisor};
            const AttributeNames names = TRY(store_.attribute_names(*each));
            for (const AttributeName& name : names.names)
                counts[name.path] += name.texts + name.numbers + name.booleans;
            each->range.start = std::max(each->range.start, names.coverage.oldest);
            (each == &a_ ? answer_.a : answer_.b) = names.coverage;
        }
        if (is_one_range)
            a_.range.start = b_.range.start = std::max(a_.range.start, b_.range.start);
        std::vector<std::pair<std::uint64_t, std::string>> by_count;
        for (auto& [path, count] : counts) by_count.emplace_back(count, path);
        std::stable_sort(by_count.begin(), by_count.end(),
                         [](const auto& x, const auto& y) { return x.first > y.first; });
        std::vector<Subject> subjects;
        for (const Field field : compared_fields) subjects.push_back({.field = field, .path = {}});
        for (const auto& [count, path] : by_count)
            if (subjects.size() < difference_candidates_max)
                subjects.push_back({.field = {}, .path = path});
        return subjects;
    }

    Result<ValueGroups> groups_of(const TraceSelection& traces, const Subject& subject) {
        GroupQuery query{.traces = traces, .unit = GroupUnit::traces};
        query.by = subject;
        query.limit = difference_values_max;
        query.traces.budget.time = time_left();
        if (time_max_.ns > 0)
            query.traces.budget.time = query.traces.budget.time.ns > 0
                                           ? std::min(query.traces.budget.time, time_max_)
                                           : time_max_;
        return store_.group(query);
    }

    /// False when the time was too short for all of it.
    Result<bool> compare(const Subject& subject) {
        const bool is_first = !has_begun();
        const ValueGroups a = TRY(groups_of(a_, subject));
        if (!is_first && a.coverage.is_partial()) return false;
        const ValueGroups b = TRY(groups_of(b_, subject));
        if (is_first) {
            note_coverage(answer_.a, a.coverage);
            note_coverage(answer_.b, b.coverage);
        }
        if (!is_first && b.coverage.is_partial()) return false;
        const std::uint64_t traces = a.coverage.matched + b.coverage.matched;
        std::map<std::optional<Scalar>, ValueShare> table;
        for (const ValueGroup& group : a.groups) table[group.value].a = group.count;
        for (const ValueGroup& group : b.groups) table[group.value].b = group.count;
        const bool is_cut = a.distinct > a.groups.size() || b.distinct > b.groups.size();
        if (is_cut || (traces > few_traces && table.size() * 2 > traces)) {
            ++answer_.skipped;
            return true;
        }
        ++answer_.compared;
        SubjectDifference difference{.subject = subject, .distinct = table.size(), .values = {}};
        for (auto& [value, share] : table) {
            share.value = value;
            difference.values.push_back(share);
        }
        difference.divergence = divergence_of(difference.values);
        if (difference.divergence > 0) add(std::move(difference));
        return true;
    }

    static void note_coverage(SearchCoverage& told, const SearchCoverage& read) {
        const SearchStop stop = told.stop;
        told = read;
        if (!read.is_partial()) told.stop = stop;
    }

    void add(SubjectDifference difference) {
        const auto traces = [](const SearchCoverage& of) {
            return static_cast<double>(std::max<std::uint64_t>(of.matched, 1));
        };
        const auto gap = [&](const ValueShare& share) {
            return std::abs(static_cast<double>(share.a) / traces(answer_.a) -
                            static_cast<double>(share.b) / traces(answer_.b));
        };
        auto& values = difference.values;
        std::stable_sort(values.begin(), values.end(),
                         [&](const auto& x, const auto& y) { return gap(x) > gap(y); });
        if (values.size() > request_.values_limit) values.resize(request_.values_limit);
        answer_.subjects.push_back(std::move(difference));
    }

    TraceStore& store_;
    const Clock& clock_;
    const DifferencesRequest& request_;
    Duration begun_;
    TraceSelection a_;
    TraceSelection b_;
    Duration time_max_;  ///< of a read; zero: none but what is left
    Differences answer_;
};

}  // namespace

Result<Differences> read_differences(TraceStore& store, const Clock& clock,
                                     const DifferencesRequest& request) {
    return Comparison(store, clock, request).run();
}

}  // namespace tomograph
