#include <benchmark/benchmark.h>

#include <string>

#include "api/xray/segment_batch.h"
#include "api/xray/xray_api.h"

namespace tomograph {
namespace {

/// Takes everything, keeps nothing: what is left is the cost of HTTP body to documents.
class NullStore final : public TraceStore {
 public:
    std::vector<std::size_t> append(std::vector<Document> documents, Appended done) override {
        benchmark::DoNotOptimize(documents.data());
        done({});
        return {};
    }
    void append_telemetry(std::string, Appended done) override { done({}); }
    Result<std::vector<std::string>> recent_telemetry(std::size_t) override {
        return std::vector<std::string>();
    }
    Result<std::vector<StoredTrace>> get(std::span<const TraceId>) override {
        return std::vector<StoredTrace>();
    }
    Result<TracePage> find(const TraceQuery&) override { return TracePage(); }
    Result<AttributeNames> attribute_names(const TraceSelection&, std::size_t) override {
        return AttributeNames();
    }
    Result<AttributeValues> attribute_values(const AttributeValuesQuery&) override {
        return AttributeValues();
    }
    Result<ValueGroups> group(const GroupQuery&) override { return ValueGroups(); }
    Result<Comparison> compare(const ComparisonQuery&) override { return Comparison(); }
    Result<FilteredGraph> filtered_graph(const TraceSelection&, GraphGrain) override {
        return FilteredGraph();
    }
    Result<GraphRollup> graph(TimeRange, GraphGrain, GroupId) override { return GraphRollup(); }
    Result<GraphSeries> graph_series(const GraphSeriesQuery&) override { return GraphSeries(); }
    StoreStatus status() override { return {}; }
};

/// About 1 kB, as the Python SDK sends it: http, aws, annotations and two subsegments.
constexpr std::string_view document =
    R"({\"trace_id\": \"1-6553f100-0000000000000000000000aa\", \"id\": \"53995c3f42cd8ad8\", \"name\": \"shop-api\", )"
    R"(\"start_time\": 1700000000.1523, \"end_time\": 1700000000.3319, \"in_progress\": false, )"
    R"(\"origin\": \"AWS::ECS::Container\", \"http\": {\"request\": {\"method\": \"GET\", )"
    R"(\"url\": \"http://shop.example.com/api/orders/1234\", \"user_agent\": \"python-requests/2.31.0\", )"
    R"(\"client_ip\": \"10.0.12.7\"}, \"response\": {\"status\": 200, \"content_length\": 5123}}, )"
    R"(\"aws\": {\"xray\": {\"sdk\": \"X-Ray for Python\", \"sdk_version\": \"2.12.0\"}, )"
    R"(\"ecs\": {\"container\": \"6f1b7d1c2a34\"}}, \"annotations\": {\"customer\": \"gold\", \"items\": 3}, )"
    R"(\"subsegments\": [{\"id\": \"1234567890abcdef\", \"name\": \"orders\", \"namespace\": \"remote\", )"
    R"(\"start_time\": 1700000000.16, \"end_time\": 1700000000.21, \"sql\": {\"url\": \"postgres://db/orders\", )"
    R"(\"sanitized_query\": \"SELECT * FROM orders WHERE id = ?\"}}, {\"id\": \"234567890abcdef1\", )"
    R"(\"name\": \"render\", \"start_time\": 1700000000.22, \"end_time\": 1700000000.33}]})";

std::string body_of(std::size_t documents) {
    std::string body = R"({"TraceSegmentDocuments":[)";
    for (std::size_t i = 0; i < documents; ++i) {
        if (i > 0) body += ',';
        body += '"' + std::string(document) + '"';
    }
    return body + "]}";
}

void per_document(benchmark::State& state, std::size_t documents) {
    state.counters["cpu_per_document"] =
        benchmark::Counter(static_cast<double>(state.iterations()) * static_cast<double>(documents),
                           benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

/// The whole way through the handler.
void put_trace_segments(benchmark::State& state) {
    const auto documents = static_cast<std::size_t>(state.range(0));
    NullStore store;
    const ManualClock clock(Instant::from_seconds(1'700'000'001));
    MetricsRegistry metrics;
    Ingest ingest(store, clock, metrics);
    XrayApi api({}, ingest, store, clock, metrics);
    const std::string body = body_of(documents);
    HttpReply reply;
    for ([[maybe_unused]] auto round : state) {
        HttpRequest request;
        request.method = "POST";
        request.path = "/TraceSegments";
        request.body = body;
        api.handle(std::move(request), [&reply](HttpReply each) { reply = std::move(each); });
    }
    if (reply.body != R"({"UnprocessedTraceSegments":[]})") state.SkipWithError(reply.body.c_str());
    per_document(state, documents);
}

/// The outer JSON alone.
void read_batch(benchmark::State& state) {
    const auto documents = static_cast<std::size_t>(state.range(0));
    const std::string body = body_of(documents);
    for ([[maybe_unused]] auto round : state) {
        std::string copy = body;
        SegmentBatch batch;
        benchmark::DoNotOptimize(read_segment_batch(copy, batch));
    }
    per_document(state, documents);
}

BENCHMARK(put_trace_segments)->Arg(1)->Arg(50)->Arg(500);
BENCHMARK(read_batch)->Arg(50);

}  // namespace
}  // namespace tomograph
