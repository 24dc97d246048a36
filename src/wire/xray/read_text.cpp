#include "wire/json/number.h"
#include "wire/json/utf8.h"
#include "wire/xray/read_context.h"

namespace tomograph {

std::string_view read_text(ReadContext& context, std::size_t characters_max) {
    std::string_view text;
    switch (context.json.kind()) {
        case JsonKind::string:
            text = context.json.take_string(context.scratch);
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

void read_given(ReadContext& context, GivenText& given) {
    given = {};
    const JsonKind kind = context.json.kind();
    if (kind == JsonKind::string) {
        std::string_view text = context.json.take_string(context.scratch);
        if (text.data() == context.scratch.data()) text = context.arena.copy(text);
        given.is_present = !text.empty();
        given.is_scalar = given.is_string = true;
        given.text = text;
    } else if (kind == JsonKind::number) {
        given.is_present = given.is_scalar = true;
        given.text = context.json.take_number();
    } else {
        given.is_present = kind != JsonKind::null;
        context.json.skip();
    }
}

bool read_flag(ReadContext& context) {
    if (context.json.kind() == JsonKind::boolean) return context.json.take_boolean();
    context.json.skip();
    return false;
}

std::optional<std::int64_t> read_integer(ReadContext& context) {
    GivenText given;
    read_given(context, given);
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
