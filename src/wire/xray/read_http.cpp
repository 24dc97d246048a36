#include <optional>

#include "wire/xray/read_context.h"

namespace tomograph {
namespace {

constexpr std::int64_t status_max = 999;  ///< three digits, as HTTP has it

void read_request(ReadContext& context, SpanHttp& http, EntityFacts& facts) {
    context.json.members([&](std::string_view key) {
        if (key == "method") {
            http.method = read_text(context, text_characters_max);
        } else if (key == "url") {
            http.url = read_text(context, url_characters_max);
        } else if (key == "user_agent") {
            http.user_agent = read_text(context, text_characters_max);
        } else if (key == "client_ip") {
            http.client_ip = read_text(context, text_characters_max);
        } else if (key == "traced") {
            facts.is_http_traced = read_flag(context);
        } else {
            context.json.skip();
        }
    });
}

void read_response(ReadContext& context, SpanHttp& http) {
    context.json.members([&](std::string_view key) {
        if (key == "status") {
            const auto status = read_integer(context);
            http.status.reset();
            if (status && *status >= 0 && *status <= status_max) {
                http.status = static_cast<std::int32_t>(*status);
            }
        } else if (key == "content_length") {
            http.content_length = read_integer(context);
        } else {
            context.json.skip();
        }
    });
}

}  // namespace

void read_http(ReadContext& context, Span& span, EntityFacts& facts) {
    span.http = {};
    facts.is_http_traced = false;
    span.http.is_present = context.json.kind() == JsonKind::object;
    context.json.members([&](std::string_view key) {
        if (key == "request") {
            read_request(context, span.http, facts);
        } else if (key == "response") {
            read_response(context, span.http);
        } else {
            context.json.skip();
        }
    });
}

}  // namespace tomograph
