#include "query/doctor/doctor.h"

#include <algorithm>

#include "query/doctor/similar_name.h"
#include "query/limits.h"
#include "query/query_fixture.h"

using namespace tomograph;
using namespace tomograph::testing;

namespace {

TraceId trace_one() { return *parse_trace_id(trace_text(1)); }

/// A doctor on a store.
struct DoctorFixture : QueryFixture {
    DoctorFacts facts;

    DoctorFixture() {
        now = at(60);
        facts.now = now;
        facts.store.ready = true;
    }
    TraceDiagnosis trace(std::optional<SpanId> span = std::nullopt) {
        facts.now = now;
        auto diagnosis = diagnose_trace(context(), facts, trace_one(), span);
        REQUIRE(diagnosis);
        return *std::move(diagnosis);
    }
    MapDiagnosis map(const MapQuestion& question) {
        auto diagnosis = diagnose_map(context(), facts, question, {at(-60), at(120)}, {});
        REQUIRE(diagnosis);
        return *std::move(diagnosis);
    }
};

const Finding* find(const std::vector<Finding>& findings, FindingKind kind) {
    const auto found = std::find_if(findings.begin(), findings.end(),
                                    [&](const Finding& each) { return each.kind == kind; });
    return found == findings.end() ? nullptr : &*found;
}

/// An api that calls under one name a service that sends under another.
void put_call(QueryFixture& fixture, const std::string& called_as, const std::string& sent_as,
              std::uint64_t parent = 2) {
    fixture.put(
        document({.id = 1,
                  .name = "api",
                  .more = with_subsegments(embedded({.id = 2,
                                                     .name = called_as,
                                                     .start = 0.1,
                                                     .end = 0.8,
                                                     .more = ",\"namespace\":\"remote\""}))}));
    if (sent_as.empty()) return;
    fixture.put(document({.id = 3, .parent = parent, .name = sent_as, .start = 0.2, .end = 0.7}));
}

}  // namespace

TEST_CASE("a whole trace and its nodes have nothing odd") {
    DoctorFixture fixture;
    put_call(fixture, "bank", "bank");
    const TraceDiagnosis trace = fixture.trace();
    CHECK(trace.is_found);
    CHECK(trace.documents == 2);
    CHECK(trace.spans == 3);
    CHECK(trace.findings.empty());
    for (const char* name : {"api", "bank"}) {
        const MapDiagnosis map = fixture.map({.name = name, .callee = ""});
        CHECK(map.nodes.size() == 1);
        CHECK(map.traces_read == 1);
        CHECK(map.findings.empty());
    }
    CHECK(fixture.map({.name = "api", .callee = "bank"}).findings.empty());
}

TEST_CASE("a missing trace is explained by age, refusals and what did not get in") {
    DoctorFixture fixture;
    fixture.facts.intake = {
        .received = 9,
        .rejected = {{"MissingEndTime", 2}, {"ParseError", 1}},
        .dropped = {{"overload", 4}},
        .latest = {{.trace = trace_one(),
                    .id = "00000000000000aa",
                    .code = "MissingEndTime",
                    .message = "no end_time",
                    .time = at(59)},
                   {.trace = TraceId{1, 1}, .id = "", .code = "", .message = "", .time = {}}}};
    const TraceDiagnosis missing = fixture.trace();
    CHECK_FALSE(missing.is_found);
    REQUIRE(find(missing.findings, FindingKind::trace_missing));
    const Finding* refused = find(missing.findings, FindingKind::refused);
    REQUIRE(refused);
    CHECK(refused->sentence.find("00000000000000aa") != std::string::npos);
    CHECK(refused->sentence.find("MissingEndTime") != std::string::npos);
    const Finding* rejected = find(missing.findings, FindingKind::rejected_since);
    REQUIRE(rejected);
    CHECK(rejected->sentence.find("MissingEndTime 2, ParseError 1") != std::string::npos);
    CHECK(find(missing.findings, FindingKind::dropped_since));
    CHECK_FALSE(find(missing.findings, FindingKind::expired));

    fixture.facts.retention.emplace();
    fixture.facts.retention->default_age = Duration::days(7);
    fixture.now = at(8 * 86'400);
    CHECK(find(fixture.trace().findings, FindingKind::expired));
    fixture.now = at(3 * 86'400);
    CHECK_FALSE(find(fixture.trace().findings, FindingKind::expired));
    fixture.facts.retention->slices.push_back({.day = epoch_second + 86'400});
    CHECK(find(fixture.trace().findings, FindingKind::expired));  // the disk's budget took it
    fixture.now = at(-3600);
    CHECK(find(fixture.trace().findings, FindingKind::id_in_future));
    fixture.facts.store.ready = false;
    fixture.facts.store.read_only = true;
    fixture.facts.store.quarantined = 1;
    fixture.facts.store.redacted_traces = 1;
    const auto findings = fixture.trace().findings;
    for (const FindingKind kind : {FindingKind::server_starting, FindingKind::server_read_only,
                                   FindingKind::damaged, FindingKind::redacted_since})
        CHECK(find(findings, kind));
}

TEST_CASE("orphans are told by the parent that is missing, and why when it was refused") {
    DoctorFixture fixture;
    fixture.put(document({.id = 1, .name = "api"}));
    fixture.put(document({.id = 4, .parent = 0xaa, .name = "bank", .start = 0.2, .end = 0.3}));
    fixture.put(document({.id = 5, .parent = 0xaa, .name = "mail", .start = 0.3, .end = 0.4}));
    TraceDiagnosis trace = fixture.trace();
    const Finding* orphan = find(trace.findings, FindingKind::orphan);
    REQUIRE(orphan);
    CHECK(orphan->count == 2);
    CHECK(orphan->sentence == "parent 00000000000000aa is not here");
    REQUIRE(orphan->spans.size() == 2);
    CHECK(orphan->spans[0].id == SpanId{4});
    CHECK(orphan->spans[0].parent == SpanId{0xaa});
    CHECK(orphan->spans[0].service == "bank");
    CHECK(orphan->spans[0].start == at(0.2));

    fixture.facts.intake.latest.push_back({.trace = trace_one(),
                                           .id = span_text(0xaa),
                                           .code = "InvalidName",
                                           .message = "no name",
                                           .time = at(1)});
    trace = fixture.trace(SpanId{0xaa});
    CHECK(find(trace.findings, FindingKind::orphan)->sentence.find("InvalidName") !=
          std::string::npos);
    CHECK(find(trace.findings, FindingKind::refused));
    const Finding* missing = find(trace.findings, FindingKind::span_missing);
    REQUIRE(missing);
    CHECK(missing->count == 2);
    CHECK_FALSE(find(fixture.trace(SpanId{4}).findings, FindingKind::span_missing));

    const MapDiagnosis map = fixture.map({.name = "bank", .callee = ""});
    orphan = find(map.findings, FindingKind::orphan);
    REQUIRE(orphan);
    CHECK(orphan->spans[0].trace == trace_one());
}

TEST_CASE("a trace of which only subsegments came says so") {
    DoctorFixture fixture;
    fixture.put(document({.id = 5, .parent = 9, .name = "x", .is_subsegment = true}));
    const TraceDiagnosis trace = fixture.trace();
    CHECK(find(trace.findings, FindingKind::no_entry)->spans[0].id == SpanId{5});
    CHECK(find(trace.findings, FindingKind::orphan)->spans[0].service.empty());
}

TEST_CASE("what is open is told, and so is what was never ended") {
    DoctorFixture fixture;
    fixture.put(document({.id = 1, .name = "api", .end = -1}));
    CHECK(find(fixture.trace().findings, FindingKind::in_progress)->spans[0].is_in_progress);
    CHECK(find(fixture.map({.name = "api", .callee = ""}).findings, FindingKind::only_open));
    fixture.now = at(2000);
    CHECK(find(fixture.trace().findings, FindingKind::never_ended));
    CHECK_FALSE(find(fixture.trace().findings, FindingKind::in_progress));
}

TEST_CASE("a call under another name is told, with the segment that it led to") {
    DoctorFixture fixture;
    put_call(fixture, "bank.example.com", "bank");
    const TraceDiagnosis trace = fixture.trace();
    const Finding* wrong = find(trace.findings, FindingKind::wrong_name);
    REQUIRE(wrong);
    CHECK(wrong->sentence == "\"api\" calls it \"bank.example.com\", it calls itself \"bank\"");
    CHECK(wrong->spans[0].id == SpanId{3});
    const MapDiagnosis missing = fixture.map({.name = "bank.example.com", .callee = ""});
    CHECK(missing.nodes.empty());
    REQUIRE(find(missing.findings, FindingKind::node_missing));
    wrong = find(missing.findings, FindingKind::wrong_name);
    REQUIRE(wrong);
    REQUIRE(wrong->spans.size() == 1);
    CHECK(wrong->spans[0].id == SpanId{3});
    const MapDiagnosis edge = fixture.map({.name = "api", .callee = "bank.example.com"});
    CHECK(find(edge.findings, FindingKind::edge_missing));
    CHECK(find(edge.findings, FindingKind::wrong_name));
}

TEST_CASE("an inferred node beside the segment that answered it is told") {
    for (const std::uint64_t parent : {std::uint64_t{0}, std::uint64_t{99}}) {
        DoctorFixture fixture;
        put_call(fixture, "Bank:8080", "bank", parent);
        const TraceDiagnosis trace = fixture.trace();
        const Finding* unjoined = find(trace.findings, FindingKind::unjoined);
        REQUIRE(unjoined);
        REQUIRE(unjoined->spans.size() == 2);
        CHECK(unjoined->spans[0].is_inferred);
        CHECK(unjoined->spans[1].id == SpanId{3});
        const MapDiagnosis map = fixture.map({.name = "Bank:8080", .callee = ""});
        CHECK(find(map.findings, FindingKind::only_inferred));
        CHECK(find(map.findings, FindingKind::wrong_name));
        CHECK(find(map.findings, FindingKind::unjoined));
    }
}

TEST_CASE("clocks that differ are told from work that goes on") {
    DoctorFixture fixture;
    fixture.put(document({.id = 1, .name = "api"}));
    fixture.put(document({.id = 2, .parent = 1, .name = "early", .start = -0.5, .end = 0.5}));
    fixture.put(document({.id = 3, .parent = 1, .name = "late", .start = 0.5, .end = 3}));
    const TraceDiagnosis trace = fixture.trace();
    const Finding* skew = find(trace.findings, FindingKind::clock_skew);
    REQUIRE(skew);
    CHECK(skew->count == 1);
    CHECK(skew->spans[0].service == "early");
    CHECK(skew->sentence ==
          "a span of \"early\" begins 500.0 ms before its caller in \"api\" does");
    CHECK(find(trace.findings, FindingKind::outside_parent)->spans[0].service == "late");
}

TEST_CASE("a call whose service traces is awaited, and missed after a while") {
    DoctorFixture fixture;
    fixture.put(document(
        {.id = 1,
         .name = "api",
         .more = with_subsegments(embedded(
             {.id = 2,
              .name = "bank",
              .more = ",\"namespace\":\"remote\",\"http\":{\"request\":{\"traced\":true}}"}))}));
    CHECK(find(fixture.trace().findings, FindingKind::awaits_downstream)->spans[0].id == SpanId{2});
    fixture.now = at(3600);
    CHECK(find(fixture.trace().findings, FindingKind::downstream_missing));
    CHECK_FALSE(find(fixture.trace().findings, FindingKind::awaits_downstream));
}

TEST_CASE("rules broken inside of documents, damage and summaries are told") {
    DoctorFixture fixture;
    fixture.put(document({.id = 1, .name = "api", .more = ",\"annotations\":{\"bad key\":1}"}));
    const std::vector<Finding> findings = fixture.trace().findings;
    CHECK(find(findings, FindingKind::left_out)->spans[0].id == SpanId{1});
    // Such a key is searched like every other: annotation["bad key"].
    CHECK(find(findings, FindingKind::left_out)->sentence ==
          "0 subsegments and 0 links break a rule and are not drawn, 1 annotations do and are not "
          "listed in summaries");
    fixture.put_as({.trace_id = trace_one(), .id = {7}, .start = at(0), .end = at(1)}, "{");
    CHECK(find(fixture.trace().findings, FindingKind::undecodable));
}

TEST_CASE("a trace has no more findings than can be read, whatever it holds") {
    DoctorFixture fixture;
    for (std::uint64_t i = 0; i < 3 * findings_max; ++i)
        fixture.put(document({.id = 1000 + i, .parent = 5000 + i, .name = "x"}));
    CHECK(fixture.trace().findings.size() == findings_max);
}

TEST_CASE("a node that stands twice, one that was there before, and one that never was") {
    DoctorFixture fixture;
    fixture.put(document({.id = 1, .name = "api"}));
    fixture.put(document({.trace = 2, .id = 2, .name = "api", .more = ",\"origin\":\"AWS::ECS\""}));
    fixture.put(document({.trace = 3, .id = 3, .name = "old", .start = -7200, .end = -7100}));
    CHECK(find(fixture.map({.name = "api", .callee = ""}).findings, FindingKind::split_node));
    CHECK(find(fixture.map({.name = "old", .callee = ""}).findings, FindingKind::seen_earlier));
    const auto never = fixture.map({.name = "nobody", .callee = ""}).findings;
    REQUIRE(never.size() == 1);
    CHECK(never[0].kind == FindingKind::node_missing);
}

TEST_CASE("names are similar when people would take them for one") {
    struct Case {
        const char* a;
        const char* b;
        bool similar;
    };
    for (const Case& each :
         {Case{"payment", "Payment", true}, Case{"payment", "payment:8080", true},
          Case{"payment-api", "payment_api", true},
          Case{"payment.shop.svc.cluster.local", "payment", true}, Case{"paymnet", "payment", true},
          Case{"payments", "payment", true}, Case{"payment", "payment", false},
          Case{"cart", "card", false}, Case{"worker1", "worker2", false},
          Case{"api.one.com", "api.two.com", false}, Case{"10.0.0.1", "10.0.0.2", false},
          Case{"", "x", false}, Case{"::", "::1", false}}) {
        CAPTURE(std::string(each.a) + " " + each.b);
        CHECK(is_similar_name(each.a, each.b) == each.similar);
        CHECK(is_similar_name(each.b, each.a) == each.similar);
    }
}
