#include <doctest/doctest.h>

#include <string>

#include "wire/limits.h"
#include "wire/xray/segment_dump.h"

namespace tomograph {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view id = R"("id":"70de5b6f19ff9a0a")";
constexpr std::string_view trace = R"("trace_id":"1-581cf771-a006649127e371903a2de979")";
constexpr std::string_view name = R"("name":"svc")";
constexpr std::string_view start = R"("start_time":1700000000)";
constexpr std::string_view end = R"("end_time":1700000001)";

std::string join(std::initializer_list<std::string_view> members) {
    std::string text = "{";
    for (const auto member : members) {
        if (text.size() > 1) text += ",";
        text += member;
    }
    return text + "}";
}

/// "MissingId", or "kept".
std::string verdict(std::string_view json,
                    const std::optional<AcceptanceWindow>& window = std::nullopt) {
    SegmentDecoder decoder;
    const auto decoded = decoder.decode(json, window);
    const auto* rejection = std::get_if<Rejection>(&decoded);
    return rejection == nullptr ? "kept" : std::string(to_text(rejection->code));
}

std::string padded(std::size_t bytes) {
    std::string json = join({id, trace, name, start, end, R"("metadata":{"m":")"sv});
    json.pop_back();
    const std::string_view tail = R"("}})";
    return json.append(bytes - json.size() - tail.size(), 'x').append(tail);
}

}  // namespace

TEST_CASE("each broken rule is answered by its code") {
    struct Case {
        std::string json;
        std::string_view code;
    };
    const Case cases[] = {
        {join({id, trace, name, start, end}), "kept"},
        {join({id, trace, name, start, R"("in_progress":true)"}), "kept"},
        {join({id, trace, name, start, end, R"("parent_id":"")"}), "kept"},
        {join({id, trace, name, start, end, R"("parent_id":null)"}), "kept"},
        {join({id, trace, name, start, end, R"("parent_id":"70de5b6f19ff9a0a")"}), "kept"},
        {join({id, trace, name, start, end,
               R"("type":"subsegment","parent_id":"00000000000000aa")"}),
         "kept"},
        {"", "ParseError"},
        {"null", "ParseError"},
        {"[]", "ParseError"},
        {"\"x\"", "ParseError"},
        {"7", "ParseError"},
        {"\xef\xbb\xbf" + join({id, trace, name, start, end}), "ParseError"},
        {join({id, trace, name, start, end}) + "x", "ParseError"},
        {join({id, trace, name, start, end}) + "{}", "ParseError"},
        {join({id, trace, name, start, R"("end_time":NaN)"}), "ParseError"},
        {"{}", "MissingId"},
        {join({trace, name, start, end}), "MissingId"},
        {join({R"("id":null)", trace, name, start, end}), "MissingId"},
        {join({R"("id":"")", trace, name, start, end}), "MissingId"},
        {join({R"("id":5)", trace, name, start, end}), "InvalidId"},
        {join({R"("id":1111111111111111)", trace, name, start, end}), "InvalidId"},
        {join({R"("id":["70de5b6f19ff9a0a"])", trace, name, start, end}), "InvalidId"},
        {join({R"("id":"70de5b6f19ff9a0")", trace, name, start, end}), "InvalidId"},
        {join({R"("id":"70de5b6f19ff9a0g")", trace, name, start, end}), "InvalidId"},
        {join({R"("id":"0000000000000000")", trace, name, start, end}), "InvalidId"},
        {join({id, name, start, end}), "MissingTraceId"},
        {join({id, R"("trace_id":"1-581cf771-a006649127e371903a2de97")", name, start, end}),
         "InvalidTraceId"},
        {join({id, R"("trace_id":"1-581cf77z-a006649127e371903a2de979")", name, start, end}),
         "InvalidTraceId"},
        {join({id, R"("trace_id":"2-581cf771-a006649127e371903a2de979")", name, start, end}),
         "InvalidTraceId"},
        {join({id, R"("trace_id":"1-00000000-000000000000000000000000")", name, start, end}),
         "InvalidTraceId"},
        {join({id, R"("trace_id":")" + std::string(60'000, 'a') + "\"", name, start, end}),
         "InvalidTraceId"},
        {join({id, R"("trace_id":{})", name, start, end}), "InvalidTraceId"},
        {join({id, trace, start, end}), "MissingName"},
        {join({id, trace, R"("name":"")", start, end}), "MissingName"},
        {join({id, trace, R"("name":"?!")", start, end}), "InvalidName"},
        {join({id, trace, R"("name":" \t")", start, end}), "InvalidName"},
        {join({id, trace, R"("name":7)", start, end}), "InvalidName"},
        {join({id, trace, name, end}), "MissingStartTime"},
        {join({id, trace, name, R"("start_time":null)", end}), "MissingStartTime"},
        {join({id, trace, name, R"("start_time":"")", end}), "MissingStartTime"},
        {join({id, trace, name, R"("start_time":true)", end}), "InvalidStartTime"},
        {join({id, trace, name, R"("start_time":"NaN")", end}), "InvalidStartTime"},
        {join({id, trace, name, R"("start_time":1e999)", end}), "InvalidStartTime"},
        {join({id, trace, name, R"("start_time":1700000000000)", end}), "InvalidStartTime"},
        {join({id, trace, name, R"("start_time":1)" + std::string(50'000, '0'), end}),
         "InvalidStartTime"},
        {join({id, trace, name, start}), "MissingEndTime"},
        {join({id, trace, name, start, R"("in_progress":false)"}), "MissingEndTime"},
        {join({id, trace, name, start, R"("in_progress":"true")"}), "MissingEndTime"},
        {join({id, trace, name, start, R"("end_time":null)"}), "MissingEndTime"},
        {join({id, trace, name, start, R"("end_time":"later")"}), "InvalidEndTime"},
        {join({id, trace, name, start, R"("end_time":1e300)"}), "InvalidEndTime"},
        {join({id, trace, name, start, R"("end_time":1702592001)"}), "InvalidEndTime"},
        {join({id, trace, name, start, R"("end_time":1702592000)"}), "kept"},
        {join({id, trace, name, start, end, R"("type":"subsegment")"}), "MissingParentId"},
        {join({id, trace, name, start, end, R"("type":"subsegment","parent_id":"")"}),
         "MissingParentId"},
        {join({id, trace, name, start, end, R"("type":"subsegment","parent_id":"1")"}),
         "InvalidParentId"},
        {join({id, trace, name, start, end, R"("parent_id":7)"}), "InvalidParentId"},
    };
    for (const Case& each : cases) {
        CAPTURE(each.json.substr(0, 300));
        CHECK(verdict(each.json) == each.code);
    }
}

TEST_CASE("the first rule broken is the one reported: id, trace id, name, start, end, parent") {
    const std::string_view bad[] = {R"("id":"x")",       R"("trace_id":"x")",
                                    R"("name":"?")",     R"("start_time":"x")",
                                    R"("end_time":"x")", R"("parent_id":"x")"};
    const std::string_view good[] = {id, trace, name, start, end};
    const std::string_view codes[] = {"InvalidId",        "InvalidTraceId", "InvalidName",
                                      "InvalidStartTime", "InvalidEndTime", "InvalidParentId"};
    for (std::size_t first = 0; first < std::size(bad); ++first) {
        std::string json = "{";
        // Bad ones stand in front in the text: only the order of the rules counts.
        for (std::size_t i = std::size(bad); i-- > first;) json += std::string(bad[i]) + ",";
        for (std::size_t i = 0; i < first; ++i) json += std::string(good[i]) + ",";
        json.back() = '}';
        CHECK(verdict(json) == codes[first]);
    }
}

TEST_CASE("a rejection says the id as sent, the code and why") {
    SegmentDecoder decoder;
    CHECK(dump(decoder.decode(join({id, name, start, end}), {})) ==
          "rejected MissingTraceId\nid 70de5b6f19ff9a0a\n"
          "Invalid segment. ErrorCode: MissingTraceId, Cause: trace_id is missing\n");
    CHECK(dump(decoder.decode(R"({"id":"1\u00e9"})", {})) ==
          "rejected InvalidId\nid 1é\nInvalid segment. ErrorCode: InvalidId, Cause: id must be 16 "
          "hexadecimal digits in quotes, not all of them 0\n");
    CHECK(dump(decoder.decode("{\"a\":}", {})) ==
          "rejected ParseError\nid -\nInvalid segment. ErrorCode: ParseError, Cause: byte 5: "
          "expected a "
          "value\n");
    CHECK(dump(decoder.decode(join({id, trace, R"("type":"subsegment")"}), {})) ==
          "rejected MissingName\nid 70de5b6f19ff9a0a\n"
          "Invalid subsegment. ErrorCode: MissingName, Cause: name is missing\n");
    CHECK(dump(decoder.decode(padded(segment_bytes_max + 1), AcceptanceWindow())) ==
          "rejected SegmentTooLarge\nid -\nInvalid segment. ErrorCode: SegmentTooLarge, Cause: the "
          "document "
          "has 65537 bytes, and at most 65536 are accepted\n");
    const auto long_id = decoder.decode(R"({"id":")" + std::string(10'000, '1') + "\"}", {});
    CHECK(std::get<Rejection>(long_id).id == std::string(rejected_id_characters_max, '1'));
}

TEST_CASE("64 KiB are accepted, one byte more is not; what was accepted before may be larger") {
    const auto any_time = AcceptanceWindow{
        .now = {}, .past_max = Duration::days(36'500), .future_max = Duration::days(36'500)};
    CHECK(verdict(padded(segment_bytes_max), any_time) == "kept");
    CHECK(verdict(padded(segment_bytes_max + 1), any_time) == "SegmentTooLarge");
    CHECK(verdict(padded(document_bytes_max)) == "kept");
    CHECK(verdict(padded(document_bytes_max + 1)) == "SegmentTooLarge");
    CHECK(verdict(std::string(1'000'000, '{')) == "SegmentTooLarge");
}

TEST_CASE("hostile texts are refused at once and nothing else happens") {
    std::string keys = "{";
    for (int i = 0; i < 6'000; ++i) keys += R"("id":"x",)";
    std::string embedded = R"({"subsegments":[)";
    for (int i = 0; i < 3'000; ++i) embedded += R"({"subsegments":[)";
    const std::string blanks(segment_bytes_max, ' ');
    const std::pair<std::string, std::string_view> cases[] = {
        {std::string(65'536, '['), "ParseError"},
        {std::string(65'536, '{'), "ParseError"},
        {embedded, "ParseError"},
        {blanks, "ParseError"},
        {keys + R"("id":"y"})", "InvalidId"},
        {join({id, trace, name, start, end, R"("metadata":"\ud83d")"}), "ParseError"},
        {join({id, trace, name, start, end, "\"metadata\":\"\xc0\x80\""}), "ParseError"},
        {join({id, trace, name, start, end, "\"metadata\":\"\xff\""}), "ParseError"},
        {std::string(join({id, trace, name, start, end})) + '\0', "ParseError"},
        {join({id, trace, name, start, end, R"("user":1)" + std::string(60'000, '0')}), "kept"},
        {join({id, trace, name, start, end,
               R"("http":{"response":{"status":1e99999,"content_length":-1e5}})"}),
         "kept"},
    };
    for (const auto& [json, code] : cases) {
        CAPTURE(json.substr(0, 100));
        CHECK(verdict(json) == code);
    }
}

}  // namespace tomograph
