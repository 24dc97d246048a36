#pragma once

#include <doctest/doctest.h>

#include <string>

#include "query/query_context.h"
#include "support/memory_store.h"
#include "wire/xray/segment_decoder.h"

namespace tomograph::testing {

/// Requests come a minute after the epoch of the documents.
inline constexpr std::int64_t epoch_second = 1'478'232'000;

inline Instant at(double seconds) {
    return Instant::from_seconds(epoch_second) +
           Duration::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

/// "1-5814….-…": trace `n`, whose id claims `second` after the epoch.
inline std::string trace_text(std::uint64_t n, std::int64_t second = 0) {
    return to_xray_text(
        {static_cast<std::uint64_t>(epoch_second + second) << 32 | 0xabcd, 0x1000 + n});
}

inline std::string span_text(std::uint64_t id) { return to_hex(SpanId{id}); }

/// Members of a document; times in seconds after the epoch.
struct Sent {
    std::uint64_t trace = 1;
    std::uint64_t id = 1;
    std::uint64_t parent = 0;
    std::string name = "api";
    double start = 0;
    double end = 1;  ///< negative: in progress
    bool is_subsegment = false;
    std::string more = {};  ///< further members, as `,"fault":true`
};

/// The members that every entity has, without the braces.
inline std::string entity_json(const Sent& sent) {
    char times[96];
    const auto epoch = static_cast<double>(epoch_second);
    if (sent.end < 0)
        std::snprintf(times, sizeof times, R"("start_time":%.3f,"in_progress":true)",
                      epoch + sent.start);
    else
        std::snprintf(times, sizeof times, R"("start_time":%.3f,"end_time":%.3f)",
                      epoch + sent.start, epoch + sent.end);
    return R"("name":")" + sent.name + R"(","id":")" + span_text(sent.id) + R"(",)" + times +
           sent.more;
}

inline std::string embedded(const Sent& sent) { return "{" + entity_json(sent) + "}"; }

inline std::string document(const Sent& sent) {
    std::string json = R"({"trace_id":")" + trace_text(sent.trace) + R"(",)" + entity_json(sent);
    if (sent.parent != 0) json += R"(,"parent_id":")" + span_text(sent.parent) + R"(")";
    if (sent.is_subsegment) json += R"(,"type":"subsegment")";
    return json + "}";
}

inline std::string with_subsegments(const std::string& inner) {
    return R"(,"subsegments":[)" + inner + "]";
}

/// A store, and what queries need besides.
struct QueryFixture {
    MemoryStore store;
    MetricsRegistry registry;
    QueryMetrics metrics{registry};
    PageTokenKey key{};
    Instant now = at(3600);

    QueryContext context() {
        return {.store = store, .token_key = key, .metrics = metrics, .now = now};
    }

    void put(const std::string& json) {
        SegmentDecoder decoder;
        auto decoded = decoder.decode(json, {});
        REQUIRE_MESSAGE(std::holds_alternative<Segment>(decoded), json);
        put_as(std::get<Segment>(decoded).header(), json);
    }

    /// Bytes that need not fit their header, as damage would leave them.
    void put_as(const SegmentHeader& header, const std::string& bytes) {
        store.append({{.header = header, .bytes = bytes}},
                     [](Result<void> done) { REQUIRE(done); });
    }
};

}  // namespace tomograph::testing
