#include "query/promql/aggregate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "query/promql/limits.h"

namespace tomograph::promql {
namespace {

struct Group {
    LabelSet labels;
    std::vector<const VectorSeries*> members;
};

LabelSet group_labels(const Aggregation& aggregation, const LabelSet& labels) {
    if (aggregation.is_without) {
        LabelSet kept = labels;
        kept.remove(metric_name_label);
        for (const std::string& name : aggregation.labels) kept.remove(name);
        return kept;
    }
    LabelSet kept;
    for (const std::string& name : aggregation.labels) kept.set(name, labels.get(name));
    return kept;
}

std::vector<Group> groups_of(const Aggregation& aggregation, const Vector& operand) {
    std::vector<Group> groups;
    std::unordered_map<LabelSet, std::size_t, LabelSetHash> places;
    for (const VectorSeries& series : operand) {
        LabelSet labels = group_labels(aggregation, series.labels);
        const auto [place, is_new] = places.try_emplace(labels, groups.size());
        if (is_new) groups.push_back({std::move(labels), {}});
        groups[place->second].members.push_back(&series);
    }
    return groups;
}

double variance_of(const std::vector<double>& values) {
    double count = 0;
    double mean = 0;
    double squares = 0;
    for (const double value : values) {
        ++count;
        const double delta = value - mean;
        mean += delta / count;
        squares += delta * (value - mean);
    }
    return squares / count;
}

double sum_of(const std::vector<double>& values) {
    ExactSum sum;
    for (const double value : values) sum.add(value);
    return sum.total();
}

double mean_of(const std::vector<double>& values) {
    const auto count = static_cast<double>(values.size());
    const double sum = sum_of(values);
    if (!std::isinf(sum)) return sum / count;
    double mean = 0;  // a sum beyond all doubles has a mean all the same
    for (const double value : values) mean += value / count;
    return mean;
}

template <class IsBetter>
double best_of(const std::vector<double>& values, IsBetter is_better) {
    double best = values.front();
    for (const double value : values)
        if (std::isnan(best) || is_better(value, best)) best = value;
    return best;
}

/// Of what is there at one step; at least one value.
double reduced(Aggregator aggregator, std::vector<double>& values, double parameter) {
    switch (aggregator) {
        case Aggregator::sum:
            return sum_of(values);
        case Aggregator::avg:
            return mean_of(values);
        case Aggregator::min:
            return best_of(values, [](double a, double b) { return a < b; });
        case Aggregator::max:
            return best_of(values, [](double a, double b) { return a > b; });
        case Aggregator::count:
            return static_cast<double>(values.size());
        case Aggregator::group:
            return 1;
        case Aggregator::stddev:
            return std::sqrt(variance_of(values));
        case Aggregator::stdvar:
            return variance_of(values);
        case Aggregator::quantile:
            return quantile_of(parameter, values);
        case Aggregator::topk:
        case Aggregator::bottomk:
        case Aggregator::count_values:
            break;
    }
    return 0;
}

Vector reduce(const Aggregation& aggregation, const std::vector<Group>& groups, std::size_t steps,
              const std::vector<double>& parameters) {
    Vector out;
    std::vector<double> values;
    for (const Group& group : groups) {
        VectorSeries series{group.labels, std::vector<double>(steps, stale_value())};
        for (std::size_t step = 0; step < steps; ++step) {
            values.clear();
            for (const VectorSeries* member : group.members)
                if (member->has(step)) values.push_back(member->values[step]);
            if (values.empty()) continue;
            series.values[step] =
                reduced(aggregation.aggregator, values, parameters.empty() ? 0 : parameters[step]);
        }
        out.push_back(std::move(series));
    }
    return out;
}

/// Whether `a` stands before `b` in topk(), or in bottomk(). NaNs stand last.
bool is_before(double a, double b, bool is_top) {
    if (std::isnan(a) || std::isnan(b)) return !std::isnan(a);
    return is_top ? a > b : a < b;
}

/// The k best of each group, with their own labels; those of the last step in their order.
Vector choose(bool is_top, const std::vector<Group>& groups, std::size_t steps,
              const std::vector<double>& parameters) {
    Vector out;
    std::vector<std::size_t> present;
    for (const Group& group : groups) {
        std::vector<std::size_t> place(group.members.size(), out.max_size());
        for (std::size_t step = 0; step < steps; ++step) {
            const double wanted = parameters[step];
            if (!(wanted >= 1)) continue;
            present.clear();
            for (std::size_t i = 0; i < group.members.size(); ++i)
                if (group.members[i]->has(step)) present.push_back(i);
            std::stable_sort(present.begin(), present.end(), [&](std::size_t a, std::size_t b) {
                return is_before(group.members[a]->values[step], group.members[b]->values[step],
                                 is_top);
            });
            if (wanted < static_cast<double>(present.size()))
                present.resize(static_cast<std::size_t>(wanted));
            for (const std::size_t i : present) {
                if (place[i] == out.max_size()) {
                    place[i] = out.size();
                    out.push_back(
                        {group.members[i]->labels, std::vector<double>(steps, stale_value())});
                }
                out[place[i]].values[step] = group.members[i]->values[step];
            }
        }
    }
    return out;
}

/// As Go writes it: no exponent, as few digits as tell it apart.
std::string value_text(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
    std::string text = fmt::format("{:e}", value);
    if (value == std::floor(value) && std::abs(value) < 1e15) return fmt::format("{:.0f}", value);
    text = fmt::format("{}", value);
    if (text.find('e') == std::string::npos) return text;
    // Shortest digits with an exponent: write them plainly.
    for (int digits = 0; digits < 400; ++digits) {
        text = fmt::format("{:.{}f}", value, digits);
        if (std::stod(text) == value) break;
    }
    return text;
}

Result<Vector> count_values(const std::vector<Group>& groups, std::size_t steps,
                            const std::string& label) {
    if (label.empty()) return Error(ErrorCode::invalid, "count_values takes the name of a label");
    Vector out;
    for (const Group& group : groups) {
        std::map<std::string, std::vector<double>> counts;
        for (const VectorSeries* member : group.members) {
            for (std::size_t step = 0; step < steps; ++step) {
                if (!member->has(step)) continue;
                auto& its = counts[value_text(member->values[step])];
                if (its.empty()) its.assign(steps, stale_value());
                its[step] = is_stale(its[step]) ? 1 : its[step] + 1;
            }
            if ((out.size() + counts.size()) * steps > points_max)
                return Error(ErrorCode::limit, "count_values finds too many values");
        }
        for (auto& [value, its] : counts) {
            LabelSet labels = group.labels;
            labels.set(label, value);
            out.push_back({std::move(labels), std::move(its)});
        }
    }
    TRY(merge_equal_series(out));
    return out;
}

}  // namespace

Result<Vector> aggregate(const Aggregation& aggregation, const Vector& operand, std::size_t steps,
                         const std::vector<double>& parameters, const std::string& label) {
    const std::vector<Group> groups = groups_of(aggregation, operand);
    switch (aggregation.aggregator) {
        case Aggregator::topk:
            return choose(true, groups, steps, parameters);
        case Aggregator::bottomk:
            return choose(false, groups, steps, parameters);
        case Aggregator::count_values:
            return count_values(groups, steps, label);
        default:
            return reduce(aggregation, groups, steps, parameters);
    }
}

}  // namespace tomograph::promql
