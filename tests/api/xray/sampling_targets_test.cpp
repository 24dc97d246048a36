#include <doctest/doctest.h>

#include "api/control_bench.h"

namespace tomograph::testing {
namespace {

constexpr std::string_view client = "ABCDEF0123456789abcdef01";

std::string document(std::string_view more = "", std::string_view rule = "Default",
                     std::string_view timestamp = "1700000000") {
    return R"({"RuleName":")" + std::string(rule) + R"(","ClientID":")" + std::string(client) +
           R"(","Timestamp":)" + std::string(timestamp) + R"(,"RequestCount":10,"SampledCount":3)" +
           std::string(more) + "}";
}

std::string statistics(const std::string& documents) {
    return R"({"SamplingStatisticsDocuments":[)" + documents + "]}";
}

constexpr std::string_view default_target =
    R"({"RuleName":"Default","FixedRate":0.05,"ReservoirQuota":1,)"
    R"("ReservoirQuotaTTL":1700000012.0,"Interval":10})";

std::string answer(std::string_view targets, std::string_view unprocessed = "") {
    return R"({"SamplingTargetDocuments":[)" + std::string(targets) +
           R"(],"LastRuleModification":0.0,"UnprocessedStatistics":[)" + std::string(unprocessed) +
           "]}";
}

std::string unprocessed(std::string_view code, std::string_view message,
                        std::string_view rule = "Default") {
    return R"({"RuleName":")" + std::string(rule) + R"(","ErrorCode":")" + std::string(code) +
           R"(","Message":")" + std::string(message) + R"("})";
}

}  // namespace

TEST_CASE("a client is answered its target, however it spells its document") {
    for (const std::string& each :
         {document(), document(R"(,"BorrowCount":0,"Extra":[1])"),
          document("", "Default", "1700000000000"),  // Java's milliseconds
          document("", "Default", "1.7e9")}) {
        ControlBench bench;
        CHECK(bench.post("/SamplingTargets", statistics(each)).body == answer(default_target));
    }
    ControlBench bench;
    std::string adot = document();
    adot.replace(adot.find("SampledCount"), 12, "SampleCount");
    CHECK(bench.post("/SamplingTargets", statistics(adot)).body == answer(default_target));
}

TEST_CASE("a client that has nothing to say is answered, too") {
    ControlBench bench;
    for (const char* body : {"", "{}", R"({"SamplingStatisticsDocuments":[]})",
                             R"({"SamplingStatisticsDocuments":null})"})
        CHECK(bench.post("/SamplingTargets", body).body == answer(""));
}

TEST_CASE("the end of a quota is told by the client's own clock") {
    ControlBench bench;
    const std::string late = document("", "Default", "1699999900");
    CHECK(bench.post("/SamplingTargets", statistics(late))
              .body.find(R"("ReservoirQuotaTTL":1699999912.0)") != std::string::npos);
}

TEST_CASE("a document that cannot be taken is named, and spoils no other") {
    struct Case {
        std::string document;
        std::string unprocessed;
    };
    const auto without = [](std::string_view member) {
        std::string text = document();
        return text.replace(text.find(member), member.size(), "x");
    };
    const Case cases[] = {
        {document("", "none"),
         unprocessed("404", "there is no sampling rule of this name", "none")},
        {document("", "Default", "1699999399"),
         unprocessed("400", "Timestamp is more than 10 minutes from now")},
        {document("", "Default", "1700000601"),
         unprocessed("400", "Timestamp is more than 10 minutes from now")},
        {document(R"(,"ClientID":"short")"),
         unprocessed("400", "ClientID has 5 characters, must have 24 to 24")},
        {document(R"(,"BorrowCount":-1)"),
         unprocessed("400", "BorrowCount must be 0 to 2147483647")},
        {without("RuleName"), unprocessed("400", "RuleName is required", "")},
        {without("ClientID"), unprocessed("400", "ClientID is required")},
        {without("Timestamp"), unprocessed("400", "Timestamp is required")},
        {without("RequestCount"), unprocessed("400", "RequestCount is required")},
        {without("SampledCount"), unprocessed("400", "SampledCount is required")},
    };
    for (const Case& each : cases) {
        ControlBench bench;
        const HttpReply reply =
            bench.post("/SamplingTargets", statistics(each.document + "," + document()));
        CHECK(reply.status == 200);
        CHECK(reply.body == answer(default_target, each.unprocessed));
    }
}

TEST_CASE("requests that are not of the model's form are refused whole") {
    ControlBench bench;
    const auto refused = [&](const std::string& body) {
        return bench.post("/SamplingTargets", body).body;
    };
    CHECK(refused(R"({"SamplingStatisticsDocuments":{}})")
              .find("SamplingStatisticsDocuments must be a list") != std::string::npos);
    CHECK(refused(statistics(document(R"(,"BorrowCount":"1")")))
              .find("SamplingStatisticsDocuments[0].BorrowCount must be an integer") !=
          std::string::npos);
    std::string many = document();
    for (int n = 1; n < 100; ++n) many += "," + document();
    CHECK(bench.post("/SamplingTargets", statistics(many)).status == 200);
    for (int n = 0; n < 500; ++n) many += "," + document();
    CHECK(bench.post("/SamplingTargets", statistics(many)).status == 400);
}

TEST_CASE("the last change of any rule is told, rounded up to a second") {
    ControlBench bench;
    bench.clock.advance(Duration::milliseconds(250));
    REQUIRE(bench.sampling_rules->update({}, {.name = "Default"}, {.fixed_rate = 0.5}));
    const std::string body = bench.post("/SamplingTargets", statistics(document())).body;
    CHECK(body.find(R"("LastRuleModification":1700000001.0)") != std::string::npos);
    CHECK(body.find(R"("FixedRate":0.5)") != std::string::npos);
}

TEST_CASE("statistics are kept by ten seconds and rule, repeated reports once") {
    ControlBench bench;
    for (int n = 0; n < 2; ++n)
        bench.post("/SamplingTargets", statistics(document(R"(,"BorrowCount":2)")));
    bench.clock.advance(Duration::seconds(9));
    bench.post("/SamplingTargets", statistics(document("", "Default", "1700000009")));
    bench.clock.advance(Duration::seconds(1));
    bench.post("/SamplingTargets", statistics(document("", "Default", "1700000010")));
    const auto row = [](std::string_view time, int requests, int borrowed, int sampled) {
        return R"({"RuleName":"Default","Timestamp":)" + std::string(time) +
               R"(.0,"RequestCount":)" + std::to_string(requests) + R"(,"BorrowCount":)" +
               std::to_string(borrowed) + R"(,"SampledCount":)" + std::to_string(sampled) + "}";
    };
    CHECK(bench.post("/SamplingStatisticSummaries", "").body ==
          R"({"SamplingStatisticSummaries":[)" + row("1700000010", 10, 0, 3) + "," +
              row("1700000000", 20, 2, 6) + "]}");
    bench.clock.advance(Duration::hours(2));
    CHECK(bench.post("/SamplingStatisticSummaries", "{}").body ==
          R"({"SamplingStatisticSummaries":[]})");
}

TEST_CASE("statistics of an hour come in pages") {
    ControlBench bench;
    for (int rule = 0; rule < 3; ++rule)
        REQUIRE(bench.sampling_rules->create(
            {}, {.name = "r" + std::to_string(rule), .priority = 1}, {}));
    for (std::int64_t n = 0; n < 360; ++n, bench.clock.advance(Duration::seconds(10))) {
        std::string all;
        for (int rule = 0; rule < 3; ++rule)
            all += (rule == 0 ? "" : ",") +
                   document("", "r" + std::to_string(rule), std::to_string(test_second + n * 10));
        bench.post("/SamplingTargets", statistics(all));
    }
    std::size_t rows = 0;
    std::string body = bench.post("/SamplingStatisticSummaries", "").body;
    int pages = 1;
    for (;; ++pages) {
        for (std::size_t at = 0; (at = body.find("RuleName", at)) != std::string::npos; ++at)
            ++rows;
        const auto token = body.find("\"NextToken\"");
        if (token == std::string::npos) break;
        body = bench.post("/SamplingStatisticSummaries", "{" + body.substr(token)).body;
    }
    CHECK(rows == 3 * 360);
    CHECK(pages == 2);
    CHECK(bench.post("/SamplingStatisticSummaries", R"({"NextToken":"x"})").status == 400);
}

TEST_CASE("anomalies raise a rate for a while, for every client of the rule") {
    ControlBench bench;
    REQUIRE(bench.sampling_rules->create(
        {}, {.name = "shop", .priority = 1, .boost = SamplingBoost{.rate_max = 0.5}}, {}));
    const auto boost = [](std::string_view rule, std::string_view more = "") {
        return R"({"RuleName":")" + std::string(rule) +
               R"(","ServiceName":"api","Timestamp":1700000000,"AnomalyCount":40,)"
               R"("TotalCount":400,"SampledAnomalyCount":0)" +
               std::string(more) + "}";
    };
    const auto told =
        bench.post("/SamplingTargets", R"({"SamplingBoostStatisticsDocuments":[)" + boost("shop") +
                                           "," + boost("none") + "," + boost("Default") + "," +
                                           boost("shop", R"(,"TotalCount":-1)") + "]}");
    const std::string unprocessed_boosts =
        R"("UnprocessedBoostStatistics":[)" +
        unprocessed("404", "there is no sampling rule of this name", "none") + "," +
        unprocessed("400", "the rule has no SamplingRateBoost") + "," +
        unprocessed("400", "TotalCount must be 0 to 2147483647", "shop") + "]}";
    CHECK(told.body.ends_with(unprocessed_boosts));
    const std::string body =
        bench.post("/SamplingTargets", statistics(document("", "shop", "1700000030"))).body;
    CHECK(body.find(R"("SamplingBoost":{"BoostRate":0.25,"BoostRateTTL":1700000090.0})") !=
          std::string::npos);
    bench.clock.advance(Duration::seconds(30));
    CHECK(bench.post("/SamplingTargets", statistics(document("", "shop", "1700000040")))
              .body.find("SamplingBoost") == std::string::npos);
}

TEST_CASE("after a restart nobody is answered a quota before the old ones have run out") {
    ControlBench bench;
    SamplingTargets restarted(*bench.sampling_rules, bench.clock, bench.metrics, {});
    SamplingDocument document{.rule = "Default", .report = {.timestamp = bench.clock.now()}};
    const auto target = [&] { return restarted.report({document}, {}).targets.at(0); };
    CHECK_FALSE(target().quota);
    bench.clock.advance(Duration::seconds(22));
    document.report.timestamp = bench.clock.now();
    CHECK_FALSE(target().quota);
    bench.clock.advance(Duration::seconds(1));
    CHECK(target().quota == 1);
}

}  // namespace tomograph::testing
