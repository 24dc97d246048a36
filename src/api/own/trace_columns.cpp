#include "query/trace_columns.h"

#include <utility>

#include "api/own/own_call.h"

namespace tomograph {
namespace {

template <class Column, class Write>
void write_column(JsonWriter& json, std::string_view member, const Column& column,
                  const Write& write) {
    json.begin_array(member);
    for (const auto& each : column) write(each);
    json.end_array();
}

std::string to_json(const TraceColumns& columns) {
    JsonWriter json;
    const auto write_seconds = [&](Duration each) { json.seconds(each); };
    const auto write_number = [&](auto each) { json.integer(std::int64_t{each}); };
    json.begin_object();
    json.text("Id", to_xray_text(columns.id));
    json.moment("StartTime", columns.start);
    json.seconds("Duration", columns.duration);
    json.boolean("IsPartial", columns.is_partial);
    json.boolean("LimitExceeded", columns.limit_exceeded);
    write_column(json, "Strings", columns.strings, [&](const auto& each) { json.text(each); });
    json.begin_object("Spans");
    write_column(json, "Id", columns.ids, [&](SpanId each) { json.text(to_hex(each)); });
    write_column(json, "Start", columns.starts, write_seconds);
    write_column(json, "Duration", columns.durations, write_seconds);
    write_column(json, "Self", columns.selves, write_seconds);
    write_column(json, "Parent", columns.parents, write_number);
    write_column(json, "Service", columns.services, write_number);
    write_column(json, "Name", columns.names, write_number);
    write_column(json, "Flags", columns.flags, write_number);
    json.end_object();
    json.end_object();
    return json.take();
}

std::string to_json(const SpanDetails& details) {
    JsonWriter json;
    json.begin_object();
    json.text("TraceId", to_xray_text(details.trace));
    json.text("Id", to_hex(details.id));
    if (!details.segment.is_none()) json.text("SegmentId", to_hex(details.segment));
    json.text("Service", details.service);
    json.text("Name", details.name);
    json.moment("StartTime", details.start);
    json.seconds("Duration", details.duration);
    json.boolean("Inferred", details.is_inferred);
    json.begin_array("Attributes");
    for (const SpanDetails::Attribute& each : details.attributes) {
        json.begin_object();
        json.text("Name", path_text(each.path));
        write_value(json, each.value);
        json.end_object();
    }
    json.end_array();
    json.text("Document", details.document);
    json.end_object();
    return json.take();
}

}  // namespace

void answer_trace(const OwnContext& context, OwnCall call) {
    const std::string format = call.query.text("format").value_or("json");
    if (format != "json" && format != "binary")
        call.query.refuse_value("format", "must be json or binary");
    if (!is_accepted(call)) return;
    const std::string id = call.path_values[0];
    const bool is_binary = format == "binary";
    answer_from_worker(
        context, std::move(call),
        [&context, id, is_binary]() -> Result<std::string> {
            const TraceId trace = TRY(parse_trace_id(id));
            const auto columns = TRY(read_trace_columns(context.query(), trace));
            return is_binary ? to_bytes(columns) : to_json(columns);
        },
        is_binary ? "application/octet-stream" : "application/json");
}

void answer_span(const OwnContext& context, OwnCall call) {
    if (!is_accepted(call)) return;
    const std::vector<std::string> ids = call.path_values;
    answer_from_worker(context, std::move(call), [&context, ids]() -> Result<std::string> {
        const TraceId trace = TRY(parse_trace_id(ids[0]));
        const SpanId span = TRY(parse_span_id(ids[1]));
        const SpanDetails details = TRY(read_span_details(context.query(), trace, span));
        return to_json(details);
    });
}

}  // namespace tomograph
