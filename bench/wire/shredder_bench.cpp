#include "wire/shred/shredder.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <random>
#include <string>
#include <vector>

#include "wire/shred/rebuild.h"

namespace tomograph {
namespace {

/// Segments of 558 bytes with 17 values, as five services send them: the same members, and one
/// annotation more or less.
std::vector<std::string> documents() {
    std::mt19937_64 random(1);
    std::vector<std::string> made;
    for (int i = 0; i < 1'024; ++i) {
        const auto us = random() % 1'000'000;
        const auto service = random() % 5;
        std::string document = fmt::format(
            R"({{"name":"service-{}","id":"{:016x}","trace_id":"1-6543a1b2-{:08x}{:016x}",)"
            R"("parent_id":"{:016x}","start_time":1698931122.{:06},"end_time":1698931123.{:06},)"
            R"("http":{{"request":{{"method":"GET","url":"https://shop.example.com/api/orders/{}",)"
            R"("client_ip":"10.0.{}.{}"}},"response":{{"status":{},"content_length":{}}}}},)"
            R"("aws":{{"ecs":{{"container":"ip-10-0-3-{}"}},"xray":{{"sdk":"X-Ray for Go"}}}},)"
            R"("annotations":{{"tenant":"tenant-{:04}","{}":{},"vip":{}}})",
            service, random() | 1, random() & 0xffffffff, random(), random() | 1, us, us,
            random() % 100'000, random() % 256, random() % 256, random() % 20 == 0 ? 500 : 200,
            random() % 5'000, random() % 256, random() % 500, service < 3 ? "items" : "parts",
            random() % 10, random() % 2 == 0);
        document += R"(,"metadata":{"note":")";
        document.append(558 - 3 - document.size(), 'x');
        made.push_back(document + "\"}}");
    }
    return made;
}

/// The same with two subsegments each: 3 rows.
std::vector<std::string> documents_with_subsegments() {
    std::vector<std::string> all = documents();
    for (std::string& document : all) {
        document.pop_back();
        document +=
            R"(,"subsegments":[{"id":"53995c3f42cd8ad8","name":"DynamoDB","namespace":"aws",)"
            R"("start_time":1698931122.290123,"end_time":1698931122.310456,)"
            R"("aws":{"operation":"GetItem","region":"us-west-2","table_name":"orders"}},)"
            R"({"id":"53995c3f42cd8ad9","name":"shop@db","namespace":"remote",)"
            R"("start_time":1698931122.320123,"end_time":1698931122.350456,)"
            R"("sql":{"sanitized_query":"SELECT * FROM orders WHERE id = ?"}}]})";
    }
    return all;
}

void shred_all(benchmark::State& state, const std::vector<std::string>& all) {
    Shredder shredder;
    std::vector<ShreddedRow> rows;
    std::vector<ShreddedValue> values;
    std::size_t i = 0;
    for (auto _ : state) {
        if (!shredder.shred(all[i++ % all.size()], rows, values)) state.SkipWithError("refused");
        benchmark::DoNotOptimize(values.data());
    }
    state.counters["values"] = static_cast<double>(values.size());
    state.counters["templates"] = static_cast<double>(shredder.templates());
    state.SetItemsProcessed(state.iterations());
}

void shred_segment(benchmark::State& state) { shred_all(state, documents()); }
void shred_segment_with_two_subsegments(benchmark::State& state) {
    shred_all(state, documents_with_subsegments());
}

/// Every document finds the shredder empty.
void shred_segment_of_new_template(benchmark::State& state) {
    const std::vector<std::string> all = documents();
    Shredder shredder;
    std::vector<ShreddedRow> rows;
    std::vector<ShreddedValue> values;
    std::size_t i = 0;
    for (auto _ : state) {
        shredder.reset();
        if (!shredder.shred(all[i++ % all.size()], rows, values)) state.SkipWithError("refused");
    }
    state.SetItemsProcessed(state.iterations());
}

void rebuild_segment(benchmark::State& state) {
    const std::vector<std::string> all = documents();
    Shredder shredder;
    std::vector<std::vector<ShreddedValue>> values(all.size());
    std::vector<std::vector<RebuildRow>> rows(all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        std::vector<ShreddedRow> shredded;
        if (!shredder.shred(all[i], shredded, values[i])) state.SkipWithError("refused");
        for (const ShreddedRow& row : shredded) {
            rows[i].push_back({&shredder.template_at(row.template_index), row.children});
        }
    }
    std::string out;
    std::size_t i = 0;
    for (auto _ : state) {
        out.clear();
        const std::size_t document = i++ % all.size();
        const auto written = rebuild(
            rows[document], shredder.objects(),
            [&](std::uint32_t, std::uint32_t number, ShreddedValue& value) {
                value = values[document][number];
                return true;
            },
            out);
        if (!written || out.size() != all[document].size()) state.SkipWithError("not rebuilt");
    }
    state.SetItemsProcessed(state.iterations());
}

BENCHMARK(shred_segment);
BENCHMARK(shred_segment_with_two_subsegments);
BENCHMARK(shred_segment_of_new_template);
BENCHMARK(rebuild_segment);

}  // namespace
}  // namespace tomograph
