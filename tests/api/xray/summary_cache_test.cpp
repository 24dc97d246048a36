#include "query/summary_cache.h"

#include <doctest/doctest.h>

#include <future>
#include <random>

#include "api/xray/xray_api.h"
#include "store/store_fixture.h"

namespace tomograph::testing {
namespace {

/// The API on the store of a fixture.
struct Api {
    Api(StoreFixture& fixture, SummaryCache* summaries)
        : options(keeping(summaries)),
          ingest(*fixture.store, fixture.clock, metrics),
          xray(options, ingest, *fixture.store, fixture.clock, metrics) {}

    static XrayApiOptions keeping(SummaryCache* summaries) {
        XrayApiOptions options;
        options.summaries = summaries;
        return options;
    }

    std::string ask(const std::string& members) {
        auto answered = std::make_shared<std::promise<std::string>>();
        auto body = answered->get_future();
        HttpRequest request;
        request.method = "POST";
        request.path = "/TraceSummaries";
        request.body = fmt::format(R"({{"StartTime":{},"EndTime":{}{}}})", test_second - 3600,
                                   test_second + 3600, members);
        xray.handle(std::move(request),
                    [answered](HttpReply reply) { answered->set_value(std::move(reply.body)); });
        return body.get();
    }

    MetricsRegistry metrics;
    XrayApiOptions options;
    Ingest ingest;
    XrayApi xray;
};

/// Two APIs, one of which keeps summaries.
struct Both {
    explicit Both(StoreFixture& fixture, std::size_t bytes = 1 << 20)
        : cache(registry, bytes), keeping(fixture, &cache), plain(fixture, nullptr) {}

    void check() {
        for (const char* members :
             {"", R"(,"TimeRangeType":"Event")", R"(,"TimeRangeType":"Service")",
              R"(,"FilterExpression":"fault")",
              R"(,"FilterExpression":"annotation[mark] BEGINSWITH \"a\"")"}) {
            CAPTURE(std::string(members));
            const std::string expected = plain.ask(members);
            CHECK(keeping.ask(members) == expected);
            CHECK(keeping.ask(members) == expected);
        }
    }
    double metric(const std::string& name) const {
        const std::string text = registry.to_prometheus_text();
        const auto at = text.find("\n" + name + " ");
        REQUIRE(at != std::string::npos);
        return std::stod(text.substr(at + 2 + name.size()));
    }

    MetricsRegistry registry;
    SummaryCache cache;
    Api keeping;
    Api plain;
};

SegmentSpec some_segment(std::mt19937& random) {
    const auto up_to = [&](std::uint32_t n) { return random() % n; };
    SegmentSpec spec{.trace = trace_number(up_to(25)), .id = 1 + up_to(4)};
    spec.parent = spec.id == 1 ? 0 : 1 + up_to(3);
    spec.is_subsegment = spec.parent != 0 && up_to(2) == 0;
    spec.start_ms = up_to(2000);
    spec.end_ms = spec.start_ms + up_to(500);
    spec.in_progress = up_to(4) == 0;
    spec.status = up_to(4) == 0 ? 500 : 200;
    spec.mark = std::string(1, static_cast<char>('a' + up_to(3)));
    return spec;
}

}  // namespace

TEST_CASE("a summary that is kept is the one that would be made") {
    for (std::uint32_t seed = 1; seed <= 4; ++seed) {
        CAPTURE(seed);
        EmbeddedStoreOptions options = small_options();
        options.summary_age = Duration::days(10);
        options.retention_age = {};
        StoreFixture fixture(seed, options);
        fixture.must_open();
        // The second holds some summaries only.
        Both both(fixture, seed % 2 == 0 ? 8 << 10 : 1 << 20);
        std::mt19937 random(seed);
        for (int step = 0; step < 60; ++step) {
            CAPTURE(step);
            const auto what = random() % 16;
            if (what < 9) {
                fixture.must_append({some_segment(random), some_segment(random)});
            } else if (what < 14) {
                fixture.settle();  // seals, and merges now and then
            } else if (what == 14) {
                REQUIRE(fixture.store->redact(std::vector{trace_number(random() % 25)}));
            } else {
                fixture.clock.advance(Duration::days(4));
                for (int i = 0; i < 6; ++i) fixture.advance(Duration::seconds(31));
            }
            both.check();
        }
        CHECK(both.metric("tomograph_query_summary_cache_hits_total") > 100);
        CHECK(both.metric("tomograph_query_summary_cache_misses_total") > 10);
        CHECK(both.metric("tomograph_query_summary_cache_bytes") > 0);
    }
}

TEST_CASE("a summary that the clock changes is not kept") {
    StoreFixture fixture;
    fixture.must_open();
    Both both(fixture);
    // It announced a segment that does not come: in ten minutes one is inferred.
    const std::string json = fmt::format(
        R"({{"trace_id":"{0}","id":"0000000000000001","name":"api","start_time":{1},)"
        R"("end_time":{1}.5,"subsegments":[{{"id":"0000000000000002","name":"far",)"
        R"("start_time":{1},"end_time":{1}.4,"namespace":"remote",)"
        R"("http":{{"request":{{"url":"http://far/","method":"GET","traced":true}}}}}}]}})",
        to_xray_text(trace_number(1)), test_second);
    SegmentDecoder decoder;
    const auto decoded = decoder.decode(json, std::nullopt);
    REQUIRE(std::holds_alternative<Segment>(decoded));
    REQUIRE(fixture.append(
        {{.header = std::get<Segment>(decoded).header(), .bytes = json, .outline = {}}}));
    fixture.settle();
    CHECK(both.keeping.ask("").find(R"("IsPartial":true)") != std::string::npos);
    both.check();
    fixture.advance(Duration::minutes(11));
    CHECK(both.keeping.ask("").find(R"("IsPartial":false)") != std::string::npos);
    both.check();
}

TEST_CASE("a cache of summaries keeps to its bytes, and forgets what it is told to") {
    MetricsRegistry registry;
    SummaryCache cache(registry, 3000);
    const auto text = [](char letter) {
        return std::make_shared<const std::string>(std::string(700, letter));
    };
    for (std::uint64_t i = 0; i < 5; ++i) {
        cache.put(trace_number(i), 1, text(static_cast<char>('a' + i)));
        cache.find(trace_number(0), 1);  // so that it is used last
    }
    CHECK(cache.find(trace_number(0), 1) != nullptr);
    CHECK(cache.find(trace_number(1), 1) == nullptr);
    CHECK(*cache.find(trace_number(4), 1) == *text('e'));
    CHECK(cache.find(trace_number(4), 2) == nullptr);
    CHECK(cache.find(trace_number(4), 1) == nullptr);  // it has changed
    cache.put(trace_number(9), 1, std::make_shared<const std::string>(5000, 'x'));
    CHECK(cache.find(trace_number(9), 1) == nullptr);
    cache.clear();
    CHECK(cache.find(trace_number(0), 1) == nullptr);
}

}  // namespace tomograph::testing
