#include "store/engine/stretch_sums.h"

#include <array>

#include "store/part/rollup.h"
#include "store/store_fixture.h"

namespace tomograph {
namespace {

using namespace testing;

TEST_CASE("a range is cut into whole days, hours and tens of minutes without a gap") {
    std::mt19937_64 random(1);
    for (int i = 0; i < 2'000; ++i) {
        const auto start = static_cast<std::int64_t>(random() % 10'000) - 5'000;
        const MinuteStretch range{.first = start,
                                  .last = start + static_cast<std::int64_t>(random() % 6'000)};
        CAPTURE(range.first);
        CAPTURE(range.last);
        const auto pieces = cut_minutes(range);
        CHECK(pieces.size() <= 2 * (6 + 23) + 2 + 4);
        std::int64_t next = range.first;
        for (const StretchPiece& piece : pieces) {
            REQUIRE(piece.wanted.first == next);
            REQUIRE(piece.wanted.last >= next);
            next = piece.wanted.last + 1;
            const std::int64_t minutes = piece.kept.last - piece.kept.first + 1;
            CHECK(align_minute(piece.kept.first, minutes) == piece.kept.first);
            CHECK(piece.kept.first <= piece.wanted.first);
            CHECK(piece.kept.last >= piece.wanted.last);
            if (piece.kind != StretchKind::minutes) CHECK(piece.kept == piece.wanted);
        }
        CHECK(next == range.last + 1);
    }
    CHECK(cut_minutes({.first = 1, .last = 0}).empty());
    for (const StretchPiece& piece :
         cut_minutes({.first = 1'433, .last = 5'000}, StretchKind::hour))
        CHECK(piece.kind != StretchKind::day);
    // Six hours at any minute.
    CHECK(cut_minutes({.first = 7, .last = 366}).size() == 1 + 5 + 5 + 1);
}

/// Cells over three days, some of which take back what another rollup has.
GraphRollup random_rollup(std::mt19937_64& random, std::int64_t sign) {
    GraphRollup rollup;
    for (int i = 0; i < 300; ++i) {
        GraphKey key;
        key.minute = 28'800 + static_cast<std::int64_t>(random() % 4'320);
        key.group = {static_cast<std::uint32_t>(random() % 2)};
        key.entry = static_cast<GraphEntry>(random() % 3);
        if (key.entry != GraphEntry::node) key.source.name = fmt::format("s{}", random() % 3);
        key.target.name = fmt::format("t{}", random() % 3);
        GraphCell& cell = rollup.cells[key];
        cell.presence = sign * (1 + static_cast<std::int64_t>(random() % 3));
        cell.first_start = Instant::from_seconds(key.minute * 60) +
                           Duration::milliseconds(static_cast<std::int64_t>(random() % 60'000));
        cell.last_end =
            cell.first_start + Duration::milliseconds(static_cast<std::int64_t>(random() % 5'000));
        cell.alias = random() % 3 == 0 ? fmt::format("alias {}", random() % 5) : "";
        for (std::uint64_t n = random() % 30; n > 0; --n)
            cell.statistics.response_time.add(
                Duration::milliseconds(static_cast<std::int64_t>(random() % 4'000)),
                sign * static_cast<std::int64_t>(1 + random() % 400));
    }
    return rollup;
}

TEST_CASE("sums of stretches add up to the sum of the cells, bounds and aliases included") {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        CAPTURE(seed);
        std::mt19937_64 random(seed);
        const GraphRollup added = random_rollup(random, 1);
        GraphRollup taken;
        taken.add(added, -1);
        for (auto& [key, cell] : taken.cells) cell.first_start.ns -= 1'000'000'000;
        const std::vector<RollupTable> tables{table_of(added), table_of(random_rollup(random, 1)),
                                              table_of(taken), table_of(random_rollup(random, -1))};
        const auto first = static_cast<std::int64_t>(28'800 + random() % 3'000);
        const MinuteStretch range{.first = first,
                                  .last = first + static_cast<std::int64_t>(random() % 2'000)};
        const GroupId group{static_cast<std::uint32_t>(random() % 2)};
        StretchRead read{.stretches = {}, .group = group};
        for (const StretchPiece& piece : cut_minutes(range))
            if (piece.kind == StretchKind::minutes)
                for (std::int64_t minute = piece.kept.first; minute <= piece.kept.last; ++minute)
                    read.stretches.push_back({.first = minute, .last = minute});
            else
                read.stretches.push_back(piece.kept);

        std::vector<RollupTable> sums;
        for (const RollupTable& table : tables) {
            const auto blocks = encode_rollup(table);
            REQUIRE(blocks);
            auto decoded = decode_rollup(*blocks, &read);
            REQUIRE(decoded);
            sums.push_back(std::move(*decoded));
        }
        std::vector<RollupTable> stretches;
        std::vector<RollupSlice> plain;
        std::vector<RollupSlice> pieces;
        for (const StretchPiece& piece : cut_minutes(range)) {
            std::vector<RollupSlice> slices;
            for (const RollupTable& table : sums)
                slices.push_back(
                    {.table = &table, .first = piece.wanted.first, .last = piece.wanted.last});
            stretches.push_back(sum_rollups(
                slices, {.grain = grain_whole, .group = group, .nothing = NothingRows::keep}));
        }
        for (const RollupTable& table : stretches) pieces.push_back({.table = &table});
        for (const RollupTable& table : tables)
            plain.push_back({.table = &table, .first = range.first, .last = range.last});
        const RollupSumOptions whole{.grain = grain_whole, .group = group};
        CHECK(rollup_of(sum_rollups(pieces, whole)) == rollup_of(sum_rollups(plain, whole)));
    }
}

/// Some of the nodes and edges that random_rollup() and Life have.
GraphSelection random_selection(std::mt19937_64& random, std::string_view source,
                                std::string_view target) {
    const auto node = [&](std::string_view prefix) {
        NodeSelector selector;
        if (random() % 4 != 0) selector.name = fmt::format("{}{}", prefix, random() % 4);
        return selector;
    };
    GraphSelection selection;
    for (std::uint64_t n = random() % 3; n > 0; --n) selection.nodes.push_back(node(target));
    for (std::uint64_t n = random() % 3; n > 0; --n)
        selection.edges.push_back({.source = node(source), .target = node(target)});
    return selection;
}

TEST_CASE("a rollup that is read for a selection has all of it, and nothing is kept of the rest") {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        CAPTURE(seed);
        std::mt19937_64 random(seed);
        const GraphRollup whole = random_rollup(random, 1);
        const auto blocks = encode_rollup(whole);
        REQUIRE(blocks);
        const GroupId group{static_cast<std::uint32_t>(random() % 2)};
        const GraphSelection selection = random_selection(random, "s", "t");
        StretchRead read{.stretches = {}, .group = group, .selection = &selection};
        for (std::int64_t minute = 28'800; minute < 28'800 + 4'320; ++minute)
            read.stretches.push_back({.first = minute, .last = minute});
        const auto selected = decode_rollup(*blocks, &read);
        REQUIRE(selected);
        GraphRollup expected = whole;
        std::erase_if(expected.cells, [&](const auto& cell) {
            const GraphKey& key = cell.first;
            return key.group != group || !selection.matches(key.entry, key.source, key.target);
        });
        CHECK(rollup_of(*selected) == expected);
    }
}

/// Traces over days, parts that are merged and expire, restarts, corrections; a cache that keeps
/// everything, little or nothing.
class Life {
 public:
    Life(std::uint64_t seed, std::uint64_t cache_bytes)
        : random_(seed), fixture_(seed, options(cache_bytes)) {
        fixture_.must_open();
    }

    void run() {
        for (int round = 0; round < 80; ++round) {
            const std::uint64_t what = below(20);
            if (what < 12) append();
            if (what >= 10 && what < 17) fixture_.settle();
            if (what == 17)
                fixture_.advance(Duration::minutes(static_cast<std::int64_t>(below(300))));
            if (what == 18) {
                fixture_.clock.advance(Duration::hours(9));
                fixture_.advance(Duration::minutes(2));
            }
            if (what == 19) {
                fixture_.store.reset();
                fixture_.must_open();
            }
            for (int i = 0; i < 3; ++i) check();
            saw_folded_ |= !fixture_.files.list("/data/rollup")->empty();
        }
        CHECK(saw_folded_);
        CHECK(saw_series_);
    }

 private:
    static EmbeddedStoreOptions options(std::uint64_t cache_bytes) {
        EmbeddedStoreOptions options = small_options();
        options.retention_age = Duration::days(1);
        options.rollup_minute_age = Duration::days(1);
        options.rollup_five_minutes_age = Duration::days(2);
        options.section_cache_bytes = cache_bytes;
        return options;
    }
    std::uint64_t below(std::uint64_t n) { return random_() % n; }

    /// Milliseconds after test_second, mostly of the last hours and sometimes of the last days.
    std::int64_t moment() {
        const std::int64_t now = fixture_.clock.now().ns / 1'000'000 - test_second * 1000;
        return now - static_cast<std::int64_t>(below(below(3) == 0 ? 200'000'000 : 9'000'000));
    }

    void append() {
        std::vector<SegmentSpec> specs;
        for (std::uint64_t n = 1 + below(6); n > 0; --n) {
            SegmentSpec spec;
            if (!sent_.empty() && below(3) == 0) {
                // Late: another span of a trace, or the same one with another end.
                spec = sent_[below(sent_.size())];
                if (below(2) == 0) spec.id = 1 + below(4);
            } else {
                spec.start_ms = moment();
                spec.trace = trace_number(++traces_, test_second + spec.start_ms / 1000);
            }
            spec.parent = spec.id == 1 ? 0 : 1;
            spec.name = fmt::format("s{}", spec.id % 3);
            spec.end_ms = spec.start_ms + static_cast<std::int64_t>(below(3'000));
            spec.status = below(4) == 0 ? 503 : 200;
            specs.push_back(spec);
            sent_.push_back(spec);
        }
        fixture_.must_append(specs);
    }

    void check() {
        const std::int64_t end = test_second + moment() / 1000 + 600;
        const auto seconds = static_cast<std::int64_t>(1 + below(std::uint64_t{1} << below(20)));
        const TimeRange range{Instant::from_seconds(end - seconds), Instant::from_seconds(end)};
        CAPTURE(end);
        CAPTURE(seconds);
        for (const GroupId group : {GroupId{}, group_of_faults, group_of_odd}) {
            const auto minutes = fixture_.store->graph(range, GraphGrain::minute, group);
            REQUIRE(minutes);
            GraphRollup plain;
            for (const auto& [key, cell] : minutes->cells) {
                GraphKey of_all = key;
                of_all.minute = 0;
                GraphRollup one;
                one.cells.emplace(std::move(of_all), cell);
                plain.add(one);
            }
            check_series(range, group, *minutes);
            for (int again = 0; again < 2; ++again) {
                const auto whole = fixture_.store->graph(range, GraphGrain::whole, group);
                REQUIRE(whole);
                CHECK(without_bounds(*whole) == without_bounds(plain));
            }
        }
    }

    void check_series(const TimeRange& range, GroupId group, const GraphRollup& minutes) {
        GraphSeriesQuery query{.range = range, .group = group};
        query.selection = random_selection(random_, "s", "s");
        query.period_minutes = std::array{1, 2, 5, 7, 15, 60, 90, 1440}[below(8)];
        CAPTURE(query.period_minutes);
        const GraphSeries expected =
            without_nothing(series_of(minutes, query.selection, query.period_minutes,
                                      period_of(range.start.second(), 60) / 60));
        for (int again = 0; again < 2; ++again) {
            const auto series = fixture_.store->graph_series(query);
            REQUIRE(series);
            CHECK(without_nothing(*series) == expected);
        }
        saw_series_ |= expected.points.size() > 3;
    }
    static GraphSeries without_nothing(GraphSeries series) {
        std::erase_if(series.points,
                      [](const auto& point) { return point.second == RequestStatistics{}; });
        return series;
    }

    std::mt19937_64 random_;
    StoreFixture fixture_;
    std::uint64_t traces_ = 0;
    std::vector<SegmentSpec> sent_;
    bool saw_folded_ = false;
    bool saw_series_ = false;
};

TEST_CASE("kept sums are those of the minutes at any moment of a store's life") {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        CAPTURE(seed);
        Life(seed, seed % 3 == 0 ? 0 : seed % 3 == 1 ? 64 << 20 : 40'000).run();
    }
}

TEST_CASE("a wide range that was read before is not read from the parts again, nor others soon") {
    StoreFixture fixture(0, small_options());
    fixture.options.section_cache_bytes = 8 << 20;
    fixture.must_open();
    for (std::uint64_t i = 0; i < 200; ++i) {
        const auto ms = -static_cast<std::int64_t>(i) * 100'000;
        fixture.must_append({{.trace = trace_number(i, test_second + ms / 1000),
                              .start_ms = ms,
                              .end_ms = ms + 100}});
        if (i % 50 == 49) fixture.settle();
    }
    REQUIRE(fixture.store->status().open_traces == 0);
    const TimeRange range{Instant::from_seconds(test_second - 18'003),
                          Instant::from_seconds(test_second - 7)};
    const auto first = fixture.store->graph(range, GraphGrain::whole);
    REQUIRE(first);
    const std::uint64_t calls = fixture.files.calls();
    const auto second = fixture.store->graph(range, GraphGrain::whole);
    REQUIRE(second);
    CHECK(*second == *first);
    CHECK(fixture.files.calls() == calls);

    // Other minutes at the ends: the first time parts are decoded, and then kept.
    const auto read = [&](std::int64_t start, std::int64_t end) {
        return fixture.store->graph(
            {Instant::from_seconds(test_second - start), Instant::from_seconds(test_second - end)},
            GraphGrain::whole);
    };
    REQUIRE(read(20'000, 0));
    REQUIRE(read(17'003, 1'007));
    const std::uint64_t looked_around = fixture.files.calls();
    CHECK(looked_around > calls);
    CHECK(read(15'000, 2'700));
    CHECK(read(13'000, 4'900));
    CHECK(fixture.files.calls() == looked_around);
}

TEST_CASE("a time series that was read before is not read from the parts again") {
    StoreFixture fixture(0, small_options());
    fixture.options.section_cache_bytes = 8 << 20;
    fixture.must_open();
    const auto append = [&](std::uint64_t i) {
        const auto ms = -static_cast<std::int64_t>(i) * 100'000;
        fixture.must_append({{.trace = trace_number(i, test_second + ms / 1000),
                              .start_ms = ms,
                              .end_ms = ms + 100,
                              .name = i % 2 == 0 ? "even" : "odd"}});
    };
    for (std::uint64_t i = 0; i < 200; ++i) {
        append(i);
        if (i % 50 == 49) fixture.settle();
    }
    REQUIRE(fixture.store->status().open_traces == 0);
    GraphSeriesQuery query{.range = {Instant::from_seconds(test_second - 18'003),
                                     Instant::from_seconds(test_second - 7)}};
    query.selection.nodes.push_back({.name = "even", .type = "", .account = {}});
    const auto total = [&] {
        const auto series = fixture.store->graph_series(query);
        REQUIRE(series);
        std::int64_t sum = 0;
        for (const auto& [minute, counted] : series->points) sum += counted.total();
        return sum;
    };
    CHECK(total() == 91);
    const std::uint64_t calls = fixture.files.calls();
    CHECK(total() == 91);
    CHECK(fixture.files.calls() == calls);
    query.selection.nodes.front().name = "odd";
    CHECK(total() == 90);
    const std::uint64_t looked_around = fixture.files.calls();
    CHECK(looked_around > calls);
    // What comes later is added.
    append(201);
    CHECK(total() == 90);
    query.range.start = Instant::from_seconds(test_second - 30'000);
    CHECK(total() == 101);
}

}  // namespace
}  // namespace tomograph
