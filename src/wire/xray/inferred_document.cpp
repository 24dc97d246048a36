#include "wire/xray/inferred_document.h"

#include <algorithm>

#include "wire/json/escapes.h"
#include "wire/json/json_index.h"
#include "wire/json/number.h"
#include "wire/xray/entity_outline.h"

namespace tomograph {
namespace {

constexpr int ns_scale = 9;  // seconds to nanoseconds

/// Members of the subsegment as they were sent; empty when absent.
struct CopiedMembers {
    std::string_view start_time;
    std::string_view end_time;
    std::string_view http;
    std::string_view aws;
    std::string_view cause;
};

CopiedMembers copied_members(std::string_view subsegment) {
    CopiedMembers copied;
    JsonIndex index;
    auto json = index.read(subsegment);
    if (!json) return copied;
    json->members([&](std::string_view key) {
        const JsonKind kind = json->kind();
        if (key == "start_time" && kind == JsonKind::number) {
            copied.start_time = json->take_raw();
        } else if (key == "end_time" && kind == JsonKind::number) {
            copied.end_time = json->take_raw();
        } else if (key == "http" && kind == JsonKind::object) {
            copied.http = json->take_raw();
        } else if (key == "aws" && kind == JsonKind::object) {
            copied.aws = json->take_raw();
        } else if (key == "cause" && kind != JsonKind::null) {
            copied.cause = json->take_raw();
        } else {
            json->skip();
        }
    });
    return json->failed() ? CopiedMembers{} : copied;
}

CopiedMembers find_members(std::string_view json, SpanId id) {
    const auto entities = outline(json);
    if (!entities) return {};
    const auto found = std::find_if(entities->begin(), entities->end(),
                                    [id](const EntityOutline& entity) { return entity.id == id; });
    if (found == entities->end()) return {};
    return copied_members(found->text(json));
}

/// Writes one flat object, member by member.
class ObjectWriter {
 public:
    void raw(std::string_view key, std::string_view json) {
        if (json.empty()) return;
        out_ += out_.empty() ? '{' : ',';
        append_quoted(key, out_);
        out_ += ':';
        out_ += json;
    }
    void text(std::string_view key, std::string_view text) {
        std::string quoted;
        append_quoted(text, quoted);
        raw(key, quoted);
    }
    void flag(std::string_view key, bool value) {
        if (value) raw(key, "true");
    }
    /// The number as it was sent, else (a numeric string, a clamped end) made from the decoded
    /// time.
    void time(std::string_view key, std::string_view sent, Instant time) {
        if (!sent.empty()) return raw(key, sent);
        std::string seconds;
        append_scaled_decimal(time.ns, ns_scale, seconds);
        raw(key, seconds);
    }
    std::string take() && { return std::move(out_) + "}"; }

 private:
    std::string out_;
};

}  // namespace

std::string inferred_document(std::string_view json, const Span& subsegment, TraceId trace_id,
                              SpanId inferred_id, std::string_view name, std::string_view origin) {
    const CopiedMembers copied = find_members(json, subsegment.id);
    ObjectWriter object;
    object.text("id", to_hex(inferred_id));
    object.text("name", name);
    object.time("start_time", copied.start_time, subsegment.start);
    if (subsegment.in_progress) {
        object.flag("in_progress", true);
    } else {
        const bool is_as_sent = !subsegment.end_was_clamped;
        object.time("end_time", is_as_sent ? copied.end_time : std::string_view{}, subsegment.end);
    }
    object.text("parent_id", to_hex(subsegment.id));
    object.flag("inferred", true);
    object.raw("http", copied.http);
    object.raw("aws", copied.aws);
    object.flag("error", subsegment.error);
    object.flag("fault", subsegment.fault);
    object.flag("throttle", subsegment.throttle);
    object.raw("cause", copied.cause);
    object.text("trace_id", to_xray_text(trace_id));
    if (!origin.empty()) object.text("origin", origin);
    return std::move(object).take();
}

}  // namespace tomograph
