#include "query/promql/evaluator.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "base/assert.h"
#include "query/promql/aggregate.h"
#include "query/promql/binary.h"
#include "query/promql/functions.h"
#include "query/promql/histogram_quantile.h"
#include "query/promql/limits.h"
#include "query/promql/range_functions.h"
#include "query/promql/vector_functions.h"

namespace tomograph::promql {
namespace {

/// The moments that a selector looks back from.
struct Moments {
    const Selector& selector;
    const Steps& steps;

    std::int64_t at(std::size_t step) const {
        const std::int64_t offset = selector.offset.as_milliseconds();
        if (!selector.at) return steps.at(step) - offset;
        switch (selector.at->kind) {
            case AtModifier::Kind::start:
                return steps.start_ms - offset;
            case AtModifier::Kind::end:
                return steps.end_ms() - offset;
            case AtModifier::Kind::moment:
                break;
        }
        return static_cast<std::int64_t>(std::round(selector.at->second * 1000)) - offset;
    }
    std::int64_t window_ms() const {
        return (selector.range.ns > 0 ? selector.range : lookback).as_milliseconds();
    }
    /// Windows are open at their start.
    MsRange range() const { return {at(0) - window_ms() + 1, at(steps.count - 1)}; }
};

template <class Each>
void for_each_selector(const Expression& expression, const Each& each) {
    struct Walk {
        const Each& each;
        void into(const ExpressionPtr& child) const {
            if (child) for_each_selector(*child, each);
        }
        void operator()(const NumberLiteral&) const {}
        void operator()(const TextLiteral&) const {}
        void operator()(const Selector& node) const { each(node); }
        void operator()(const Call& node) const {
            for (const auto& argument : node.arguments) into(argument);
        }
        void operator()(const Negation& node) const { into(node.operand); }
        void operator()(const Parenthesis& node) const { into(node.inside); }
        void operator()(const Binary& node) const {
            into(node.left);
            into(node.right);
        }
        void operator()(const Aggregation& node) const {
            into(node.parameter);
            into(node.operand);
        }
    };
    std::visit(Walk{each}, expression.node);
}

const Expression& without_parentheses(const Expression& expression) {
    const auto* inside = std::get_if<Parenthesis>(&expression.node);
    return inside == nullptr ? expression : without_parentheses(*inside->inside);
}

/// What absent() answers with: the labels that its selector asks for by `=`, each once.
LabelSet absent_labels(const Selector& selector) {
    LabelSet labels;
    std::set<std::string> seen;
    for (const Matcher& each : selector.matchers) {
        if (each.name() == metric_name_label) continue;
        const bool is_first = seen.insert(each.name()).second;
        labels.set(each.name(), is_first && each.op() == MatchOperator::equal ? each.value() : "");
    }
    return labels;
}

class Evaluator {
 public:
    Evaluator(const Steps& steps, const SeriesSource& source, ReadBudget& budget, MsRange whole)
        : steps_(steps), source_(source), budget_(budget), whole_(whole) {}

    Result<Value> evaluate(const Expression& expression) {
        auto value =
            TRY(std::visit([&](const auto& node) { return value_of(node); }, expression.node));
        if (value.vector.size() * steps_.count > points_max)
            return Error(ErrorCode::limit,
                         fmt::format("a result of more than {} points", points_max));
        TRY(budget_.work(value.vector.size() * steps_.count));
        return value;
    }

 private:
    Result<Value> value_of(const NumberLiteral& node) { return numbers(node.value); }
    Result<Value> value_of(const TextLiteral& node) {
        return Value{.type = ValueType::text, .text = node.value};
    }
    Result<Value> value_of(const Parenthesis& node) { return evaluate(*node.inside); }

    Result<Value> value_of(const Negation& node) {
        Value value = TRY(evaluate(*node.operand));
        for (double& number : value.scalars) number = -number;
        for (VectorSeries& series : value.vector)
            for (double& number : series.values)
                if (!is_stale(number)) number = -number;
        TRY(drop_names(value.vector));
        return value;
    }

    Result<Value> value_of(const Selector& node) {
        std::vector<Series> loaded = TRY(load(node));
        if (node.range.ns > 0) return ranges(node, std::move(loaded));
        return instants(node, loaded, false);
    }

    Result<Value> value_of(const Binary& node) {
        Value left = TRY(evaluate(*node.left));
        Value right = TRY(evaluate(*node.right));
        const bool is_left_number = left.type == ValueType::scalar;
        const bool is_right_number = right.type == ValueType::scalar;
        if (is_left_number && is_right_number) {
            for (std::size_t step = 0; step < steps_.count; ++step)
                left.scalars[step] = apply(node.op, left.scalars[step], right.scalars[step]);
            return left;
        }
        Value out{.type = ValueType::vector};
        if (is_left_number)
            out.vector = TRY(combine(node, std::move(right.vector), left.scalars, true));
        else if (is_right_number)
            out.vector = TRY(combine(node, std::move(left.vector), right.scalars, false));
        else
            out.vector = TRY(combine(node, left.vector, right.vector, steps_.count));
        drop_empty_series(out.vector);
        return out;
    }

    Result<Value> value_of(const Aggregation& node) {
        Value parameter;
        if (node.parameter) parameter = TRY(evaluate(*node.parameter));
        const Value operand = TRY(evaluate(*node.operand));
        Value out{.type = ValueType::vector};
        out.vector =
            TRY(aggregate(node, operand.vector, steps_.count, parameter.scalars, parameter.text));
        drop_empty_series(out.vector);
        out.is_ordered = steps_.count == 1 && (node.aggregator == Aggregator::topk ||
                                               node.aggregator == Aggregator::bottomk);
        return out;
    }

    Result<Value> value_of(const Call& node) {
        const FunctionId id = node.function->id;
        for (std::size_t i = 0; i < node.arguments.size(); ++i)
            if (node.arguments[i]->type == ValueType::range) return range_call(node, i);
        switch (id) {
            case FunctionId::pi:
                return numbers(std::numbers::pi);
            case FunctionId::time:
                return moments();
            case FunctionId::absent:
                return absent(*node.arguments[0]);
            case FunctionId::timestamp:
                return timestamps(*node.arguments[0]);
            default:
                break;
        }
        std::vector<Value> arguments;
        for (const auto& argument : node.arguments) {
            Value value = TRY(evaluate(*argument));
            arguments.push_back(std::move(value));
        }
        if (id == FunctionId::scalar) return only_value(arguments[0].vector);
        Value out{.type = ValueType::vector};
        if (id == FunctionId::vector) {
            out.vector.push_back({{}, std::move(arguments[0].scalars)});
            return out;
        }
        if (id == FunctionId::histogram_quantile) {
            out.vector = TRY(histogram_quantile(arguments[0].scalars, arguments[1].vector));
            return out;
        }
        out = TRY(call_vector_function(id, std::move(arguments), steps_));
        drop_empty_series(out.vector);
        return out;
    }

    // Selectors. -----------------------------------------------------------------------------

    Result<std::vector<Series>> load(const Selector& node) {
        const MsRange range = Moments{node, steps_}.range();
        std::vector<Series> series;
        TRY(source_.select({node.matchers, range, whole_}, budget_, series));
        std::sort(series.begin(), series.end(),
                  [](const Series& a, const Series& b) { return a.labels < b.labels; });
        return series;
    }

    /// The last sample of each window.
    ///
    /// of_times  its time, in seconds, instead of its value
    Result<Value> instants(const Selector& node, const std::vector<Series>& loaded, bool of_times) {
        const Moments moments{node, steps_};
        const std::int64_t window = moments.window_ms();
        Value out{.type = ValueType::vector};
        if (loaded.size() * steps_.count > points_max)
            return Error(ErrorCode::limit,
                         fmt::format("a result of more than {} points", points_max));
        for (const Series& series : loaded) {
            VectorSeries row{series.labels, std::vector<double>(steps_.count, stale_value())};
            std::size_t behind = 0;  // the first sample later than the moment
            for (std::size_t step = 0; step < steps_.count; ++step) {
                const std::int64_t at = moments.at(step);
                while (behind < series.samples.size() && series.samples[behind].at_ms <= at)
                    ++behind;
                if (behind == 0) continue;
                const Sample& last = series.samples[behind - 1];
                if (last.at_ms <= at - window || is_stale(last.value)) continue;
                row.values[step] = of_times ? static_cast<double>(last.at_ms) / 1000 : last.value;
            }
            out.vector.push_back(std::move(row));
        }
        drop_empty_series(out.vector);
        return out;
    }

    Result<Value> ranges(const Selector& node, std::vector<Series> loaded) {
        if (steps_.count > 1)
            return Error(ErrorCode::invalid, "a range vector is answered for one moment only");
        const Moments moments{node, steps_};
        const MsRange range = moments.range();
        for (Series& series : loaded)
            std::erase_if(series.samples, [&](const Sample& sample) {
                return sample.at_ms < range.start || sample.at_ms > range.end ||
                       is_stale(sample.value);
            });
        std::erase_if(loaded, [](const Series& series) { return series.samples.empty(); });
        return Value{.type = ValueType::range, .ranges = std::move(loaded)};
    }

    Result<Value> range_call(const Call& node, std::size_t index) {
        const FunctionId id = node.function->id;
        std::vector<double> parameters(steps_.count, 0);
        for (std::size_t i = 0; i < node.arguments.size(); ++i) {
            if (i == index) continue;
            Value value = TRY(evaluate(*node.arguments[i]));
            parameters = std::move(value.scalars);
        }
        const auto* selector =
            std::get_if<Selector>(&without_parentheses(*node.arguments[index]).node);
        ASSERT(selector != nullptr);
        std::vector<Series> loaded = TRY(load(*selector));
        if (id == FunctionId::absent_over_time) return absent_over(*selector, std::move(loaded));
        Value out{.type = ValueType::vector};
        for (Series& series : loaded) {
            std::erase_if(series.samples,
                          [](const Sample& sample) { return is_stale(sample.value); });
            VectorSeries row{std::move(series.labels), {}};
            row.values = TRY(window_values(id, *selector, series.samples, parameters));
            out.vector.push_back(std::move(row));
        }
        drop_empty_series(out.vector);
        if (!keeps_name(id)) TRY(drop_names(out.vector));
        return out;
    }

    Result<std::vector<double>> window_values(FunctionId id, const Selector& selector,
                                              const std::vector<Sample>& samples,
                                              const std::vector<double>& parameters) {
        const Moments moments{selector, steps_};
        std::vector<double> values(steps_.count, stale_value());
        std::size_t first = 0;
        std::size_t behind = 0;
        for (std::size_t step = 0; step < steps_.count; ++step) {
            const std::int64_t end = moments.at(step);
            const std::int64_t start = end - moments.window_ms();
            while (behind < samples.size() && samples[behind].at_ms <= end) ++behind;
            while (first < behind && samples[first].at_ms <= start) ++first;
            if (first == behind) continue;
            TRY(budget_.work(behind - first));
            const auto value =
                range_value(id, {.samples = std::span(samples).subspan(first, behind - first),
                                 .start_ms = start,
                                 .end_ms = end,
                                 .at_ms = steps_.at(step),
                                 .parameter = parameters[step]});
            if (value) values[step] = *value;
        }
        return values;
    }

    // Functions of their own kind. -----------------------------------------------------------

    Result<Value> absent_over(const Selector& selector, std::vector<Series> loaded) {
        const std::vector<double> unused(steps_.count, 0);
        Value out = TRY(numbers(1));
        for (Series& series : loaded) {
            std::erase_if(series.samples,
                          [](const Sample& sample) { return is_stale(sample.value); });
            const auto present =
                TRY(window_values(FunctionId::present_over_time, selector, series.samples, unused));
            for (std::size_t step = 0; step < steps_.count; ++step)
                if (!is_stale(present[step])) out.scalars[step] = stale_value();
        }
        return absence(absent_labels(selector), std::move(out.scalars));
    }

    Result<Value> absent(const Expression& argument) {
        const Value value = TRY(evaluate(argument));
        Value out = TRY(numbers(1));
        for (const VectorSeries& series : value.vector)
            for (std::size_t step = 0; step < steps_.count; ++step)
                if (series.has(step)) out.scalars[step] = stale_value();
        const auto* selector = std::get_if<Selector>(&without_parentheses(argument).node);
        return absence(selector == nullptr ? LabelSet{} : absent_labels(*selector),
                       std::move(out.scalars));
    }

    static Value absence(LabelSet labels, std::vector<double> values) {
        Value out{.type = ValueType::vector};
        out.vector.push_back({std::move(labels), std::move(values)});
        drop_empty_series(out.vector);
        return out;
    }

    Result<Value> timestamps(const Expression& argument) {
        const auto* selector = std::get_if<Selector>(&without_parentheses(argument).node);
        Value out;
        if (selector != nullptr) {
            const std::vector<Series> loaded = TRY(load(*selector));
            out = TRY(instants(*selector, loaded, true));
        } else {
            out = TRY(evaluate(argument));
            for (VectorSeries& series : out.vector)
                for (std::size_t step = 0; step < steps_.count; ++step)
                    if (series.has(step))
                        series.values[step] = static_cast<double>(steps_.at(step)) / 1000;
        }
        out.is_ordered = false;
        TRY(drop_names(out.vector));
        return out;
    }

    Result<Value> only_value(const Vector& vector) {
        Value out = TRY(numbers(std::numeric_limits<double>::quiet_NaN()));
        for (std::size_t step = 0; step < steps_.count; ++step) {
            std::size_t count = 0;
            for (const VectorSeries& series : vector) {
                if (!series.has(step)) continue;
                out.scalars[step] = series.values[step];
                ++count;
            }
            if (count != 1) out.scalars[step] = std::numeric_limits<double>::quiet_NaN();
        }
        return out;
    }

    Result<Value> numbers(double value) {
        return Value{.type = ValueType::scalar,
                     .scalars = std::vector<double>(steps_.count, value)};
    }

    Result<Value> moments() {
        Value out = TRY(numbers(0));
        for (std::size_t step = 0; step < steps_.count; ++step)
            out.scalars[step] = static_cast<double>(steps_.at(step)) / 1000;
        return out;
    }

    const Steps& steps_;
    const SeriesSource& source_;
    ReadBudget& budget_;
    MsRange whole_;
};

}  // namespace

std::vector<const Selector*> selectors_of(const Expression& expression) {
    std::vector<const Selector*> selectors;
    for_each_selector(expression,
                      [&](const Selector& selector) { selectors.push_back(&selector); });
    return selectors;
}

Result<Value> evaluate(const Expression& expression, const Steps& steps, const SeriesSource& source,
                       ReadBudget& budget) {
    MsRange whole{steps.start_ms, steps.end_ms()};
    for_each_selector(expression, [&](const Selector& selector) {
        const MsRange range = Moments{selector, steps}.range();
        whole.start = std::min(whole.start, range.start);
        whole.end = std::max(whole.end, range.end);
    });
    Value value = TRY(Evaluator(steps, source, budget, whole).evaluate(expression));
    if (!value.is_ordered)
        std::sort(value.vector.begin(), value.vector.end(),
                  [](const VectorSeries& a, const VectorSeries& b) { return a.labels < b.labels; });
    return value;
}

}  // namespace tomograph::promql
