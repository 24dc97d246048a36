#include "wire/xray/inferred_document.h"

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <cstdlib>

#include "wire/json/json_index.h"
#include "wire/xray/entity_outline.h"

namespace tomograph {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

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

void write_text(Writer& writer, std::string_view key, std::string_view text) {
    writer.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
    writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void write_raw(Writer& writer, std::string_view key, std::string_view json) {
    if (json.empty()) return;
    writer.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
    writer.RawValue(json.data(), json.size(), rapidjson::kObjectType);
}

void write_flag(Writer& writer, std::string_view key, bool value) {
    if (value) write_raw(writer, key, "true");
}

/// The number as it was sent, else (a numeric string, a clamped end) made from the decoded time.
void write_time(Writer& writer, std::string_view key, std::string_view sent, Instant time) {
    if (!sent.empty()) return write_raw(writer, key, sent);
    const std::int64_t ns = std::abs(time.ns);
    write_raw(writer, key,
              fmt::format("{}{}.{:09}", time.ns < 0 ? "-" : "", ns / second_ns, ns % second_ns));
}

}  // namespace

std::string inferred_document(std::string_view json, const Span& subsegment, TraceId trace_id,
                              SpanId inferred_id, std::string_view name, std::string_view origin) {
    const CopiedMembers copied = find_members(json, subsegment.id);
    rapidjson::StringBuffer buffer;
    Writer writer(buffer);
    writer.StartObject();
    write_text(writer, "id", to_hex(inferred_id));
    write_text(writer, "name", name);
    write_time(writer, "start_time", copied.start_time, subsegment.start);
    if (subsegment.in_progress) {
        write_flag(writer, "in_progress", true);
    } else {
        const bool is_as_sent = !subsegment.end_was_clamped;
        write_time(writer, "end_time", is_as_sent ? copied.end_time : std::string_view{},
                   subsegment.end);
    }
    write_text(writer, "parent_id", to_hex(subsegment.id));
    write_flag(writer, "inferred", true);
    write_raw(writer, "http", copied.http);
    write_raw(writer, "aws", copied.aws);
    write_flag(writer, "error", subsegment.error);
    write_flag(writer, "fault", subsegment.fault);
    write_flag(writer, "throttle", subsegment.throttle);
    write_raw(writer, "cause", copied.cause);
    write_text(writer, "trace_id", to_xray_text(trace_id));
    if (!origin.empty()) write_text(writer, "origin", origin);
    writer.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace tomograph
