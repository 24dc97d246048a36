#include "wire/shred/rebuild.h"

#include <doctest/doctest.h>

#include "wire/shred/round_trip.h"

namespace tomograph {
namespace {

const Template leaf = {.text = "{}"};
const Template parent = {.text = "{[]}",
                         .slots = {{.kind = SlotKind::children, .path = 0, .literal_end = 2}},
                         .separators = {.open = " ", .between = ", ", .close = "\n"},
                         .children_slot = 0};
const Template text = {.text = "{}",
                       .slots = {{.kind = SlotKind::text, .path = 0, .literal_end = 1}}};

/// Form 0: {"a":□, "b":□ }.
const ObjectForms objects = [] {
    ObjectForms made;
    const std::uint32_t list[] = {
        made.add_member({.kind = SlotKind::text, .path = 0, .literal = "\"a\":"}),
        made.add_member({.kind = SlotKind::number, .path = 0, .literal = " \"b\":"})};
    made.add_form(list, made.add_close(" "));
    return made;
}();
const Template with_object = {
    .text = "{}", .slots = {{.kind = SlotKind::object, .path = 0, .literal_end = 1}}, .objects = 1};

/// The document, or the error's message.
std::string rebuilt_rows(const std::vector<RebuildRow>& rows, const ShreddedValue& every_value = {},
                         bool has_values = true) {
    std::string out;
    const auto written = rebuild(
        rows, objects,
        [&](std::uint32_t, std::uint32_t, ShreddedValue& value) {
            value = every_value;
            return has_values;
        },
        out);
    if (written) return out;
    CHECK(written.error().code() == ErrorCode::corrupt);
    return written.error().message();
}

std::string printed(SlotKind kind, const ShreddedValue& value) {
    std::string out;
    CHECK(append_value(kind, value, out));
    return out;
}

}  // namespace

TEST_CASE("rows are put together around their children") {
    CHECK(rebuilt_rows({{&leaf, 0}}) == "{}");
    CHECK(rebuilt_rows({{&parent, 2}, {&parent, 1}, {&leaf, 0}, {&leaf, 0}}) ==
          "{[ {[ {}\n]}, {}\n]}");
}

TEST_CASE("an object is put together by the members of its form") {
    CHECK(rebuilt_rows({{&with_object, 0}}, {.text = "x"}) == R"({{"a":"x", "b":0 }})");
    CHECK(rebuilt_rows({{&with_object, 0}}, {.mantissa = 1}).ends_with("an object has no form"));
}

TEST_CASE("rows that are no tree are damage") {
    CHECK(rebuilt_rows({}) == "rebuild a document of 0 rows: no rows");
    const std::vector<RebuildRow> broken[] = {
        {{&leaf, 0}, {&leaf, 0}},
        {{&parent, 2}, {&leaf, 0}},
        {{&parent, 1}, {&leaf, 0}, {&leaf, 0}},
        {{&parent, 1}, {&parent, 0}},
        {{&parent, 1}, {&leaf, 1}},
    };
    for (const auto& rows : broken) {
        CHECK(rebuilt_rows(rows).ends_with("the rows are no tree"));
    }
    std::vector<RebuildRow> deep(entity_depth_max, {&parent, 1});
    deep.push_back({&leaf, 0});
    CHECK(rebuilt_rows(deep).ends_with("the rows are no tree"));
}

TEST_CASE("a document of any size is not built") {
    const std::string large(shredded_document_bytes_max - 4, 'x');
    CHECK(rebuilt_rows({{&text, 0}}, {.text = large}).size() == shredded_document_bytes_max);
    CHECK(rebuilt_rows({{&text, 0}}, {.text = large + "x"}).ends_with("too large"));
}

TEST_CASE("a value that is missing or impossible is damage") {
    CHECK(rebuilt_rows({{&text, 0}}, {}, false).ends_with("a value is missing"));
    std::string out;
    CHECK_FALSE(append_value(SlotKind::number, {.scale = 19}, out));
    CHECK_FALSE(append_value(SlotKind::literal, {.mantissa = 3}, out));
    CHECK_FALSE(append_value(SlotKind::children, {}, out));
}

TEST_CASE("values are printed as documents spell them") {
    CHECK(printed(SlotKind::number, {.mantissa = -5, .scale = 2}) == "-0.05");
    CHECK(printed(SlotKind::number, {.mantissa = 1, .scale = 18}) == "0.000000000000000001");
    CHECK(printed(SlotKind::number, {.mantissa = INT64_MIN, .scale = 18}) ==
          "-9.223372036854775808");
    CHECK(printed(SlotKind::number, {.mantissa = 100, .scale = 2}) == "1.00");
    CHECK(printed(SlotKind::start_time, {.mantissa = 1478293361271, .scale = 3}) ==
          "1478293361.271");
    CHECK(printed(SlotKind::span_id, {.mantissa = -1}) == R"("ffffffffffffffff")");
    CHECK(printed(SlotKind::trace_id, {.mantissa = 0x0000000200000003, .low = 4}) ==
          R"("1-00000002-000000030000000000000004")");
    CHECK(printed(SlotKind::text, {}) == R"("")");
    CHECK(printed(SlotKind::text, {.text = "a\"b\\\x1f"}) == R"("a\"b\\\u001f")");
}

}  // namespace tomograph
