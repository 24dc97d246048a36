#include <algorithm>
#include <fstream>

#include "store/search/find_all.h"
#include "store/summary_fixture.h"
#include "support/predicate_text.h"

namespace tomograph {
namespace {

using namespace testing;

struct Case {
    std::string text;
    SharedPredicate predicate;
    std::string expected;  // names, ascending
};

/// Lines `predicate => names`.
std::vector<Case> read_cases() {
    std::ifstream file(GOLDENS_FOLDER "/predicates.cases");
    REQUIRE(file);
    std::vector<Case> cases;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line.front() == '#') continue;
        const std::size_t arrow = line.rfind(" =>");
        REQUIRE_MESSAGE(arrow != std::string::npos, line);
        const std::string text = line.substr(0, arrow);
        const std::size_t names = std::min(arrow + 4, line.size());
        cases.push_back({.text = text,
                         .predicate = std::make_shared<Predicate>(parse_predicate(text)),
                         .expected = line.substr(names)});
    }
    return cases;
}

TEST_CASE("each predicate of the corpus reads back from its text, and keeps the rules") {
    const std::vector<Case> cases = read_cases();
    CHECK(cases.size() >= 120);
    for (const Case& each : cases) {
        CAPTURE(each.text);
        const auto checked = check(*each.predicate);
        CHECK_MESSAGE(checked, (checked ? "" : checked.error().message()));
        CHECK(parse_predicate(to_text(*each.predicate)) == *each.predicate);
    }
}

TEST_CASE("each predicate of the corpus holds for the traces that it names") {
    const SearchTraces traces = read_search_traces(GOLDENS_FOLDER);
    MemoryStore store;
    for (const auto& round : in_rounds(traces)) store.append(round, [](const Result<void>&) {});
    for (const Case& each : read_cases()) {
        CAPTURE(each.text);
        CHECK(names_of(traces, find_all(store, each.predicate, {})) == each.expected);
    }
}

/// Both stores with the corpus' traces; how they came in differs.
struct Pair {
    Pair() : traces(read_search_traces(GOLDENS_FOLDER)) { fixture.must_open(); }

    void append(const std::vector<Document>& documents) {
        const auto done = fixture.append(documents);
        REQUIRE(done);
        oracle.append(documents, [](const Result<void>&) {});
    }

    void check_all() {
        const Asked later{.range = {Instant::from_seconds(test_second + 9),
                                    Instant::from_seconds(test_second + 22)},
                          .type = TimeRangeType::service,
                          .limit = 3};
        for (const Case& each : read_cases()) {
            CAPTURE(each.text);
            for (const Asked& asked :
                 {Asked{}, Asked{.limit = 4}, later,
                  Asked{.range = later.range, .type = TimeRangeType::event, .limit = 2}}) {
                Asked at_once = asked;
                at_once.limit = 1000;
                CHECK(texts_of(find_all(*fixture.store, each.predicate, asked)) ==
                      texts_of(find_all(oracle, each.predicate, at_once)));
            }
        }
    }

    SearchTraces traces;
    StoreFixture fixture;
    MemoryStore oracle;
};

TEST_CASE("open traces are found as in a plain store") {
    Pair pair;
    for (const auto& round : in_rounds(pair.traces)) pair.append(round);
    pair.check_all();
}

TEST_CASE("traces in fragments of several parts are found as in a plain store") {
    Pair pair;
    for (const auto& round : in_rounds(pair.traces)) {
        pair.append(round);
        pair.fixture.settle();
    }
    CHECK(pair.fixture.store->status().parts >= 2);
    CHECK(pair.fixture.store->status().open_traces == 0);
    CHECK(pair.fixture.metric("tomograph_store_late_fragments_total") >= 10);
    pair.check_all();
}

TEST_CASE("traces that came backwards, half sealed and half open, are found as in a plain store") {
    Pair pair;
    auto rounds = in_rounds(pair.traces);
    std::reverse(rounds.begin(), rounds.end());
    for (std::size_t i = 0; i < rounds.size(); ++i) {
        if (i + 1 == rounds.size()) pair.fixture.settle();
        pair.append(rounds[i]);
    }
    CHECK(pair.fixture.store->status().parts >= 1);
    CHECK(pair.fixture.store->status().open_traces >= pair.traces.ids.size() - 1);
    pair.check_all();
}

/// Whether the predicate asks only for what a summary keeps.
bool outlives_summaries(const std::string& predicate) {
    for (const std::string_view gone : {"@", "exception", "cause"})
        if (predicate.find(gone) != std::string::npos) return false;
    return true;
}

TEST_CASE("parts that became summaries are searched as what is left of their documents") {
    Pair pair;
    pair.fixture.store.reset();
    pair.fixture.options.summary_age = Duration::days(1);
    pair.fixture.must_open();
    for (const auto& round : in_rounds(pair.traces)) {
        REQUIRE(pair.fixture.append(round));
        std::vector<Document> summaries;
        for (const Document& document : round) summaries.push_back(summary_of(document));
        pair.oracle.append(summaries, [](const Result<void>&) {});
        pair.fixture.settle();
    }
    pair.fixture.clock.advance(Duration::days(2));
    for (int i = 0; i < 20; ++i) pair.fixture.advance(Duration::seconds(1));
    CHECK(pair.fixture.metric("tomograph_store_summary_parts_total") >= 1);
    pair.check_all();
    std::size_t same = 0;
    for (const Case& each : read_cases()) {
        if (!outlives_summaries(each.text)) continue;
        CAPTURE(each.text);
        ++same;
        const auto found = find_all(*pair.fixture.store, each.predicate, {});
        CHECK(names_of(pair.traces, found) == each.expected);
    }
    CHECK(same >= 40);
}

}  // namespace
}  // namespace tomograph
