#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.h"
#include "model/ids.h"

namespace tomograph {

/// Where a subsegment's work happens: inside the service, at an AWS service, at another host.
enum class SpanNamespace : std::uint8_t { local, aws, remote };

using AnnotationValue = std::variant<bool, double, std::string_view>;

struct Annotation {
    std::string_view key;
    AnnotationValue value;
};

struct SpanHttp {
    std::string_view method;
    std::string_view url;
    std::string_view user_agent;
    std::string_view client_ip;
    std::optional<std::int32_t> status;
    std::optional<std::int64_t> content_length;
    bool is_present = false;
};

/// What the `aws` block says that names, places or groups the work; the rest stays in the document.
struct SpanAws {
    std::string_view account_id;
    std::string_view operation;
    std::string_view region;
    std::string_view request_id;
    std::string_view table_name;  ///< also a single `table_names` or `resource_names` of DynamoDB
    std::string_view queue_url;
    std::string_view topic_arn;
    std::string_view bucket_name;
    std::string_view function_name;
    std::string_view instance_id;        ///< ec2.instance_id
    std::string_view availability_zone;  ///< ec2 first, else ecs
    std::string_view task_arn;           ///< ecs.task_arn
    std::string_view container_id;       ///< ecs or eks
    std::string_view sampling_rule;      ///< xray.rule_name or xray.sampling_rule_name
    bool is_present = false;
};

struct SpanException {
    std::string_view id;
    std::string_view type;
    std::string_view message;
    std::string_view cause;  ///< id of the exception that caused this one
    bool remote = false;
};

/// Where an event came from that the span received.
struct SpanLink {
    TraceId trace_id;
    SpanId span_id;
    std::string_view queue_url{};  ///< of the queue that held it; "" when the link does not say
    Instant sent{};                ///< the epoch when it does not say
};

/// One segment or subsegment as a row. Texts are views into the Segment that owns the row.
struct Span {
    SpanId id;
    SpanId parent_id;  ///< none for a root
    std::int32_t parent_row =
        -1;  ///< row of the embedding entity in the same document; -1 for row 0
    std::uint32_t text_offset = 0;  ///< of the entity's opening brace in its document, in bytes
    bool is_segment = false;        ///< a segment, not a subsegment
    bool in_progress = false;       ///< then `end` equals `start`
    bool error = false;  ///< flags after derivation from the status (segment-documents.md §6)
    bool fault = false;
    bool throttle = false;
    bool has_sql = false;
    bool expects_downstream = false;  ///< `http.request.traced` or `traced`
    bool end_was_clamped = false;     ///< end_time was before start_time
    SpanNamespace name_space = SpanNamespace::local;
    Instant start;
    Instant end;
    std::string_view name;
    std::string_view origin;
    std::string_view user;
    std::string_view resource_arn;
    std::string_view service_version;
    std::string_view database_type;  ///< sql.database_type
    std::string_view cause_id;       ///< `cause` as a bare id
    SpanHttp http;
    SpanAws aws;
    std::vector<Annotation> annotations;  ///< indexable ones only, in document order
    std::vector<SpanException> exceptions;
    std::vector<SpanLink> links;

    Duration duration() const { return end - start; }
};

}  // namespace tomograph
