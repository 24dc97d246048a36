#include "wire/xray/datagram.h"

#include <doctest/doctest.h>

#include <string>

namespace tomograph {
namespace {

std::string outcome(std::string_view datagram) {
    const auto split = split_datagram(datagram);
    if (const auto* drop = std::get_if<DatagramDrop>(&split)) return std::string(to_text(*drop));
    std::string text;
    for (const auto document : std::get<0>(split)) text += "<" + std::string(document) + ">";
    return text;
}

}  // namespace

TEST_CASE("the header line is read as the daemon reads it") {
    struct Case {
        std::string_view datagram;
        std::string_view outcome;
    };
    const Case cases[] = {
        {"{\"format\":\"json\",\"version\":1}\n{}", "<{}>"},
        {"{\"format\": \"json\", \"version\": 1}\n{}", "<{}>"},
        {"{\"format\":\"json\",\"version\":1}\r\n{}", "<{}>"},
        {"{\"format\":\"json\",\"version\":1}\n{}\n", "<{}>"},
        {"  { \"version\" : 1 , \"format\" : \"JSON\" } \n\n  {}", "<{}>"},
        {"{\"Format\":\"Json\",\"VERSION\":1,\"extra\":{\"a\":[1]}}\n{}", "<{}>"},
        {"{\"format\":\"json\",\"version\":2,\"version\":1}\n{}", "<{}>"},
        {"{\"format\":\"json\",\"version\":2}\n{}", "bad_header"},
        {"{\"format\":\"json\",\"version\":\"1\"}\n{}", "bad_header"},
        {"{\"format\":\"json\",\"version\":1.0}\n{}", "bad_header"},
        {"{\"format\":\"json\",\"version\":10}\n{}", "bad_header"},
        {"{\"format\":\"xml\",\"version\":1}\n{}", "bad_header"},
        {"{\"format\":1,\"version\":1}\n{}", "bad_header"},
        {"{\"format\":\"json\"}\n{}", "bad_header"},
        {"{\"version\":1}\n{}", "bad_header"},
        {"{}\n{}", "bad_header"},
        {"[]\n{}", "bad_header"},
        {"\"format\"\n{}", "bad_header"},
        {"{\"format\":\"json\",\"version\":1} x\n{}", "bad_header"},
        {"{\"format\":\"json\",\"version\":1\n{}", "bad_header"},
        {"{\"format\":\"json\xff\",\"version\":1}\n{}", "bad_header"},
        {"\n{}", "bad_header"},
        {"", "missing_header"},
        {"{", "missing_header"},
        {"\n", "missing_header"},
        {"{\"format\":\"json\",\"version\":1}", "missing_header"},
        {"{\"format\":\"json\",\"version\":1}\n", "missing_header"},
        {"{\"format\":\"json\",\"version\":1}\n \r\n", "missing_header"},
    };
    for (const Case& each : cases) {
        CAPTURE(each.datagram);
        CHECK(outcome(each.datagram) == each.outcome);
    }
    const std::string padding(2'000, ' ');
    CHECK(outcome("{\"format\":\"json\",\"version\":1" + padding + "}\n{}") == "bad_header");
}

TEST_CASE("documents stand one a line, in an array, or alone over several lines") {
    struct Case {
        std::string_view body;
        std::string_view outcome;
    };
    const Case cases[] = {
        {"{\"a\":1}", "<{\"a\":1}>"},
        {"{\"a\":1}\n{\"b\":2}\r\n\n{\"c\":3}\n", "<{\"a\":1}><{\"b\":2}\r><{\"c\":3}>"},
        {"{\n  \"a\": \"}\"\n}", "<{\n  \"a\": \"}\"\n}>"},
        {"{\n\"a\":1\n}\n{\n\"b\":2\n}", "<{\n\"a\":1\n}><{\n\"b\":2\n}>"},
        {"[{\"a\":1},{\"b\":2}]", "<{\"a\":1}><{\"b\":2}>"},
        {" [\n{\"a\":1}\n]\n", "<{\"a\":1}>"},
        {"[]", ""},
        {"[{\"a\":1}", "<[{\"a\":1}>"},
        {"{\"a\":1} x\n{\"b\":2}", "<{\"a\":1} x><{\"b\":2}>"},
        {"not json\n{\"b\":2}", "<not json><{\"b\":2}>"},
        {"{\"a\":1\n{\"b\":2}", "<{\"a\":1\n{\"b\":2}>"},
        {"}\n", "<}>"},
        {"T1SCgA=", "<T1SCgA=>"},
        {"T1UCgA=", "<T1UCgA=>"},
        {"M1CgA=", "<M1CgA=>"},
    };
    for (const Case& each : cases) {
        CAPTURE(each.body);
        CHECK(outcome("{\"format\":\"json\",\"version\":1}\n" + std::string(each.body)) ==
              each.outcome);
    }
}

}  // namespace tomograph
