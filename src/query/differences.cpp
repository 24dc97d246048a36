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
/// Of the time: to find the attributes.
constexpr std::int64_t names_time_divisor = 20;
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

/// What is left of a read's time.
class TimeLeft {
 public:
    TimeLeft(const Clock& clock, Duration whole)
        : clock_(clock), whole_(whole), begun_(clock.monotonic()) {}

    /// A share of it; zero means "no limit" to a budget, so never less than a little.
    Duration part(std::int64_t divisor) const {
        if (whole_.ns <= 0) return {};
        const Duration left = whole_ - (clock_.monotonic() - begun_);
        return std::max(Duration{left.ns / divisor}, Duration::milliseconds(1));
    }

 private:
    const Clock& clock_;
    Duration whole_;
    Duration begun_;
};

class DifferenceRead {
 public:
    DifferenceRead(TraceStore& store, const Clock& clock, const DifferencesRequest& request)
        : store_(store), request_(request), time_(clock, request.a.budget.time) {}

    Result<Differences> run() {
        is_one_range_ = request_.a.range == request_.b.range && request_.a.type == request_.b.type;
        const std::vector<Subject> subjects = TRY(find_subjects());
        answer_.candidates = subjects.size();
        if (is_one_range_) {
            const Comparison both =
                TRY(compare(request_.a, {request_.a.predicate, request_.b.predicate}, subjects, 1));
            note_side(answer_.a, both, 0, request_.a);
            note_side(answer_.b, both, 1, request_.b);
            for (const ComparedSubject& each : both.subjects) add(each);
        } else {
            const Comparison a = TRY(compare(request_.a, {request_.a.predicate}, subjects, 2));
            const Comparison b = TRY(compare(request_.b, {request_.b.predicate}, subjects, 1));
            note_side(answer_.a, a, 0, request_.a);
            note_side(answer_.b, b, 0, request_.b);
            for (const ComparedSubject& each : a.subjects) {
                const auto other = std::find_if(
                    b.subjects.begin(), b.subjects.end(),
                    [&](const ComparedSubject& of) { return of.subject == each.subject; });
                if (other != b.subjects.end()) add(joined(each, *other));
            }
        }
        auto& found = answer_.subjects;
        std::stable_sort(found.begin(), found.end(),
                         [](const auto& x, const auto& y) { return x.divergence > y.divergence; });
        if (found.size() > request_.limit) found.resize(request_.limit);
        return std::move(answer_);
    }

 private:
    Result<Comparison> compare(const TraceSelection& traces, std::vector<SharedPredicate> sides,
                               const std::vector<Subject>& subjects, std::int64_t time_divisor) {
        ComparisonQuery query{.range = traces.range,
                              .type = traces.type,
                              .sides = std::move(sides),
                              .subjects = subjects,
                              .values_max = difference_values_max,
                              .budget = request_.a.budget};
        query.budget.time = time_.part(time_divisor);
        return store_.compare(query);
    }

    /// Fields, then attributes by frequency.
    Result<std::vector<Subject>> find_subjects() {
        std::map<std::string, std::uint64_t> counts;
        TRY(count_attributes(request_.a, counts));
        if (!is_one_range_) TRY(count_attributes(request_.b, counts));
        std::vector<std::pair<std::uint64_t, std::string>> by_count;
        for (auto& [path, count] : counts) by_count.emplace_back(count, path);
        std::stable_sort(by_count.begin(), by_count.end(),
                         [](const auto& x, const auto& y) { return x.first > y.first; });
        std::vector<Subject> subjects;
        for (const Field field : compared_fields) subjects.push_back({.field = field, .path = {}});
        for (const auto& [count, path] : by_count)
            if (subjects.size() < difference_candidates_max && path != "name")  // it is a field
                subjects.push_back({.field = {}, .path = path});
        return subjects;
    }

    /// Of any trace of the range: which of them match costs more than their names.
    Result<void> count_attributes(const TraceSelection& traces,
                                  std::map<std::string, std::uint64_t>& counts) {
        TraceSelection all{.range = traces.range,
                           .type = traces.type,
                           .budget = request_.a.budget,
                           .is_spread = true};
        all.budget.time = time_.part(names_time_divisor);
        const AttributeNames names = TRY(store_.attribute_names(all));
        for (const AttributeName& name : names.names)
            counts[name.path] += name.texts + name.numbers + name.booleans;
        return {};
    }

    static void note_side(DifferencesSide& side, const Comparison& compared, std::size_t number,
                          const TraceSelection& traces) {
        side.coverage.oldest = traces.range.start;
        side.coverage.processed = compared.processed;
        side.coverage.matched = compared.traces[number];
        side.coverage.stop = compared.stop;
        side.share = compared.share;
    }

    /// Two comparisons of one side each as one of two sides.
    static ComparedSubject joined(const ComparedSubject& a, const ComparedSubject& b) {
        ComparedSubject both{.subject = a.subject,
                             .is_given_up = a.is_given_up || b.is_given_up,
                             .with_value = {a.with_value[0], b.with_value[0]},
                             .traces = {a.traces[0], b.traces[0]},
                             .share = std::min(a.share, b.share)};
        std::map<Scalar, SideCounts> values;
        for (const auto& each : a.values) values[each.value][0] = each.traces[0];
        for (const auto& each : b.values) values[each.value][1] = each.traces[0];
        for (const auto& [value, traces] : values) both.values.push_back({value, traces});
        return both;
    }

    void add(const ComparedSubject& compared) {
        SubjectDifference difference{.subject = compared.subject,
                                     .traces_a = compared.traces[0],
                                     .traces_b = compared.traces[1],
                                     .share = compared.share,
                                     .values = {}};
        auto& values = difference.values;
        for (const auto& each : compared.values)
            values.push_back({.value = each.value, .a = each.traces[0], .b = each.traces[1]});
        const ValueShare absent{.value = {},
                                .a = compared.traces[0] - compared.with_value[0],
                                .b = compared.traces[1] - compared.with_value[1]};
        if (absent.a + absent.b > 0) values.push_back(absent);
        difference.distinct = values.size();
        const std::uint64_t traces = compared.traces[0] + compared.traces[1];
        if (compared.is_given_up || (traces > few_traces && values.size() * 2 > traces)) {
            ++answer_.skipped;
            return;
        }
        ++answer_.compared;
        difference.divergence = divergence_of(values);
        if (difference.divergence <= 0) return;
        keep_most_different(difference);
        answer_.subjects.push_back(std::move(difference));
    }

    void keep_most_different(SubjectDifference& difference) const {
        const auto share = [](std::uint64_t part, std::uint64_t whole) {
            return static_cast<double>(part) /
                   static_cast<double>(std::max<std::uint64_t>(whole, 1));
        };
        const auto gap = [&](const ValueShare& of) {
            return std::abs(share(of.a, difference.traces_a) - share(of.b, difference.traces_b));
        };
        auto& values = difference.values;
        std::stable_sort(values.begin(), values.end(),
                         [&](const auto& x, const auto& y) { return gap(x) > gap(y); });
        if (values.size() > request_.values_limit) values.resize(request_.values_limit);
    }

    TraceStore& store_;
    const DifferencesRequest& request_;
    TimeLeft time_;
    bool is_one_range_ = false;
    Differences answer_;
};

}  // namespace

Result<Differences> read_differences(TraceStore& store, const Clock& clock,
                                     const DifferencesRequest& request) {
    return DifferenceRead(store, clock, request).run();
}

}  // namespace tomograph
