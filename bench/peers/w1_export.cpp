// Writes W1 as ClickHouse's RowBinary to a file, and what the answers must be as JSON to the
// standard output.
//
//   w1_export FILE SPANS
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "measure/measure.h"
#include "peers/peer_data.h"
#include "workload/random.h"

namespace {

using namespace tomograph::peers;
using namespace tomograph::workload;
using tomograph::measure::require;

class RowBinary {
 public:
    explicit RowBinary(const std::string& path) : file_(path, std::ios::binary) {}

    void fixed(std::string_view bytes) { row_ += bytes; }
    template <typename Number>
    void number(Number value) {
        for (std::size_t i = 0; i < sizeof value; ++i)
            row_ += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i) & 255);
    }
    void text(std::string_view bytes) {
        length(bytes.size());
        row_ += bytes;
    }
    void keys(const std::vector<Pair>& pairs) {
        length(pairs.size());
        for (const Pair& pair : pairs) text(pair.key);
    }
    void values(const std::vector<Pair>& pairs) {
        length(pairs.size());
        for (const Pair& pair : pairs) text(pair.value);
    }
    void end_row() {
        file_ << row_;
        row_.clear();
    }
    void close() {
        file_.close();
        require(file_.good(), "cannot write the export");
    }

 private:
    void length(std::size_t size) {
        for (; size >= 128; size >>= 7) row_ += static_cast<char>((size & 127) | 128);
        row_ += static_cast<char>(size);
    }

    std::ofstream file_;
    std::string row_;
};

/// What the document holds beside the columns: OpenTelemetry's attributes.
std::vector<Pair> attributes_of(const W1Span& span) {
    std::vector<Pair> pairs;
    if (span.status != 0) {
        pairs.push_back({"http.status_code", std::to_string(span.status)});
        pairs.push_back({"http.response_content_length", std::to_string(span.content_length)});
    }
    switch (span.kind) {
        case SpanKind::segment:
            pairs.push_back({"http.client_ip", ip_text(span.client_ip)});
            pairs.push_back(
                {"gc_ms", fmt::format("{}.{:03d}", span.gc_us / 1000, span.gc_us % 1000)});
            [[fallthrough]];
        case SpanKind::call:
            pairs.push_back({"http.method", std::string(operations[span.operation].method)});
            pairs.push_back({"http.url", url_text(span)});
            break;
        case SpanKind::aws:
            pairs.push_back({"aws.operation", std::string(aws_calls[span.detail].operation)});
            pairs.push_back({"aws.region", "eu-west-1"});
            pairs.push_back(
                {"aws.resource", fmt::format("{}{}", aws_calls[span.detail].resource_prefix,
                                             service_names[span.service])});
            pairs.push_back({"aws.request_id", request_text(span)});
            pairs.push_back({"shard", std::to_string(span.object % 64)});
            break;
        case SpanKind::sql:
            pairs.push_back({"db.system", "postgresql"});
            pairs.push_back({"db.name", std::string(service_names[span.service])});
            pairs.push_back({"db.statement", std::string(sql_queries[span.detail])});
            pairs.push_back({"rows", std::to_string(span.content_length % 200)});
            pairs.push_back({"pool.wait_us", std::to_string(span.gc_us)});
            break;
        case SpanKind::local:
            pairs.push_back({"step", std::string(local_steps[span.detail])});
            pairs.push_back({"items", std::to_string(span.content_length % 100)});
            pairs.push_back({"thread", fmt::format("worker-{}", span.object % 32)});
            pairs.push_back({"queue_us", std::to_string(span.gc_us)});
            pairs.push_back({"heap_mb", std::to_string(200 + span.content_length % 800)});
            break;
    }
    return pairs;
}

/// The columns of clickhouse_bench.js's `exported`, in their order.
void write_row(const PeerSpan& peer, RowBinary& out) {
    const W1Span& span = *peer.span;
    out.fixed(trace_key(peer.trace->id));
    out.number(span.id.value);
    out.number(span.parent.value);
    out.number(static_cast<std::uint64_t>(span.start_us));
    out.number(static_cast<std::uint32_t>(span.end_us - span.start_us));
    out.text(service_names[span.service]);
    out.text(peer.name);
    out.text(span.is_segment() ? container_text(span.container) : "");
    out.text(span.is_segment() ? "AWS::ECS::Container" : "");
    out.number(static_cast<std::uint8_t>(span.is_segment()));
    out.number(static_cast<std::uint8_t>(span.error | span.throttle << 1 | span.fault << 2));
    out.number(span.status);
    out.text(span.is_segment() ? user_text(peer.trace->user) : "");
    out.keys(peer.annotations);
    out.values(peer.annotations);
    const auto attributes = attributes_of(span);
    out.keys(attributes);
    out.values(attributes);
    out.text(peer.document);
    out.end_row();
}

void print_samples(const PeerData& data) {
    constexpr int samples = 40;
    Random random(samples);
    for (int i = 0; i < samples; ++i) {
        const std::uint64_t number = random.below(static_cast<std::uint32_t>(data.traces()));
        const auto documents = data.documents(number);
        std::size_t bytes = 0;
        for (const auto& document : documents) bytes += document.size();
        fmt::print(R"({}{{"id": "{}", "spans": {}, "bytes": {}}})", i > 0 ? ", " : "",
                   to_hex(data.id(number)), documents.size(), bytes);
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        fmt::print(stderr, "w1_export FILE SPANS\n");
        return 2;
    }
    RowBinary out(argv[1]);
    PeerData data(std::strtoull(argv[2], nullptr, 10));
    data.visit([&](const std::vector<PeerSpan>& spans) {
        for (const PeerSpan& span : spans) write_row(span, out);
    });
    out.close();
    const W1Oracle& oracle = data.oracle();
    fmt::print(R"({{"spans": {}, "common": {}, "rare": {}, "filter": {}, "groups": {{)",
               oracle.spans, oracle.tenants[common_tenant].traces,
               oracle.tenants[rare_tenant].traces, oracle.tenants[filter_tenant].failed_traces);
    bool is_first = true;
    for (std::uint32_t i = 0; i < w1_tenants; ++i) {
        const auto& tenant = oracle.tenants[i];
        if (tenant.spans == 0) continue;
        fmt::print(R"({}"{}": [{}, {}])", is_first ? "" : ", ", tenant_text(i), tenant.spans,
                   tenant.duration_us);
        is_first = false;
    }
    fmt::print("}}, \"samples\": [");
    print_samples(data);
    fmt::print("]}}\n");
}
