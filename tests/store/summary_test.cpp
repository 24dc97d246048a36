#include <algorithm>

#include "store/engine/retention_plan.h"
#include "store/keys_fixture.h"
#include "store/store_image.h"
#include "store/summary_fixture.h"

namespace tomograph {
namespace {

using namespace testing;

const TimeRange all{Instant::from_seconds(0), Instant::from_seconds(4'000'000'000)};

EmbeddedStoreOptions ten_days(EmbeddedStoreOptions options = small_options()) {
    options.retention_age = {};
    options.summary_age = Duration::days(10);
    return options;
}

/// A store and what was sent; the oracle gets summaries of what must be one by now.
struct Pair {
    explicit Pair(EmbeddedStoreOptions options = ten_days()) : fixture(0, std::move(options)) {
        fixture.must_open();
    }

    void send(const SegmentSpec& spec) {
        fixture.must_append({spec});
        sent.push_back(spec);
    }
    void pass(Duration time) {
        fixture.clock.advance(time);
        for (int i = 0; i < 12; ++i) fixture.advance(Duration::seconds(31));
    }
    void restart() {
        fixture.kill();
        fixture.must_open();
    }
    /// Summaries are those of traces below `number`, but not of `whole`.
    void check(std::uint64_t number, const std::vector<TraceId>& whole = {}) {
        MemoryStore oracle(fixture.options.groups);
        std::vector<TraceId> ids;
        for (std::uint64_t i = 0; i < 40; ++i) ids.push_back(trace_number(i));
        for (const SegmentSpec& spec : sent) {
            const auto place = std::find(ids.begin(), ids.end(), spec.trace) - ids.begin();
            const bool is_whole = std::find(whole.begin(), whole.end(), spec.trace) != whole.end();
            auto documents = documents_of({spec});
            if (static_cast<std::uint64_t>(place) < number && !is_whole)
                documents.front() = summary_of(documents.front());
            oracle.append(documents, [](const Result<void>&) {});
        }
        check_same(
            *fixture.store, oracle, ids,
            {Instant::from_seconds(test_second - 60), Instant::from_seconds(test_second + 86'400)});
    }
    double freed() const { return fixture.metric("tomograph_store_summary_freed_bytes_total"); }
    double parts() const { return fixture.metric("tomograph_store_summary_parts_total"); }

    StoreFixture fixture;
    std::vector<SegmentSpec> sent;
};

/// Traces 0 to 9, of several documents, some with a late one in another part.
void send_traces(Pair& pair) {
    for (std::uint64_t i = 0; i < 10; ++i) {
        pair.send({.trace = trace_number(i), .status = i % 4 == 0 ? 500 : 200, .padding = 500});
        pair.send({.trace = trace_number(i),
                   .id = 2,
                   .parent = 1,
                   .is_subsegment = true,
                   .name = "DynamoDB",
                   .padding = 300});
    }
    pair.fixture.settle();
    for (std::uint64_t i = 0; i < 10; i += 3)
        pair.send({.trace = trace_number(i),
                   .id = 3,
                   .parent = 2,
                   .name = "late",
                   .padding = 100,
                   .sent_ms = -500});
    pair.fixture.settle();
}

}  // namespace

TEST_CASE("old parts become summaries once, with the same rows and sums, in fewer bytes") {
    Pair pair;
    send_traces(pair);
    pair.check(0);
    const std::uint64_t before = pair.fixture.store->status().part_bytes;
    pair.pass(Duration::days(9));
    CHECK(pair.parts() == 0);
    pair.pass(Duration::days(2));
    pair.check(10);
    const double parts = pair.parts();
    CHECK(parts > 0);
    CHECK(pair.fixture.metric("tomograph_store_summary_spans_total") >= 24);
    const std::uint64_t after = pair.fixture.store->status().part_bytes;
    CHECK(after < before);
    CHECK(pair.freed() == static_cast<double>(before - after));
    pair.pass(Duration::days(1));
    CHECK(pair.parts() == parts);
    pair.restart();
    pair.check(10);
    REQUIRE(pair.fixture.store->compact(ignore_progress));
    pair.pass(Duration::days(1));
    pair.check(10);
    CHECK(pair.parts() == 0);  // since the restart: what is merged of summaries is one
}

TEST_CASE("new traces and late documents beside summaries count as they would beside the whole") {
    Pair pair;
    send_traces(pair);
    pair.pass(Duration::days(11));
    for (std::uint64_t i = 20; i < 24; ++i)
        pair.send({.trace = trace_number(i), .start_ms = 950'400'000, .end_ms = 950'400'500});
    // A late one, and a version that replaces a summary: an old part of their own, soon summaries.
    pair.send({.trace = trace_number(4), .id = 4, .parent = 1, .status = 503, .padding = 90});
    pair.send({.trace = trace_number(5), .status = 500, .padding = 90});
    pair.fixture.settle();
    pair.restart();
    pair.pass(Duration::seconds(1));
    pair.check(10);
    const std::vector<TraceId> gone{trace_number(0), trace_number(4)};
    REQUIRE(pair.fixture.store->redact(gone));
    std::erase_if(pair.sent, [&](const SegmentSpec& spec) {
        return std::find(gone.begin(), gone.end(), spec.trace) != gone.end();
    });
    pair.check(10);
}

TEST_CASE("pinned traces stay whole, and a policy says when its class becomes summaries") {
    Pair pair;
    REQUIRE(pair.fixture.store->set_policies(
        {{.retention_class = 1, .days = 0, .has_fault = true},
         {.retention_class = 2, .days = 90, .root_service = "shop", .summary_days = 20}}));
    pair.send({.trace = trace_number(0), .padding = 50});
    pair.send({.trace = trace_number(1), .padding = 50});
    pair.send({.trace = trace_number(2), .name = "shop", .padding = 50});
    pair.send({.trace = trace_number(3), .status = 500, .padding = 50});
    pair.fixture.settle();
    REQUIRE(pair.fixture.store->pin(trace_number(1)));
    pair.restart();  // the policies come back as they were
    pair.pass(Duration::days(11));
    pair.check(1);
    pair.pass(Duration::days(11));
    pair.check(3, {trace_number(1)});
    const auto report = pair.fixture.store->retention();
    REQUIRE(report);
    REQUIRE(report->slices.size() == 3);
    CHECK(report->slices[0].summary_spans == 2);
    CHECK(report->slices[0].summary_bytes == report->slices[0].bytes);
    CHECK(report->slices[1].summary_spans == 0);
    CHECK_FALSE(report->slices[1].summarised);
    CHECK(report->slices[2].summarised);
    CHECK(report->policies.back().summary_days == 20);
}

TEST_CASE("summaries of what is gone by then are refused") {
    StoreFixture fixture;
    fixture.must_open();
    const auto done = fixture.store->set_policies(
        {{.retention_class = 1, .days = 10, .has_fault = true, .summary_days = 10}});
    REQUIRE_FALSE(done);
    CHECK(done.error().message() == "class 1: summaries after 10 days, kept for 10");
}

TEST_CASE("an encrypted store has summaries, and no byte of what they left out") {
    Pair pair(ten_days(sealed_options()));
    send_traces(pair);
    pair.pass(Duration::days(11));
    pair.check(10);
    pair.restart();
    pair.check(10);
    Pair plain;
    plain.send({.trace = trace_number(1), .padding = 77});
    plain.fixture.settle();
    plain.pass(Duration::days(11));
    for (const auto& [path, bytes] : all_files(plain.fixture.files, "/data/spans"))
        CHECK(bytes.find(std::string(77, 'x')) == std::string::npos);
}

TEST_CASE("a wrong clock makes no summaries") {
    Pair pair;
    send_traces(pair);
    pair.fixture.clock.jump(Duration::days(50));
    for (int i = 0; i < 12; ++i) pair.fixture.advance(Duration::seconds(31));
    CHECK(pair.parts() == 0);
    pair.check(0);
}

TEST_CASE("a summary in which any call fails leaves the part as it was, and is made later") {
    for (std::uint64_t call = 1; call < 60; ++call) {
        CAPTURE(call);
        Pair pair;
        pair.send({.trace = trace_number(1), .padding = 200});
        pair.send({.trace = trace_number(2), .padding = 200});
        pair.fixture.settle();
        pair.fixture.clock.advance(Duration::days(11));
        pair.fixture.files.fail_call(call);
        pair.fixture.advance(Duration::seconds(1));
        MemoryStore oracle(pair.fixture.options.groups);
        for (const SegmentSpec& spec : pair.sent)
            oracle.append(documents_of({spec}), [](const Result<void>&) {});
        const auto whole = [](GraphRollup rollup) { return without_bounds(std::move(rollup)); };
        CHECK(whole(*pair.fixture.store->graph(all)) == whole(*oracle.graph(all)));
        pair.pass(Duration::minutes(5));
        pair.check(3);
        if (call % 7 == 0) pair.restart();
        pair.check(3);
    }
}

TEST_CASE("a damaged part is no summary, and keeps no other from becoming one") {
    Pair pair;
    pair.send({.trace = trace_number(1), .padding = 600});
    pair.fixture.settle();
    const auto image = read_image(pair.fixture.files, "/data");
    for (const auto& [name, bytes] : image)
        if (name.ends_with(".part")) REQUIRE(pair.fixture.files.flip("/data/" + name, 100, 1));
    pair.send({.trace = trace_number(2), .start_ms = 1000, .end_ms = 2000, .padding = 600});
    pair.fixture.settle();
    pair.pass(Duration::days(11));
    CHECK(pair.parts() == 1);
    CHECK(pair.fixture.store->status().damaged_parts == 1);
}

TEST_CASE("what the summaries to come will free is estimated by those that are") {
    RetentionSlice done{.spans = 100, .bytes = 1'700, .summary_spans = 100, .summary_bytes = 1'700};
    RetentionSlice due{.spans = 1'000, .bytes = 30'000, .summarised = Instant{}};
    RetentionSlice never{.spans = 1'000, .bytes = 30'000};
    CHECK(summary_saving({done, due, never}) == 13'000);
    CHECK_FALSE(summary_saving({due, never}));
}

}  // namespace tomograph
