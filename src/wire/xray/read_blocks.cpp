#include "wire/xray/read_context.h"

// The small blocks: sql, service, links.

namespace tomograph {
namespace {

std::optional<SpanLink> read_link(ReadContext& context) {
    GivenText trace_id, id;
    context.json.members([&](std::string_view key) {
        if (key == "trace_id") {
            read_given(context, trace_id);
        } else if (key == "id") {
            read_given(context, id);
        } else {
            context.json.skip();
        }
    });
    const auto trace = parse_trace_id(trace_id.text);
    const auto span = parse_span_id(id.text);
    if (!trace || !span) return {};
    return SpanLink{*trace, *span};
}

}  // namespace

void read_sql(ReadContext& context, Span& span) {
    span.has_sql = context.json.kind() == JsonKind::object;
    span.database_type = {};
    context.json.members([&](std::string_view key) {
        if (key == "database_type") {
            span.database_type = read_text(context, text_characters_max);
        } else {
            context.json.skip();
        }
    });
}

void read_service(ReadContext& context, Span& span) {
    span.service_version = {};
    context.json.members([&](std::string_view key) {
        if (key == "version") {
            span.service_version = read_text(context, text_characters_max);
        } else {
            context.json.skip();
        }
    });
}

void read_links(ReadContext& context, Span& span, EntityFacts& facts) {
    span.links.clear();
    facts.links_dropped = 0;
    context.json.elements([&] {
        if (const auto link = read_link(context)) {
            span.links.push_back(*link);
        } else {
            ++facts.links_dropped;
        }
    });
}

}  // namespace tomograph
