#include "query/retrieval/retrievals.h"

#include <set>

#include "query/limits.h"
#include "query/query_fixture.h"
#include "query/retrieval/retrieved_traces.h"
#include "query/retrieval/start_retrieval.h"

namespace tomograph::testing {
namespace {

struct Fixture : QueryFixture {
    TraceRetrievals retrievals{registry};

    std::string begin(std::vector<std::string> ids, double first = 0, double last = 100) {
        auto retrieval =
            retrieval_of({.trace_ids = std::move(ids), .start = at(first), .end = at(last)});
        REQUIRE(retrieval);
        auto token = retrievals.start(*std::move(retrieval), now);
        REQUIRE(token);
        return *token;
    }

    RetrievedTracesAnswer list(const std::string& token, const std::string& next = "") {
        auto answer = list_retrieved_traces(context(), retrievals,
                                            {.retrieval_token = token, .next_token = next});
        REQUIRE(answer);
        return *std::move(answer);
    }
};

}  // namespace

TEST_CASE("a retrieval lives for an hour") {
    Fixture fixture;
    const std::string token = fixture.begin({trace_text(1)});
    CHECK(token.size() == 32);
    CHECK(token.find_first_not_of("0123456789abcdef") == std::string::npos);
    fixture.now = at(3600) + retrieval_lifetime - Duration::nanoseconds(1);
    CHECK(fixture.retrievals.find(token, fixture.now));
    fixture.now = fixture.now + Duration::nanoseconds(1);
    const auto gone = fixture.retrievals.find(token, fixture.now);
    REQUIRE_FALSE(gone);
    CHECK(gone.error().code() == ErrorCode::not_found);
    CHECK_FALSE(fixture.retrievals.cancel(token, fixture.now));
}

TEST_CASE("retrievals are bounded; cancelled and expired ones make room") {
    Fixture fixture;
    std::vector<std::string> tokens;
    for (std::size_t i = 0; i < retrievals_max; ++i) tokens.push_back(fixture.begin({}));
    const auto refused = fixture.retrievals.start({}, fixture.now);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code() == ErrorCode::unavailable);
    CHECK(refused.error().message() ==
          "1000 trace retrievals are live, which is the limit; cancel one, or wait: each ends 60 "
          "minutes after its start");
    CHECK(RetrievalMetrics(fixture.registry).refused.value() == 1);

    REQUIRE(fixture.retrievals.cancel(tokens[7], fixture.now));
    fixture.begin({});
    CHECK_FALSE(fixture.retrievals.find(tokens[7], fixture.now));
    CHECK(fixture.retrievals.find(tokens[8], fixture.now));
    CHECK_FALSE(fixture.retrievals.start({}, fixture.now));

    fixture.now = fixture.now + retrieval_lifetime;
    fixture.begin({});
    CHECK(RetrievalMetrics(fixture.registry).live.value() == 1);
}

TEST_CASE("spans that come between two pages are told once or not at all, the others once") {
    Fixture fixture;
    for (std::uint64_t i = 0; i < 150; ++i)
        fixture.put(document({.id = 1000 + i, .start = 1 + static_cast<double>(i), .end = 200}));
    const std::string token = fixture.begin({trace_text(1)});
    const RetrievedTracesAnswer first = fixture.list(token);
    REQUIRE(first.traces.size() == 1);
    CHECK(first.traces[0].spans.size() == retrieved_page_spans);
    fixture.put(document({.id = 1, .start = 0.5, .end = 1}));      // before what was told
    fixture.put(document({.id = 2, .start = 120.5, .end = 121}));  // behind it
    const RetrievedTracesAnswer second = fixture.list(token, first.next_token);
    REQUIRE(second.traces.size() == 1);
    CHECK(second.next_token.empty());
    std::set<std::string> told;
    for (const auto& page : {first, second})
        for (const RetrievedSpan& span : page.traces[0].spans) CHECK(told.insert(span.id).second);
    CHECK(told.size() == 151);
    CHECK(told.contains(span_text(2)));
    CHECK_FALSE(told.contains(span_text(1)));
}

TEST_CASE("traces that are gone or outside of the range are left out of a retrieval") {
    Fixture fixture;
    fixture.put(document({.trace = 1, .id = 1, .start = 0, .end = 1}));
    fixture.put(document({.trace = 2, .id = 2, .start = 50, .end = 60}));
    const std::string token = fixture.begin({trace_text(3), trace_text(1), trace_text(2)}, 60, 70);
    const RetrievedTracesAnswer answer = fixture.list(token);
    REQUIRE(answer.traces.size() == 1);
    CHECK(to_xray_text(answer.traces[0].id) == trace_text(2));
    CHECK(answer.next_token.empty());
}

TEST_CASE("a page token belongs to one retrieval and one format") {
    Fixture fixture;
    std::vector<std::string> ids;
    for (std::uint64_t i = 1; i <= 6; ++i) {
        fixture.put(document({.trace = i, .id = i}));
        ids.push_back(trace_text(i));
    }
    const std::string token = fixture.begin(ids);
    const std::string next = fixture.list(token).next_token;
    REQUIRE_FALSE(next.empty());
    CHECK(fixture.list(token, next).traces.size() == 1);
    const auto refused = [&](const RetrievedTracesRequest& request) {
        const auto answer = list_retrieved_traces(fixture.context(), fixture.retrievals, request);
        return !answer && answer.error().code() == ErrorCode::invalid;
    };
    CHECK(refused({fixture.begin(ids), RetrievedFormat::xray, next}));
    CHECK(refused({token, RetrievedFormat::otel, next}));
}

}  // namespace tomograph::testing
