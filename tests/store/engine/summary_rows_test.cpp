#include <doctest/doctest.h>
#include <fmt/format.h>

#include <random>

#include "store/engine/document_set.h"
#include "store/engine/trace_assembly.h"
#include "trace/graph_of_trace.h"
#include "wire/xray/summary_document.h"

// What summaries promise: the rows and the graph of a trace do not change.

namespace tomograph {
namespace {

constexpr TraceId the_trace{0x5814'0000'1234'5678, 0x9abc'def0'1234'5678};

/// Documents with few ids and many spellings, as clients and bad clients send them.
class RandomDocuments {
 public:
    explicit RandomDocuments(std::uint64_t seed) : random_(seed) {}

    std::string document() {
        std::string json = fmt::format(R"({{"trace_id":"{}")", trace_text());
        const bool is_segment = below(3) != 0;
        if (!is_segment) json += R"(,"type":"subsegment")";
        if (!is_segment || below(2) == 0) json += fmt::format(R"(,"parent_id":"{}")", id());
        entity(json, is_segment, 0);
        return json + "}";
    }

 private:
    std::uint64_t below(std::uint64_t n) { return random_() % n; }
    template <std::size_t n>
    std::string_view one_of(const std::string_view (&texts)[n]) {
        return texts[below(n)];
    }
    std::string id() { return to_hex(SpanId{1 + below(14)}); }
    std::string_view trace_text() {
        return one_of({"1-58140000-123456789abcdef012345678", "58140000123456789abcdef012345678"});
    }

    std::string time(std::uint64_t second) {
        switch (below(6)) {
            case 0:
                return fmt::format("{}", second);
            case 1:
                return fmt::format("{}.{:09}", second, below(1'000'000'000));
            case 2:
                return fmt::format("{}.{:06}", second, below(1'000'000));
            case 3:
                return fmt::format("\"{}.{:03}\"", second, below(1000));
            case 4:
                return fmt::format("{}.{:012}e0", second, below(1'000'000'000'000));
            default:
                return fmt::format("{}.{}E{}", second / 1'000'000'000,
                                   fmt::format("{:09}", second % 1'000'000'000), 9);
        }
    }

    void entity(std::string& json, bool is_segment, int depth) {
        const std::uint64_t start = 1'477'705'728 + below(200);
        json +=
            fmt::format(R"(,"id":"{}","name":"{}","start_time":{})", below(40) == 0 ? "bad" : id(),
                        one_of({"api", " users ", "DynamoDB", "AmazonSQS", "S3", "Lambda",
                                "a\\u00e9 \\\"q\\\"", "pay.example.com", "  "}),
                        time(start));
        if (below(6) == 0) json += R"(,"in_progress":true)";
        if (below(6) != 0)
            json +=
                fmt::format(R"(,"end_time":{})", time(start + below(4) - (below(5) == 0 ? 2 : 0)));
        if (below(3) != 0)
            json += fmt::format(R"(,"namespace":"{}")", one_of({"aws", "remote", "local", "x"}));
        for (const std::string_view flag : {"error", "fault", "throttle", "traced"})
            if (below(5) == 0)
                json += fmt::format(R"(,"{}":{})", flag, one_of({"true", "false", "1"}));
        if (below(2) == 0)
            json += fmt::format(
                R"(,"http":{{"request":{{"method":"GET","url":"u","traced":{}}},"response":{{"status":{}}}}})",
                one_of({"true", "false"}),
                one_of({"200", "404", "429", "\"503\"", "0", "1000", "null", "302"}));
        if (below(4) == 0) json += R"(,"cause":{"exceptions":[{"id":"1","message":"m"}]})";
        if (below(6) == 0) json += R"(,"sql":{"database_type":"MySQL","sanitized_query":"q"})";
        if (below(3) == 0)
            json += fmt::format(
                R"(,"aws":{{"account_id":{},"operation":"Put","{}":{},"queue_url":"{}","bucket_name":"b"}})",
                one_of({"12", "\"12\"", "\"\"", "null"}),
                one_of({"table_name", "table_names", "resource_names", "function_name"}),
                one_of({"\"t\"", "[\"t\"]", "[\"t\",\"u\"]"}), one_of({"", "https://q"}));
        if (below(3) == 0)
            json += fmt::format(R"(,"origin":"{}")", one_of({"AWS::ECS", " AWS::EC2 ", ""}));
        if (below(4) == 0)
            json +=
                fmt::format(R"(,"links":[{{"trace_id":"{}","id":"{}"}},7])", trace_text(), id());
        if (below(2) == 0)
            json += R"(,"annotations":{"k":"v","n":1},"user":"kim","metadata":{"m":[]})";
        const std::uint64_t children =
            depth < 3 && is_segment ? below(4) : below(depth < 3 ? 2 : 1);
        if (children == 0) return;
        json += R"(,"subsegments":[)";
        for (std::uint64_t i = 0; i < children; ++i) {
            json += i == 0 ? "{\"x\":0" : ",{\"x\":0";
            entity(json, false, depth + 1);
            json += '}';
        }
        json += ']';
    }

    std::mt19937_64 random_;
};

/// Rows and graph of some documents, in words.
struct Meaning {
    explicit Meaning(const std::vector<StoredDocument>& stored) {
        DocumentSet set;
        set.add(stored);
        TraceAssembly assembly;
        const auto winners = set.winners();
        const Trace trace = assembly.assemble(the_trace, winners);
        row = row_of(trace, winners, {9});
        for (const SpanRow& span : span_rows(trace, winners))
            spans.push_back(fmt::format("{:x} {:x} {} {} {} {} '{}' '{}'", span.id.value,
                                        span.parent_id.value, span.start.ns, span.duration.ns,
                                        span.flags, span.status, span.service, span.name));
        graph = graph_of_trace(trace);
        is_partial = trace.is_partial;
    }

    TraceRow row;
    std::vector<std::string> spans;
    GraphRollup graph;
    bool is_partial = false;
};

void check_same(const Meaning& full, const Meaning& summary) {
    CHECK(fmt::format("{}", fmt::join(summary.spans, "\n")) ==
          fmt::format("{}", fmt::join(full.spans, "\n")));
    CHECK(summary.graph.cells == full.graph.cells);
    CHECK(summary.is_partial == full.is_partial);
    const TraceRow& a = summary.row;
    const TraceRow& b = full.row;
    CHECK(a.trace_second == b.trace_second);
    CHECK(a.start == b.start);
    CHECK(a.end == b.end);
    CHECK(a.segment_end_min == b.segment_end_min);
    CHECK(a.segment_end_max == b.segment_end_max);
    CHECK(a.span_count == b.span_count);
    CHECK(a.flags == b.flags);
    CHECK(a.root_service == b.root_service);
}

}  // namespace

TEST_CASE("a trace of summaries has the rows and the graph of the full documents") {
    SegmentDecoder decoder;
    std::size_t accepted = 0;
    for (std::uint64_t seed = 1; seed <= 1500; ++seed) {
        CAPTURE(seed);
        RandomDocuments random(seed);
        std::vector<StoredDocument> full;
        std::vector<StoredDocument> summaries;
        for (std::uint64_t lsn = 1; lsn <= 1 + seed % 9; ++lsn) {
            const std::string json = random.document();
            const auto decoded = decoder.decode(json, {});
            const auto* segment = std::get_if<Segment>(&decoded);
            if (segment == nullptr) continue;
            ++accepted;
            CAPTURE(json);
            const std::string summary = summary_document(*segment);
            const auto again = decoder.decode(summary, {});
            const auto* reduced = std::get_if<Segment>(&again);
            REQUIRE_MESSAGE(reduced != nullptr, summary);
            CHECK(reduced->header() == segment->header());
            CHECK(summary_document(*reduced) == summary);
            full.push_back({.lsn = {lsn}, .document = {segment->header(), json}});
            summaries.push_back({.lsn = {lsn}, .document = {reduced->header(), summary}});
        }
        if (!full.empty()) check_same(Meaning(full), Meaning(summaries));
    }
    CHECK(accepted > 3000);
}

}  // namespace tomograph
