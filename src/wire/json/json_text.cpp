#include "wire/json/json_text.h"

#include <fmt/format.h>

#include "wire/json/escapes.h"

namespace tomograph {

void JsonText::element(std::string_view value) {
    separate();
    append_quoted(value, out_);
}

void JsonText::text(std::string_view key, std::string_view value) {
    write_key(key);
    append_quoted(value, out_);
}

void JsonText::integer(std::string_view key, std::int64_t value) {
    write_key(key);
    fmt::format_to(std::back_inserter(out_), "{}", value);
}

void JsonText::boolean(std::string_view key, bool value) {
    write_key(key);
    out_ += value ? "true" : "false";
}

void JsonText::raw(std::string_view key, std::string_view json) {
    write_key(key);
    out_ += json;
}

void JsonText::write_key(std::string_view key) {
    separate();
    append_quoted(key, out_);
    out_ += ':';
}

}  // namespace tomograph
