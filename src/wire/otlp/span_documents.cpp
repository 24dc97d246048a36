#include "wire/otlp/span_documents.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <forward_list>
#include <span>

#include "base/hash.h"
#include "model/segment_outline.h"
#include "wire/json/utf8.h"
#include "wire/limits.h"
#include "wire/otlp/attribute_lookup.h"
#include "wire/otlp/span_blocks.h"
#include "wire/otlp/span_names.h"
#include "wire/xray/annotation_key.h"
#include "wire/xray/service_name.h"

namespace tomograph {
namespace {

struct Ids {
    TraceId trace;
    SpanId span;
    SpanId parent;  ///< none for a root
};

struct Times {
    std::int64_t start = 0;
    std::int64_t end = 0;
};

Result<Ids> ids_of(const WireSpan& span) {
    Ids ids;
    ids.trace = TRY(read_trace_id(span.trace_id));
    ids.span = TRY(read_span_id(span.span_id));
    // All zeros, too, is how some say that there is no parent.
    const bool has_parent = std::any_of(span.parent_span_id.begin(), span.parent_span_id.end(),
                                        [](char byte) { return byte != 0; });
    if (has_parent) ids.parent = TRY(read_span_id(span.parent_span_id));
    return ids;
}

Result<Times> times_of(const WireSpan& span) {
    constexpr auto ns_max = static_cast<std::uint64_t>(INT64_MAX);
    if (span.start_ns == 0 || span.start_ns > ns_max)
        return Error(ErrorCode::invalid, fmt::format("start_time_unix_nano is {}", span.start_ns));
    const std::uint64_t end = std::clamp(span.end_ns, span.start_ns, ns_max);
    return Times{static_cast<std::int64_t>(span.start_ns), static_cast<std::int64_t>(end)};
}

/// Of what is over a bound, not all was read.
Result<void> check_size(const WireSpan& span, const WireResource& resource,
                        const WireScope& scope) {
    if (span.is_oversized)
        return Error(ErrorCode::invalid,
                     fmt::format("the span has more than {} bytes or {} events or links",
                                 otlp_span_bytes_max, otlp_events_max));
    if (resource.is_oversized || scope.is_oversized)
        return Error(ErrorCode::invalid, fmt::format("its {} has more than {} bytes",
                                                     resource.is_oversized ? "resource" : "scope",
                                                     otlp_resource_bytes_max));
    return {};
}

/// The id of the segment around a call that no work is known around: the same whenever the span
/// comes again.
SpanId segment_id(const Ids& ids) {
    const std::uint64_t derived = mix64(ids.span.value ^ mix64(ids.trace.low));
    return {derived == 0 || derived == ids.span.value ? derived + 1 : derived};
}

/// name     as it came
/// scratch  holds what is returned, where that is another text
std::string_view clean(std::string_view name, std::string& scratch) {
    std::string valid;
    const std::string_view cleaned = clean_name(as_utf8(name, valid), scratch);
    if (cleaned.empty()) return "span";
    if (cleaned.data() == valid.data()) return scratch = cleaned;
    return cleaned;
}

void write_count(SpanJson& json, JsonKey name, std::uint32_t count) {
    if (count > 0) json.integer(name, count);
}

void write_text(SpanJson& json, JsonKey name, std::string_view text) {
    if (!text.empty()) json.text(name, text);
}

void write_kind(SpanJson& json, const WireSpan& span) {
    constexpr std::array<std::string_view, 6> names = {"UNSPECIFIED", "INTERNAL", "SERVER",
                                                       "CLIENT",      "PRODUCER", "CONSUMER"};
    if (span.kind < names.size())
        json.text("kind", names[span.kind]);
    else
        json.integer("kind", span.kind);
}

void write_scalars(SpanJson& json, const WireSpan& span) {
    json.open("annotations");
    for (const WireAttribute& each : span.attributes)
        if (each.value.is_scalar()) json.value(each);
    json.close();
}

void write_other_attributes(SpanJson& json, const WireSpan& span) {
    const SpanJson::Mark before = json.mark();
    json.open("attributes");
    for (const WireAttribute& each : span.attributes)
        if (!each.value.is_scalar()) json.value(each);
    const bool is_empty = !json.has_members();
    json.close();
    if (is_empty) json.rewind(before);
    write_count(json, "dropped_attributes", span.dropped_attributes);
}

void write_events(SpanJson& json, const WireSpan& span) {
    if (!span.events.empty()) {
        json.open_list("events");
        for (const WireEvent& event : span.events) {
            json.open();
            json.time("time", event.time.ns);
            write_text(json, "name", event.name);
            if (!event.attributes.empty()) json.attributes("attributes", event.attributes);
            write_count(json, "dropped_attributes", event.dropped_attributes);
            json.close();
        }
        json.close_list();
    }
    write_count(json, "dropped_events", span.dropped_events);
}

void write_wire_links(SpanJson& json, const WireSpan& span) {
    if (!span.links.empty()) {
        json.open_list("links");
        for (const WireLink& link : span.links) {
            json.open();
            json.hex("trace_id", link.trace_id);
            json.hex("span_id", link.span_id);
            write_text(json, "trace_state", link.trace_state);
            if (!link.attributes.empty()) json.attributes("attributes", link.attributes);
            write_count(json, "dropped_attributes", link.dropped_attributes);
            write_count(json, "flags", link.flags);
            json.close();
        }
        json.close_list();
    }
    write_count(json, "dropped_links", span.dropped_links);
}

void write_status(SpanJson& json, const WireSpan& span) {
    if (span.status_code == 0 && span.status_message.empty()) return;
    json.open("status");
    json.integer("code", span.status_code);
    write_text(json, "message", span.status_message);
    json.close();
}

std::string resource_json(const WireResource& resource) {
    SpanJson json;
    json.open();
    json.attributes("attributes", resource.attributes);
    write_count(json, "dropped_attributes", resource.dropped_attributes);
    write_text(json, "schema_url", resource.schema_url);
    json.close();
    return std::string(json.view());
}

std::string scope_json(const WireScope& scope) {
    SpanJson json;
    json.open();
    write_text(json, "name", scope.name);
    write_text(json, "version", scope.version);
    if (!scope.attributes.empty()) json.attributes("attributes", scope.attributes);
    write_count(json, "dropped_attributes", scope.dropped_attributes);
    write_text(json, "schema_url", scope.schema_url);
    json.close();
    return std::string(json.view());
}

/// Members of a segment: where its service comes from.
std::string service_members(const WireResource& resource) {
    SpanJson json;
    write_text(json, "origin", origin_of(resource));
    const std::string_view version =
        text_of(resource.attributes, {"service.version", "container.image.tag"});
    if (!version.empty()) {
        json.open("service");
        write_text(json, "version", version);
        json.close();
    }
    return std::string(json.view());
}

/// Where the document begins: whose it is, and when.
void write_head(SpanJson& json, TraceId trace, const Span& row) {
    json.open();
    json.id("trace_id", trace);
    json.id("id", row.id);
    if (!row.parent_id.is_none()) json.id("parent_id", row.parent_id);
    json.text("name", row.name);
    json.time("start_time", row.start.ns);
    json.time("end_time", row.end.ns);
}

SpanNamespace name_space(CallNamespace place) {
    if (place == CallNamespace::none) return SpanNamespace::local;
    return place == CallNamespace::aws ? SpanNamespace::aws : SpanNamespace::remote;
}

/// As SegmentDecoder reads the flags that write_outcome() writes, or leaves out.
void take_outcome(Span& row, SpanOutcome outcome, bool has_exception) {
    row.throttle = outcome == SpanOutcome::throttle;
    row.error = row.throttle || outcome == SpanOutcome::error;
    row.fault = outcome == SpanOutcome::fault || (outcome == SpanOutcome::ok && has_exception);
}

/// Texts of a row, as SegmentDecoder cuts them. They live here where they are not what came.
class CutTexts {
 public:
    std::string_view cut(std::string_view text, std::size_t characters_max) {
        if (!is_utf8(text)) text = kept_.emplace_front(to_utf8(text));
        return cut_characters(text, characters_max);
    }

 private:
    std::forward_list<std::string> kept_;  // nearly always empty
};

void take_aws(Span& row, const SpanAwsNames& names, CutTexts& texts) {
    row.aws.account_id = texts.cut(names.account, text_characters_max);
    if (names.tables.size() == 1)
        row.aws.table_name = texts.cut(names.tables.front(), text_characters_max);
    row.aws.queue_url = texts.cut(names.queue_url, url_characters_max);
    row.aws.bucket_name = texts.cut(names.bucket, text_characters_max);
    row.aws.function_name = texts.cut(names.function, text_characters_max);
}

void take_status(Span& row, const WireSpan& span) {
    constexpr std::int64_t status_max = 999;  // three digits, as HTTP has it
    const auto status = http_status(span);
    if (status && *status >= 0 && *status <= status_max)
        row.http.status = static_cast<std::int32_t>(*status);
}

void take_links(Span& row, const WireSpan& span) {
    for (const WireLink& link : span.links) {
        const auto trace = read_trace_id(link.trace_id);
        const auto id = read_span_id(link.span_id);
        if (trace && id) row.links.push_back({.trace_id = *trace, .span_id = *id});
    }
}

static_assert(std::all_of(known_keys.begin(), known_keys.end(), is_indexable_annotation_key));

/// Annotations that the decoder does not index; nothing where it must say so itself.
std::optional<std::uint32_t> annotations_dropped(const WireSpan& span) {
    // Links of a receiver say where the event waited, in words that the decoder weighs.
    if (span.known_kind() == WireKind::consumer && !span.links.empty()) return std::nullopt;
    std::uint32_t dropped = 0;
    for (const WireAttribute& each : span.attributes) {
        if (!each.value.is_scalar()) continue;
        const bool is_number = each.value.kind == WireValue::Kind::number;
        if (is_number && !std::isfinite(each.value.number)) return std::nullopt;
        if (each.known == unknown_key && !is_indexable_annotation_key(each.key)) ++dropped;
    }
    return dropped;
}

/// Whether the decoder takes the document whatever else it says.
bool is_acceptable(const Span& row, std::size_t bytes, const AcceptanceWindow& window) {
    const bool is_near = row.start >= window.now - window.past_max &&
                         row.start <= window.now + window.future_max &&
                         row.duration() <= time_spread_max;
    return is_near && bytes <= window.bytes_max && (row.is_segment || !row.parent_id.is_none());
}

std::optional<SpanDocuments::Read> read_of(TraceId trace, const Span& row, std::size_t bytes,
                                           const AcceptanceWindow& window,
                                           std::optional<std::uint32_t> dropped) {
    if (!dropped || !is_acceptable(row, bytes, window)) return std::nullopt;
    return SpanDocuments::Read{.header = {.trace_id = trace,
                                          .id = row.id,
                                          .is_segment = row.is_segment,
                                          .in_progress = false,
                                          .start = row.start,
                                          .end = row.end,
                                          .span_count = 1},
                               .outline = pack_outline(std::span(&row, 1)),
                               .annotations_dropped = *dropped};
}

}  // namespace

void SpanDocuments::begin(const WireResource& resource, const WireScope& scope) {
    resource_ = &resource;
    scope_ = &scope;
    has_read_around_ = false;
}

/// When the first span needs it: scopes may be many, and their resource large.
void SpanDocuments::read_around() {
    const WireResource& resource = *resource_;
    const WireScope& scope = *scope_;
    has_read_around_ = true;
    resource_json_ = resource_json(resource);
    scope_json_ = scope_json(scope);
    service_members_ = service_members(resource);
    place_members_ = place_members(resource);
    origin_ = origin_of(resource);
    account_ = text_of(resource.attributes, {"cloud.account.id"});
}

Result<SpanDocuments::Pair> SpanDocuments::of(const WireSpan& span, const WireResource& resource,
                                              const AcceptanceWindow& window) {
    const Ids ids = TRY(ids_of(span));
    TRY(check_size(span, resource, *scope_));
    const Times times = TRY(times_of(span));
    if (!has_read_around_) read_around();
    const SpanPart part = part_of(span);
    const SpanOutcome outcome = span_outcome(span);
    SpanAwsNames names = aws_names(span);
    CutTexts texts;
    Span row;
    row.id = ids.span;
    row.parent_id = part == SpanPart::segment_and_call ? segment_id(ids) : ids.parent;
    row.start = {times.start};
    row.end = {times.end};
    row.is_segment = part == SpanPart::segment;
    std::string made_up;
    row.name =
        clean(row.is_segment ? service_name(span, resource) : call_name(span, made_up), scratch_);

    SpanJson& json = json_;
    json.clear();
    write_head(json, ids.trace, row);
    if (row.is_segment) {
        json.members(service_members_);
        row.origin = origin_;
        if (names.account.empty()) names.account = account_;
    } else {
        json.text("type", "subsegment");
        row.name_space = name_space(call_namespace(span));
        if (row.name_space != SpanNamespace::local)
            json.text("namespace", row.name_space == SpanNamespace::aws ? "aws" : "remote");
    }
    write_text(json, "user", text_of(span.attributes, {"enduser.id", "user.id"}));
    write_outcome(json, outcome);
    write_http(json, span);
    write_sql(json, span);
    write_aws(json, span, names, row.is_segment ? place_members_ : std::string_view());
    write_cause(json, span, ids.span);
    write_links(json, span);
    write_scalars(json, span);
    json.open("otel");
    write_text(json, "name", span.name);
    write_kind(json, span);
    write_count(json, "flags", span.flags);
    write_text(json, "trace_state", span.trace_state);
    if (static_cast<std::uint64_t>(times.end) != span.end_ns)
        json.text("end", std::to_string(span.end_ns));
    write_other_attributes(json, span);
    write_events(json, span);
    write_wire_links(json, span);
    write_status(json, span);
    json.raw("resource", resource_json_);
    json.raw("scope", scope_json_);
    json.close();
    json.close();

    take_outcome(row, outcome, has_exception(span));
    row.has_sql = has_sql(span);
    take_status(row, span);
    take_aws(row, names, texts);
    take_links(row, span);
    Pair pair{
        .first = {.json = json.view(),
                  .read = read_of(ids.trace, row, json.size(), window, annotations_dropped(span))},
        .second = {}};
    if (part != SpanPart::segment_and_call) return pair;
    Span segment;
    segment.id = row.parent_id;
    segment.parent_id = ids.parent;
    segment.start = row.start;
    segment.end = row.end;
    segment.is_segment = true;
    segment.name = clean(service_name(span, resource), scratch_);
    pair.second = around(segment, span, ids.trace, window);
    return pair;
}

/// The segment that stands around a call.
SpanDocuments::Made SpanDocuments::around(Span& row, const WireSpan& call, TraceId trace,
                                          const AcceptanceWindow& window) {
    const SpanOutcome outcome = span_outcome(call);
    SpanAwsNames names;
    names.account = account_;
    SpanJson& json = around_json_;
    json.clear();
    write_head(json, trace, row);
    json.members(service_members_);
    write_outcome(json, outcome);
    write_aws(json, {}, names, place_members_);
    json.open("otel");
    write_text(json, "name", call.name);
    json.hex("around", call.span_id);
    json.close();
    json.close();

    CutTexts texts;
    row.origin = origin_;
    take_outcome(row, outcome, false);
    take_aws(row, names, texts);
    return {.json = json.view(), .read = read_of(trace, row, json.size(), window, 0)};
}

}  // namespace tomograph
