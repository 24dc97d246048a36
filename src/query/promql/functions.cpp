#include "query/promql/functions.h"

#include <algorithm>
#include <array>

namespace tomograph::promql {
namespace {

constexpr auto S = ValueType::scalar;
constexpr auto T = ValueType::text;
constexpr auto V = ValueType::vector;
constexpr auto R = ValueType::range;

constexpr std::array<ValueType, 0> none{};
constexpr std::array v = {V};
constexpr std::array s = {S};
constexpr std::array r = {R};
constexpr std::array vs = {V, S};
constexpr std::array vss = {V, S, S};
constexpr std::array rs = {R, S};
constexpr std::array sr = {S, R};
constexpr std::array sv = {S, V};
constexpr std::array vttt = {V, T, T, T};
constexpr std::array vtttt = {V, T, T, T, T};

using Id = FunctionId;
constexpr std::array functions = {
    Function{"abs", Id::abs, V, v, 1},
    Function{"absent", Id::absent, V, v, 1},
    Function{"absent_over_time", Id::absent_over_time, V, r, 1},
    Function{"avg_over_time", Id::avg_over_time, V, r, 1},
    Function{"ceil", Id::ceil, V, v, 1},
    Function{"changes", Id::changes, V, r, 1},
    Function{"clamp", Id::clamp, V, vss, 3},
    Function{"clamp_max", Id::clamp_max, V, vs, 2},
    Function{"clamp_min", Id::clamp_min, V, vs, 2},
    Function{"count_over_time", Id::count_over_time, V, r, 1},
    Function{"day_of_month", Id::day_of_month, V, v, 0},
    Function{"day_of_week", Id::day_of_week, V, v, 0},
    Function{"day_of_year", Id::day_of_year, V, v, 0},
    Function{"days_in_month", Id::days_in_month, V, v, 0},
    Function{"delta", Id::delta, V, r, 1},
    Function{"deriv", Id::deriv, V, r, 1},
    Function{"exp", Id::exp, V, v, 1},
    Function{"floor", Id::floor, V, v, 1},
    Function{"histogram_quantile", Id::histogram_quantile, V, sv, 2},
    Function{"hour", Id::hour, V, v, 0},
    Function{"idelta", Id::idelta, V, r, 1},
    Function{"increase", Id::increase, V, r, 1},
    Function{"irate", Id::irate, V, r, 1},
    Function{"label_join", Id::label_join, V, vttt, 3, true},
    Function{"label_replace", Id::label_replace, V, vtttt, 5},
    Function{"last_over_time", Id::last_over_time, V, r, 1},
    Function{"ln", Id::ln, V, v, 1},
    Function{"log10", Id::log10, V, v, 1},
    Function{"log2", Id::log2, V, v, 1},
    Function{"max_over_time", Id::max_over_time, V, r, 1},
    Function{"min_over_time", Id::min_over_time, V, r, 1},
    Function{"minute", Id::minute, V, v, 0},
    Function{"month", Id::month, V, v, 0},
    Function{"pi", Id::pi, S, none, 0},
    Function{"predict_linear", Id::predict_linear, V, rs, 2},
    Function{"present_over_time", Id::present_over_time, V, r, 1},
    Function{"quantile_over_time", Id::quantile_over_time, V, sr, 2},
    Function{"rate", Id::rate, V, r, 1},
    Function{"resets", Id::resets, V, r, 1},
    Function{"round", Id::round, V, vs, 1},
    Function{"scalar", Id::scalar, S, v, 1},
    Function{"sgn", Id::sgn, V, v, 1},
    Function{"sort", Id::sort, V, v, 1},
    Function{"sort_desc", Id::sort_desc, V, v, 1},
    Function{"sqrt", Id::sqrt, V, v, 1},
    Function{"stddev_over_time", Id::stddev_over_time, V, r, 1},
    Function{"stdvar_over_time", Id::stdvar_over_time, V, r, 1},
    Function{"sum_over_time", Id::sum_over_time, V, r, 1},
    Function{"time", Id::time, S, none, 0},
    Function{"timestamp", Id::timestamp, V, v, 1},
    Function{"vector", Id::vector, V, s, 1},
    Function{"year", Id::year, V, v, 0},
};

constexpr std::array<std::string_view, 34> unserved = {"acos",
                                                       "acosh",
                                                       "asin",
                                                       "asinh",
                                                       "atan",
                                                       "atanh",
                                                       "cos",
                                                       "cosh",
                                                       "deg",
                                                       "double_exponential_smoothing",
                                                       "holt_winters",
                                                       "histogram_avg",
                                                       "histogram_count",
                                                       "histogram_fraction",
                                                       "histogram_stddev",
                                                       "histogram_stdvar",
                                                       "histogram_sum",
                                                       "info",
                                                       "mad_over_time",
                                                       "rad",
                                                       "sin",
                                                       "sinh",
                                                       "sort_by_label",
                                                       "sort_by_label_desc",
                                                       "tan",
                                                       "tanh",
                                                       "ts_of_first_over_time",
                                                       "ts_of_last_over_time",
                                                       "ts_of_max_over_time",
                                                       "ts_of_min_over_time",
                                                       "first_over_time",
                                                       "start",
                                                       "end",
                                                       "range"};

}  // namespace

const Function* find_function(std::string_view name) {
    const auto found = std::lower_bound(
        functions.begin(), functions.end(), name,
        [](const Function& function, std::string_view key) { return function.name < key; });
    return found != functions.end() && found->name == name ? &*found : nullptr;
}

bool is_unserved_function(std::string_view name) {
    return std::find(unserved.begin(), unserved.end(), name) != unserved.end();
}

}  // namespace tomograph::promql
