#include "wire/otlp/otel_document.h"

#include <charconv>

#include "base/assert.h"
#include "wire/hex.h"
#include "wire/json/json_index.h"
#include "wire/json/number.h"
#include "wire/otlp/json_values.h"

namespace tomograph {
namespace {

std::uint64_t take_unsigned(JsonCursor& json) {
    const std::string digits = take_text(json).value_or("");
    std::uint64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

void take_count(JsonCursor& json, std::uint32_t& count) {
    count = static_cast<std::uint32_t>(take_unsigned(json));
}

std::string take_string(JsonCursor& json) { return take_text(json).value_or(""); }

/// Seconds with nine digits behind the point.
Instant take_time(JsonCursor& json) {
    constexpr int nanoseconds = 9;
    if (json.kind() != JsonKind::number) {
        json.skip();
        return {};
    }
    return {parse_scaled_decimal(json.take_number(), nanoseconds).value_or(0)};
}

OtlpKind take_kind(JsonCursor& json) {
    if (json.kind() != JsonKind::string) return static_cast<OtlpKind>(take_unsigned(json));
    const std::string name = take_string(json);
    for (const OtlpKind kind : {OtlpKind::internal, OtlpKind::server, OtlpKind::client,
                                OtlpKind::producer, OtlpKind::consumer})
        if (to_text(kind) == name) return kind;
    return OtlpKind::unspecified;
}

void append(OtlpAttributes& attributes, OtlpAttributes more) {
    for (OtlpAttribute& each : more) attributes.push_back(std::move(each));
}

class OtelReader {
 public:
    explicit OtelReader(JsonCursor& json) : json_(json) {}

    void take(OtlpSpans& spans, OtlpSpan& span) {
        json_.members([&](std::string_view key) {
            if (key == "resource") return take_resource(spans.resource);
            if (key == "scope") return take_scope(spans.scope);
            if (key == "around") {
                is_around_ = true;
                return json_.skip();
            }
            take_member(key, span);
        });
    }

    bool is_around() const { return is_around_; }
    bool is_span() const { return has_kind_; }

 private:
    void take_member(std::string_view key, OtlpSpan& span) {
        if (key == "name") {
            span.name = take_string(json_);
        } else if (key == "kind") {
            has_kind_ = true;
            span.kind = take_kind(json_);
        } else if (key == "flags") {
            take_count(json_, span.flags);
        } else if (key == "trace_state") {
            span.trace_state = take_string(json_);
        } else if (key == "end") {
            const std::uint64_t end = take_unsigned(json_);
            span.end.reset();
            if (end > 0) span.end = Instant{static_cast<std::int64_t>(end)};
        } else if (key == "attributes") {
            append(span.attributes, take_map(json_));
        } else if (key == "events") {
            json_.elements([&] { take_event(span.events.emplace_back()); });
        } else if (key == "links") {
            json_.elements([&] { take_link(span.links.emplace_back()); });
        } else if (key == "status") {
            take_status(span);
        } else if (key == "dropped_attributes") {
            take_count(json_, span.dropped_attributes);
        } else if (key == "dropped_events") {
            take_count(json_, span.dropped_events);
        } else if (key == "dropped_links") {
            take_count(json_, span.dropped_links);
        } else {
            json_.skip();
        }
    }

    void take_event(OtlpEvent& event) {
        json_.members([&](std::string_view key) {
            if (key == "time")
                event.time = take_time(json_);
            else if (key == "name")
                event.name = take_string(json_);
            else if (key == "attributes")
                event.attributes = take_map(json_);
            else if (key == "dropped_attributes")
                take_count(json_, event.dropped_attributes);
            else
                json_.skip();
        });
    }

    void take_link(OtlpLink& link) {
        json_.members([&](std::string_view key) {
            if (key == "trace_id")
                link.trace_id = hex_decode(take_string(json_)).value_or("");
            else if (key == "span_id")
                link.span_id = hex_decode(take_string(json_)).value_or("");
            else if (key == "trace_state")
                link.trace_state = take_string(json_);
            else if (key == "attributes")
                link.attributes = take_map(json_);
            else if (key == "flags")
                take_count(json_, link.flags);
            else if (key == "dropped_attributes")
                take_count(json_, link.dropped_attributes);
            else
                json_.skip();
        });
    }

    void take_status(OtlpSpan& span) {
        json_.members([&](std::string_view key) {
            if (key == "code")
                span.status = static_cast<OtlpStatus>(take_unsigned(json_));
            else if (key == "message")
                span.status_message = take_string(json_);
            else
                json_.skip();
        });
    }

    void take_resource(OtlpResource& resource) {
        json_.members([&](std::string_view key) {
            if (key == "attributes")
                resource.attributes = take_map(json_);
            else if (key == "dropped_attributes")
                take_count(json_, resource.dropped_attributes);
            else if (key == "schema_url")
                resource.schema_url = take_string(json_);
            else
                json_.skip();
        });
    }

    void take_scope(OtlpScope& scope) {
        json_.members([&](std::string_view key) {
            if (key == "name")
                scope.name = take_string(json_);
            else if (key == "version")
                scope.version = take_string(json_);
            else if (key == "attributes")
                scope.attributes = take_map(json_);
            else if (key == "dropped_attributes")
                take_count(json_, scope.dropped_attributes);
            else if (key == "schema_url")
                scope.schema_url = take_string(json_);
            else
                json_.skip();
        });
    }

    JsonCursor& json_;
    bool has_kind_ = false;
    bool is_around_ = false;
};

}  // namespace

std::optional<OtlpSpans> spans_of_otel(const Segment& segment, std::string_view json) {
    if (json.find("\"otel\"") == std::string_view::npos) return std::nullopt;
    const Span& own = segment.own();
    OtlpSpans spans;
    OtlpSpan span;
    span.trace_id = segment.trace_id;
    span.id = own.id;
    span.parent_id = own.parent_id;
    span.start = own.start;
    if (!own.in_progress) span.end = own.end;

    JsonIndex index;
    auto cursor = index.read(json);
    ASSERT(cursor);  // it has been decoded
    OtelReader otel(*cursor);
    cursor->members([&](std::string_view key) {
        if (key == "annotations")
            append(span.attributes, take_map(*cursor));
        else if (key == "otel")
            otel.take(spans, span);
        else
            cursor->skip();
    });
    // Whoever sends segments may send a member `otel` as well.
    const bool is_ours = segment.spans.size() == 1 && (otel.is_span() || otel.is_around());
    if (!is_ours) return std::nullopt;
    spans.is_of_otlp = true;
    spans.is_around = otel.is_around();
    if (!spans.is_around) spans.spans.push_back(std::move(span));
    return spans;
}

}  // namespace tomograph
