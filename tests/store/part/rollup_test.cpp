#include "store/part/rollup.h"

#include <numeric>

#include "base/bytes.h"
#include "store/part/fixture.h"
#include "store/part/rollup_sum.h"

namespace tomograph {
namespace {

using namespace testing;

/// The first layout, as the programs that wrote it did (docs/formats/part.md).
std::string block_of_format_1(const GraphRollup& rollup) {
    std::vector<std::string> texts;
    const auto code_of = [&](const std::string& text) {
        const auto found = std::find(texts.begin(), texts.end(), text);
        if (found == texts.end()) texts.push_back(text);
        return static_cast<std::uint64_t>(std::find(texts.begin(), texts.end(), text) -
                                          texts.begin());
    };
    std::string cells;
    ByteWriter writer(cells);
    const auto put = [&](const LatencyHistogram& histogram) {
        writer.varint(histogram.buckets().size());
        std::uint64_t last = 0;
        for (const auto& [bucket, count] : histogram.buckets()) {
            writer.varint(bucket - last);
            writer.signed_varint(count);
            last = bucket;
        }
    };
    std::int64_t minute = 0;
    for (const auto& [key, cell] : rollup.cells) {
        writer.signed_varint(key.minute - minute);
        minute = key.minute;
        writer.fixed(static_cast<std::uint8_t>(key.entry));
        for (const ServiceKey* service : {&key.source, &key.target})
            for (const std::string* text : {&service->name, &service->type, &service->account_id})
                writer.varint(code_of(*text));
        writer.varint(code_of(cell.alias));
        for (const std::int64_t value :
             {cell.presence, cell.roots, cell.inferred,
              cell.first_start.ns - minute * 60'000'000'000,
              cell.last_end.ns - minute * 60'000'000'000, cell.statistics.ok, cell.statistics.error,
              cell.statistics.throttle, cell.statistics.fault, cell.statistics.response_time_ns})
            writer.signed_varint(value);
        put(cell.statistics.response_time);
        put(cell.statistics.duration);
    }
    std::string block;
    ByteWriter head(block);
    head.varint(texts.size());
    for (const std::string& text : texts) head.text(text);
    head.varint(rollup.cells.size());
    head.raw(cells);
    return block;
}

GraphRollup with_groups(TraceMaker& maker, std::size_t cells) {
    GraphRollup rollup;
    for (const auto& [key, cell] : make_rollup(maker, cells).cells) {
        GraphKey with_group = key;
        with_group.group = {static_cast<std::uint32_t>(maker.number(3))};
        rollup.cells.try_emplace(with_group, cell);
    }
    return rollup;
}

TEST_CASE("a rollup comes back from its blocks, with its groups") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        CAPTURE(seed);
        TraceMaker maker(seed);
        const GraphRollup rollup = with_groups(maker, maker.number(seed == 20 ? 20'000 : 300));
        const auto blocks = encode_rollup(rollup);
        REQUIRE(blocks);
        const auto table = decode_rollup(*blocks);
        REQUIRE_MESSAGE(table, (table ? "" : table.error().message()));
        CHECK(rollup_of(*table) == rollup);
    }
}

TEST_CASE("a rollup larger than a block is cut within a series as well") {
    GraphRollup rollup;
    GraphKey key;
    key.target.name = "api";
    for (key.minute = 0; key.minute < 30'000; ++key.minute) {
        GraphCell& cell = rollup.cells[key];
        cell.presence = 1;
        for (int ms = 1; ms < 10; ++ms)
            cell.statistics.response_time.add(Duration::milliseconds(ms * 7), key.minute + 1);
    }
    const auto blocks = encode_rollup(rollup);
    REQUIRE(blocks);
    CHECK(blocks->size() > 1);
    const auto table = decode_rollup(*blocks);
    REQUIRE(table);
    CHECK(table->series.size() == 1);
    CHECK(rollup_of(*table) == rollup);
}

TEST_CASE("rollups of the first layout are read") {
    TraceMaker maker(3);
    const GraphRollup early = make_rollup(maker, 100);
    GraphRollup late;
    for (const auto& [key, cell] : make_rollup(maker, 100).cells) {
        GraphKey later = key;
        later.minute += 100;
        late.cells.emplace(later, cell);
    }
    const std::vector<std::string> blocks{block_of_format_1(early), block_of_format_1(late)};
    const auto table = decode_rollup(blocks);
    REQUIRE_MESSAGE(table, (table ? "" : table.error().message()));
    GraphRollup both = early;
    both.add(late);
    CHECK(rollup_of(*table) == both);
}

TEST_CASE("a block with wrong bytes is refused or reads as something, and never as too much") {
    TraceMaker maker(4);
    const std::string good = encode_rollup(with_groups(maker, 60))->front();
    std::size_t refused = 0;
    for (std::size_t at = 0; at < good.size(); ++at) {
        std::string bad = good;
        bad[at] = static_cast<char>(bad[at] ^ static_cast<char>(1 << maker.number(8)));
        const auto table = decode_rollup(std::span(&bad, 1));
        if (table)
            CHECK(table->rows.size() < 10 * good.size());
        else
            ++refused;
        CHECK_FALSE(decode_rollup(
            std::vector<std::string>{good.substr(0, at + 1 == good.size() ? at : at + 1)}));
    }
    CHECK(refused > 0);
}

TEST_CASE("sums of tables are sums of rollups, minute by minute and whole") {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        CAPTURE(seed);
        TraceMaker maker(seed);
        std::vector<RollupTable> tables;
        GraphRollup sum;
        for (std::uint64_t i = 0; i < 1 + seed % 4; ++i) {
            const GraphRollup rollup = with_groups(maker, 150);
            tables.push_back(table_of(rollup));
            sum.add(rollup);
        }
        const std::int64_t first = 28'000'000 + static_cast<std::int64_t>(maker.number(5));
        const std::int64_t last = first + static_cast<std::int64_t>(maker.number(6));
        std::vector<RollupSlice> slices;
        for (const RollupTable& table : tables)
            slices.push_back({.table = &table, .first = first, .last = last});
        const GroupId group{static_cast<std::uint32_t>(maker.number(3))};
        GraphRollup minutes;
        GraphRollup whole;
        for (const auto& [key, cell] : sum.cells) {
            if (key.minute < first || key.minute > last || key.group != group) continue;
            minutes.cells.emplace(key, cell);
            GraphKey of_all = key;
            of_all.minute = 0;
            whole.cells[of_all].add(cell);
        }
        CHECK(rollup_of(sum_rollups(slices, {.grain = 1, .group = group})) == minutes);
        CHECK(rollup_of(sum_rollups(slices, {.grain = grain_whole, .group = group})) == whole);
    }
}

TEST_CASE("a coarser grain changes no sum over an aligned range") {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        CAPTURE(seed);
        TraceMaker maker(seed);
        const RollupTable table = table_of(with_groups(maker, 400));
        RollupTable coarser = table;
        for (const std::int64_t grain : {5, 60}) {
            const RollupSlice before{.table = &coarser};
            RollupTable next = sum_rollups(std::span(&before, 1), {.grain = grain});
            coarser = std::move(next);
            for (const RollupRow& row : coarser.rows) CHECK(row.minute % grain == 0);
            const std::int64_t first = align_minute(28'000'005, grain);
            const RollupSlice fine{.table = &table, .first = first, .last = first + grain - 1};
            const RollupSlice rough{.table = &coarser, .first = first, .last = first + grain - 1};
            CHECK(rollup_of(sum_rollups(std::span(&fine, 1), {.grain = grain_whole})) ==
                  rollup_of(sum_rollups(std::span(&rough, 1), {.grain = grain_whole})));
        }
    }
}

TEST_CASE("minutes are aligned towards the past") {
    CHECK(align_minute(7, 5) == 5);
    CHECK(align_minute(-1, 5) == -5);
    CHECK(align_minute(-60, 60) == -60);
    CHECK(align_minute(0, 60) == 0);
}

}  // namespace
}  // namespace tomograph
