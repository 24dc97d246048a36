#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/ascii.h"
#include "query/promql/expression.h"
#include "query/promql/functions.h"
#include "query/promql/parser.h"

namespace tomograph::promql {
namespace {

/// Words that mean something else where a metric's name may stand.
constexpr std::array<std::string_view, 26> reserved = {
    "inf",     "nan",        "bool",        "on",       "ignoring",    "offset", "by",
    "without", "group_left", "group_right", "and",      "or",          "unless", "atan2",
    "sum",     "avg",        "min",         "max",      "count",       "group",  "stddev",
    "stdvar",  "topk",       "bottomk",     "quantile", "count_values"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

bool is_bare(std::string_view name, bool may_have_colons) {
    if (name.empty() || !is_letter(name.front())) return false;
    const bool is_word = std::all_of(name.begin(), name.end(), [&](char c) {
        return is_letter(c) || (c >= '0' && c <= '9') || (c == ':' && may_have_colons);
    });
    return is_word && std::none_of(reserved.begin(), reserved.end(), [&](std::string_view word) {
               return equals_ignoring_case(name, word);
           });
}

std::string label_text(std::string_view name) {
    // Label names stand where no keyword does.
    const bool is_word = !name.empty() && is_letter(name.front()) &&
                         std::all_of(name.begin(), name.end(),
                                     [](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
    return is_word ? std::string(name) : quoted_label_value(name);
}

std::string labels_text(const std::vector<std::string>& labels) {
    std::string out = "(";
    for (const std::string& label : labels) {
        if (out.size() > 1) out += ", ";
        out += label_text(label);
    }
    return out + ")";
}

std::string number_text(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "Inf" : "-Inf";
    return fmt::format("{}", value);
}

std::string at_text(const AtModifier& at) {
    if (at.kind == AtModifier::Kind::start) return " @ start()";
    if (at.kind == AtModifier::Kind::end) return " @ end()";
    return fmt::format(" @ {:.3f}", at.second);
}

class Printer {
 public:
    std::string print(const Expression& expression) {
        return std::visit([this](const auto& node) { return text(node); }, expression.node);
    }

 private:
    std::string text(const NumberLiteral& node) { return number_text(node.value); }
    std::string text(const TextLiteral& node) { return quoted_label_value(node.value); }
    std::string text(const Negation& node) { return "-" + print(*node.operand); }
    std::string text(const Parenthesis& node) { return fmt::format("({})", print(*node.inside)); }

    std::string text(const Selector& node) {
        std::string name;
        std::string inside;
        bool is_first = true;
        for (const Matcher& each : node.matchers) {
            const bool is_name = is_first && each.name() == metric_name_label &&
                                 each.op() == MatchOperator::equal && !each.value().empty();
            is_first = false;
            if (is_name && is_bare(each.value(), true)) {
                name = each.value();
                continue;
            }
            if (!inside.empty()) inside += ", ";
            inside += is_name ? quoted_label_value(each.value())
                              : label_text(each.name()) + std::string(to_text(each.op())) +
                                    quoted_label_value(each.value());
        }
        std::string out = name;
        if (!inside.empty()) out += fmt::format("{{{}}}", inside);
        if (node.range.ns > 0) out += fmt::format("[{}]", duration_text(node.range));
        if (node.offset.ns > 0) out += fmt::format(" offset {}", duration_text(node.offset));
        if (node.offset.ns < 0)
            out += fmt::format(" offset -{}", duration_text(Duration{-node.offset.ns}));
        if (node.at) out += at_text(*node.at);
        return out;
    }

    std::string text(const Call& node) {
        std::string out = fmt::format("{}(", node.function->name);
        for (std::size_t i = 0; i < node.arguments.size(); ++i) {
            if (i > 0) out += ", ";
            out += print(*node.arguments[i]);
        }
        return out + ")";
    }

    std::string text(const Binary& node) {
        std::string between(to_text(node.op));
        if (node.returns_bool) between += " bool";
        const VectorMatching& matching = node.matching;
        const bool is_grouped = matching.group != VectorMatching::Group::none;
        if (matching.is_on || !matching.labels.empty() || is_grouped)
            between += (matching.is_on ? " on " : " ignoring ") + labels_text(matching.labels);
        if (is_grouped) {
            between +=
                matching.group == VectorMatching::Group::left ? " group_left " : " group_right ";
            between += labels_text(matching.include);
        }
        return fmt::format("{} {} {}", print(*node.left), between, print(*node.right));
    }

    std::string text(const Aggregation& node) {
        std::string out(to_text(node.aggregator));
        if (node.is_without || !node.labels.empty())
            out += (node.is_without ? " without " : " by ") + labels_text(node.labels) + " ";
        out += "(";
        if (node.parameter) out += print(*node.parameter) + ", ";
        return out + print(*node.operand) + ")";
    }
};

}  // namespace

std::string to_text(const Expression& expression) { return Printer().print(expression); }

std::string duration_text(Duration duration) {
    std::int64_t ms = duration.as_milliseconds();
    if (ms == 0) return "0s";
    std::string out;
    for (const auto& [name, length] : {std::pair{"d", 86'400'000LL},
                                       {"h", 3'600'000LL},
                                       {"m", 60'000LL},
                                       {"s", 1'000LL},
                                       {"ms", 1LL}}) {
        if (ms >= length) out += fmt::format("{}{}", ms / length, name);
        ms %= length;
    }
    return out;
}

std::string_view to_text(ValueType type) {
    switch (type) {
        case ValueType::scalar:
            return "number";
        case ValueType::text:
            return "text";
        case ValueType::vector:
            return "instant vector";
        case ValueType::range:
            return "range vector";
    }
    return "";
}

std::string_view to_text(BinaryOperator op) {
    constexpr std::array<std::string_view, 16> texts = {"+",     "-",   "*",  "/",     "%",  "^",
                                                        "atan2", "==",  "!=", "<",     "<=", ">",
                                                        ">=",    "and", "or", "unless"};
    return texts[static_cast<std::size_t>(op)];
}

bool is_comparison(BinaryOperator op) {
    return op >= BinaryOperator::equal && op <= BinaryOperator::greater_equal;
}
bool is_set_operator(BinaryOperator op) { return op >= BinaryOperator::set_and; }

std::string_view to_text(Aggregator aggregator) {
    constexpr std::array<std::string_view, 12> texts = {
        "sum",    "avg",    "min",  "max",     "count",    "group",
        "stddev", "stdvar", "topk", "bottomk", "quantile", "count_values"};
    return texts[static_cast<std::size_t>(aggregator)];
}

bool takes_parameter(Aggregator aggregator) { return aggregator >= Aggregator::topk; }

}  // namespace tomograph::promql
