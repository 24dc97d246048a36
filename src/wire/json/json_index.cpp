#include "wire/json/json_index.h"

#include <simdjson.h>

#include <algorithm>
#include <cstring>

namespace tomograph {

// Only simdjson's first stage is used: SIMD classification of the whole text. Its second stage
// (DOM) refuses integers beyond 64 bits and numbers beyond a double, which are JSON and occur in
// metadata; its On-Demand front does not check what it passes over. Stage 1 needs no padding behind
// the text.
struct JsonIndex::Impl {
    std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;
};

namespace {

constexpr std::size_t capacity_min = 4'096;
constexpr std::size_t stage_two_depth = 1;  // never used: stage 2 does not run

const char* sentence(simdjson::error_code code) {
    switch (code) {
        case simdjson::UTF8_ERROR:
            return "not UTF-8";
        case simdjson::UNCLOSED_STRING:
            return "a string is not closed";
        case simdjson::UNESCAPED_CHARS:
            return "a control character in a string";
        case simdjson::EMPTY:
            return "nothing but white space";
        case simdjson::MEMALLOC:
            return "out of memory";
        default:
            return simdjson::error_message(code);
    }
}

}  // namespace

JsonIndex::JsonIndex() : impl_(std::make_unique<Impl>()) {}
JsonIndex::~JsonIndex() = default;

Result<JsonCursor> JsonIndex::read(std::string_view text) {
    auto& parser = impl_->parser;
    if (text.size() >= simdjson::SIMDJSON_MAXSIZE_BYTES)
        return Error(ErrorCode::limit, "over 4 GiB");
    // Stage 1 writes its list before it looks whether the text was empty.
    if (text.empty()) return Error(ErrorCode::invalid, "nothing but white space");

    simdjson::error_code code = simdjson::SUCCESS;
    if (parser == nullptr) {
        code = simdjson::get_active_implementation()->create_dom_parser_implementation(
            std::max(text.size(), capacity_min), stage_two_depth, parser);
    } else if (parser->capacity() < text.size()) {
        code = parser->set_capacity(std::max(text.size(), 2 * parser->capacity()));
    }
    if (code != simdjson::SUCCESS) return Error(ErrorCode::limit, sentence(code));

    code = parser->stage1(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(),
                          simdjson::stage1_mode::regular);
    if (code != simdjson::SUCCESS) return Error(ErrorCode::invalid, sentence(code));

    const std::uint32_t count = parser->n_structural_indexes;
    parser->structural_indexes[count] = static_cast<std::uint32_t>(text.size());
    const bool has_backslash = std::memchr(text.data(), '\\', text.size()) != nullptr;
    return JsonCursor(text, {parser->structural_indexes.get(), count + 1}, has_backslash);
}

}  // namespace tomograph
