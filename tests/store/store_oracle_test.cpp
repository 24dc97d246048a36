#include "store/random_spans.h"
#include "store/store_fixture.h"

namespace tomograph {
namespace {

using namespace testing;

enum class Corpus { segments, spans };

/// Two stores that are given the same: one plain, one with parts, merges, late fragments and
/// restarts.
class Twins {
 public:
    Twins(std::uint64_t seed, Corpus corpus) : random_(seed), fixture_(seed) {
        fixture_.must_open();
        for (std::uint64_t i = 0; i < 24; ++i) {
            // Some ids tell their second, some lie, some start on another day.
            const std::int64_t day = i % 4 == 3 ? -86'400 : 0;
            const std::int64_t claimed = i % 6 == 5 ? 12'345 : test_second + day;
            ids_.push_back(trace_number(i, claimed + static_cast<std::int64_t>(i)));
        }
        if (corpus == Corpus::spans) spans_.emplace(seed, ids_, 100);
    }

    void run() {
        for (int round = 0; round < 80; ++round) {
            append();
            if (below(4) == 0)
                fixture_.advance(Duration::seconds(static_cast<std::int64_t>(below(40))));
            if (below(25) == 0) {
                if (below(2) == 0) fixture_.kill();
                fixture_.store.reset();
                fixture_.must_open();
            }
            if (below(8) == 0) check();
        }
        fixture_.settle();
        check();
    }

 private:
    std::uint64_t below(std::uint64_t n) { return random_() % n; }

    void append() {
        std::vector<Document> documents = spans_ ? next_of_spans() : next_of_segments();
        REQUIRE(fixture_.append(documents));
        oracle_.append(std::move(documents), [](const Result<void>&) {});
    }

    std::vector<Document> next_of_spans() {
        std::vector<Document> documents = spans_->next();
        if (!sent_spans_.empty() && below(3) == 0)
            documents.push_back(sent_spans_[below(sent_spans_.size())]);
        sent_spans_.insert(sent_spans_.end(), documents.begin(), documents.end());
        return documents;
    }

    std::vector<Document> next_of_segments() {
        std::vector<SegmentSpec> specs;
        for (std::uint64_t n = 1 + below(5); n > 0; --n) {
            if (!sent_.empty() && below(6) == 0) {
                specs.push_back(sent_[below(sent_.size())]);
                continue;
            }
            const std::uint64_t trace = below(ids_.size());
            const std::uint64_t id = 1 + below(5);
            SegmentSpec spec{.trace = ids_[trace], .id = id};
            spec.parent = id == 1 || below(5) == 0 ? 0 : 1 + below(5);
            spec.is_subsegment = id == 5;
            if (spec.is_subsegment && spec.parent == 0) spec.parent = 1;
            spec.in_progress = below(3) == 0;
            spec.start_ms =
                static_cast<std::int64_t>(below(100'000)) - (trace % 4 == 3 ? 86'400'000 : 0);
            spec.end_ms = spec.start_ms + static_cast<std::int64_t>(below(60'000));
            spec.status = below(4) == 0 ? 503 : 200;
            spec.name = fmt::format("s{}", below(4));
            if (!spec.is_subsegment && below(4) == 0)
                spec.sent_ms = spec.start_ms - static_cast<std::int64_t>(below(9'000));
            specs.push_back(spec);
            sent_.push_back(spec);
        }
        return documents_of(specs);
    }

    void check() {
        const auto second = static_cast<std::int64_t>(below(120));
        const std::int64_t day = below(3) == 0 ? 86'400 : 0;
        const TimeRange some{Instant::from_seconds(test_second - day + second),
                             Instant::from_seconds(test_second - day + second + 1 +
                                                   static_cast<std::int64_t>(below(60)))};
        const TimeRange all{Instant::from_seconds(0), Instant::from_seconds(4'000'000'000)};
        check_same(*fixture_.store, oracle_, ids_, some);
        check_same(*fixture_.store, oracle_, ids_, all);
        const TraceQuery sampled{.range = all,
                                 .type = TimeRangeType::trace_id,
                                 .before = {},
                                 .limit = 1000,
                                 .sample = 0.5};
        const auto found = fixture_.store->find(sampled);
        REQUIRE(found);
        CHECK(texts_of(found->traces) == texts_of(oracle_.find(sampled)->traces));
    }

    std::mt19937_64 random_;
    StoreFixture fixture_;
    MemoryStore oracle_{fixture_.options.groups};
    std::vector<TraceId> ids_;
    std::vector<SegmentSpec> sent_;
    std::optional<RandomSpans> spans_;
    std::vector<Document> sent_spans_;
};

TEST_CASE("late, duplicate, shuffled and unfinished documents read as in a plain store") {
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        CAPTURE(seed);
        Twins(seed, Corpus::segments).run();
    }
}

TEST_CASE("spans of OTLP, late, twice and shuffled, read as in a plain store") {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        CAPTURE(seed);
        Twins(seed, Corpus::spans).run();
    }
}

/// Appends, a flush, late fragments, merges and a restart; one call of the n-th kind fails on the
/// way.
void live_through_failing_call(std::uint64_t n) {
    CAPTURE(n);
    StoreFixture fixture;
    MemoryStore oracle(fixture.options.groups);
    fixture.files.fail_call(n);
    auto opened = fixture.open();
    if (!opened) opened = fixture.open();
    REQUIRE(opened);
    std::vector<TraceId> ids;
    for (std::uint64_t i = 0; i < 16; ++i) {
        const std::vector<SegmentSpec> specs{{.trace = trace_number(i % 12), .id = 1 + i / 12}};
        ids.push_back(specs.front().trace);
        // A sender repeats what was not answered.
        if (!fixture.append(specs)) static_cast<void>(fixture.append(specs));
        const auto again = fixture.append(specs);
        REQUIRE(again);
        oracle.append(documents_of(specs), [](const Result<void>&) {});
        if (i % 3 == 2) fixture.advance(Duration::seconds(31));
    }
    const TimeRange all{Instant::from_seconds(0), Instant::from_seconds(4'000'000'000)};
    const auto check = [&] {
        // The failing call may hit a read: it is not repeated.
        static_cast<void>(fixture.store->get(ids));
        CHECK(texts_of(*fixture.store->get(ids)) == texts_of(*oracle.get(ids)));
        CHECK(without_bounds(*fixture.store->graph(all)) == without_bounds(*oracle.graph(all)));
    };
    check();
    fixture.settle();
    check();
    fixture.kill();
    opened = fixture.open();
    if (!opened) opened = fixture.open();
    REQUIRE(opened);
    check();
    fixture.settle();
    check();
}

TEST_CASE("any one failing call of the disk is survived without a loss") {
    for (std::uint64_t n = 1; n <= 400; n += 3) live_through_failing_call(n);
}

TEST_CASE("merges keep the number of parts down and change no answer") {
    StoreFixture fixture;
    MemoryStore oracle(fixture.options.groups);
    fixture.must_open();
    std::vector<TraceId> ids;
    for (std::uint64_t i = 0; i < 40; ++i) {
        const std::vector<SegmentSpec> specs{{.trace = trace_number(i % 30), .id = 1 + i / 30}};
        if (i < 30) ids.push_back(specs.front().trace);
        fixture.must_append(specs);
        oracle.append(documents_of(specs), [](const Result<void>&) {});
        fixture.advance(Duration::seconds(31));
    }
    for (int i = 0; i < 20; ++i) fixture.advance(Duration::seconds(1));
    CHECK(fixture.store->status().parts < 12);
    CHECK(fixture.metric("tomograph_store_merges_total") > 10);
    const TimeRange all{Instant::from_seconds(0), Instant::from_seconds(4'000'000'000)};
    check_same(*fixture.store, oracle, ids, all);
    fixture.kill();
    fixture.must_open();
    check_same(*fixture.store, oracle, ids, all);
}

}  // namespace
}  // namespace tomograph
