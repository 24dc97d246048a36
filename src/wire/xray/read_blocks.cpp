#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string>

#include "wire/xray/read_context.h"

// The small blocks: sql, service, links.

namespace tomograph {
namespace {

/// The address of a queue, from its ARN: "" for what is none.
///
///   arn:aws:sqs:eu-west-1:123456789012:orders
std::string queue_url_of(std::string_view arn) {
    std::array<std::string_view, 6> fields;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const std::size_t end = i + 1 < fields.size() ? arn.find(':') : arn.size();
        if (end == std::string_view::npos) return {};
        fields[i] = arn.substr(0, end);
        arn.remove_prefix(std::min(end + 1, arn.size()));
    }
    const auto& [scheme, partition, service, region, account, name] = fields;
    if (scheme != "arn" || service != "sqs" || region.empty() || name.empty()) return {};
    const std::string_view domain = partition == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
    return fmt::format("https://sqs.{}.{}/{}/{}", region, domain, account, name);
}

/// Seconds, or thousandths, millionths, … of them since the epoch: SQS says SentTimestamp in
/// milliseconds, others in seconds. Until the year 5138 they cannot be mistaken for each other.
Instant instant_of(std::int64_t count) {
    constexpr std::int64_t second_limit = 100'000'000'000;
    constexpr std::int64_t second_ns = 1'000'000'000;
    std::int64_t unit_ns = second_ns;
    while (unit_ns > 1 && count / second_limit >= second_ns / unit_ns) unit_ns /= 1000;
    constexpr std::int64_t max = std::numeric_limits<std::int64_t>::max();
    return {count <= 0 || count > max / unit_ns ? 0 : count * unit_ns};
}

/// What a link says of the queue and of the event, under the names that SQS, X-Ray and
/// OpenTelemetry have for it.
void read_link_attributes(ReadContext& context, SpanLink& link) {
    context.json.members([&](std::string_view key) {
        if (key == "aws.queue_url" || key == "aws.queue.url" || key == "aws.sqs.queue.url" ||
            key == "messaging.url") {
            link.queue_url = read_text(context, text_characters_max);
        } else if (key == "eventSourceARN" || key == "eventSourceArn") {
            const std::string_view arn = read_text(context, text_characters_max);
            if (const std::string url = queue_url_of(arn); !url.empty())
                link.queue_url = context.arena.copy(url);
        } else if (key == "messaging.destination.name") {
            const std::string_view name = read_text(context, text_characters_max);
            if (link.queue_url.empty()) link.queue_url = name;  // an address says more
        } else if (key == "SentTimestamp" || key == "messaging.message.enqueue_time") {
            link.sent = instant_of(read_integer(context).value_or(0));
        } else {
            context.json.skip();
        }
    });
}

std::optional<SpanLink> read_link(ReadContext& context) {
    GivenText trace_id, id;
    SpanLink link;
    context.json.members([&](std::string_view key) {
        if (key == "trace_id") {
            read_given(context, trace_id);
        } else if (key == "id") {
            read_given(context, id);
        } else if (key == "attributes") {
            read_link_attributes(context, link);
        } else {
            context.json.skip();
        }
    });
    const auto trace = parse_trace_id(trace_id.text);
    const auto span = parse_span_id(id.text);
    if (!trace || !span) return {};
    link.trace_id = *trace;
    link.span_id = *span;
    return link;
}

}  // namespace

void read_sql(ReadContext& context, Span& span) {
    span.has_sql = context.json.kind() == JsonKind::object;
    span.database_type = {};
    context.json.members([&](std::string_view key) {
        if (key == "database_type") {
            span.database_type = read_text(context, text_characters_max);
        } else {
            context.json.skip();
        }
    });
}

void read_service(ReadContext& context, Span& span) {
    span.service_version = {};
    context.json.members([&](std::string_view key) {
        if (key == "version") {
            span.service_version = read_text(context, text_characters_max);
        } else {
            context.json.skip();
        }
    });
}

void read_links(ReadContext& context, Span& span, EntityFacts& facts) {
    span.links.clear();
    facts.links_dropped = 0;
    context.json.elements([&] {
        if (const auto link = read_link(context)) {
            span.links.push_back(*link);
        } else {
            ++facts.links_dropped;
        }
    });
}

}  // namespace tomograph
