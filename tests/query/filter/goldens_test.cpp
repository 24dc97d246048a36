#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <set>

#include "model/predicate.h"
#include "query/filter/compiler.h"
#include "query/filter/naive_filter.h"
#include "query/filter/printer.h"
#include "store/search/find_all.h"

namespace tomograph {
namespace {

using namespace testing;

struct Groups final : GroupFilters {
    std::optional<std::string> filter_of_name(std::string_view name) const override {
        static const std::map<std::string_view, std::string> filters{
            {"slow", "responsetime > 5"},
            {"everything", ""},
            {"acme", "annotation.tenant = \"acme\" AND !partial"},
            {"downstream", "ok AND service() { fault OR error }"}};
        const auto found = filters.find(name);
        if (found == filters.end()) return std::nullopt;
        return found->second;
    }
    std::optional<std::string> filter_of_arn(std::string_view arn) const override {
        constexpr std::string_view start = "arn:aws:xray:eu-west-1:111122223333:group/";
        if (!arn.starts_with(start)) return std::nullopt;
        return filter_of_name(arn.substr(start.size()));
    }
};

const Groups groups;

/// Of services that name none; no document does.
constexpr std::string_view own_account = "999900001111";

struct Case {
    std::string text;
    std::string expected;  // names, ascending
};

/// Lines `expression => names`.
std::vector<Case> read_cases() {
    std::ifstream file(GOLDENS_FOLDER "/expressions.cases");
    REQUIRE(file);
    std::vector<Case> cases;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line.starts_with("# ")) continue;
        const std::size_t arrow = line.rfind(" =>");
        REQUIRE_MESSAGE(arrow != std::string::npos, line);
        cases.push_back({.text = line.substr(0, arrow),
                         .expected = line.substr(std::min(arrow + 4, line.size()))});
    }
    return cases;
}

SharedPredicate compiled(const std::string& text) {
    auto predicate = compile_filter(text, &groups, own_account);
    REQUIRE_MESSAGE(predicate, text, ": ", (predicate ? "" : predicate.error().message()));
    return std::make_shared<Predicate>(std::move(*predicate));
}

filter::Expression parsed(const std::string& text) {
    auto expression = filter::parse(text);
    REQUIRE_MESSAGE(expression, text, ": ", (expression ? "" : expression.error().message()));
    return std::move(*expression);
}

TEST_CASE("the corpus of filter expressions is wide") {
    std::set<std::string> texts;
    std::set<std::string> answers;
    for (const Case& each : read_cases()) {
        CHECK_MESSAGE(texts.insert(each.text).second, "twice: ", each.text);
        answers.insert(each.expected);
    }
    CHECK(texts.size() >= 300);
    CHECK(answers.size() >= 80);
}

TEST_CASE("each expression of the corpus reads back from its print, and means the same") {
    for (const Case& each : read_cases()) {
        CAPTURE(each.text);
        const filter::Expression expression = parsed(each.text);
        const std::string printed = filter::to_text(expression);
        CAPTURE(printed);
        CHECK(parsed(printed) == expression);
        CHECK(filter::to_text(parsed(printed)) == printed);
        CHECK(*compiled(printed) == *compiled(each.text));
        CHECK(check(*compiled(each.text)));
    }
}

TEST_CASE("each expression of the corpus holds for the traces that it names, read naively") {
    const SearchTraces traces = read_search_traces(GOLDENS_FOLDER);
    MemoryStore store;
    for (const auto& round : in_rounds(traces)) store.append(round, [](const Result<void>&) {});
    std::vector<OpenedTrace> opened;
    for (const StoredTrace& each : find_all(store, nullptr, {})) opened.emplace_back(each);
    REQUIRE(opened.size() == traces.ids.size());
    for (const Case& each : read_cases()) {
        CAPTURE(each.text);
        const filter::Expression expression = parsed(each.text);
        std::vector<std::string> names;
        for (const OpenedTrace& trace : opened)
            if (NaiveFilter(trace, &groups, own_account).holds(expression))
                names.push_back(traces.name_of.at(trace.stored.id));
        CHECK(sorted_names(names) == each.expected);
        CHECK(names_of(traces, find_all(store, compiled(each.text), {})) == each.expected);
    }
}

/// What the engine finds, of everything at once and of small pages.
void check_engine(const SearchTraces& traces, TraceStore& store) {
    for (const Case& each : read_cases()) {
        CAPTURE(each.text);
        const SharedPredicate predicate = compiled(each.text);
        for (const std::size_t limit : {std::size_t{1000}, std::size_t{4}})
            CHECK(names_of(traces, find_all(store, predicate, {.limit = limit})) == each.expected);
    }
}

TEST_CASE("the engine finds what each expression names: traces that are open") {
    const SearchTraces traces = read_search_traces(GOLDENS_FOLDER);
    StoreFixture fixture;
    fixture.must_open();
    for (const auto& round : in_rounds(traces)) REQUIRE(fixture.append(round));
    CHECK(fixture.store->status().open_traces == traces.ids.size());
    check_engine(traces, *fixture.store);
}

TEST_CASE("the engine finds what each expression names: traces in one part") {
    const SearchTraces traces = read_search_traces(GOLDENS_FOLDER);
    StoreFixture fixture;
    fixture.must_open();
    for (const auto& round : in_rounds(traces)) REQUIRE(fixture.append(round));
    fixture.settle();
    CHECK(fixture.store->status().open_traces == 0);
    check_engine(traces, *fixture.store);
}

TEST_CASE("the engine finds what each expression names: fragments in several parts") {
    const SearchTraces traces = read_search_traces(GOLDENS_FOLDER);
    StoreFixture fixture;
    fixture.must_open();
    for (const auto& round : in_rounds(traces)) {
        REQUIRE(fixture.append(round));
        fixture.settle();
    }
    CHECK(fixture.store->status().parts >= 2);
    CHECK(fixture.metric("tomograph_store_late_fragments_total") >= 10);
    check_engine(traces, *fixture.store);
}

/// Of two versions of a document the one wins that came last, so the answers are others here.
TEST_CASE("the engine finds what a plain store finds: backwards, half sealed and half open") {
    const SearchTraces traces = read_search_traces(GOLDENS_FOLDER);
    StoreFixture fixture;
    fixture.must_open();
    MemoryStore oracle;
    const auto rounds = in_rounds(traces);
    for (std::size_t i = rounds.size(); i-- > 0;) {
        if (i == 0) fixture.settle();
        REQUIRE(fixture.append(rounds[i]));
        oracle.append(rounds[i], [](const Result<void>&) {});
    }
    CHECK(fixture.store->status().parts >= 1);
    CHECK(fixture.store->status().open_traces >= 1);
    for (const Case& each : read_cases()) {
        CAPTURE(each.text);
        const SharedPredicate predicate = compiled(each.text);
        CHECK(names_of(traces, find_all(*fixture.store, predicate, {.limit = 4})) ==
              names_of(traces, find_all(oracle, predicate, {})));
    }
}

}  // namespace
}  // namespace tomograph
