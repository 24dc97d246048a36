#include "wire/xray/attributes.h"

#include <fmt/format.h>

#include <doctest/doctest.h>
#include <algorithm>
#include <variant>

#include "wire/limits.h"

#include "wire/xray/segment_decoder.h"

namespace tomograph {
namespace {

constexpr std::string_view head =
    R"("trace_id":"1-6afd3c78-0123456789abcdef01234567","id":"00000000000000a1","name":"n",)"
    R"("start_time":1,"end_time":2)";

/// One line a value: `row path kind text`, keys joined by '/'.
std::string attributes_of(const std::string& json) {
    SegmentDecoder decoder;
    auto decoded = decoder.decode(json, std::nullopt);
    auto* segment = std::get_if<Segment>(&decoded);
    REQUIRE_MESSAGE(segment != nullptr, json);
    std::string lines;
    AttributeReader reader;
    const auto done = reader.visit(
        json, *segment, [&](std::uint32_t row, std::string_view path, const ScalarView& value) {
            std::string slashed(path);
            std::replace(slashed.begin(), slashed.end(), path_separator, '/');
            constexpr std::string_view kinds = "tnb";
            lines += fmt::format("{} {} {} {}\n", row, slashed,
                                 kinds[static_cast<std::size_t>(value.kind)], value.text);
        });
    REQUIRE_MESSAGE(done, json);
    return lines;
}

std::string with(std::string_view members) { return fmt::format("{{{},{}}}", head, members); }

TEST_CASE("values of a document come by row and path, as they were sent") {
    const struct {
        std::string_view members;
        std::string_view lines;
    } cases[] = {
        {R"("http":{"request":{"url":"/a","x":null},"response":{"status":200}})",
         "0 name t n\n0 http/request/url t /a\n0 http/response/status n 200\n"},
        {R"("annotations":{"n":1.50,"b":true,"t":"caf\u00e9 \"x\"","e":""})",
         "0 name t n\n0 annotations/n n 1.50\n0 annotations/b b true\n"
         "0 annotations/t t café \"x\"\n0 annotations/e t \n"},
        {R"("aws":{"table_names":["t","u",3,[false,{"k":1}]],"empty":[],"none":{}})",
         "0 name t n\n0 aws/table_names t t\n0 aws/table_names t u\n0 aws/table_names n 3\n"
         "0 aws/table_names b false\n0 aws/table_names/k n 1\n"},
        // Keys that could not be told apart from others are left out.
        {R"("metadata":{"":1,"a\u001fb":2,"a.b":3})", "0 name t n\n0 metadata/a.b n 3\n"},
        // The last of equal keys counts, at each level.
        {R"("user":"a","annotations":{"k":1,"k":2,"j":0},"user":"b","annotations":{"k":3})",
         "0 name t n\n0 user t b\n0 annotations/k n 3\n"},
    };
    for (const auto& each : cases) CHECK(attributes_of(with(each.members)) == each.lines);
}

TEST_CASE("values of embedded subsegments are of the rows that the decoder gives them") {
    const std::string_view sub = R"("start_time":1,"end_time":2)";
    const auto subsegment = [&](int id, std::string_view more) {
        return fmt::format(R"({{"id":"{:016x}","name":"s{}",{}{}}})", id, id, sub, more);
    };
    const std::string dropped = fmt::format(
        R"({{"name":"no id",{},"user":"x","subsegments":[{}]}})", sub, subsegment(9, ""));
    const std::string json = with(fmt::format(
        R"("subsegments":[{}],"subsegments":[{},17,{},{}],"user":"u")", subsegment(2, ""), dropped,
        subsegment(3, fmt::format(R"(,"user":"v","subsegments":[{}])", subsegment(4, ""))),
        subsegment(5, "")));
    CHECK(attributes_of(json) ==
          "0 name t n\n1 name t s3\n1 user t v\n2 name t s4\n3 name t s5\n0 user t u\n");
}

TEST_CASE("a path longer than its bound is no attribute, and a thousand equal keys are one") {
    const std::string longest(attribute_path_bytes_max - std::string_view("metadata/").size(), 'k');
    CHECK(attributes_of(with(fmt::format(R"("metadata":{{"{}":1,"{}x":2}})", longest, longest))) ==
          "0 name t n\n0 metadata/" + longest + " n 1\n");
    std::string many;
    for (int i = 0; i < 1000; ++i) many += fmt::format("\"k{}\":{},", i % 3, i);
    CHECK(attributes_of(with("\"annotations\":{" + many + "\"k0\":\"end\"}")) ==
          "0 name t n\n0 annotations/k1 n 997\n0 annotations/k2 n 998\n0 annotations/k0 t end\n");
}

TEST_CASE("rows of another document are refused") {
    SegmentDecoder decoder;
    auto decoded = decoder.decode(with(R"("user":"u")"), std::nullopt);
    auto* segment = std::get_if<Segment>(&decoded);
    REQUIRE(segment != nullptr);
    AttributeReader reader;
    const auto visit = [](std::uint32_t, std::string_view, const ScalarView&) {};
    CHECK_FALSE(reader.visit(" " + with(R"("user":"u")"), *segment, visit));
    CHECK_FALSE(reader.visit("{", *segment, visit));
}

}  // namespace
}  // namespace tomograph
