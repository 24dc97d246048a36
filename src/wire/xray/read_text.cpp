#include "wire/json/number.h"
#include "wire/json/utf8.h"
#include "wire/xray/read_context.h"

namespace tomograph {

std::string_view read_text(ReadContext& context, std::size_t characters_max) {
    std::string_view text;
    switch (context.json.kind()) {
        case JsonKind::string:
            text = context.json.take_string().text(context.scratch);
            break;
        case JsonKind::number:
            text = context.json.take_number();
            break;
        default:
            context.json.skip();
            return {};
    }
    return context.arena.copy(cut_characters(text, characters_max));
}

GivenText read_given(ReadContext& context) {
    GivenText given;
    switch (context.json.kind()) {
        case JsonKind::string: {
            const JsonString string = context.json.take_string();
            given.text = string.text(context.scratch);
            if (string.has_escapes) given.text = context.arena.copy(given.text);
            given.is_present = !given.text.empty();
            given.is_scalar = given.is_string = true;
            return given;
        }
        case JsonKind::number:
            given.text = context.json.take_number();
            given.is_present = given.is_scalar = true;
            return given;
        case JsonKind::null:
            context.json.skip();
            return given;
        default:
            context.json.skip();
            given.is_present = true;
            return given;
    }
}

bool read_flag(ReadContext& context) {
    if (context.json.kind() == JsonKind::boolean) return context.json.take_boolean();
    context.json.skip();
    return false;
}

std::optional<std::int64_t> read_integer(ReadContext& context) {
    const GivenText given = read_given(context);
    if (!given.is_scalar) return {};
    return parse_scaled_decimal(given.text, 0);
}

std::string_view read_single_text(ReadContext& context, std::size_t characters_max) {
    std::string_view only;
    std::size_t count = 0;
    context.json.elements([&] {
        if (++count > 1) return context.json.skip();
        only = read_text(context, characters_max);
    });
    return count == 1 ? only : std::string_view{};
}

}  // namespace tomograph
