#include "wire/otlp/spans_of_segment.h"

#include <algorithm>

#include "base/assert.h"
#include "wire/json/json_index.h"
#include "wire/otlp/aws_attributes.h"
#include "wire/otlp/exception_events.h"
#include "wire/otlp/json_values.h"
#include "wire/otlp/otel_document.h"

namespace tomograph {
namespace {

// Bits of Span.flags: sampled (W3C), and what is known of the parent.
constexpr std::uint32_t flag_sampled = 0x001;
constexpr std::uint32_t flag_knows_remote = 0x100;
constexpr std::uint32_t flag_is_remote = 0x200;

OtlpKind kind_of(const Span& row) {
    if (row.is_segment || (row.parent_row < 0 && row.parent_id.is_none())) return OtlpKind::server;
    if (row.name_space != SpanNamespace::local) return OtlpKind::client;
    return row.http.client_ip.empty() ? OtlpKind::internal : OtlpKind::server;
}

/// What the decoded row says; attributes come from the text.
OtlpSpan span_of(const Segment& segment, const Span& row) {
    OtlpSpan span;
    span.trace_id = segment.trace_id;
    span.id = row.id;
    span.parent_id = row.parent_row < 0
                         ? row.parent_id
                         : segment.spans[static_cast<std::size_t>(row.parent_row)].id;
    span.name = row.name;
    span.kind = kind_of(row);
    span.flags = flag_sampled | flag_knows_remote;
    if (row.is_segment && !row.parent_id.is_none()) span.flags |= flag_is_remote;
    span.start = row.start;
    if (row.in_progress)
        set_attribute(span.attributes, "aws.xray.inprogress", true);
    else
        span.end = row.end;
    if (row.name_space == SpanNamespace::aws)
        set_attribute(span.attributes, "aws.service", std::string(row.name));
    if (row.error || row.fault || row.throttle) span.status = OtlpStatus::error;
    return span;
}

/// A flag that the status of HTTP does not imply would be lost.
void keep_flags(const Span& row, OtlpSpan& span) {
    const std::int32_t status = row.http.status.value_or(0);
    const bool is_4xx = status >= 400 && status < 500;
    const bool is_5xx = status >= 500 && status < 600;
    if (row.error && !is_4xx) set_attribute(span.attributes, "aws.xray.error", true);
    if (row.fault && !is_5xx) set_attribute(span.attributes, "aws.xray.fault", true);
    if (row.throttle && status != 429) set_attribute(span.attributes, "aws.xray.throttle", true);
}

/// "mysql://host:3306/shop?x=1": connection string and database, as far as it has this form.
void set_url(OtlpAttributes& attributes, const std::string& url) {
    const std::string_view path = std::string_view(url).substr(0, url.find('?'));
    const auto host = path.find("//");
    const auto slash = path.rfind('/');
    if (host == std::string_view::npos || slash <= host + 2 || slash + 1 == path.size())
        return set_attribute(attributes, "db.connection_string", url);
    set_attribute(attributes, "db.connection_string", std::string(path.substr(0, slash)));
    set_attribute(attributes, "db.name", std::string(path.substr(slash + 1)));
}

class SpanMapper {
 public:
    SpanMapper(const Segment& segment, JsonCursor& json) : segment_(segment), json_(json) {
        for (const Span& row : segment.spans) result_.spans.push_back(span_of(segment, row));
    }

    OtlpSpans map() && {
        const Span& own = segment_.own();
        set_attribute(resource(), "service.name", std::string(own.name));
        take_entity();
        const bool is_aws = own.aws.is_present;
        set_attribute(resource(), "cloud.provider", is_aws ? "aws" : "unknown");
        set_origin(resource(), own.origin);
        for (std::size_t i = 0; i < result_.spans.size(); ++i)
            keep_flags(segment_.spans[i], result_.spans[i]);
        return std::move(result_);
    }

 private:
    OtlpAttributes& resource() { return result_.resource.attributes; }

    /// The row whose text begins here; null for a subsegment that broke a rule.
    OtlpSpan* span_here() {
        const auto& rows = segment_.spans;
        const auto row = std::lower_bound(
            rows.begin(), rows.end(), json_.offset(),
            [](const Span& each, std::size_t offset) { return each.text_offset < offset; });
        if (row == rows.end() || row->text_offset != json_.offset()) return nullptr;
        return &result_.spans[static_cast<std::size_t>(row - rows.begin())];
    }

    void take_entity() {
        OtlpSpan* const span = span_here();
        json_.members([&](std::string_view key) {
            if (key == "subsegments") return json_.elements([&] { take_entity(); });
            if (span == nullptr) return json_.skip();
            take_member(key, *span);
        });
    }

    void take_member(std::string_view key, OtlpSpan& span) {
        OtlpAttributes& attributes = span.attributes;
        const bool is_own = &span == result_.spans.data();
        if (key == "user") return take_text_attribute(json_, attributes, "enduser.id");
        if (key == "traced") return take_attribute(json_, attributes, "aws.xray.traced");
        if (key == "http") return take_http(attributes);
        if (key == "sql") return take_sql(attributes);
        if (key == "annotations") return take_annotations(attributes);
        if (key == "metadata") return take_metadata(attributes);
        if (key == "links") return take_links(span);
        if (key == "cause") {
            if (take_cause(json_, span)) span.status = OtlpStatus::error;
            return;
        }
        // Only the document's own entity says where the service runs.
        OtlpAttributes elsewhere;
        if (key == "aws") return take_aws(json_, attributes, is_own ? resource() : elsewhere);
        if (key == "resource_arn")
            return take_text_attribute(json_, resource(), "aws.xray.resource_arn");
        if (key == "service" && is_own) return take_service();
        json_.skip();
    }

    void take_service() {
        json_.members([&](std::string_view key) {
            take_text_attribute(json_, resource(), key == "version" ? "service.version" : "");
        });
    }

    void take_http(OtlpAttributes& attributes) {
        json_.members([&](std::string_view side) {
            const bool is_request = side == "request";
            if (!is_request && side != "response") return json_.skip();
            json_.members([&](std::string_view key) {
                const MemberNames request = {{"method", "http.method"},
                                             {"url", "http.url"},
                                             {"user_agent", "http.user_agent"},
                                             {"client_ip", "http.client_ip"},
                                             {"x_forwarded_for", "aws.xray.x_forwarded_for"},
                                             {"traced", "aws.xray.traced"}};
                const MemberNames response = {{"status", "http.status_code"},
                                              {"content_length", "http.response_content_length"}};
                take_attribute(json_, attributes,
                               attribute_of(is_request ? request : response, key));
            });
        });
    }

    void take_sql(OtlpAttributes& attributes) {
        const MemberNames names = {{"connection_string", "db.connection_string"},
                                   {"database_type", "db.system"},
                                   {"sanitized_query", "db.statement"},
                                   {"user", "db.user"},
                                   {"database_version", "aws.xray.sql.database_version"},
                                   {"driver_version", "aws.xray.sql.driver_version"},
                                   {"preparation", "aws.xray.sql.preparation"}};
        std::optional<std::string> url;
        json_.members([&](std::string_view key) {
            if (key == "url")
                url = take_text(json_);
            else
                take_text_attribute(json_, attributes, attribute_of(names, key));
        });
        if (url) set_url(attributes, *url);
    }

    void take_annotations(OtlpAttributes& attributes) {
        std::vector<std::string> keys;
        json_.members([&](std::string_view key) {
            std::string name(key);
            auto value = take_scalar(json_);
            if (!value) return;
            set_attribute(attributes, name, *std::move(value));
            keys.push_back(std::move(name));
        });
        if (!keys.empty())
            set_attribute(attributes, "aws.xray.annotations", to_array(std::move(keys)));
    }

    void take_metadata(OtlpAttributes& attributes) {
        json_.members([&](std::string_view key) {
            const std::string name = "aws.xray.metadata." + std::string(key);
            set_attribute(attributes, name, std::string(json_.take_raw()));
        });
    }

    void take_links(OtlpSpan& span) {
        json_.elements([&] {
            OtlpLink link;
            json_.members([&](std::string_view key) {
                if (key == "attributes") return take_link_attributes(link.attributes);
                const bool is_trace = key == "trace_id";
                const bool is_span = key == "id";
                const std::optional<std::string> text = take_text(json_);
                if (!text) return;
                if (is_trace)
                    if (const auto id = parse_trace_id(*text)) link.trace_id = id_bytes(*id);
                if (is_span)
                    if (const auto id = parse_span_id(*text)) link.span_id = id_bytes(*id);
            });
            if (!link.trace_id.empty() && !link.span_id.empty())
                span.links.push_back(std::move(link));
        });
    }

    void take_link_attributes(OtlpAttributes& attributes) {
        json_.members([&](std::string_view key) {
            const std::string name(key);
            take_attribute(json_, attributes, name);
        });
    }

    const Segment& segment_;
    JsonCursor& json_;
    OtlpSpans result_;
};

}  // namespace

OtlpSpans spans_of_segment(const Segment& segment, std::string_view json) {
    if (auto spans = spans_of_otel(segment, json)) return *std::move(spans);
    JsonIndex index;
    auto cursor = index.read(json);
    ASSERT(cursor);  // it has been decoded
    return SpanMapper(segment, *cursor).map();
}

}  // namespace tomograph
