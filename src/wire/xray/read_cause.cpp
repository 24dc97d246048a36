#include "wire/xray/read_context.h"

namespace tomograph {
namespace {

SpanException read_exception(ReadContext& context) {
    SpanException exception;
    context.json.members([&](std::string_view key) {
        if (key == "id") {
            exception.id = read_text(context, text_characters_max);
        } else if (key == "type") {
            exception.type = read_text(context, text_characters_max);
        } else if (key == "message") {
            exception.message = read_text(context, exception_message_characters_max);
        } else if (key == "cause") {
            exception.cause = read_text(context, text_characters_max);
        } else if (key == "remote") {
            exception.remote = read_flag(context);
        } else {
            context.json.skip();
        }
    });
    return exception;
}

bool says_something(const SpanException& exception) {
    return !exception.id.empty() || !exception.type.empty() || !exception.message.empty();
}

/// The object form: exceptions of its own, or (Node) the id of one recorded elsewhere, or a bare
/// message.
void read_cause_object(ReadContext& context, Span& span) {
    std::string_view message;
    context.json.members([&](std::string_view key) {
        if (key == "exceptions") {
            span.exceptions.clear();
            context.json.elements([&] {
                const SpanException exception = read_exception(context);
                if (says_something(exception)) span.exceptions.push_back(exception);
            });
        } else if (key == "id") {
            span.cause_id = read_text(context, text_characters_max);
        } else if (key == "message") {
            message = read_text(context, exception_message_characters_max);
        } else {
            context.json.skip();
        }
    });
    if (span.exceptions.empty() && !message.empty()) {
        span.exceptions.emplace_back().message = message;
    }
}

}  // namespace

void read_cause(ReadContext& context, Span& span) {
    span.exceptions.clear();
    span.cause_id = {};
    if (context.json.kind() == JsonKind::string) {
        span.cause_id = read_text(context, text_characters_max);
    } else {
        read_cause_object(context, span);
    }
}

}  // namespace tomograph
