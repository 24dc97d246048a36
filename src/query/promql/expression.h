#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/time.h"
#include "query/promql/matcher.h"

namespace tomograph::promql {

enum class ValueType : unsigned char { scalar, text, vector, range };
std::string_view to_text(ValueType type);  ///< "scalar", "string", "instant vector", "range vector"

struct Function;  // query/promql/functions.h
struct Expression;
using ExpressionPtr = std::unique_ptr<Expression>;

struct NumberLiteral {
    double value = 0;
};
struct TextLiteral {
    std::string value;
};

/// `@ 1609746000`, `@ start()`, `@ end()`.
struct AtModifier {
    enum class Kind : unsigned char { moment, start, end } kind = Kind::moment;
    double second = 0;
    bool operator==(const AtModifier&) const = default;
};

/// `name{a="b"}[5m] offset 1h`; without a range it chooses the last sample of each series.
struct Selector {
    Matchers matchers;  ///< the name among them
    Duration range{};   ///< zero: an instant vector
    Duration offset{};
    std::optional<AtModifier> at{};
};

struct Call {
    const Function* function = nullptr;
    std::vector<ExpressionPtr> arguments;
};

struct Negation {
    ExpressionPtr operand{};
};
struct Parenthesis {
    ExpressionPtr inside;
};

enum class BinaryOperator : unsigned char {
    add,
    subtract,
    multiply,
    divide,
    modulo,
    power,
    atan2,
    equal,
    not_equal,
    less,
    less_equal,
    greater,
    greater_equal,
    set_and,
    set_or,
    set_unless,
};
std::string_view to_text(BinaryOperator op);
bool is_comparison(BinaryOperator op);
bool is_set_operator(BinaryOperator op);

/// Which series of both sides belong together.
struct VectorMatching {
    enum class Group : unsigned char { none, left, right };
    bool is_on = false;  ///< by `labels` only; else by all labels but these
    std::vector<std::string> labels{};
    Group group = Group::none;           ///< the side of which many may belong to one
    std::vector<std::string> include{};  ///< labels of the "one" side that the result gets
    bool operator==(const VectorMatching&) const = default;
};

struct Binary {
    BinaryOperator op = BinaryOperator::add;
    ExpressionPtr left{};
    ExpressionPtr right{};
    bool returns_bool = false;
    VectorMatching matching{};
};

enum class Aggregator : unsigned char {
    sum,
    avg,
    min,
    max,
    count,
    group,
    stddev,
    stdvar,
    topk,
    bottomk,
    quantile,
    count_values,
};
std::string_view to_text(Aggregator aggregator);
bool takes_parameter(Aggregator aggregator);

struct Aggregation {
    Aggregator aggregator = Aggregator::sum;
    bool is_without = false;
    std::vector<std::string> labels{};
    ExpressionPtr parameter{};  ///< null unless the aggregator takes one
    ExpressionPtr operand{};
};

/// A node of the tree, whose types fit. `at` is its first byte in the text.
struct Expression {
    std::variant<NumberLiteral, TextLiteral, Selector, Call, Negation, Parenthesis, Binary,
                 Aggregation>
        node;
    ValueType type = ValueType::scalar;
    std::size_t at = 0;
    unsigned depth = 1;  ///< of the tree below it, itself included
};

/// The expression that parses back to the same tree.
std::string to_text(const Expression& expression);

/// `1h30m`, as expressions have it; `0s`. To the millisecond.
std::string duration_text(Duration duration);

}  // namespace tomograph::promql
