#pragma once

#include <array>
#include <random>
#include <string>
#include <vector>

#include "model/predicate.h"

namespace tomograph::testing {

/// Trees that keep the rules, over the values that random documents have.
class RandomPredicates {
 public:
    explicit RandomPredicates(std::mt19937_64& random) : random_(random) {}
    /// paths, texts  of the documents; not those of segments
    RandomPredicates(std::mt19937_64& random, std::vector<std::string> paths,
                     std::vector<std::string> texts)
        : random_(random), paths_(std::move(paths)), texts_(std::move(texts)) {}

    Predicate next() { return tree(Scope::trace, {}, 3); }
    Predicate next_of_span() { return tree(Scope::span, {}, 2); }

    Subject subject(Scope scope, CauseList cause = {}) {
        if (has_attributes(scope) && below(2) == 0) {
            return {.field = {}, .path = paths_[below(paths_.size())]};
        }
        while (true) {
            const auto field =
                static_cast<Field>(below(static_cast<std::uint64_t>(Field::last) + 1));
            if (has_field(scope, field, cause)) return {.field = field, .path = {}};
        }
    }

 private:
    std::uint64_t below(std::uint64_t n) { return random_() % n; }

    Predicate tree(Scope scope, CauseList cause, int depth) {
        const std::uint64_t choice = below(depth > 0 ? 10 : 4);
        if (choice < 4)
            return scope == Scope::trace ? some_in(scope, cause, depth) : leaf(scope, cause);
        if (choice == 4) return negation(tree(scope, cause, depth - 1));
        if (choice < 8) {
            std::vector<Predicate> children;
            for (std::uint64_t n = 1 + below(3); n > 0; --n)
                children.push_back(tree(scope, cause, depth - 1));
            return below(2) == 0 ? all_of(std::move(children)) : any_of(std::move(children));
        }
        return some_in(scope, cause, depth - 1);
    }

    Predicate some_in(Scope scope, CauseList outer, int depth) {
        std::vector<Scope> inner;
        if (scope == Scope::trace)
            inner = {Scope::root, Scope::segment, Scope::span,
                     Scope::span, Scope::call,    Scope::cause};
        if (scope == Scope::call) inner = {Scope::source, Scope::target};
        if (scope == Scope::root || scope == Scope::segment || scope == Scope::source ||
            scope == Scope::target)
            inner = {Scope::span};
        if (inner.empty()) return leaf(scope, outer);
        if (scope == Scope::trace && below(6) == 0) return leaf(scope, {});
        const Scope chosen = inner[below(inner.size())];
        CauseList cause;
        if (chosen == Scope::cause)
            cause = {.kind = static_cast<CauseList::Kind>(below(3)),
                     .level = static_cast<CauseList::Level>(below(3))};
        Predicate predicate = some(chosen, tree(chosen, cause, depth - 1));
        predicate.cause = cause;
        return predicate;
    }

    Predicate leaf(Scope scope, CauseList cause) {
        Subject chosen = subject(scope, cause);
        const auto kind =
            chosen.is_attribute() ? static_cast<ScalarKind>(below(3)) : kind_of(chosen.field);
        return condition(std::move(chosen), test(kind));
    }

    Test test(ScalarKind kind) {
        if (below(6) == 0)
            return IsSet{.kind = below(2) == 0 ? std::optional<ScalarKind>()
                                               : static_cast<ScalarKind>(below(3))};
        if (kind == ScalarKind::boolean) return BooleanTest{below(2) == 0};
        if (kind == ScalarKind::number) {
            constexpr std::array<std::int64_t, 8> bounds{0, 1, 2, 3, 100, 200, 404, -1};
            NumberTest range;
            if (below(3) != 0) range.min = Decimal::of(bounds[below(bounds.size())]);
            if (below(3) != 0) range.max = Decimal::of(bounds[below(bounds.size())]);
            range.min_is_open = below(2) == 0;
            range.max_is_open = below(2) == 0;
            return range;
        }
        return TextTest{.how = static_cast<TextTest::How>(below(5)),
                        .text = texts_[below(texts_.size())],
                        .ignore_case = below(3) == 0};
    }

    std::mt19937_64& random_;
    std::vector<std::string> paths_{
        "annotations\x1f"
        "a",
        "annotations\x1f"
        "b",
        "metadata\x1fm\x1fn",
        "user",
        "http\x1frequest\x1furl",
        "http\x1fresponse\x1fstatus",
        "origin",
        "nothing"};
    std::vector<std::string> texts_{"acme",    "Acme",   "1", "",   "s1", "s2", "u1", "http://h/1",
                                    "AWS::T1", "remote", "*", "?1", "E",  "S3", "ü"};
};

}  // namespace tomograph::testing
