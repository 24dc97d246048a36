#include "workload/otlp_spans.h"

#include <array>
#include <protozero/pbf_writer.hpp>
#include <string_view>

#include "workload/otlp_attributes.h"

namespace tomograph::workload {
namespace {

/// A span of some 400 bytes with ten attributes.
void add_span(protozero::pbf_writer& scope_spans, std::size_t step, std::size_t number,
              std::uint64_t start_ns, std::uint64_t end_ns) {
    constexpr std::array<int, otlp_spans_per_trace> kinds = {2, 1, 3, 3, 1};
    constexpr std::array<std::string_view, otlp_spans_per_trace> names = {
        "GET /api/orders/{id}", "OrderService.load", "SELECT shop.orders", "GET /stock/{sku}",
        "render"};
    protozero::pbf_writer span(scope_spans, 2);
    span.add_bytes(1, otlp_trace_mark.data(), otlp_trace_mark.size());
    span.add_bytes(2, otlp_span_mark.data(), otlp_span_mark.size());
    if (step > 0) span.add_bytes(4, otlp_parent_mark.data(), otlp_parent_mark.size());
    span.add_string(5, names[step].data(), names[step].size());
    span.add_enum(6, kinds[step]);
    span.add_fixed64(7, start_ns);
    span.add_fixed64(8, end_ns);
    add_text(span, 9, "http.request.method", step == 3 ? "POST" : "GET");
    add_text(span, 9, "url.path", "/api/orders/" + std::to_string(number % 1000));
    add_text(span, 9, "http.route", "/api/orders/{id}");
    add_integer(span, 9, "http.response.status_code", number % 50 == 0 ? 500 : 200);
    add_text(span, 9, "server.address", "orders.shop.internal");
    add_integer(span, 9, "server.port", 8080);
    add_text(span, 9, "network.protocol.version", "1.1");
    add_text(span, 9, "user_agent.original", "shop-client/2.7 (linux)");
    add_text(span, 9, "tenant", "tenant-" + std::to_string(number % 40));
    add_integer(span, 9, "thread.id", static_cast<std::int64_t>(number % 16));
    span.add_fixed32(16, 0x101);
}

}  // namespace

std::string otlp_spans(std::size_t spans, std::uint64_t start_ns, std::uint64_t end_ns) {
    std::string body;
    {
        protozero::pbf_writer request(body);
        protozero::pbf_writer resource_spans(request, 1);
        {
            protozero::pbf_writer resource(resource_spans, 1);
            add_text(resource, 1, "service.name", "orders");
            add_text(resource, 1, "service.version", "1.4.2");
            add_text(resource, 1, "telemetry.sdk.name", "opentelemetry");
            add_text(resource, 1, "telemetry.sdk.language", "java");
            add_text(resource, 1, "host.name", "ip-10-0-1-17.internal");
        }
        protozero::pbf_writer scope_spans(resource_spans, 2);
        {
            protozero::pbf_writer scope(scope_spans, 1);
            scope.add_string(1, "io.opentelemetry.tomcat-10.0");
        }
        for (std::size_t i = 0; i < spans; ++i)
            add_span(scope_spans, i % otlp_spans_per_trace, i / otlp_spans_per_trace, start_ns,
                     end_ns);
    }  // the writers end here
    return body;
}

}  // namespace tomograph::workload
