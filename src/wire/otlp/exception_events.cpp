#include "wire/otlp/exception_events.h"

#include "wire/otlp/json_values.h"

namespace tomograph {
namespace {

/// "\n\tat label(path:line)"; what a frame lacks is left out.
std::string take_frame(JsonCursor& json) {
    std::string label;
    std::string path;
    std::string line;
    json.members([&](std::string_view key) {
        std::string* to = nullptr;
        if (key == "label") to = &label;
        if (key == "path") to = &path;
        if (key == "line") to = &line;
        auto text = take_text(json);
        if (to != nullptr && text) *to = *std::move(text);
    });
    std::string frame = "\n\tat " + label + "(" + path;
    if (!line.empty() && line != "0") frame += ":" + line;
    return frame + ")";
}

void take_exception(JsonCursor& json, OtlpSpan& span) {
    OtlpEvent event;
    event.time = span.end.value_or(span.start);
    event.name = "exception";
    std::string type;
    std::string message;
    std::string frames;
    json.members([&](std::string_view key) {
        if (key == "type" || key == "message") {
            std::string& kept = key == "type" ? type : message;
            const std::string name = "exception." + std::string(key);
            if (auto text = take_text(json)) {
                kept = *text;
                set_attribute(event.attributes, name, *std::move(text));
            }
        } else if (key == "stack") {
            json.elements([&] { frames += take_frame(json); });
        } else {
            const MemberNames names = {{"id", "aws.xray.exception.id"},
                                       {"remote", "aws.xray.exception.remote"},
                                       {"truncated", "aws.xray.exception.truncated"},
                                       {"skipped", "aws.xray.exception.skipped"},
                                       {"cause", "aws.xray.exception.cause"}};
            take_attribute(json, event.attributes, attribute_of(names, key));
        }
    });
    if (!frames.empty()) {
        const std::string head = message.empty() ? type : type + ": " + message;
        set_attribute(event.attributes, "exception.stacktrace", head + frames);
    }
    span.events.push_back(std::move(event));
}

}  // namespace

bool take_cause(JsonCursor& json, OtlpSpan& span) {
    if (json.kind() == JsonKind::string) {
        span.status_message = take_text(json).value_or("");
        return true;
    }
    if (json.kind() != JsonKind::object) {
        json.skip();
        return false;
    }
    json.members([&](std::string_view key) {
        if (key != "exceptions") return json.skip();
        json.elements([&] { take_exception(json, span); });
    });
    return true;
}

}  // namespace tomograph
