#include "model/segment_outline.h"

#include <array>

#include "base/assert.h"
#include "base/bytes.h"

namespace tomograph {
namespace {

// Of a span, beside its texts and links: what is written at fixed width, and the varints.
constexpr std::size_t fixed_bytes_max = 64;
constexpr std::size_t link_bytes = 24 + 8 + 2;

enum OutlineFlag : std::uint16_t {
    outline_is_segment = 1,
    outline_in_progress = 2,
    outline_error = 4,
    outline_fault = 8,
    outline_throttle = 16,
    outline_has_sql = 32,
    outline_expects_downstream = 64,
    outline_has_status = 128,
    outline_has_resource = 256,
    outline_has_links = 512,
};

/// The texts of a span that name what it called.
constexpr std::array<std::string_view SpanAws::*, 4> resource_texts = {
    &SpanAws::table_name, &SpanAws::queue_url, &SpanAws::bucket_name, &SpanAws::function_name};

bool has_resource(const SpanAws& aws) {
    for (const auto text : resource_texts)
        if (!(aws.*text).empty()) return true;
    return false;
}

std::uint16_t flags_of(const Span& span) {
    unsigned flags = 0;
    if (span.is_segment) flags |= outline_is_segment;
    if (span.in_progress) flags |= outline_in_progress;
    if (span.error) flags |= outline_error;
    if (span.fault) flags |= outline_fault;
    if (span.throttle) flags |= outline_throttle;
    if (span.has_sql) flags |= outline_has_sql;
    if (span.expects_downstream) flags |= outline_expects_downstream;
    if (span.http.status) flags |= outline_has_status;
    if (has_resource(span.aws)) flags |= outline_has_resource;
    if (!span.links.empty()) flags |= outline_has_links;
    return static_cast<std::uint16_t>(flags);
}

/// Close above: open documents are many, and slack is memory that nobody counts.
std::size_t bytes_max(const Span& span) {
    std::size_t bytes = fixed_bytes_max + span.name.size() + span.origin.size() +
                        span.aws.account_id.size() + span.links.size() * link_bytes;
    for (const auto text : resource_texts) bytes += (span.aws.*text).size();
    for (const SpanLink& link : span.links) bytes += link.queue_url.size();
    return bytes;
}

void pack_span(const Span& span, ByteWriter& out) {
    const std::uint16_t flags = flags_of(span);
    out.fixed(flags);
    out.fixed(static_cast<std::uint8_t>(span.name_space));
    out.fixed(span.id.value);
    out.fixed(span.parent_id.value);
    out.fixed(span.start.ns);
    out.fixed(span.end.ns);
    out.signed_varint(span.parent_row);
    out.text(span.name);
    out.text(span.origin);
    out.text(span.aws.account_id);
    if (span.http.status) out.fixed(*span.http.status);
    if ((flags & outline_has_resource) != 0)
        for (const auto text : resource_texts) out.text(span.aws.*text);
    if (span.links.empty()) return;
    out.varint(span.links.size());
    for (const SpanLink& link : span.links) {
        out.fixed(link.trace_id.high);
        out.fixed(link.trace_id.low);
        out.fixed(link.span_id.value);
        out.text(link.queue_url);
        out.fixed(link.sent.ns);
    }
}

void unpack_span(ByteReader& in, Span& span) {
    const auto flags = in.fixed<std::uint16_t>();
    span.is_segment = (flags & outline_is_segment) != 0;
    span.in_progress = (flags & outline_in_progress) != 0;
    span.error = (flags & outline_error) != 0;
    span.fault = (flags & outline_fault) != 0;
    span.throttle = (flags & outline_throttle) != 0;
    span.has_sql = (flags & outline_has_sql) != 0;
    span.expects_downstream = (flags & outline_expects_downstream) != 0;
    span.name_space = static_cast<SpanNamespace>(in.fixed<std::uint8_t>());
    span.id.value = in.fixed<std::uint64_t>();
    span.parent_id.value = in.fixed<std::uint64_t>();
    span.start.ns = in.fixed<std::int64_t>();
    span.end.ns = in.fixed<std::int64_t>();
    span.parent_row = static_cast<std::int32_t>(in.signed_varint());
    span.name = in.text();
    span.origin = in.text();
    span.aws.account_id = in.text();
    if ((flags & outline_has_status) != 0) span.http.status = in.fixed<std::int32_t>();
    if ((flags & outline_has_resource) != 0)
        for (const auto text : resource_texts) span.aws.*text = in.text();
    if ((flags & outline_has_links) == 0) return;
    span.links.resize(static_cast<std::size_t>(in.varint()));
    for (SpanLink& link : span.links) {
        link.trace_id.high = in.fixed<std::uint64_t>();
        link.trace_id.low = in.fixed<std::uint64_t>();
        link.span_id.value = in.fixed<std::uint64_t>();
        link.queue_url = in.text();
        link.sent.ns = in.fixed<std::int64_t>();
    }
}

}  // namespace

std::string pack_outline(const Segment& segment) { return pack_outline(segment.spans); }

std::string pack_outline(std::span<const Span> spans) {
    std::size_t bytes = 0;
    for (const Span& span : spans) bytes += bytes_max(span);
    std::string outline;
    outline.reserve(bytes);
    ByteWriter out(outline);
    out.varint(spans.size());
    for (const Span& span : spans) pack_span(span, out);
    return outline;
}

Segment unpack_outline(TraceId trace_id, std::string_view outline) {
    Segment segment;
    segment.trace_id = trace_id;
    ByteReader in(outline);
    segment.spans.resize(static_cast<std::size_t>(in.varint()));
    for (Span& span : segment.spans) unpack_span(in, span);
    ASSERT(!in.failed() && in.remaining() == 0);
    return segment;
}

}  // namespace tomograph
