#pragma once

#include <fmt/format.h>

#include <doctest/doctest.h>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/crc32c.h"
#include "base/fault_file_system.h"
#include "base/log.h"
#include "base/metrics.h"
#include "model/segment_outline.h"
#include "store/embedded_store.h"
#include "store/group_fixture.h"
#include "support/memory_store.h"
#include "wire/xray/segment_decoder.h"

namespace tomograph::testing {

inline constexpr std::int64_t test_second = 1'795'000'000;

/// What a test says of a segment; times in milliseconds after test_second.
struct SegmentSpec {
    TraceId trace;
    std::uint64_t id = 1;
    std::uint64_t parent = 0;
    std::int64_t start_ms = 0;
    std::int64_t end_ms = 100;
    bool in_progress = false;
    bool is_subsegment = false;
    int status = 200;
    std::string name = "api";
    std::size_t padding = 0;
    std::string mark{};        ///< tells documents apart that are alike in all else
    std::int64_t sent_ms = 0;  ///< not 0: it received what a queue held since then
};

inline TraceId trace_number(std::uint64_t n, std::int64_t second = test_second) {
    return {.high = static_cast<std::uint64_t>(second) << 32 | (n & 0xffff), .low = mix64(n + 1)};
}

inline std::string json_of(const SegmentSpec& spec) {
    const auto time = [](std::int64_t ms) {
        const std::int64_t all = test_second * 1000 + ms;
        return fmt::format("{}.{:03d}", all / 1000, all % 1000);
    };
    std::string json = fmt::format(R"({{"trace_id":"{}","id":"{}","name":"{}","start_time":{})",
                                   to_xray_text(spec.trace), to_hex(SpanId{spec.id}), spec.name,
                                   time(spec.start_ms));
    if (spec.in_progress)
        json += R"(,"in_progress":true)";
    else
        json += fmt::format(R"(,"end_time":{},"http":{{"response":{{"status":{}}}}})",
                            time(spec.end_ms), spec.status);
    if (spec.status >= 500) json += R"(,"fault":true)";
    if (spec.parent != 0) json += fmt::format(R"(,"parent_id":"{}")", to_hex(SpanId{spec.parent}));
    if (spec.is_subsegment) json += R"(,"type":"subsegment","namespace":"remote")";
    if (spec.padding != 0)
        json += fmt::format(R"(,"metadata":{{"p":"{}"}})", std::string(spec.padding, 'x'));
    if (!spec.mark.empty()) json += fmt::format(R"(,"annotations":{{"mark":"{}"}})", spec.mark);
    if (spec.sent_ms != 0)
        json += fmt::format(
            R"(,"links":[{{"trace_id":"{}","id":"{}","attributes":{{)"
            R"("eventSourceARN":"arn:aws:sqs:eu-west-1:1:q","SentTimestamp":{}}}}}])",
            to_xray_text(trace_number(0)), to_hex(SpanId{77}), test_second * 1000 + spec.sent_ms);
    return json + "}";
}

inline Document document_of(const SegmentSpec& spec) {
    static thread_local SegmentDecoder decoder;
    const std::string json = json_of(spec);
    auto decoded = decoder.decode(json, std::nullopt);
    auto* segment = std::get_if<Segment>(&decoded);
    REQUIRE_MESSAGE(segment != nullptr, json);
    return {.header = segment->header(), .bytes = json, .outline = pack_outline(*segment)};
}

inline std::vector<Document> documents_of(const std::vector<SegmentSpec>& specs) {
    std::vector<Document> documents;
    documents.reserve(specs.size());
    for (const SegmentSpec& spec : specs) documents.push_back(document_of(spec));
    return documents;
}

inline void silence_log() {
    set_log_options({.level_min = LogLevel::error, .json = false, .sink = [](std::string_view) {}});
}

/// Small in every direction, so that rolls, flushes and merges happen in a test.
inline EmbeddedStoreOptions small_options() {
    EmbeddedStoreOptions options;
    options.directory = "/data";
    options.background = false;
    options.wal_segment_bytes = 16 << 10;
    options.wal_first_segment_bytes = 8 << 10;
    options.merge_fan_in = 3;
    options.disk_free_min_bytes = 0;
    options.disk_free_min_share = 0;
    options.section_cache_bytes = 1 << 20;
    options.groups = std::make_shared<SteadyGroups>(std::make_shared<FaultsAndOdd>());
    return options;
}

/// A store on a file system in memory, driven by hand.
struct StoreFixture {
    explicit StoreFixture(std::uint64_t seed = 0,
                          EmbeddedStoreOptions its_options = small_options())
        : files(seed), options(std::move(its_options)) {
        silence_log();
    }

    Result<void> open() {
        registry = std::make_unique<MetricsRegistry>();
        auto opened = EmbeddedStore::open(files, clock, *registry, options);
        if (!opened) return std::move(opened).error();
        store = std::move(*opened);
        return {};
    }
    void must_open() {
        const auto opened = open();
        REQUIRE_MESSAGE(opened, (opened ? "" : opened.error().message()));
    }
    /// The process dies here and now; what was written stays.
    void kill() {
        files.crash_at_call(1);
        store.reset();
        files.process_kill();
    }
    void cut_power() {
        files.crash_at_call(1);
        store.reset();
        files.power_cut();
    }
    Result<void> append(std::vector<Document> documents) {
        std::optional<Result<void>> answer;
        store->append(std::move(documents),
                      [&](const Result<void>& done) { answer.emplace(done); });
        REQUIRE(answer);
        return *answer;
    }
    Result<void> append(const std::vector<SegmentSpec>& specs) {
        return append(documents_of(specs));
    }
    void must_append(const std::vector<SegmentSpec>& specs) {
        const auto done = append(specs);
        REQUIRE_MESSAGE(done, (done ? "" : done.error().message()));
    }
    void advance(Duration time) {
        clock.advance(time);
        store->tick();
    }
    /// Long enough for everything to be sealed and flushed.
    void settle() {
        advance(Duration::seconds(31));
        advance(Duration::seconds(31));
    }
    std::size_t documents_in(TraceId id) {
        const auto got = store->get(std::span(&id, 1));
        REQUIRE(got);
        return got->empty() ? 0 : got->front().documents.size();
    }
    double metric(std::string_view line_start) const {
        const std::string text = registry->to_prometheus_text();
        const auto at = text.find("\n" + std::string(line_start) + " ");
        REQUIRE_MESSAGE(at != std::string::npos, line_start);
        return std::stod(text.substr(at + 2 + line_start.size()));
    }

    FaultFileSystem files;
    ManualClock clock{Instant::from_seconds(test_second + 100)};
    EmbeddedStoreOptions options;
    std::unique_ptr<MetricsRegistry> registry;
    std::unique_ptr<EmbeddedStore> store;
};

/// Bounds and alias of a cell may tell of what a correction took back; everything else is exact.
inline GraphRollup without_bounds(GraphRollup rollup) {
    for (auto& [key, cell] : rollup.cells) {
        cell.first_start = {};
        cell.last_end = {};
        cell.alias.clear();
    }
    return rollup;
}

inline std::string text_of(const StoredTrace& trace) {
    std::string text = to_hex(trace.id);
    for (const StoredDocument& stored : trace.documents) text += "\n  " + stored.document.bytes;
    return text;
}

inline std::vector<std::string> texts_of(const std::vector<StoredTrace>& traces) {
    std::vector<std::string> texts;
    texts.reserve(traces.size());
    for (const StoredTrace& trace : traces) texts.push_back(text_of(trace));
    return texts;
}

/// The two stores answer the same to everything about these traces.
inline void check_same(TraceStore& store, TraceStore& oracle, const std::vector<TraceId>& ids,
                       TimeRange range) {
    const auto got = store.get(ids);
    REQUIRE(got);
    CHECK(texts_of(*got) == texts_of(*oracle.get(ids)));

    for (const GroupId group : {GroupId{}, group_of_faults, group_of_odd}) {
        for (const GraphGrain grain : {GraphGrain::minute, GraphGrain::whole}) {
            const auto graph = store.graph(range, grain, group);
            REQUIRE(graph);
            CHECK(without_bounds(*graph) == without_bounds(*oracle.graph(range, grain, group)));
        }
    }

    for (const auto type :
         {TimeRangeType::trace_id, TimeRangeType::event, TimeRangeType::service}) {
        TraceQuery query{.range = range, .type = type, .before = {}, .limit = 7, .sample = 1.0};
        for (int page = 0; page < 100; ++page) {
            const auto found = store.find(query);
            const auto expected = oracle.find(query);
            REQUIRE(found);
            CHECK(texts_of(found->traces) == texts_of(expected->traces));
            CHECK(found->processed == expected->processed);
            CHECK(found->oldest == expected->oldest);
            CHECK(found->next == expected->next);
            if (!found->next || !expected->next) break;
            query.before = found->next;
        }
    }
}

}  // namespace tomograph::testing
