#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/otlp/span_json.h"
#include "wire/otlp/trace_request.h"

namespace tomograph {

// The blocks of an X-Ray document, as far as attributes fill them (otlp.md §5.3 to §5.6). Each
// writes its member, or nothing.

enum class SpanOutcome { ok, error, throttle, fault };
/// By the status of HTTP, then of gRPC, then of the span.
SpanOutcome span_outcome(const WireSpan& span);

/// error, fault, throttle
void write_outcome(SpanJson& json, SpanOutcome outcome);
/// As it was said, whatever it is.
std::optional<std::int64_t> http_status(const WireSpan& span);
void write_http(SpanJson& json, const WireSpan& span);
/// Whether the span speaks to a database that X-Ray draws as one.
bool has_sql(const WireSpan& span);
void write_sql(SpanJson& json, const WireSpan& span);
/// What a segment's `aws` says of where its service runs: members, or nothing.
std::string place_members(const WireResource& resource);
/// AWS, as far as the span says it.
struct SpanAwsNames {
    std::vector<std::string_view> tables;
    std::string_view account;
    std::string_view queue_url;
    std::string_view bucket;
    std::string_view function;
};
SpanAwsNames aws_names(const WireSpan& span);
/// names  of the span; the account of what else knows it
/// place  place_members() of a segment, else ""
void write_aws(SpanJson& json, const WireSpan& span, const SpanAwsNames& names,
               std::string_view place);
bool has_exception(const WireSpan& span);
/// The exceptions that events tell of, else the message of an error status.
void write_cause(SpanJson& json, const WireSpan& span, SpanId id);
void write_links(SpanJson& json, const WireSpan& span);

}  // namespace tomograph
