#include "model/predicate.h"

#include <doctest/doctest.h>

namespace tomograph {
namespace {

Predicate fault() { return condition({.field = Field::fault, .path = {}}, BooleanTest{}); }

Test text(TextTest::How how, std::string wanted, bool ignore_case = false) {
    return TextTest{.how = how, .text = std::move(wanted), .ignore_case = ignore_case};
}

TEST_CASE("texts compare by bytes, or without the case of ASCII letters") {
    using How = TextTest::How;
    const struct {
        How how;
        std::string_view wanted;
        bool ignore_case;
        std::string_view text;
        bool passes;
    } cases[] = {
        {How::equal, "abc", false, "abc", true},
        {How::equal, "abc", false, "Abc", false},
        {How::equal, "abc", true, "ABC", true},
        {How::equal, "", false, "", true},
        {How::equal, "ü", true, "Ü", false},
        {How::prefix, "ab", false, "abc", true},
        {How::prefix, "abcd", false, "abc", false},
        {How::prefix, "", false, "", true},
        {How::suffix, "bc", false, "abc", true},
        {How::suffix, "ab", false, "abc", false},
        {How::contains, "", false, "", true},
        {How::contains, "b", false, "abc", true},
        {How::contains, "B", true, "abc", true},
        {How::contains, "ac", false, "abc", false},
        {How::glob, "", false, "", true},
        {How::glob, "*", false, "", true},
        {How::glob, "?", false, "", false},
        {How::glob, "?", false, "é", true},
        {How::glob, "??", false, "é", false},
        {How::glob, "a*c", false, "abbc", true},
        {How::glob, "a*c", false, "abcb", false},
        {How::glob, "*b*b", false, "abcb", true},
        {How::glob, "a\\*c", false, "a*c", true},
        {How::glob, "a\\*c", false, "abc", false},
        {How::glob, "A?C", true, "abc", true},
        {How::glob, "*a*a*a*b", false, "aaaaaaaaaa", false},
        {How::glob, "\\", false, "\\", true},
        {How::glob, "*é", false, "caféé", true},
    };
    for (const auto& each : cases) {
        CAPTURE(each.wanted);
        CAPTURE(each.text);
        CHECK(passes_text(text(each.how, std::string(each.wanted), each.ignore_case), each.text) ==
              each.passes);
    }
}

TEST_CASE("tests of one kind are never true of values of another") {
    const std::vector<Test> tests{text(TextTest::How::contains, ""), NumberTest{},
                                  BooleanTest{true}, IsSet{}, IsSet{ScalarKind::number}};
    const auto passed = [&](ScalarView value) {
        std::string which;
        for (const Test& test : tests) which += passes(test, value) ? '1' : '0';
        return which;
    };
    CHECK(passed({ScalarKind::text, "1"}) == "10010");
    CHECK(passed({ScalarKind::number, "1"}) == "01011");
    CHECK(passed({ScalarKind::boolean, "true"}) == "00110");
    CHECK(passed({ScalarKind::boolean, "false"}) == "00010");
}

TEST_CASE("a number may lie on a closed bound, not on an open one") {
    const auto in = [](bool min_is_open, bool max_is_open) {
        return NumberTest{.min = Decimal::of(1),
                          .max = Decimal::of(2),
                          .min_is_open = min_is_open,
                          .max_is_open = max_is_open};
    };
    CHECK(passes_number(in(false, false), Decimal::of(1)));
    CHECK(passes_number(in(false, false), Decimal::of(2)));
    CHECK_FALSE(passes_number(in(true, false), Decimal::of(1)));
    CHECK_FALSE(passes_number(in(false, true), Decimal::of(2)));
    CHECK(passes_number(in(true, true), Decimal::of(15, -1)));
}

TEST_CASE("a tree that breaks a rule says which") {
    const auto with_children = [](Predicate::Kind kind, std::size_t count) {
        Predicate predicate;
        predicate.kind = kind;
        predicate.children.resize(count);
        return predicate;
    };
    Predicate deep = some(Scope::span, fault());
    for (std::size_t i = 2; i < predicate_depth_max; ++i) deep = negation(std::move(deep));
    CHECK(check(deep));
    const std::vector<Predicate> many(predicate_leaves_max, fault());
    CHECK(check(some(Scope::span, all_of(many))));
    std::vector<Predicate> more = many;
    more.push_back(fault());

    const struct {
        Predicate predicate;
        std::string_view message;
    } cases[] = {
        {fault(), "fault is not known of a trace"},
        {some(Scope::root, some(Scope::segment, fault())), "a root has no segment"},
        {some(Scope::source, fault()), "a trace has no source"},
        {some(Scope::call, some(Scope::span, fault())), "a call has no span"},
        {some(Scope::span, some(Scope::span, fault())), "a span has no span"},
        {condition({.field = {}, .path = "user"}, IsSet{}), "a trace has no attributes"},
        {some_cause({.kind = CauseList::Kind::fault, .level = CauseList::Level::service},
                    condition({.field = Field::coverage, .path = {}}, IsSet{})),
         "coverage is not known of a cause"},
        {some(Scope::span, condition({.field = Field::name, .path = {}}, NumberTest{})),
         "name is compared with a value of another kind"},
        {some(Scope::span, cause_path({})), "a span has no causes"},
        {with_children(Predicate::Kind::negation, 2), "a negation or scope has not one child"},
        {with_children(Predicate::Kind::some, 0), "a negation or scope has not one child"},
        {negation(deep), "a filter nests deeper than 64"},
        {some(Scope::span, all_of(more)), "a filter has more than 1024 conditions"},
        {with_children(Predicate::Kind::all, predicate_nodes_max),
         "a filter has more than 4096 nodes"},
        {some(Scope::span, condition({.field = {}, .path = std::string(5000, 'p')}, IsSet{})),
         "a text of a filter has more than 4096 bytes"},
    };
    for (const auto& each : cases) {
        CAPTURE(each.message);
        const auto checked = check(each.predicate);
        REQUIRE_FALSE(checked);
        CHECK(checked.error().message() == each.message);
    }
    CHECK(check(fault(), Scope::span));
}

}  // namespace
}  // namespace tomograph
