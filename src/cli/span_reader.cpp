#include "cli/span_reader.h"

#include <cmath>
#include <utility>

#include "cli/json.h"

namespace tomograph::cli {
namespace {

/// Epoch seconds with a fraction; microseconds are what a double holds of it.
Instant read_time(Json value) {
    const double seconds = value.number();
    if (!(seconds > 0) || seconds > 9e9) return {};
    return Instant{std::llround(seconds * 1e6) * 1000};
}

std::string read_resource(Json aws) {
    for (const std::string_view name :
         {"table_name", "queue_url", "bucket_name", "topic_arn", "function_name", "queue_name"})
        if (aws[name].is_text()) return std::string(aws[name].text());
    const Json names = aws["resource_names"];
    return names.size() == 1 ? std::string(names.at(0).text()) : std::string();
}

std::string read_exception(Json cause) {
    const Json first = cause["exceptions"].at(0);
    std::string type(first["type"].text());
    const std::string_view message = first["message"].text();
    if (type.empty()) return std::string(message);
    return message.empty() ? type : type.append(": ").append(message);
}

SpanNode read_span(Json entity, bool is_embedded) {
    SpanNode span;
    span.id = entity["id"].text();
    span.parent_id = entity["parent_id"].text();
    span.name = entity["name"].text();
    span.name_space = entity["namespace"].text();
    span.origin = entity["origin"].text();
    const Json http = entity["http"];
    span.method = http["request"]["method"].text();
    span.url = http["request"]["url"].text();
    const double status = http["response"]["status"].number();
    if (status >= 100 && status <= 999) span.http_status = static_cast<int>(status);
    span.aws_operation = entity["aws"]["operation"].text();
    span.aws_resource = read_resource(entity["aws"]);
    span.sql = entity["sql"]["sanitized_query"].text();
    span.exception = read_exception(entity["cause"]);
    span.flags.error = entity["error"].boolean() || (status >= 400 && status < 500);
    span.flags.fault = entity["fault"].boolean() || (status >= 500 && status < 600);
    span.flags.throttle = entity["throttle"].boolean() || status == 429;
    span.flags.in_progress = entity["in_progress"].boolean() || !entity["end_time"];
    span.is_segment = !is_embedded && entity["type"].text() != "subsegment";
    span.is_inferred = entity["inferred"].boolean();
    span.start = read_time(entity["start_time"]);
    span.end = std::max(span.start, read_time(entity["end_time"]));
    return span;
}

}  // namespace

Result<void> read_spans(std::string_view document, std::vector<SpanNode>& nodes) {
    const JsonDocument parsed = TRY(JsonDocument::parse(document));
    const Json root = parsed.root();
    if (root["id"].text().empty() || !root["start_time"].is_number())
        return Error(ErrorCode::invalid, "a document without id or start_time");
    struct Pending {
        Json entity;
        std::size_t parent;
    };
    std::vector<Pending> pending = {{root, no_span}};
    while (!pending.empty()) {
        const Pending next = pending.back();
        pending.pop_back();
        SpanNode span = read_span(next.entity, next.parent != no_span);
        span.parent = next.parent;
        const std::size_t index = nodes.size();
        nodes.push_back(std::move(span));
        const Json children = next.entity["subsegments"];
        for (std::size_t i = children.size(); i > 0; --i)
            if (children.at(i - 1)["start_time"].is_number())
                pending.push_back({children.at(i - 1), index});
    }
    return {};
}

}  // namespace tomograph::cli
