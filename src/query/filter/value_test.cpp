#include "query/filter/value_test.h"

#include <fmt/format.h>

namespace tomograph::filter {
namespace {

bool is_equality(Operator op) { return op == Operator::equal || op == Operator::not_equal; }

bool is_of_texts(Operator op) {
    return is_equality(op) || op == Operator::contains || op == Operator::begins_with ||
           op == Operator::ends_with;
}

bool is_of_numbers(Operator op) { return is_equality(op) || !is_of_texts(op); }

std::string name_of(const Comparison& comparison) {
    if (comparison.keyword == Keyword::annotation) return "annotation." + comparison.key;
    return std::string(to_text(comparison.keyword));
}

TestFault wrong_operator(const Comparison& comparison, std::string_view kind,
                         std::string_view operators) {
    return {comparison.op_at,
            fmt::format("{} takes {}, not {}", kind, operators, to_text(comparison.op))};
}

TestFault wrong_value(const Comparison& comparison, std::string_view wanted) {
    return {comparison.value_at,
            fmt::format("'{}' is compared with {}", name_of(comparison), wanted)};
}

using Tested = std::variant<ValueTest, TestFault>;

Tested test_boolean(const Comparison& comparison) {
    if (comparison.op == Operator::none) return ValueTest{.test = BooleanTest{true}};
    if (!is_equality(comparison.op)) return wrong_operator(comparison, "a boolean", "= and !=");
    const bool* value = std::get_if<bool>(&comparison.value);
    if (value == nullptr) return wrong_value(comparison, "true or false, without quotes");
    return ValueTest{.test = BooleanTest{*value == (comparison.op == Operator::equal)}};
}

NumberTest range_of(Operator op, Decimal bound) {
    switch (op) {
        case Operator::less:
            return {.min = {}, .max = bound, .max_is_open = true};
        case Operator::less_equal:
            return {.min = {}, .max = bound};
        case Operator::greater:
            return {.min = bound, .max = {}, .min_is_open = true};
        case Operator::greater_equal:
            return {.min = bound, .max = {}};
        default:
            return {.min = bound, .max = bound};
    }
}

Tested test_number(const Comparison& comparison, IsSet is_set) {
    if (comparison.op == Operator::none) return ValueTest{.test = is_set};
    if (!is_of_numbers(comparison.op))
        return wrong_operator(comparison, "a number", "=, !=, <, <=, > and >=");
    const Decimal* bound = std::get_if<Decimal>(&comparison.value);
    if (bound == nullptr) return wrong_value(comparison, "a number, without quotes");
    return ValueTest{.test = range_of(comparison.op, *bound),
                     .is_negated = comparison.op == Operator::not_equal,
                     .is_set = is_set};
}

TextTest::How how_of(Operator op) {
    switch (op) {
        case Operator::contains:
            return TextTest::How::contains;
        case Operator::begins_with:
            return TextTest::How::prefix;
        case Operator::ends_with:
            return TextTest::How::suffix;
        default:
            return TextTest::How::equal;
    }
}

Tested test_text(const Comparison& comparison, IsSet is_set, bool ignore_case) {
    if (comparison.op == Operator::none) return ValueTest{.test = is_set};
    if (!is_of_texts(comparison.op))
        return wrong_operator(comparison, "a text", "=, !=, CONTAINS, BEGINSWITH and ENDSWITH");
    const std::string* text = std::get_if<std::string>(&comparison.value);
    if (text == nullptr) return wrong_value(comparison, "a text, in quotes");
    if (text->size() > predicate_text_bytes_max)
        return TestFault{comparison.value_at,
                         fmt::format("a text of more than {} bytes", predicate_text_bytes_max)};
    return ValueTest{
        .test = TextTest{.how = how_of(comparison.op), .text = *text, .ignore_case = ignore_case},
        .is_negated = comparison.op == Operator::not_equal,
        .is_set = is_set};
}

/// What it is compared with decides; unlike kinds differ, as long as there is a value.
Tested test_annotation(const Comparison& comparison) {
    if (std::holds_alternative<Decimal>(comparison.value)) return test_number(comparison, {});
    if (std::holds_alternative<std::string>(comparison.value))
        return test_text(comparison, {}, false);
    if (!is_equality(comparison.op)) return wrong_operator(comparison, "a boolean", "= and !=");
    return ValueTest{.test = BooleanTest{std::get<bool>(comparison.value)},
                     .is_negated = comparison.op == Operator::not_equal};
}

}  // namespace

std::variant<ValueTest, TestFault> test_of(const Comparison& comparison, const Meaning& meaning) {
    const auto kind = kind_of(comparison.keyword);
    if (!kind) return test_annotation(comparison);
    switch (*kind) {
        case ScalarKind::boolean:
            return test_boolean(comparison);
        case ScalarKind::number:
            return test_number(comparison, {ScalarKind::number});
        case ScalarKind::text:
            return test_text(comparison, {ScalarKind::text}, meaning.ignore_case);
    }
    ASSERT(false);
}

}  // namespace tomograph::filter
