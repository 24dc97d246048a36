#include "wire/xray/row_rules.h"

#include <algorithm>

namespace tomograph {
namespace {

/// SDKs spell it DynamoDB, dynamodb, AmazonDynamoDBv2, AWS::DynamoDB, AWS.SDK.DynamoDB.
bool is_dynamodb(std::string_view name) {
    constexpr std::string_view wanted = "dynamodb";
    const auto at =
        std::search(name.begin(), name.end(), wanted.begin(), wanted.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a | 0x20 : a) == b; });
    return at != name.end();
}

void derive_flags(const EntityFacts& facts, Span& span) {
    if (facts.has_flags) return;
    const std::int32_t status = span.http.status.value_or(0);
    span.throttle = status == 429;
    span.error = status >= 400 && status < 500;
    span.fault = status >= 500 && status < 600;
    if (!span.error && !span.fault) span.fault = !span.exceptions.empty();
}

bool is_far(const Span& span, const Span& own) {
    std::int64_t distance = 0;
    return __builtin_sub_overflow(span.start.ns, own.start.ns, &distance) ||
           distance > time_spread_max.ns || distance < -time_spread_max.ns;
}

}  // namespace

SpanNamespace to_name_space(std::string_view text) {
    if (text == "aws") return SpanNamespace::aws;
    if (text == "remote") return SpanNamespace::remote;
    return SpanNamespace::local;
}

bool read_outcome_flag(ReadContext& context, EntityFacts& facts) {
    if (context.json.kind() == JsonKind::boolean) facts.has_flags = true;
    return read_flag(context);
}

void derive_row(const EntityFacts& facts, Span& span) {
    derive_flags(facts, span);
    span.expects_downstream = facts.is_traced || facts.is_http_traced;
    if (span.aws.table_name.empty() && !facts.single_resource.empty() &&
        is_dynamodb(facts.name.text)) {
        span.aws.table_name = facts.single_resource;
    }
}

void drop_far_rows(Segment& segment) {
    auto& spans = segment.spans;
    const auto is_near = [&](const Span& span) { return !is_far(span, spans.front()); };
    if (std::all_of(spans.begin(), spans.end(), is_near)) return;

    constexpr std::int32_t dropped = -1;
    std::vector<std::int32_t> new_rows(spans.size(), dropped);
    std::size_t kept = 0;
    for (std::size_t row = 0; row < spans.size(); ++row) {
        Span& span = spans[row];
        if (row > 0) {
            const std::int32_t parent = new_rows[static_cast<std::size_t>(span.parent_row)];
            if (parent == dropped || !is_near(span)) continue;
            span.parent_row = parent;
        }
        new_rows[row] = static_cast<std::int32_t>(kept);
        if (kept != row) spans[kept] = std::move(span);
        ++kept;
    }
    segment.subsegments_dropped += static_cast<std::uint32_t>(spans.size() - kept);
    spans.resize(kept);
}

void join_rows(Segment& segment) {
    for (Span& span : segment.spans) {
        if (span.parent_row < 0) continue;
        span.parent_id = segment.spans[static_cast<std::size_t>(span.parent_row)].id;
    }
}

}  // namespace tomograph
