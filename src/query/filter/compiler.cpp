#include "query/filter/compiler.h"

#include <fmt/format.h>

#include <utility>

#include "query/filter/lexer.h"
#include "query/filter/meaning.h"
#include "query/filter/parser.h"
#include "query/filter/value_test.h"
#include "wire/json/utf8.h"

namespace tomograph::filter {
namespace {

using Kind = Expression::Kind;

Predicate any_subject(const std::vector<Subject>& subjects, const Test& test) {
    if (subjects.size() == 1) return condition(subjects.front(), test);
    std::vector<Predicate> conditions;
    for (const Subject& subject : subjects) conditions.push_back(condition(subject, test));
    return any_of(std::move(conditions));
}

Predicate in_scope(std::optional<Scope> scope, Predicate inside) {
    return scope ? some(*scope, std::move(inside)) : std::move(inside);
}

/// Every value differs, and there is one.
Predicate differs(const Meaning& meaning, const ValueTest& test) {
    Predicate is_there = any_subject(meaning.subjects, test.is_set);
    Predicate equals = any_subject(meaning.subjects, test.test);
    if (!meaning.is_of_many())
        return in_scope(meaning.scope, all_of({std::move(is_there), negation(std::move(equals))}));
    return all_of({in_scope(meaning.scope, std::move(is_there)),
                   negation(in_scope(meaning.scope, std::move(equals)))});
}

Predicate predicate_of(const Meaning& meaning, const ValueTest& test) {
    if (test.is_negated) return differs(meaning, test);
    return in_scope(meaning.scope, any_subject(meaning.subjects, test.test));
}

/// Bare, an annotation is there, and not the boolean false.
Predicate bare_annotation(const Meaning& meaning) {
    return in_scope(meaning.scope,
                    all_of({any_subject(meaning.subjects, IsSet{}),
                            negation(any_subject(meaning.subjects, BooleanTest{false}))}));
}

std::vector<Predicate> node_conditions(const NodeSelector& node) {
    std::vector<Predicate> conditions;
    const auto add = [&](Field field, const std::optional<std::string>& text) {
        if (!text) return;
        conditions.push_back(condition({.field = field, .path = {}},
                                       TextTest{.how = TextTest::How::equal, .text = *text}));
    };
    add(Field::service, node.name);
    add(Field::service_type, node.type);
    add(Field::account, node.account);
    return conditions;
}

Predicate all_or_one(std::vector<Predicate> children) {
    if (children.size() == 1) return std::move(children.front());
    return all_of(std::move(children));
}

class Compiler {
 public:
    Compiler(std::string_view text, const GroupFilters* groups)
        : lexer_(text, "filter"), groups_(groups) {}

    Result<Predicate> compile(const Expression& expression) {
        Predicate predicate = TRY(compile(expression, {}));
        const auto checked = check(predicate);
        if (!checked) return lexer_.error_at(expression.at.byte, checked.error().message());
        return predicate;
    }

 private:
    Error refuse(Position at, std::string_view reason) const {
        return lexer_.error_at(at.byte, reason);
    }

    Result<Predicate> compile(const Expression& expression, Place place) {
        switch (expression.kind) {
            case Kind::all:
            case Kind::any:
            case Kind::negation:
                return compile_tree(expression, place);
            case Kind::comparison:
                return compile_comparison(expression, place);
            default:
                break;
        }
        if (!place.is_trace())
            return refuse(expression.at,
                          "service, edge, group and rootcause stand outside of all braces");
        switch (expression.kind) {
            case Kind::service:
                return compile_service(expression);
            case Kind::edge:
                return compile_edge(expression);
            case Kind::cause:
                return compile_cause(expression);
            case Kind::cause_path:
                return compile_paths(expression);
            case Kind::group:
                return compile_group(expression);
            default:
                ASSERT(false);
        }
    }

    Result<Predicate> compile_tree(const Expression& expression, Place place) {
        std::vector<Predicate> children;
        for (const Expression& each : expression.children) {
            Predicate child = TRY(compile(each, place));
            children.push_back(std::move(child));
        }
        if (expression.kind == Kind::negation) return negation(std::move(children.front()));
        return expression.kind == Kind::all ? all_of(std::move(children))
                                            : any_of(std::move(children));
    }

    // Forms. ------------------------------------------------------------------------------------

    /// Adds what the braces of `expression` say, if it has any.
    Result<void> add_braces(const Expression& expression, Place place,
                            std::vector<Predicate>& conditions) {
        if (expression.children.empty()) return {};
        Predicate inside = TRY(compile(expression.children.front(), place));
        if (inside.kind != Predicate::Kind::all) {
            conditions.push_back(std::move(inside));
            return {};
        }
        for (Predicate& child : inside.children) conditions.push_back(std::move(child));
        return {};
    }

    Result<Predicate> compile_service(const Expression& expression) {
        std::vector<Predicate> conditions;
        if (!expression.nodes.empty()) conditions = node_conditions(expression.nodes.front());
        TRY(add_braces(expression, {.kind = Place::Kind::service}, conditions));
        return some(Scope::segment, all_or_one(std::move(conditions)));
    }

    Result<Predicate> compile_edge(const Expression& expression) {
        std::vector<Predicate> conditions;
        for (std::size_t i = 0; i < expression.nodes.size(); ++i)
            conditions.push_back(some(i == 0 ? Scope::source : Scope::target,
                                      all_or_one(node_conditions(expression.nodes[i]))));
        TRY(add_braces(expression, {.kind = Place::Kind::edge}, conditions));
        return some(Scope::call, all_or_one(std::move(conditions)));
    }

    Result<Predicate> compile_cause(const Expression& expression) {
        std::vector<Predicate> conditions;
        TRY(add_braces(expression, {.kind = Place::Kind::cause, .list = expression.list},
                       conditions));
        return some_cause(expression.list, all_or_one(std::move(conditions)));
    }

    static Result<Predicate> compile_paths(const Expression& expression) {
        std::vector<Predicate> paths;
        for (const CausePath& path : expression.paths) paths.push_back(cause_path(path));
        return all_or_one(std::move(paths));
    }

    Result<Predicate> compile_group(const Expression& expression) {
        const GroupReference& group = expression.group;
        if (is_in_group_)
            return refuse(expression.at, "the filter of a group cannot name groups itself");
        std::optional<std::string> filter;
        if (groups_ != nullptr)
            filter = group.is_arn ? groups_->filter_of_arn(group.text)
                                  : groups_->filter_of_name(group.text);
        const std::string_view name = cut_characters(group.text, 100);
        if (!filter) return refuse(expression.at, fmt::format("there is no group '{}'", name));
        Result<Predicate> predicate = compile_filter_of_group(*filter);
        if (!predicate)
            return refuse(expression.at,
                          fmt::format("the filter of group '{}' is no longer valid: {}", name,
                                      predicate.error().message()));
        return predicate;
    }

    static Result<Predicate> compile_filter_of_group(std::string_view text) {
        const Expression expression = TRY(parse(text));
        Compiler compiler(text, nullptr);
        compiler.is_in_group_ = true;
        return compiler.compile(expression);
    }

    // Comparisons. ------------------------------------------------------------------------------

    Result<Predicate> compile_comparison(const Expression& expression, Place place) {
        const Comparison& comparison = expression.comparison;
        if (comparison.keyword == Keyword::annotation) return compile_annotation(expression, place);
        const auto meaning = meaning_of(comparison.keyword, place);
        if (!meaning)
            return refuse(expression.at,
                          fmt::format("'{}' has no meaning here; it stands {}",
                                      to_text(comparison.keyword), home_of(comparison.keyword)));
        return compare(comparison, *meaning);
    }

    Result<Predicate> compile_annotation(const Expression& expression, Place place) {
        const Comparison& comparison = expression.comparison;
        if (place.kind == Place::Kind::cause)
            return refuse(expression.at, "root causes have no annotations");
        if (comparison.side != Side::own && place.kind != Place::Kind::edge)
            return refuse(expression.at,
                          "source.annotation and destination.annotation stand inside edge braces");
        Meaning meaning{.scope = Scope::span, .subjects = {annotation_subject(comparison.key)}};
        // Of a call speaks the one subsegment that made it.
        const bool is_of_call = place.kind == Place::Kind::edge && comparison.side == Side::own;
        if (is_of_call) meaning.scope = std::nullopt;
        Predicate predicate;
        if (comparison.op == Operator::none)
            predicate = bare_annotation(meaning);
        else
            predicate = TRY(compare(comparison, meaning));
        if (comparison.side == Side::own) return predicate;
        return some(comparison.side == Side::source ? Scope::source : Scope::target,
                    std::move(predicate));
    }

    Result<Predicate> compare(const Comparison& comparison, const Meaning& meaning) const {
        const auto test = test_of(comparison, meaning);
        if (const auto* fault = std::get_if<TestFault>(&test))
            return refuse(fault->at, fault->reason);
        return predicate_of(meaning, std::get<ValueTest>(test));
    }

    Lexer lexer_;
    const GroupFilters* groups_;
    bool is_in_group_ = false;
};

}  // namespace

Result<Predicate> compile(const Expression& expression, std::string_view text,
                          const GroupFilters* groups) {
    return Compiler(text, groups).compile(expression);
}

}  // namespace tomograph::filter
