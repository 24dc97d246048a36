#include <fmt/compile.h>
#include <fmt/format.h>

#include <iterator>

#include "workload/shop_names.h"
#include "workload/w1.h"

namespace tomograph::workload {
namespace {

/// Short for what every line below does.
template <typename Format, typename... Arguments>
void add(std::string& out, const Format& format, const Arguments&... arguments) {
    fmt::format_to(std::back_inserter(out), format, arguments...);
}

void add_start(const W1Trace& trace, const W1Span& span, std::string& out) {
    add(out, FMT_COMPILE(R"({{"id":"{:016x}","name":"{}","start_time":{}.{:06d},)"), span.id.value,
        span_name(span), span.start_us / 1'000'000, span.start_us % 1'000'000);
    add(out, FMT_COMPILE(R"("trace_id":"1-{:08x}-{:08x}{:016x}")"), trace.id.high >> 32,
        trace.id.high & 0xffffffff, trace.id.low);
    if (!span.parent.is_none())
        add(out, FMT_COMPILE(R"(,"parent_id":"{:016x}")"), span.parent.value);
}

void add_end(const W1Span& span, DocumentState state, std::string& out) {
    if (state == DocumentState::in_progress) {
        out += R"(,"in_progress":true)";
        return;
    }
    add(out, FMT_COMPILE(R"(,"end_time":{}.{:06d})"), span.end_us / 1'000'000,
        span.end_us % 1'000'000);
}

void add_response(const W1Span& span, DocumentState state, std::string& out) {
    if (state == DocumentState::in_progress || span.status == 0) return;
    add(out, FMT_COMPILE(R"("response":{{"status":{},"content_length":{}}})"), span.status,
        span.content_length);
}

void add_outcome(const W1Span& span, std::string& out) {
    if (span.error) out += R"(,"error":true)";
    if (span.throttle) out += R"(,"throttle":true)";
    if (span.fault) out += R"(,"fault":true)";
    if (span.exception == 0) return;
    if (!span.is_fault_origin) {
        add(out, FMT_COMPILE(R"(,"cause":"{:016x}")"), span.exception);
        return;
    }
    const auto kind = span.exception / 2 % exception_types.size();
    const std::string_view service = service_names[span.service];
    add(out,
        FMT_COMPILE(
            R"(,"cause":{{"working_directory":"/srv/{}","exceptions":[{{"id":"{:016x}",)"
            R"("type":"{}","message":"{} of {} failed after {} ms","remote":false,"stack":[)"
            R"({{"path":"com/shop/{}/Handler.java","line":{},"label":"handle"}},)"
            R"({{"path":"com/shop/{}/Client.java","line":{},"label":"send"}}]}}]}})"),
        service, span.exception, exception_types[kind], operations[span.operation].name, service,
        (span.end_us - span.start_us) / 1000, service, 40 + kind * 17, service, 120 + kind * 3);
}

void add_segment(const W1Trace& trace, const W1Span& span, DocumentState state, std::string& out) {
    add(out, FMT_COMPILE(R"(,"origin":"AWS::ECS::Container","user":"{}",)"), user_text(trace.user));
    add(out,
        FMT_COMPILE(
            R"("http":{{"request":{{"method":"{}","url":"{}","client_ip":"{}","user_agent":"{}"}})"),
        operations[span.operation].method, url_text(span), ip_text(span.client_ip),
        user_agents[span.parent.is_none() ? span.object % 4 : 4]);
    if (state == DocumentState::complete) out += ',';
    add_response(span, state, out);
    add(out,
        FMT_COMPILE(
            R"(}},"aws":{{"ecs":{{"container_id":"{}"}},"xray":{{"sdk":"X-Ray for Java","sdk_version":"2.15.{}"}}}})"),
        container_text(span.container), span.service % 3);
    add(out, FMT_COMPILE(R"(,"annotations":{{"tenant":"{}","operation":"{}","gc_ms":{}.{:03d})"),
        tenant_text(trace.tenant), operations[span.operation].name, span.gc_us / 1000,
        span.gc_us % 1000);
    if (span.parent.is_none())
        add(out, FMT_COMPILE(R"(,"order_id":"{}")"), order_text(trace.order));
    out += '}';
}

void add_call(const W1Span& span, DocumentState state, std::string& out) {
    add(out,
        FMT_COMPILE(
            R"(,"type":"subsegment","namespace":"remote","http":{{"request":{{"method":"{}","url":"{}"}})"),
        operations[span.operation].method, url_text(span));
    if (state == DocumentState::complete) out += ',';
    add_response(span, state, out);
    add(out,
        FMT_COMPILE(
            R"(}},"annotations":{{"peer":"{}","attempt":{}}},"metadata":{{"client":{{"pool":"{}-pool","idle_connections":{}}}}})"),
        service_names[span.target], 1 + span.object % 50 / 49, service_names[span.target],
        span.object % 17);
}

void add_aws(const W1Span& span, DocumentState state, std::string& out) {
    const AwsCall& call = aws_calls[span.detail];
    add(out,
        FMT_COMPILE(
            R"(,"type":"subsegment","namespace":"aws","aws":{{"operation":"{}","region":"eu-west-1","{}":"{}{}","retries":{},"request_id":"{}"}})"),
        call.operation, call.resource_key, call.resource_prefix, service_names[span.service],
        span.object % 40 / 39, request_text(span));
    if (state == DocumentState::complete && span.status != 0) {
        out += R"(,"http":{)";
        add_response(span, state, out);
        out += '}';
    }
    add(out, FMT_COMPILE(R"(,"annotations":{{"shard":{},"consistent":{}}})"), span.object % 64,
        span.object % 3 == 0);
}

void add_sql(const W1Span& span, std::string& out) {
    const std::string_view service = service_names[span.service];
    add(out,
        FMT_COMPILE(
            R"(,"type":"subsegment","namespace":"remote","sql":{{"url":"jdbc:postgresql://{}-db.shop.internal:5432/{}","database_type":"PostgreSQL","database_version":"15.{}","driver_version":"42.7.3","user":"{}_rw","sanitized_query":"{}"}})"),
        service, service, span.service % 4, service, sql_queries[span.detail]);
    add(out, FMT_COMPILE(R"(,"annotations":{{"rows":{}}},"metadata":{{"pool":{{"wait_us":{}}}}})"),
        span.content_length % 200, span.gc_us);
}

void add_local(const W1Trace& trace, const W1Span& span, std::string& out) {
    add(out,
        FMT_COMPILE(
            R"(,"type":"subsegment","annotations":{{"step":"{}","cache_hit":{},"items":{}}})"),
        local_steps[span.detail], span.object % 4 != 0, span.content_length % 100);
    add(out,
        FMT_COMPILE(
            R"(,"metadata":{{"debug":{{"thread":"worker-{}","queue_us":{},"feature_flags":["new-cart","tax-{}"],"note":"{} step for {} done in {} us","heap_mb":{}}}}})"),
        span.object % 32, span.gc_us, span.object % 5, operations[span.operation].name,
        tenant_text(trace.tenant), span.end_us - span.start_us, 200 + span.content_length % 800);
}

}  // namespace

void append_json(const W1Trace& trace, const W1Span& span, DocumentState state, std::string& out) {
    add_start(trace, span, out);
    add_end(span, state, out);
    switch (span.kind) {
        case SpanKind::segment:
            add_segment(trace, span, state, out);
            break;
        case SpanKind::call:
            add_call(span, state, out);
            break;
        case SpanKind::aws:
            add_aws(span, state, out);
            break;
        case SpanKind::sql:
            add_sql(span, out);
            break;
        case SpanKind::local:
            add_local(trace, span, out);
            break;
    }
    if (state == DocumentState::complete) add_outcome(span, out);
    out += '}';
}

std::string tenant_text(std::uint32_t tenant) {
    return fmt::format(FMT_COMPILE("tenant-{:04d}"), tenant);
}

std::string user_text(std::uint32_t user) { return fmt::format(FMT_COMPILE("user-{:06d}"), user); }

std::string order_text(std::uint64_t order) {
    return fmt::format(FMT_COMPILE("ord-{:012x}"), order);
}

std::string span_name(const W1Span& span) {
    switch (span.kind) {
        case SpanKind::segment:
            return std::string(service_names[span.service]);
        case SpanKind::call:
            return std::string(service_names[span.target]);
        case SpanKind::aws:
            return std::string(aws_calls[span.detail].service);
        case SpanKind::sql:
            return fmt::format(FMT_COMPILE("{0}@{0}-db.shop.internal"),
                               service_names[span.service]);
        case SpanKind::local:
            return fmt::format(FMT_COMPILE("{}.{}"), operations[span.operation].name,
                               local_steps[span.detail]);
    }
    return {};
}

std::string url_text(const W1Span& span) {
    const std::uint32_t host = span.kind == SpanKind::call ? span.target : span.service;
    return fmt::format(FMT_COMPILE("https://{}.shop.example{}{}"), service_names[host],
                       operations[span.operation].path, span.object);
}

std::string ip_text(std::uint32_t ip) {
    return fmt::format(FMT_COMPILE("{}.{}.{}.{}"), ip >> 24, ip >> 16 & 255, ip >> 8 & 255,
                       ip & 255);
}

std::string container_text(std::uint32_t container) {
    const std::uint64_t a = mix64(container + 1);
    const std::uint64_t b = mix64(a);
    return fmt::format(FMT_COMPILE("{:016x}{:016x}{:016x}{:016x}"), a, b, mix64(b), mix64(a ^ b));
}

std::string request_text(const W1Span& span) {
    return fmt::format(FMT_COMPILE("{:016x}{:016x}"), span.request_high, span.request_low);
}

}  // namespace tomograph::workload
