#include "wire/xray/segment_decoder.h"

#include <benchmark/benchmark.h>

#include <string>
#include <string_view>

namespace tomograph {
namespace {

constexpr std::string_view head =
    R"({"id":"70de5b6f19ff9a0a","name":"orders.example.com","start_time":1478293361.271123,)"
    R"("end_time":1478293361.449456,"in_progress":false,"trace_id":"1-581cf771-a006649127e371903a2de979",)"
    R"("http":{"request":{"method":"POST","url":"https://orders.example.com/orders/42",)"
    R"("user_agent":"curl/7.88.1","client_ip":"78.255.233.48"},"response":{"status":200,)"
    R"("content_length":512}},"annotations":{"customer_category":"gold","items":124,"paid":true},)"
    R"("aws":{"xray":{"sdk":"X-Ray for Python","sdk_version":"2.12.0","sampling_rule_name":"Default"},)"
    R"("ec2":{"instance_id":"i-0b5a4678fc325bg98","availability_zone":"us-west-2c"}},)"
    R"("service":{"version":"1.8.2","runtime":"CPython","runtime_version":"3.11.2"},"subsegments":[)"
    R"({"id":"53995c3f42cd8ad8","name":"DynamoDB","start_time":1478293361.290123,)"
    R"("end_time":1478293361.310456,"in_progress":false,"namespace":"aws","type":"subsegment",)"
    R"("aws":{"operation":"GetItem","region":"us-west-2","table_name":"orders"}})";
constexpr std::string_view two_more =
    R"(,{"id":"53995c3f42cd8ad9","name":"shop@db","start_time":1478293361.320123,)"
    R"("end_time":1478293361.350456,"in_progress":false,"namespace":"remote",)"
    R"("sql":{"database_type":"PostgreSQL","sanitized_query":"SELECT * FROM orders WHERE id = ?"}},)"
    R"({"id":"53995c3f42cd8ada","name":"render","start_time":1478293361.360123,)"
    R"("end_time":1478293361.440456,"in_progress":false})";
constexpr std::string_view metadata = R"(],"metadata":{"default":{"note":")";
constexpr std::string_view tail = R"("}}})";

/// As the Python SDK sends it: a web request that asks DynamoDB, and perhaps a database too. Filled
/// up with metadata to `bytes`.
std::string document(std::size_t bytes, std::string_view more_subsegments) {
    std::string json(head);
    json.append(more_subsegments).append(metadata);
    const std::size_t used = json.size() + tail.size();
    if (used < bytes) json.append(bytes - used, 'x');
    return json.append(tail);
}

void decode(benchmark::State& state, const std::string& json) {
    SegmentDecoder decoder;
    for (auto _ : state) {
        auto decoded = decoder.decode(json, {});
        if (!std::holds_alternative<Segment>(decoded)) state.SkipWithError("refused");
        benchmark::DoNotOptimize(decoded);
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * json.size()));
}

void segment_of_small_size(benchmark::State& state) {
    decode(state,
           R"({"name":"svc","id":"70de5b6f19ff9a0a","start_time":1.478293361271E9,)"
           R"("trace_id":"1-581cf771-a006649127e371903a2de979","end_time":1.478293361449E9})");
}
void segment_with_one_subsegment(benchmark::State& state) { decode(state, document(1'000, "")); }
void segment_with_three_subsegments(benchmark::State& state) {
    decode(state, document(static_cast<std::size_t>(state.range(0)), two_more));
}

BENCHMARK(segment_of_small_size);
BENCHMARK(segment_with_one_subsegment);
BENCHMARK(segment_with_three_subsegments)->ArgName("bytes")->Arg(1'320)->Arg(16'000);

}  // namespace
}  // namespace tomograph
