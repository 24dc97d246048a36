#pragma once

#include <fmt/format.h>

#include <string>

#include "model/segment.h"
#include "wire/xray/segment_decoder.h"

namespace tomograph {

/// A decoded document in words, for people and goldens: a line for each row and its non-empty
/// parts.
class SegmentDump {
 public:
    explicit SegmentDump(const Segment& segment) {
        line("segment", to_xray_text(segment.trace_id));
        for (const Span& span : segment.spans) dump(span);
        if (segment.subsegments_dropped) line("subsegments dropped", segment.subsegments_dropped);
        if (segment.annotations_dropped) line("annotations dropped", segment.annotations_dropped);
        if (segment.links_dropped) line("links dropped", segment.links_dropped);
    }

    std::string text;

 private:
    template <class Value>
    void line(std::string_view what, const Value& value) {
        text += fmt::format("{} {}\n", what, value);
    }
    void part(std::string_view what, std::string_view value) {
        if (!value.empty()) text += fmt::format("    {} \"{}\"\n", what, value);
    }
    void flag(std::string_view what, bool is_set) {
        if (is_set) text += fmt::format(" {}", what);
    }

    void dump(const Span& span) {
        text += fmt::format("row {} parent {} row {} \"{}\"\n   ", to_hex(span.id),
                            to_hex(span.parent_id), span.parent_row, span.name);
        flag("segment", span.is_segment);
        flag("in_progress", span.in_progress);
        flag("error", span.error);
        flag("fault", span.fault);
        flag("throttle", span.throttle);
        flag("sql", span.has_sql);
        flag("expects_downstream", span.expects_downstream);
        flag("end_was_clamped", span.end_was_clamped);
        flag("aws", span.name_space == SpanNamespace::aws);
        flag("remote", span.name_space == SpanNamespace::remote);
        text += fmt::format(" start {} end {}\n", span.start.ns, span.end.ns);
        part("origin", span.origin);
        part("user", span.user);
        part("resource_arn", span.resource_arn);
        part("service_version", span.service_version);
        part("database_type", span.database_type);
        part("cause_id", span.cause_id);
        dump(span.http);
        dump(span.aws);
        for (const Annotation& annotation : span.annotations) dump(annotation);
        for (const SpanException& exception : span.exceptions) {
            text +=
                fmt::format("    exception id \"{}\" type \"{}\" message \"{}\" cause \"{}\"{}\n",
                            exception.id, exception.type, exception.message, exception.cause,
                            exception.remote ? " remote" : "");
        }
        for (const SpanLink& link : span.links) {
            text +=
                fmt::format("    link {} {}\n", to_xray_text(link.trace_id), to_hex(link.span_id));
        }
    }

    void dump(const SpanHttp& http) {
        if (!http.is_present) return;
        text += "    http";
        if (http.status) text += fmt::format(" status {}", *http.status);
        if (http.content_length) text += fmt::format(" content_length {}", *http.content_length);
        text += "\n";
        part("http.method", http.method);
        part("http.url", http.url);
        part("http.user_agent", http.user_agent);
        part("http.client_ip", http.client_ip);
    }

    void dump(const SpanAws& aws) {
        if (!aws.is_present) return;
        text += "    aws\n";
        part("aws.account_id", aws.account_id);
        part("aws.operation", aws.operation);
        part("aws.region", aws.region);
        part("aws.request_id", aws.request_id);
        part("aws.table_name", aws.table_name);
        part("aws.queue_url", aws.queue_url);
        part("aws.topic_arn", aws.topic_arn);
        part("aws.bucket_name", aws.bucket_name);
        part("aws.function_name", aws.function_name);
        part("aws.instance_id", aws.instance_id);
        part("aws.availability_zone", aws.availability_zone);
        part("aws.task_arn", aws.task_arn);
        part("aws.container_id", aws.container_id);
        part("aws.sampling_rule", aws.sampling_rule);
    }

    void dump(const Annotation& annotation) {
        text += fmt::format("    annotation {} = ", annotation.key);
        if (const auto* flag = std::get_if<bool>(&annotation.value)) {
            text += *flag ? "true\n" : "false\n";
        } else if (const auto* number = std::get_if<double>(&annotation.value)) {
            text += fmt::format("{}\n", *number);
        } else {
            text += fmt::format("\"{}\"\n", std::get<std::string_view>(annotation.value));
        }
    }
};

inline std::string dump(const std::variant<Segment, Rejection>& decoded) {
    if (const auto* segment = std::get_if<Segment>(&decoded)) return SegmentDump(*segment).text;
    const auto& rejection = std::get<Rejection>(decoded);
    return fmt::format("rejected {}\nid {}\n{}\n", to_text(rejection.code),
                       rejection.id.value_or("-"), rejection.message);
}

}  // namespace tomograph
