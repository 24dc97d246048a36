#include "query/promql/binary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "query/promql/limits.h"

namespace tomograph::promql {
namespace {

using Group = VectorMatching::Group;

/// The labels by which a series is matched.
LabelSet signature_of(const VectorMatching& matching, const LabelSet& labels) {
    LabelSet signature;
    if (matching.is_on) {
        for (const std::string& name : matching.labels) signature.set(name, labels.get(name));
        return signature;
    }
    signature = labels;
    signature.remove(metric_name_label);
    for (const std::string& name : matching.labels) signature.remove(name);
    return signature;
}

/// Numbers for the signatures of both sides.
struct Signatures {
    std::vector<std::size_t> left;
    std::vector<std::size_t> right;
    std::vector<LabelSet> all;
};

Signatures signatures_of(const VectorMatching& matching, const Vector& left, const Vector& right) {
    Signatures out;
    std::unordered_map<LabelSet, std::size_t, LabelSetHash> numbers;
    const auto number = [&](const LabelSet& labels) {
        LabelSet signature = signature_of(matching, labels);
        const auto [place, is_new] = numbers.try_emplace(signature, out.all.size());
        if (is_new) out.all.push_back(std::move(signature));
        return place->second;
    };
    for (const VectorSeries& series : left) out.left.push_back(number(series.labels));
    for (const VectorSeries& series : right) out.right.push_back(number(series.labels));
    return out;
}

LabelSet result_labels(const Binary& node, const LabelSet& many, const LabelSet& one) {
    LabelSet labels = many;
    if (!is_comparison(node.op) || node.returns_bool) labels.remove(metric_name_label);
    const VectorMatching& matching = node.matching;
    if (matching.group == Group::none) {
        if (matching.is_on) {
            LabelSet kept;
            for (const std::string& name : matching.labels) kept.set(name, labels.get(name));
            return kept;
        }
        for (const std::string& name : matching.labels) labels.remove(name);
    }
    for (const std::string& name : matching.include) labels.set(name, one.get(name));
    return labels;
}

class Matching {
 public:
    Matching(const Binary& node, const Vector& many, const Vector& one, std::size_t steps,
             bool is_swapped)
        : node_(node), many_(many), one_(one), steps_(steps), is_swapped_(is_swapped) {}

    Result<Vector> run() {
        const Signatures signatures = signatures_of(node_.matching, many_, one_);
        for (std::size_t step = 0; step < steps_; ++step) TRY(match(signatures, step));
        return std::move(out_);
    }

 private:
    static constexpr std::size_t nobody = static_cast<std::size_t>(-1);

    Result<void> match(const Signatures& signatures, std::size_t step) {
        const auto is_there = [&](const VectorSeries& series) { return series.has(step); };
        if (std::none_of(many_.begin(), many_.end(), is_there)) return {};
        partner_.assign(signatures.all.size(), nobody);
        for (std::size_t i = 0; i < one_.size(); ++i) {
            if (!one_[i].has(step)) continue;
            std::size_t& place = partner_[signatures.right[i]];
            if (place != nobody) return ambiguous(signatures.all[signatures.right[i]], place, i);
            place = i;
        }
        used_.clear();
        for (std::size_t i = 0; i < many_.size(); ++i) {
            if (!many_[i].has(step)) continue;
            const std::size_t signature = signatures.left[i];
            if (partner_[signature] != nobody) TRY(put(i, partner_[signature], signature, step));
        }
        return {};
    }

    Result<void> put(std::size_t many, std::size_t one, std::size_t signature, std::size_t step) {
        const double left = is_swapped_ ? one_[one].values[step] : many_[many].values[step];
        const double right = is_swapped_ ? many_[many].values[step] : one_[one].values[step];
        double value = apply(node_.op, left, right);
        if (is_comparison(node_.op) && !node_.returns_bool) {
            if (value == 0) return {};
            value = left;
        }
        const auto [place, is_new] = places_.try_emplace({many, one}, 0);
        if (is_new) {
            LabelSet labels = result_labels(node_, many_[many].labels, one_[one].labels);
            const auto [row, is_new_row] = rows_.try_emplace(labels, out_.size());
            if (is_new_row) {
                if ((out_.size() + 1) * steps_ > points_max)
                    return Error(ErrorCode::limit, "the operation makes too many points");
                out_.push_back({std::move(labels), std::vector<double>(steps_, stale_value())});
            }
            place->second = row->second;
        }
        const bool is_one_to_one = node_.matching.group == Group::none;
        if (!used_.insert(is_one_to_one ? signature : place->second).second)
            return Error(ErrorCode::invalid,
                         is_one_to_one
                             ? "multiple matches for labels: many-to-one matching must be explicit "
                               "(group_left/group_right)"
                             : "multiple matches for labels: grouping labels must ensure unique "
                               "matches");
        double& target = out_[place->second].values[step];
        if (!is_stale(target))
            return Error(ErrorCode::invalid, "the vector would have two series with the labels " +
                                                 tomograph::to_text(out_[place->second].labels));
        target = value;
        return {};
    }

    Error ambiguous(const LabelSet& signature, std::size_t a, std::size_t b) const {
        return Error(
            ErrorCode::invalid,
            fmt::format("found duplicate series for the match group {} on the {} hand-side of the "
                        "operation: [{}, {}]; many-to-many matching not allowed: matching labels "
                        "must be unique on one side",
                        tomograph::to_text(signature), is_swapped_ ? "left" : "right",
                        tomograph::to_text(one_[a].labels), tomograph::to_text(one_[b].labels)));
    }

    const Binary& node_;
    const Vector& many_;
    const Vector& one_;
    std::size_t steps_;
    bool is_swapped_;  ///< `one_` is the left operand
    Vector out_;
    std::vector<std::size_t> partner_;  ///< at this step, by signature: the series of `one_`
    std::unordered_set<std::size_t> used_;
    std::map<std::pair<std::size_t, std::size_t>, std::size_t> places_;
    std::unordered_map<LabelSet, std::size_t, LabelSetHash> rows_;
};

/// `and`, `unless` and `or`: the left side's series stand or go by what the right side has.
Result<Vector> combine_sets(const Binary& node, const Vector& left, const Vector& right,
                            std::size_t steps) {
    const Signatures signatures = signatures_of(node.matching, left, right);
    Vector out = left;
    if (node.op == BinaryOperator::set_or) out.insert(out.end(), right.begin(), right.end());
    if (out.size() * steps > points_max)
        return Error(ErrorCode::limit, "the operation makes too many points");
    std::vector<char> has(signatures.all.size());
    for (std::size_t step = 0; step < steps; ++step) {
        std::fill(has.begin(), has.end(), 0);
        const bool is_or = node.op == BinaryOperator::set_or;
        const Vector& asked = is_or ? left : right;
        const auto& numbers = is_or ? signatures.left : signatures.right;
        for (std::size_t i = 0; i < asked.size(); ++i)
            if (asked[i].has(step)) has[numbers[i]] = 1;
        if (is_or) {
            for (std::size_t i = 0; i < right.size(); ++i)
                if (has[signatures.right[i]] != 0)
                    out[left.size() + i].values[step] = stale_value();
        } else {
            const char wanted = node.op == BinaryOperator::set_and ? 1 : 0;
            for (std::size_t i = 0; i < left.size(); ++i)
                if (has[signatures.left[i]] != wanted) out[i].values[step] = stale_value();
        }
    }
    TRY(merge_equal_series(out));
    return out;
}

}  // namespace

double apply(BinaryOperator op, double left, double right) {
    switch (op) {
        case BinaryOperator::add:
            return left + right;
        case BinaryOperator::subtract:
            return left - right;
        case BinaryOperator::multiply:
            return left * right;
        case BinaryOperator::divide:
            return left / right;
        case BinaryOperator::modulo:
            return std::fmod(left, right);
        case BinaryOperator::power:
            return std::pow(left, right);
        case BinaryOperator::atan2:
            return std::atan2(left, right);
        case BinaryOperator::equal:
            return left == right ? 1 : 0;
        case BinaryOperator::not_equal:
            return left != right ? 1 : 0;
        case BinaryOperator::less:
            return left < right ? 1 : 0;
        case BinaryOperator::less_equal:
            return left <= right ? 1 : 0;
        case BinaryOperator::greater:
            return left > right ? 1 : 0;
        case BinaryOperator::greater_equal:
            return left >= right ? 1 : 0;
        case BinaryOperator::set_and:
        case BinaryOperator::set_or:
        case BinaryOperator::set_unless:
            break;
    }
    return 0;
}

Result<Vector> combine(const Binary& node, Vector vector, const std::vector<double>& numbers,
                       bool is_number_left) {
    const bool is_filter = is_comparison(node.op) && !node.returns_bool;
    for (VectorSeries& series : vector) {
        for (std::size_t step = 0; step < numbers.size(); ++step) {
            if (!series.has(step)) continue;
            double& value = series.values[step];
            const double result = is_number_left ? apply(node.op, numbers[step], value)
                                                 : apply(node.op, value, numbers[step]);
            if (!is_filter)
                value = result;
            else if (result == 0)
                value = stale_value();
        }
    }
    if (!is_filter) TRY(drop_names(vector));
    return vector;
}

Result<Vector> combine(const Binary& node, const Vector& left, const Vector& right,
                       std::size_t steps) {
    if (is_set_operator(node.op)) return combine_sets(node, left, right, steps);
    if (node.matching.group == Group::right) return Matching(node, right, left, steps, true).run();
    return Matching(node, left, right, steps, false).run();
}

}  // namespace tomograph::promql
