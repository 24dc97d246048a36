#include "query/filter/compiler.h"

#include <fmt/format.h>

#include <utility>

#include "query/filter/lexer.h"
#include "query/filter/meaning.h"
#include "query/filter/parser.h"
#include "query/filter/value_test.h"
#include "trace/graph_of_trace.h"
#include "wire/json/utf8.h"

namespace tomograph::filter {
namespace {

using Kind = Expression::Kind;

Predicate any_subject(const std::vector<Subject>& subjects, const Test& test) {
    if (subjects.size() == 1) return condition(subjects.front(), test);
    std::vector<Predicate> conditions;
    conditions.reserve(subjects.size());
    for (const Subject& subject : subjects) conditions.push_back(condition(subject, test));
    return any_of(std::move(conditions));
}

/// A braced list would copy both.
Predicate both(Predicate a, Predicate b) {
    std::vector<Predicate> children;
    children.reserve(2);
    children.push_back(std::move(a));
    children.push_back(std::move(b));
    return all_of(std::move(children));
}

Predicate in_scope(std::optional<Scope> scope, Predicate inside) {
    return scope ? some(*scope, std::move(inside)) : std::move(inside);
}

/// Every value differs, and there is one.
Predicate differs(const Meaning& meaning, const ValueTest& test) {
    Predicate is_there = any_subject(meaning.subjects, test.is_set);
    Predicate equals = any_subject(meaning.subjects, test.test);
    if (!meaning.is_of_many())
        return in_scope(meaning.scope, both(std::move(is_there), negation(std::move(equals))));
    return both(in_scope(meaning.scope, std::move(is_there)),
                negation(in_scope(meaning.scope, std::move(equals))));
}

Predicate predicate_of(const Meaning& meaning, const ValueTest& test) {
    if (test.is_negated) return differs(meaning, test);
    return in_scope(meaning.scope, any_subject(meaning.subjects, test.test));
}

/// Bare, an annotation is there, and not the boolean false.
Predicate bare_annotation(const Meaning& meaning) {
    return in_scope(meaning.scope,
                    both(any_subject(meaning.subjects, IsSet{}),
                         negation(any_subject(meaning.subjects, BooleanTest{false}))));
}

Predicate equals(Field field, std::string_view text) {
    return condition({.field = field, .path = {}},
                     TextTest{.how = TextTest::How::equal, .text = std::string(text)});
}

/// As answers have it: of the services that name no account all but the client are of ours.
Predicate is_of_account(std::string_view account, std::string_view own_account) {
    Predicate named = equals(Field::account, account);
    if (own_account.empty() || account != own_account) return named;
    Predicate unnamed = both(negation(condition({.field = Field::account, .path = {}}, IsSet{})),
                             negation(equals(Field::service_type, client_type)));
    std::vector<Predicate> ways;
    ways.push_back(std::move(named));
    ways.push_back(std::move(unnamed));
    return any_of(std::move(ways));
}

std::vector<Predicate> node_conditions(const NodeSelector& node, std::string_view own_account) {
    std::vector<Predicate> conditions;
    conditions.reserve(3);
    if (node.name) conditions.push_back(equals(Field::service, *node.name));
    if (node.type) conditions.push_back(equals(Field::service_type, *node.type));
    if (node.account) conditions.push_back(is_of_account(*node.account, own_account));
    return conditions;
}

Predicate all_or_one(std::vector<Predicate> children) {
    if (children.size() == 1) return std::move(children.front());
    return all_of(std::move(children));
}

class Compiler {
 public:
    Compiler(std::string_view text, const GroupFilters* groups, std::string_view own_account)
        : lexer_(text, "filter"), groups_(groups), own_account_(own_account) {}

    Result<Predicate> compile(const Expression& expression) {
        Predicate predicate;
        TRY(compile(expression, {}, predicate));
        const auto checked = check(predicate);
        if (!checked) return lexer_.error_at(expression.at.byte, checked.error().message());
        return predicate;
    }

 private:
    Error refuse(Position at, std::string_view reason) const {
        return lexer_.error_at(at.byte, reason);
    }

    // Each of these fills a predicate that is new: it is not handed up by value.

    Result<void> compile(const Expression& expression, Place place, Predicate& out) {
        switch (expression.kind) {
            case Kind::all:
            case Kind::any:
            case Kind::negation:
                return compile_tree(expression, place, out);
            case Kind::comparison:
                return compile_comparison(expression, place, out);
            default:
                break;
        }
        if (!place.is_trace())
            return refuse(expression.at,
                          "service, edge, group and rootcause stand outside of all braces");
        switch (expression.kind) {
            case Kind::service:
                return compile_service(expression, out);
            case Kind::edge:
                return compile_edge(expression, out);
            case Kind::cause:
                return compile_cause(expression, out);
            case Kind::cause_path:
                return compile_paths(expression, out);
            case Kind::group:
                return compile_group(expression, out);
            default:
                ASSERT(false);
        }
    }

    Result<void> compile_tree(const Expression& expression, Place place, Predicate& out) {
        if (expression.kind == Kind::negation)
            out.kind = Predicate::Kind::negation;
        else
            out.kind = expression.kind == Kind::all ? Predicate::Kind::all : Predicate::Kind::any;
        out.children.reserve(expression.children.size());
        for (const Expression& each : expression.children)
            TRY(compile(each, place, out.children.emplace_back()));
        return {};
    }

    // Forms. ------------------------------------------------------------------------------------

    /// Adds what the braces of `expression` say, if it has any.
    Result<void> add_braces(const Expression& expression, Place place,
                            std::vector<Predicate>& conditions) {
        if (expression.children.empty()) return {};
        Predicate inside;
        TRY(compile(expression.children.front(), place, inside));
        if (inside.kind != Predicate::Kind::all) {
            conditions.push_back(std::move(inside));
            return {};
        }
        for (Predicate& child : inside.children) conditions.push_back(std::move(child));
        return {};
    }

    Result<void> compile_service(const Expression& expression, Predicate& out) {
        std::vector<Predicate> conditions;
        if (!expression.nodes.empty())
            conditions = node_conditions(expression.nodes.front(), own_account_);
        TRY(add_braces(expression, {.kind = Place::Kind::service}, conditions));
        out = some(Scope::segment, all_or_one(std::move(conditions)));
        return {};
    }

    Result<void> compile_edge(const Expression& expression, Predicate& out) {
        std::vector<Predicate> conditions;
        for (std::size_t i = 0; i < expression.nodes.size(); ++i)
            conditions.push_back(
                some(i == 0 ? Scope::source : Scope::target,
                     all_or_one(node_conditions(expression.nodes[i], own_account_))));
        TRY(add_braces(expression, {.kind = Place::Kind::edge}, conditions));
        out = some(Scope::call, all_or_one(std::move(conditions)));
        return {};
    }

    Result<void> compile_cause(const Expression& expression, Predicate& out) {
        std::vector<Predicate> conditions;
        TRY(add_braces(expression, {.kind = Place::Kind::cause, .list = expression.list},
                       conditions));
        out = some_cause(expression.list, all_or_one(std::move(conditions)));
        return {};
    }

    Result<void> compile_paths(const Expression& expression, Predicate& out) const {
        std::vector<Predicate> paths;
        for (CausePath path : expression.paths) {
            for (CausePath::Service& service : path.services)
                service.account_may_be_missing =
                    !own_account_.empty() && service.account == own_account_;
            paths.push_back(cause_path(std::move(path)));
        }
        out = all_or_one(std::move(paths));
        return {};
    }

    Result<void> compile_group(const Expression& expression, Predicate& out) {
        const GroupReference& group = expression.group;
        if (is_in_group_)
            return refuse(expression.at, "the filter of a group cannot name groups itself");
        std::optional<std::string> filter;
        if (groups_ != nullptr)
            filter = group.is_arn ? groups_->filter_of_arn(group.text)
                                  : groups_->filter_of_name(group.text);
        const std::string_view name = cut_characters(group.text, 100);
        if (!filter) return refuse(expression.at, fmt::format("there is no group '{}'", name));
        Result<Predicate> predicate = compile_filter_of_group(*filter, own_account_);
        if (!predicate)
            return refuse(expression.at,
                          fmt::format("the filter of group '{}' is no longer valid: {}", name,
                                      predicate.error().message()));
        out = std::move(*predicate);
        return {};
    }

    static Result<Predicate> compile_filter_of_group(std::string_view text,
                                                     std::string_view own_account) {
        const Expression expression = TRY(parse(text));
        Compiler compiler(text, nullptr, own_account);
        compiler.is_in_group_ = true;
        return compiler.compile(expression);
    }

    // Comparisons. ------------------------------------------------------------------------------

    Result<void> compile_comparison(const Expression& expression, Place place, Predicate& out) {
        const Comparison& comparison = expression.comparison;
        if (comparison.keyword == Keyword::annotation)
            return compile_annotation(expression, place, out);
        const auto meaning = meaning_of(comparison.keyword, place);
        if (!meaning)
            return refuse(expression.at,
                          fmt::format("'{}' has no meaning here; it stands {}",
                                      to_text(comparison.keyword), home_of(comparison.keyword)));
        return compare(comparison, *meaning, out);
    }

    Result<void> compile_annotation(const Expression& expression, Place place, Predicate& out) {
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
        if (comparison.op == Operator::none)
            out = bare_annotation(meaning);
        else
            TRY(compare(comparison, meaning, out));
        if (comparison.side != Side::own)
            out = some(comparison.side == Side::source ? Scope::source : Scope::target,
                       std::move(out));
        return {};
    }

    Result<void> compare(const Comparison& comparison, const Meaning& meaning,
                         Predicate& out) const {
        const auto test = test_of(comparison, meaning);
        if (const auto* fault = std::get_if<TestFault>(&test))
            return refuse(fault->at, fault->reason);
        out = predicate_of(meaning, std::get<ValueTest>(test));
        return {};
    }

    Lexer lexer_;
    const GroupFilters* groups_;
    std::string_view own_account_;
    bool is_in_group_ = false;
};

}  // namespace

Result<Predicate> compile(const Expression& expression, std::string_view text,
                          const GroupFilters* groups, std::string_view own_account) {
    return Compiler(text, groups, own_account).compile(expression);
}

}  // namespace tomograph::filter
