#include "query/promql/parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/ascii.h"
#include "query/promql/functions.h"
#include "query/promql/lexer.h"
#include "query/promql/limits.h"
#include "wire/json/utf8.h"

namespace tomograph::promql {
namespace {

using Kind = Token::Kind;

struct Operation {
    std::string_view spelling;
    BinaryOperator op;
    int precedence;  ///< the greater binds tighter
};
constexpr int power_precedence = 6;
constexpr int product_precedence = 5;
constexpr std::array operations = {
    Operation{"or", BinaryOperator::set_or, 1},
    Operation{"and", BinaryOperator::set_and, 2},
    Operation{"unless", BinaryOperator::set_unless, 2},
    Operation{"==", BinaryOperator::equal, 3},
    Operation{"!=", BinaryOperator::not_equal, 3},
    Operation{"<", BinaryOperator::less, 3},
    Operation{"<=", BinaryOperator::less_equal, 3},
    Operation{">", BinaryOperator::greater, 3},
    Operation{">=", BinaryOperator::greater_equal, 3},
    Operation{"+", BinaryOperator::add, 4},
    Operation{"-", BinaryOperator::subtract, 4},
    Operation{"*", BinaryOperator::multiply, product_precedence},
    Operation{"/", BinaryOperator::divide, product_precedence},
    Operation{"%", BinaryOperator::modulo, product_precedence},
    Operation{"atan2", BinaryOperator::atan2, product_precedence},
    Operation{"^", BinaryOperator::power, power_precedence},
};

constexpr std::array aggregators = {
    Aggregator::sum,   Aggregator::avg,     Aggregator::min,      Aggregator::max,
    Aggregator::count, Aggregator::group,   Aggregator::stddev,   Aggregator::stdvar,
    Aggregator::topk,  Aggregator::bottomk, Aggregator::quantile, Aggregator::count_values};

bool is_sign(const Token& token, std::string_view sign) {
    return token.kind == Kind::sign && token.raw == sign;
}
bool is_word(const Token& token, std::string_view word) {
    return token.kind == Kind::word && equals_ignoring_case(token.raw, word);
}

const Operation* operation_of(const Token& token) {
    if (token.kind != Kind::word && token.kind != Kind::sign) return nullptr;
    for (const Operation& each : operations)
        if (equals_ignoring_case(token.raw, each.spelling)) return &each;
    return nullptr;
}

std::optional<Aggregator> aggregator_of(const Token& token) {
    for (const Aggregator each : aggregators)
        if (is_word(token, to_text(each))) return each;
    return std::nullopt;
}

std::string_view shown(const Token& token) {
    return token.kind == Kind::end ? std::string_view("the end") : token.raw;
}

unsigned depth_below(const auto&) { return 0; }
unsigned depth_below(const Negation& node) { return node.operand->depth; }
unsigned depth_below(const Parenthesis& node) { return node.inside->depth; }
unsigned depth_below(const Binary& node) { return std::max(node.left->depth, node.right->depth); }
unsigned depth_below(const Aggregation& node) {
    return std::max(node.operand->depth, node.parameter ? node.parameter->depth : 0);
}
unsigned depth_below(const Call& node) {
    unsigned depth = 0;
    for (const auto& each : node.arguments) depth = std::max(depth, each->depth);
    return depth;
}

/// Evaluators recurse into the tree, which a long chain of operators makes deep as well.
Error too_deep(std::size_t at) {
    return Lexer::error_at(at, fmt::format("nested deeper than {}", expression_depth_max));
}

template <class Node>
Result<ExpressionPtr> make(Node node, ValueType type, std::size_t at) {
    auto expression = std::make_unique<Expression>();
    expression->depth = depth_below(node) + 1;
    if (expression->depth > expression_depth_max) return too_deep(at);
    expression->node = std::move(node);
    expression->type = type;
    expression->at = at;
    return expression;
}

class Parser {
 public:
    explicit Parser(std::string_view text) : lexer_(text) {}

    Result<ExpressionPtr> parse() {
        TRY(lexer_.advance());
        if (ahead().kind == Kind::end) return error("expected an expression");
        auto whole = TRY(expression(0));
        if (ahead().kind != Kind::end) return error(fmt::format("unexpected '{}'", shown(ahead())));
        return whole;
    }

 private:
    const Token& ahead() const { return lexer_.ahead(); }
    Error error(std::string_view reason) const { return Lexer::error_at(ahead().at, reason); }

    Result<void> expect(std::string_view sign) {
        if (!is_sign(ahead(), sign))
            return error(fmt::format("expected '{}', not '{}'", sign, shown(ahead())));
        return lexer_.advance();
    }
    Result<bool> take(std::string_view sign) {
        if (!is_sign(ahead(), sign)) return false;
        TRY(lexer_.advance());
        return true;
    }
    Result<bool> take_word(std::string_view word) {
        if (!is_word(ahead(), word)) return false;
        TRY(lexer_.advance());
        return true;
    }

    // Operators. -----------------------------------------------------------------------------

    Result<ExpressionPtr> expression(int precedence_min) {
        if (++depth_ > expression_depth_max) return too_deep(ahead().at);
        auto left = TRY(unary());
        while (const Operation* operation = operation_of(ahead())) {
            if (operation->precedence < precedence_min) break;
            left = TRY(binary(std::move(left), *operation));
        }
        --depth_;
        return left;
    }

    Result<ExpressionPtr> binary(ExpressionPtr left, const Operation& operation) {
        Binary node{.op = operation.op};
        const std::size_t at = ahead().at;
        TRY(lexer_.advance());
        TRY(modifiers(node, at));
        // a ^ b ^ c is a ^ (b ^ c); everything else goes from the left.
        const bool is_power = operation.op == BinaryOperator::power;
        node.right = TRY(expression(operation.precedence + (is_power ? 0 : 1)));
        node.left = std::move(left);
        return checked(std::move(node), at);
    }

    Result<void> modifiers(Binary& node, std::size_t at) {
        const bool has_bool = TRY(take_word("bool"));
        if (has_bool && !is_comparison(node.op))
            return Lexer::error_at(at, "bool stands behind comparisons only");
        node.returns_bool = has_bool;
        const bool is_on = is_word(ahead(), "on");
        if (!is_on && !is_word(ahead(), "ignoring")) return {};
        if (lexer_.next_byte() != '(') return {};
        TRY(lexer_.advance());
        node.matching.is_on = is_on;
        node.matching.labels = TRY(label_names());
        const bool is_left = is_word(ahead(), "group_left");
        if (!is_left && !is_word(ahead(), "group_right")) return {};
        if (is_set_operator(node.op))
            return error(fmt::format("no grouping is allowed for '{}'", to_text(node.op)));
        TRY(lexer_.advance());
        node.matching.group = is_left ? VectorMatching::Group::left : VectorMatching::Group::right;
        if (is_sign(ahead(), "(")) node.matching.include = TRY(label_names());
        for (const std::string& label : node.matching.include)
            if (is_on && std::find(node.matching.labels.begin(), node.matching.labels.end(),
                                   label) != node.matching.labels.end())
                return error(
                    fmt::format("label '{}' must not be in both on() and the group", label));
        return {};
    }

    Result<ExpressionPtr> checked(Binary node, std::size_t at) {
        const ValueType left = node.left->type;
        const ValueType right = node.right->type;
        for (const ValueType type : {left, right})
            if (type != ValueType::scalar && type != ValueType::vector)
                return Lexer::error_at(
                    at, fmt::format("'{}' takes numbers and instant vectors, not a {}",
                                    to_text(node.op), to_text(type)));
        const bool is_scalar = left == ValueType::scalar && right == ValueType::scalar;
        const bool are_vectors = left == ValueType::vector && right == ValueType::vector;
        if (is_set_operator(node.op) && !are_vectors)
            return Lexer::error_at(
                at, fmt::format("'{}' takes instant vectors on both sides", to_text(node.op)));
        if (is_scalar && is_comparison(node.op) && !node.returns_bool)
            return Lexer::error_at(at, "comparisons between numbers are written with bool");
        const bool has_matching = node.matching.is_on || !node.matching.labels.empty() ||
                                  node.matching.group != VectorMatching::Group::none;
        if (has_matching && !are_vectors)
            return Lexer::error_at(at, "on and ignoring stand between instant vectors only");
        const ValueType type = is_scalar ? ValueType::scalar : ValueType::vector;
        const std::size_t begin = node.left->at;
        return make(std::move(node), type, begin);
    }

    Result<ExpressionPtr> unary() {
        const std::size_t at = ahead().at;
        const bool is_minus = is_sign(ahead(), "-");
        if (!is_minus && !is_sign(ahead(), "+")) return postfix();
        TRY(lexer_.advance());
        auto operand = TRY(expression(power_precedence));
        if (operand->type != ValueType::scalar && operand->type != ValueType::vector)
            return Lexer::error_at(at, fmt::format("a sign stands before a number or an instant "
                                                   "vector, not before a {}",
                                                   to_text(operand->type)));
        if (!is_minus) return operand;
        if (auto* number = std::get_if<NumberLiteral>(&operand->node)) {
            number->value = -number->value;
            operand->at = at;
            return operand;
        }
        const ValueType type = operand->type;
        return make(Negation{std::move(operand)}, type, at);
    }

    // What stands behind a selector. ---------------------------------------------------------

    Result<ExpressionPtr> postfix() {
        auto left = TRY(primary());
        bool has_offset = false;
        while (true) {
            if (is_sign(ahead(), "[")) {
                TRY(range_of(*left, has_offset));
            } else if (is_word(ahead(), "offset")) {
                TRY(offset_of(*left, has_offset));
                has_offset = true;
            } else if (is_sign(ahead(), "@")) {
                TRY(at_of(*left));
            } else {
                return left;
            }
        }
    }

    Result<Duration> duration(bool may_be_negative) {
        bool is_negative = false;
        if (may_be_negative) {
            is_negative = TRY(take("-"));
            if (!is_negative) TRY(take("+"));
        }
        const Token& token = ahead();
        if (token.kind != Kind::duration && token.kind != Kind::number)
            return error("expected a duration like 5m");
        constexpr double seconds_max = 100.0 * 365 * 86'400;
        if (!(token.number <= seconds_max)) return error("the duration is longer than 100 years");
        const Duration length =
            Duration::milliseconds(static_cast<std::int64_t>(std::round(token.number * 1000)));
        TRY(lexer_.advance());
        return is_negative ? Duration{-length.ns} : length;
    }

    Result<void> range_of(Expression& left, bool has_offset) {
        auto* selector = std::get_if<Selector>(&left.node);
        const std::size_t at = ahead().at;
        TRY(lexer_.advance());
        if (selector != nullptr && (has_offset || selector->at))
            return Lexer::error_at(at, "a range stands before offset and @");
        const Duration range = TRY(duration(false));
        if (is_sign(ahead(), ":")) return error("subqueries are not served");
        if (selector == nullptr || left.type == ValueType::range)
            return Lexer::error_at(at, "a range stands behind a selector only");
        if (range.ns <= 0) return Lexer::error_at(at, "a range is longer than nothing");
        selector->range = range;
        left.type = ValueType::range;
        return expect("]");
    }

    Result<void> offset_of(Expression& left, bool has_offset) {
        auto* selector = std::get_if<Selector>(&left.node);
        if (selector == nullptr) return error("offset stands behind a selector only");
        if (has_offset) return error("offset stands once");
        TRY(lexer_.advance());
        selector->offset = TRY(duration(true));
        return {};
    }

    Result<void> at_of(Expression& left) {
        auto* selector = std::get_if<Selector>(&left.node);
        if (selector == nullptr) return error("@ stands behind a selector only");
        if (selector->at) return error("@ stands once");
        TRY(lexer_.advance());
        for (const auto& [word, kind] :
             {std::pair{"start", AtModifier::Kind::start}, {"end", AtModifier::Kind::end}}) {
            if (!is_word(ahead(), word)) continue;
            TRY(lexer_.advance());
            TRY(expect("("));
            TRY(expect(")"));
            selector->at = AtModifier{kind};
            return {};
        }
        const bool is_negative = TRY(take("-"));
        constexpr double second_max = 9e9;  // the year 2255, where 64 bits of nanoseconds end
        if (ahead().kind != Kind::number || !(ahead().number <= second_max))
            return error("expected a moment in epoch seconds, start() or end()");
        selector->at = AtModifier{.second = is_negative ? -ahead().number : ahead().number};
        return lexer_.advance();
    }

    // Primaries. -----------------------------------------------------------------------------

    Result<ExpressionPtr> primary() {
        const Token token = ahead();
        switch (token.kind) {
            case Kind::number:
            case Kind::duration:
                TRY(lexer_.advance());
                return make(NumberLiteral{token.number}, ValueType::scalar, token.at);
            case Kind::text:
                TRY(check_text());
                TRY(lexer_.advance());
                return make(TextLiteral{token.text}, ValueType::text, token.at);
            case Kind::word:
                return word();
            case Kind::sign:
                if (token.raw == "(") return parenthesis();
                if (token.raw == "{") return selector("", token.at);
                [[fallthrough]];
            case Kind::end:
                break;
        }
        return error(fmt::format("expected an expression, not '{}'", shown(token)));
    }

    Result<ExpressionPtr> parenthesis() {
        const std::size_t at = ahead().at;
        TRY(lexer_.advance());
        auto inside = TRY(expression(0));
        TRY(expect(")"));
        const ValueType type = inside->type;
        return make(Parenthesis{std::move(inside)}, type, at);
    }

    Result<ExpressionPtr> word() {
        const Token token = ahead();
        const char next = lexer_.next_byte();
        if (next != '{' && next != '(') {
            for (const auto& [name, value] :
                 {std::pair{"inf", std::numeric_limits<double>::infinity()},
                  {"nan", std::numeric_limits<double>::quiet_NaN()}}) {
                if (!is_word(token, name)) continue;
                TRY(lexer_.advance());
                return make(NumberLiteral{value}, ValueType::scalar, token.at);
            }
        }
        const auto aggregator = aggregator_of(token);
        TRY(lexer_.advance());
        const bool is_grouped = is_word(ahead(), "by") || is_word(ahead(), "without");
        if (aggregator && (next == '(' || (is_grouped && lexer_.next_byte() == '(')))
            return aggregation(*aggregator, token.at);
        if (next != '(') return selector(token.raw, token.at);
        const Function* function = find_function(token.raw);
        if (function != nullptr) return call(*function, token.at);
        if (is_unserved_function(token.raw) || token.raw == "limitk" || token.raw == "limit_ratio")
            return Lexer::error_at(token.at, fmt::format("{}() is not served", token.raw));
        return Lexer::error_at(token.at, fmt::format("there is no function '{}'", token.raw));
    }

    Result<ExpressionPtr> call(const Function& function, std::size_t at) {
        Call node{.function = &function, .arguments = {}};
        TRY(expect("("));
        while (!is_sign(ahead(), ")")) {
            if (!node.arguments.empty()) TRY(expect(","));
            if (is_sign(ahead(), ")")) break;
            auto next = TRY(argument(function, node.arguments.size()));
            node.arguments.push_back(std::move(next));
        }
        if (node.arguments.size() < function.required)
            return error(fmt::format("{}() takes {} {}, not {}", function.name, function.required,
                                     function.required == 1 ? "argument" : "arguments",
                                     node.arguments.size()));
        TRY(lexer_.advance());
        return make(std::move(node), function.returns, at);
    }

    Result<ExpressionPtr> argument(const Function& function, std::size_t index) {
        const auto& types = function.arguments;
        if (index >= types.size() && !function.repeats_last)
            return error(fmt::format("{}() takes {} {} at most", function.name, types.size(),
                                     types.size() == 1 ? "argument" : "arguments"));
        constexpr std::size_t arguments_max = 64;
        if (index >= arguments_max)
            return error(fmt::format("more than {} arguments", arguments_max));
        return typed(types[std::min(index, types.size() - 1)], fmt::format("{}()", function.name));
    }

    /// An expression of this type.
    Result<ExpressionPtr> typed(ValueType type, const std::string& of) {
        const std::size_t at = ahead().at;
        auto inside = TRY(expression(0));
        if (inside->type != type)
            return Lexer::error_at(
                at, fmt::format("{} takes {} {} here, not {} {}", of, article(type), to_text(type),
                                article(inside->type), to_text(inside->type)));
        return inside;
    }
    static std::string_view article(ValueType type) {
        return type == ValueType::vector ? "an" : "a";
    }

    Result<ExpressionPtr> aggregation(Aggregator aggregator, std::size_t at) {
        Aggregation node{.aggregator = aggregator};
        const std::string name(to_text(aggregator));
        bool is_grouped = TRY(grouping(node));
        TRY(expect("("));
        if (takes_parameter(aggregator)) {
            node.parameter = TRY(
                typed(aggregator == Aggregator::count_values ? ValueType::text : ValueType::scalar,
                      name));
            TRY(expect(","));
        }
        node.operand = TRY(typed(ValueType::vector, name));
        TRY(take(","));
        TRY(expect(")"));
        if (!is_grouped) TRY(grouping(node));
        return make(std::move(node), ValueType::vector, at);
    }

    Result<bool> grouping(Aggregation& node) {
        const bool is_without = is_word(ahead(), "without");
        if (!is_without && !is_word(ahead(), "by")) return false;
        TRY(lexer_.advance());
        node.is_without = is_without;
        node.labels = TRY(label_names());
        return true;
    }

    // Selectors. -----------------------------------------------------------------------------

    Result<void> check_text() {
        if (is_utf8(ahead().text)) return {};
        return error("the text is no UTF-8");
    }

    /// `(a, b)`.
    Result<std::vector<std::string>> label_names() {
        std::vector<std::string> names;
        TRY(expect("("));
        while (!is_sign(ahead(), ")")) {
            if (!names.empty()) TRY(expect(","));
            if (is_sign(ahead(), ")")) break;
            auto name = TRY(label_name());
            names.push_back(std::move(name));
        }
        TRY(lexer_.advance());
        return names;
    }

    Result<std::string> label_name() {
        const Token token = ahead();
        const bool is_bare =
            token.kind == Kind::word && token.raw.find(':') == std::string_view::npos;
        if (!is_bare && token.kind != Kind::text) return error("expected the name of a label");
        if (!is_bare) TRY(check_text());
        if (!is_bare && token.text.empty()) return error("expected the name of a label");
        TRY(lexer_.advance());
        return is_bare ? std::string(token.raw) : token.text;
    }

    Result<ExpressionPtr> selector(std::string_view name, std::size_t at) {
        Selector node;
        if (!name.empty()) {
            auto matcher = Matcher::make(std::string(metric_name_label), MatchOperator::equal,
                                         std::string(name));
            node.matchers.push_back(*std::move(matcher));
        }
        if (is_sign(ahead(), "{")) TRY(matchers(node));
        const bool is_any = std::all_of(node.matchers.begin(), node.matchers.end(),
                                        [](const Matcher& each) { return each.matches(""); });
        if (is_any)
            return Lexer::error_at(at, "a selector has a condition that not every series passes");
        return make(std::move(node), ValueType::vector, at);
    }

    Result<void> matchers(Selector& node) {
        TRY(lexer_.advance());
        bool is_first = true;
        while (!is_sign(ahead(), "}")) {
            if (!is_first) TRY(expect(","));
            if (is_sign(ahead(), "}")) break;
            is_first = false;
            TRY(matcher(node));
        }
        return lexer_.advance();
    }

    Result<void> matcher(Selector& node) {
        constexpr std::size_t matchers_max = 64;
        if (node.matchers.size() >= matchers_max)
            return error(fmt::format("more than {} conditions in a selector", matchers_max));
        const bool is_quoted = ahead().kind == Kind::text;
        const std::size_t at = ahead().at;
        std::string name = TRY(label_name());
        if (is_quoted && (is_sign(ahead(), ",") || is_sign(ahead(), "}"))) {
            for (const Matcher& each : node.matchers)
                if (each.name() == metric_name_label)
                    return Lexer::error_at(at, "the metric's name stands once");
            auto made = Matcher::make(std::string(metric_name_label), MatchOperator::equal, name);
            node.matchers.push_back(*std::move(made));
            return {};
        }
        std::optional<MatchOperator> op;
        for (const MatchOperator each : {MatchOperator::equal, MatchOperator::not_equal,
                                         MatchOperator::matches, MatchOperator::not_matches})
            if (is_sign(ahead(), to_text(each))) op = each;
        if (!op) return error(fmt::format("expected =, !=, =~ or !~, not '{}'", shown(ahead())));
        TRY(lexer_.advance());
        if (ahead().kind != Kind::text) return error("a label's value stands in quotes");
        TRY(check_text());
        auto made = Matcher::make(std::move(name), *op, ahead().text);
        if (!made) return error(made.error().message());
        node.matchers.push_back(*std::move(made));
        return lexer_.advance();
    }

    Lexer lexer_;
    unsigned depth_ = 0;
};

}  // namespace

Result<ExpressionPtr> parse_expression(std::string_view text) {
    if (text.size() > expression_bytes_max)
        return Lexer::error_at(expression_bytes_max,
                               fmt::format("longer than {} bytes", expression_bytes_max));
    if (!is_utf8(text)) return Lexer::error_at(0, "the expression is no UTF-8");
    return Parser(text).parse();
}

Result<Matchers> parse_matchers(std::string_view text) {
    const auto expression = TRY(parse_expression(text));
    auto* selector = std::get_if<Selector>(&expression->node);
    if (selector == nullptr || selector->range.ns != 0 || selector->offset.ns != 0 || selector->at)
        return Lexer::error_at(expression->at, "expected a selector like name{a=\"b\"}");
    return std::move(selector->matchers);
}

}  // namespace tomograph::promql
