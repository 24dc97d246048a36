#include "query/promql/vector_functions.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <limits>

#include "base/assert.h"

namespace tomograph::promql {
namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

double smaller(double a, double b) {
    return std::isnan(a) || std::isnan(b) ? no_number : std::min(a, b);
}
double greater(double a, double b) {
    return std::isnan(a) || std::isnan(b) ? no_number : std::max(a, b);
}

double sign_of(double value) {
    if (value < 0) return -1;
    return value > 0 ? 1 : value;
}

bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

/// A part of the date, UTC.
double date_part(FunctionId function, double epoch_seconds) {
    constexpr double second_max = 67'767'976'233'532'799.0;  // where years no longer fit
    if (!(std::abs(epoch_seconds) < second_max)) return no_number;
    const auto second = static_cast<std::time_t>(epoch_seconds);
    std::tm parts{};
    if (gmtime_r(&second, &parts) == nullptr) return no_number;
    switch (function) {
        case FunctionId::minute:
            return parts.tm_min;
        case FunctionId::hour:
            return parts.tm_hour;
        case FunctionId::day_of_week:
            return parts.tm_wday;
        case FunctionId::day_of_month:
            return parts.tm_mday;
        case FunctionId::day_of_year:
            return parts.tm_yday + 1;
        case FunctionId::month:
            return parts.tm_mon + 1;
        case FunctionId::year:
            return static_cast<double>(parts.tm_year) + 1900;
        default:
            break;
    }
    constexpr std::array<int, 12> days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool is_long_february = parts.tm_mon == 1 && is_leap(parts.tm_year + 1900);
    return days[static_cast<std::size_t>(parts.tm_mon)] + (is_long_february ? 1 : 0);
}

bool is_date_part(FunctionId function) {
    switch (function) {
        case FunctionId::minute:
        case FunctionId::hour:
        case FunctionId::day_of_week:
        case FunctionId::day_of_month:
        case FunctionId::day_of_year:
        case FunctionId::days_in_month:
        case FunctionId::month:
        case FunctionId::year:
            return true;
        default:
            return false;
    }
}

/// first, second  the numbers behind the vector, at the step
double sample_value(FunctionId function, double value, double first, double second) {
    switch (function) {
        case FunctionId::abs:
            return std::abs(value);
        case FunctionId::ceil:
            return std::ceil(value);
        case FunctionId::floor:
            return std::floor(value);
        case FunctionId::exp:
            return std::exp(value);
        case FunctionId::ln:
            return std::log(value);
        case FunctionId::log2:
            return std::log2(value);
        case FunctionId::log10:
            return std::log10(value);
        case FunctionId::sqrt:
            return std::sqrt(value);
        case FunctionId::sgn:
            return sign_of(value);
        case FunctionId::round: {
            const double inverse = 1 / first;
            return std::floor(value * inverse + 0.5) / inverse;
        }
        case FunctionId::clamp:
            if (first > second) return stale_value();
            return greater(first, smaller(second, value));
        case FunctionId::clamp_min:
            return greater(first, value);
        case FunctionId::clamp_max:
            return smaller(first, value);
        default:
            return date_part(function, value);
    }
}

void sort_by_value(Vector& vector, std::size_t step, bool is_descending) {
    std::erase_if(vector, [&](const VectorSeries& series) { return !series.has(step); });
    std::stable_sort(vector.begin(), vector.end(),
                     [&](const VectorSeries& a, const VectorSeries& b) {
                         const double x = a.values[step];
                         const double y = b.values[step];
                         if (std::isnan(x) || std::isnan(y)) return !std::isnan(x);
                         return is_descending ? x > y : x < y;
                     });
}

Result<void> replace_label(Vector& vector, const std::vector<Value>& arguments) {
    const std::string& target = arguments[1].text;
    if (target.empty()) return Error(ErrorCode::invalid, "label_replace() to a label without name");
    const auto replacer = TRY(Replacer::make(arguments[4].text));
    for (VectorSeries& series : vector) {
        std::string value;
        if (replacer.replace(series.labels.get(arguments[3].text), arguments[2].text, value))
            series.labels.set(target, value);
    }
    return merge_equal_series(vector);
}

Result<void> join_labels(Vector& vector, const std::vector<Value>& arguments) {
    const std::string& target = arguments[1].text;
    if (target.empty()) return Error(ErrorCode::invalid, "label_join() to a label without name");
    for (VectorSeries& series : vector) {
        std::string joined;
        for (std::size_t i = 3; i < arguments.size(); ++i) {
            if (i > 3) joined += arguments[2].text;
            joined += series.labels.get(arguments[i].text);
        }
        series.labels.set(target, joined);
    }
    return merge_equal_series(vector);
}

/// The moment of each step, as a vector without labels.
Value now_of(const Steps& steps) {
    Value value{.type = ValueType::vector};
    VectorSeries series;
    for (std::size_t step = 0; step < steps.count; ++step)
        series.values.push_back(static_cast<double>(steps.at(step)) / 1000);
    value.vector.push_back(std::move(series));
    return value;
}

}  // namespace

Result<Value> call_vector_function(FunctionId function, std::vector<Value> arguments,
                                   const Steps& steps) {
    if (arguments.empty()) {
        ASSERT(is_date_part(function));
        arguments.push_back(now_of(steps));
    }
    Value out{.type = ValueType::vector, .vector = std::move(arguments[0].vector)};
    if (function == FunctionId::sort || function == FunctionId::sort_desc) {
        // Over several steps there is no order to tell.
        if (steps.count == 1) sort_by_value(out.vector, 0, function == FunctionId::sort_desc);
        out.is_ordered = steps.count == 1;
        return out;
    }
    if (function == FunctionId::label_replace || function == FunctionId::label_join) {
        TRY(function == FunctionId::label_join ? join_labels(out.vector, arguments)
                                               : replace_label(out.vector, arguments));
        return out;
    }
    const auto number = [&](std::size_t index, std::size_t step) {
        return index < arguments.size() ? arguments[index].scalars[step] : 1;
    };
    for (VectorSeries& series : out.vector)
        for (std::size_t step = 0; step < steps.count; ++step)
            if (series.has(step))
                series.values[step] =
                    sample_value(function, series.values[step], number(1, step), number(2, step));
    TRY(drop_names(out.vector));
    return out;
}

}  // namespace tomograph::promql
