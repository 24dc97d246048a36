#include "wire/shred/shredder.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>

#include "wire/shred/limits.h"
#include "wire/shred/round_trip.h"

namespace tomograph {
namespace {

std::string described(SlotKind kind, const ShreddedValue& value) {
    switch (kind) {
        case SlotKind::text:
            return fmt::format("text <{}>", value.text);
        case SlotKind::name:
            return fmt::format("name <{}>", value.text);
        case SlotKind::json:
            return fmt::format("json {}", value.text);
        case SlotKind::number:
            return fmt::format("number {} / {}", value.mantissa, value.scale);
        case SlotKind::start_time:
            return fmt::format("start {} / {}", value.mantissa, value.scale);
        case SlotKind::end_time:
            return fmt::format("end {} / {}", value.mantissa, value.scale);
        case SlotKind::literal:
            return fmt::format("literal {}", value.mantissa);
        case SlotKind::object:
            return "object";
        default:
            return fmt::format("id {:x} {:x}", value.mantissa, value.low);
    }
}

/// Each slot of the rows as `row path kind value`, a line each; children last.
std::string dump(const Shredder& shredder, const Shredded& shredded) {
    std::string lines;
    for (std::size_t row = 0; row < shredded.rows.size(); ++row) {
        const Template& shape = shredder.template_at(shredded.rows[row].template_index);
        shredded.each_value(shredder, row,
                            [&](std::uint32_t path, SlotKind kind, const ShreddedValue& value) {
                                lines += fmt::format("{} {} ", row, dotted(shredder.paths()[path]));
                                lines += described(kind, value) + "\n";
                            });
        if (shape.children_slot >= 0)
            lines += fmt::format(
                "{} {} children {}\n", row,
                dotted(
                    shredder
                        .paths()[shape.slots[static_cast<std::size_t>(shape.children_slot)].path]),
                shredded.rows[row].children);
    }
    return lines;
}

std::string shredded_dump(Shredder& shredder, std::string_view document) {
    Shredded shredded;
    if (!shredder.shred(document, shredded.rows, shredded.values)) return "refused";
    CHECK(rebuilt(shredder, shredded) == document);
    return dump(shredder, shredded);
}

/// What a document becomes the first time and, by the templates that it left, the second.
std::string dump_twice(std::string_view document) {
    Shredder shredder;
    const std::string first = shredded_dump(shredder, document);
    const std::size_t templates = shredder.templates();
    const std::string second = shredded_dump(shredder, document);
    CHECK(first == second);
    CHECK(shredder.templates() == templates);
    return first;
}

}  // namespace

TEST_CASE("an entity becomes a row with a slot for each value") {
    CHECK(
        dump_twice(R"({"id":"70de5b6f19ff9a0a","name":"a","start_time":1478293361.271,)"
                   R"("end_time":1478293361.449,"trace_id":"1-581cf771-a006649127e371903a2de979",)"
                   R"("parent_id":"0000000000000001","http":{"request":{"url":"http://x/"},)"
                   R"("response":{"status":200}},"fault":false,"user":null,"throttle":true})") ==
        "0 id id 70de5b6f19ff9a0a 0\n"
        "0 name name <a>\n"
        "0 start_time start 1478293361271 / 3\n"
        "0 end_time end 1478293361449 / 3\n"
        "0 trace_id id 581cf771a0066491 27e371903a2de979\n"
        "0 parent_id id 1 0\n"
        "0 http.request.url text <http://x/>\n"
        "0 http.response.status number 200 / 0\n"
        "0 fault literal 0\n"
        "0 user literal 2\n"
        "0 throttle literal 1\n");
}

TEST_CASE("members of subsegments are relative to their entity") {
    CHECK(
        dump_twice(R"({"name":"a","subsegments":[{"name":"b","subsegments":[{"name":"c"}],"x":1},)"
                   R"({"name":"d"}],"y":2})") ==
        "0 name name <a>\n"
        "0 y number 2 / 0\n"
        "0 subsegments children 2\n"
        "1 name name <b>\n"
        "1 x number 1 / 0\n"
        "1 subsegments children 1\n"
        "2 name name <c>\n"
        "3 name name <d>\n");
}

TEST_CASE("the number of children is not part of the template") {
    Shredder shredder;
    CHECK(round_trips(shredder, R"({"subsegments":[{"name":"a"}]})"));
    CHECK(shredder.templates() == 2);
    CHECK(round_trips(shredder, R"({"subsegments":[{"name":"a"},{"name":"b"},{"name":"c"}]})"));
    CHECK(shredder.templates() == 2);
    CHECK(round_trips(shredder, "{\"subsegments\":[\n {\"name\":\"a\"},\n {\"name\":\"b\"}\n]}"));
    CHECK(shredder.templates() == 3);
}

TEST_CASE("a value is what its bytes allow") {
    const std::map<std::string, std::string> cases = {
        {"12", "number 12 / 0"},
        {"0", "number 0 / 0"},
        {"-0.50", "number -50 / 2"},
        {"1.0", "number 10 / 1"},
        {"0.0", "number 0 / 1"},
        {"0.000000000000000001", "number 1 / 18"},
        {"9223372036854775807", "number 9223372036854775807 / 0"},
        {"-9223372036854775807", "number -9223372036854775807 / 0"},
        {"0.0000000000000000001", "json 0.0000000000000000001"},
        {"9223372036854775808", "json 9223372036854775808"},
        {"-9223372036854775808", "json -9223372036854775808"},
        {"12345678901234567890", "json 12345678901234567890"},
        {"18446744073709551617", "json 18446744073709551617"},
        {"-0", "json -0"},
        {"-0.0", "json -0.0"},
        {"1e5", "json 1e5"},
        {"1.5E-3", "json 1.5E-3"},
        {R"("")", "text <>"},
        {R"("plain")", "text <plain>"},
        {R"("\"\\\n\r\t\u0001")", "text <\"\\\n\r\t\x01>"},
        {R"("a\/b")", R"(json "a\/b")"},
        {R"("\u0041")", R"(json "\u0041")"},
        {R"("\u000a")", R"(json "\u000a")"},
        {R"("\u001F")", R"(json "\u001F")"},
        {R"("\b")", R"(json "\b")"},
        {R"("long enough for \\ sixteen bytes")", R"(text <long enough for \ sixteen bytes>)"},
        {"\"\xc3\xa9 \xf0\x9f\x9a\x80\"", "text <\xc3\xa9 \xf0\x9f\x9a\x80>"},
        {"true", "literal 1"},
        {"false", "literal 0"},
        {"null", "literal 2"},
        {"[]", "json []"},
        {R"([1, "]", {"a":[2]}])", R"(json [1, "]", {"a":[2]}])"},
    };
    for (const auto& [value, line] : cases) {
        CAPTURE(value);
        CHECK(dump_twice(fmt::format(R"({{"x":{}}})", value)) == fmt::format("0 x {}\n", line));
    }
}

TEST_CASE("a member of the entity is its own kind only in its usual spelling") {
    const std::map<std::string, std::string> cases = {
        {R"("id":"70DE5B6F19FF9A0A")", "id text <70DE5B6F19FF9A0A>"},
        {R"("id":"0000000000000000")", "id text <0000000000000000>"},
        {R"("id":"70de5b6f19ff9a0")", "id text <70de5b6f19ff9a0>"},
        {R"("id":7)", "id number 7 / 0"},
        {R"("parent_id":"")", "parent_id text <>"},
        {R"("trace_id":"1-581cf771-a006649127e371903a2de97")",
         "trace_id text <1-581cf771-a006649127e371903a2de97>"},
        {R"("trace_id":"2-581cf771-a006649127e371903a2de979")",
         "trace_id text <2-581cf771-a006649127e371903a2de979>"},
        {R"("trace_id":"1-00000000-000000000000000000000000")",
         "trace_id text <1-00000000-000000000000000000000000>"},
        {R"("start_time":"1")", "start_time text <1>"},
        {R"("start_time":1.478293361271E9)", "start_time json 1.478293361271E9"},
        {R"("name":"a\nb")", "name name <a\nb>"},
        {R"("name":"a\/b")", R"(name json "a\/b")"},
        {R"("name":5)", "name number 5 / 0"},
        {R"("subsegments":null)", "subsegments literal 2"},
        {R"("aws":{"id":"70de5b6f19ff9a0a"})", "aws.id text <70de5b6f19ff9a0a>"},
        {R"("x":{"name":"n"})", "x.name text <n>"},
    };
    for (const auto& [member, line] : cases) {
        CAPTURE(member);
        CHECK(dump_twice("{" + member + "}") == fmt::format("0 {}\n", line));
    }
}

TEST_CASE("empty objects are text, and so is the space") {
    CHECK(dump_twice("{}") == "");
    CHECK(dump_twice(" \n{ \t}\r\n ") == "");
    CHECK(dump_twice(R"({"a":{},"b" : { } , "subsegments" : [ ] , "c":[ ]})") == "0 c json [ ]\n");
    CHECK(dump_twice("\n{\n  \"a\" :\t1 ,\n  \"b\": [ 1 ]\n}\n") ==
          "0 a number 1 / 0\n0 b json [ 1 ]\n");
}

TEST_CASE("keys keep their spelling, paths their meaning") {
    CHECK(dump_twice(R"({"annotations":{"a.b":1,"c\/d":2,"\u0065":3,"":4}})") ==
          "0 annotations.a.b number 1 / 0\n"
          "0 annotations.c/d number 2 / 0\n"
          "0 annotations.e number 3 / 0\n"
          "0 annotations. number 4 / 0\n");
}

TEST_CASE("what has no one place for each value is refused") {
    const char* documents[] = {
        R"({"a":1,"a":2})",
        R"({"a":1,"\u0061":2})",
        R"({"m":{"a":1,"a":2}})",
        R"({"subsegments":[],"subsegments":[]})",
        R"({"subsegments":{}})",
        R"({"subsegments":[{},null]})",
        R"({"subsegments":[1]})",
        R"({"subsegments":[{},{}, {}]})",
        R"({"a\u001fb":1})",
        R"({"m":{"a\u001fb":1}})",
        "",
        "[]",
        "{",
        R"({"a":)",
        R"({"a":1)",
        R"({"a":"b)",
        R"({"a":"b\)",
        R"({"a)",
        R"({"a":[)",
        R"({"a":tru})",
        R"({} {})",
    };
    for (const char* document : documents) {
        CAPTURE(document);
        CHECK(dump_twice(document) == "refused");
    }
}

TEST_CASE("an object too deep is one value") {
    const std::string deepest = R"({"1":{"2":{"3":{"4":{"5":{"6":{"7":{"8":1}}}}}}}})";
    CHECK(dump_twice(deepest) == "0 1.2.3.4.5.6.7.8 number 1 / 0\n");
    CHECK(dump_twice(R"({"0":)" + deepest + "}") == "0 0.1.2.3.4.5.6.7 json {\"8\":1}\n");
}

TEST_CASE("entities nest to the depth that JSON may have") {
    std::string document;
    for (unsigned depth = 1; depth <= entity_depth_max; ++depth) {
        document = depth == 1 ? R"({"name":"leaf"})"
                              : R"({"name":"n","subsegments":[{"name":"s"},)" + document +
                                    R"(,{"name":"t"}],"end_time":2.5})";
        CAPTURE(depth);
        Shredder shredder;
        CHECK(round_trips(shredder, document));
        CHECK(round_trips(shredder, document));
        CHECK(shredder.templates() <= 2);
    }
    Shredder shredder;
    CHECK_FALSE(round_trips(shredder, R"({"subsegments":[)" + document + "]}"));
}

TEST_CASE("an object whose keys explode is one value from then on") {
    Shredder shredder;
    for (int i = 0; i < 1'000; ++i) {
        CHECK(round_trips(
            shredder, fmt::format(R"({{"name":"n","metadata":{{"default":{{"k{}":1}}}}}})", i)));
    }
    // One with the form's slot, and one with the text's.
    CHECK(shredder.templates() == object_shapes_max + 2);
    CHECK(shredder.counters().objects_by_members == 1);
    CHECK(shredder.objects().size() == object_keys_max);
    CHECK(shredder.counters().has_room);
    CHECK_FALSE(shredder.counters().is_coarse);
    const std::string usual = R"({"name":"n","metadata":{"default":{"k0":1},"other":{"a":1}}})";
    CHECK(shredded_dump(shredder, usual) ==
          "0 name name <n>\n"
          "0 metadata.default json {\"k0\":1}\n"
          "0 metadata.other.a number 1 / 0\n");
}

TEST_CASE("an object whose keys come in many combinations is taken apart by its members") {
    Shredder shredder;
    const auto document = [](int i) {
        std::string members;
        for (int key = 0; key < 12; ++key)
            if ((i >> key & 1) != 0)
                members += fmt::format(R"({}"k{}":"v{}")", members.empty() ? "" : ",", key, i);
        return fmt::format(R"({{"name":"n","annotations":{{{}}},"user":"u"}})", members);
    };
    for (int i = 0; i < 1'500; ++i) CHECK(round_trips(shredder, document(i)));
    CHECK(shredder.counters().objects_by_members == 1);
    CHECK(shredder.counters().objects_kept_whole == 0);
    CHECK(shredder.templates() == known_object_shapes_max + 1);
    CHECK(shredder.objects().size() < 1'500);
    CHECK(shredder.objects().members().size() == 11);
    CHECK(shredder.paths().size() == 3 + 11);

    // By forms that were seen, the fast way; a new form is learnt once.
    const std::uint64_t matched = shredder.counters().matched;
    CHECK(shredded_dump(shredder, document(1'029)) ==
          "0 name name <n>\n0 annotations object\n0 annotations.k0 text <v1029>\n"
          "0 annotations.k2 text <v1029>\n0 annotations.k10 text <v1029>\n0 user text <u>\n");
    CHECK(shredder.counters().matched == matched + 1);
    CHECK(round_trips(shredder, document(4'095)));
    CHECK(round_trips(shredder, document(4'095)));
    CHECK(shredder.counters().matched == matched + 2);

    // What is inside is one value; what is no object is as everywhere.
    const auto dump_of = [&](std::string_view annotations) {
        return shredded_dump(shredder, fmt::format(R"({{"annotations":{}}})", annotations));
    };
    for (const int pass : {1, 2}) {
        CAPTURE(pass);
        CHECK(dump_of(R"({"k1":{"a":1},"k2":[1]})") ==
              "0 annotations object\n0 annotations.k1 json {\"a\":1}\n"
              "0 annotations.k2 json [1]\n");
        CHECK(dump_of(R"({ "k1" : true,\n"k2":-1.50 })") != "refused");
        CHECK(dump_of("{}") == "0 annotations object\n");
        CHECK(dump_of("{\n}") == "0 annotations object\n");
        CHECK(dump_of("null") == "0 annotations literal 2\n");
        // No literal holds a comma, so nothing may stand before it.
        CHECK(dump_of(R"({"k1":1 ,"k2":2})") == "0 annotations json {\"k1\":1 ,\"k2\":2}\n");
        CHECK(dump_of(R"({"k1":1,"k1":2})") == "refused");
        CHECK(dump_of(R"({"k1":1,"\u006b1":2})") == "refused");
        CHECK(dump_of(R"({"a\u001fb":1})") == "refused");
        CHECK(dump_of(R"({"k1":1)") == "refused");
    }
}

TEST_CASE("forms without end are kept as text") {
    Shredder shredder;
    std::uint32_t order = 1;
    for (std::size_t i = 0; i < known_object_shapes_max + object_forms_max + 1'000; ++i) {
        // Twenty keys, of which some are there.
        order = order * 1'664'525 + 1'013'904'223;
        std::string members;
        for (int key = 0; key < 20; ++key)
            if ((order >> (key + 8) & 1) != 0)
                members += fmt::format(R"({}"k{}":1)", members.empty() ? "" : ",", key);
        REQUIRE(round_trips(shredder, R"({"annotations":{)" + members + "}}"));
    }
    CHECK(shredder.objects().size() == object_forms_max);
    CHECK_FALSE(shredder.counters().has_room);
    const std::string last = R"({"annotations":{"k19":1,"k0":1}})";
    CHECK(shredded_dump(shredder, last) == "0 annotations json {\"k19\":1,\"k0\":1}\n");
}

TEST_CASE("an object with very many keys is kept whole") {
    std::string members;
    for (std::size_t i = 0; i <= object_keys_max; ++i) {
        members += fmt::format(R"({}"k{}":{})", i == 0 ? "" : ",", i, i);
    }
    Shredder shredder;
    Shredded shredded;
    const std::string document = R"({"metadata":{)" + members + "}}";
    CHECK(shredder.shred(document, shredded.rows, shredded.values));
    CHECK(shredded.values.size() == 1);
    CHECK(shredder.paths().size() == 1);
}

TEST_CASE("annotations vary more than made-up keys may") {
    Shredder shredder;
    for (int i = 0; i < 300; ++i) {
        CHECK(round_trips(shredder, fmt::format(R"({{"annotations":{{"k{}":1}}}})", i)));
    }
    CHECK(shredder.counters().objects_kept_whole == 0);
    CHECK(shredder.templates() == 300);
}

TEST_CASE("a full table cuts coarser, then refuses what is new") {
    Shredder shredder;
    bool is_refused = false;
    for (int i = 0; i < 3'000 && !is_refused; ++i) {
        is_refused = !round_trips(
            shredder, fmt::format(R"({{"name":"n","k{}":1,"metadata":{{"a":{{"b":2}}}}}})", i));
    }
    CHECK(is_refused);
    CHECK(shredder.counters().is_coarse);
    CHECK(shredder.paths().size() <= paths_max);
    CHECK(shredder.templates() <= templates_max);
    // Old templates still serve; metadata is whole now, whatever is in it.
    CHECK(round_trips(shredder, R"({"name":"n","metadata":{"c":{"d":2}}})"));
    CHECK(shredded_dump(shredder, R"({"name":"n","metadata":{"e":[]}})") ==
          "0 name name <n>\n0 metadata json {\"e\":[]}\n");

    shredder.reset();
    CHECK(shredder.templates() == 0);
    CHECK(shredder.paths().empty());
    CHECK_FALSE(shredder.counters().is_coarse);
    CHECK(round_trips(shredder, R"({"zzz":1})"));
}

TEST_CASE("what is remembered of objects without values is bounded too") {
    Shredder shredder;
    bool is_refused = false;
    for (int i = 0; i < 2'000 && !is_refused; ++i) {
        // Each object has few keys, but there are ever more objects.
        std::string members;
        for (int j = 0; j < 100; ++j) {
            members += fmt::format(R"({}"o{}":{{"p{}":{{"k{}":{{}}}}}})", j == 0 ? "" : ",", j,
                                   i % 40, i / 40);
        }
        is_refused = !round_trips(shredder, R"({"http":{)" + members + "}}");
    }
    CHECK(shredder.counters().is_coarse);
    CHECK(is_refused);
}

TEST_CASE("a document beyond the bounds is refused") {
    Shredder shredder;
    const std::string fill(shredded_document_bytes_max, 'x');
    CHECK_FALSE(round_trips(shredder, R"({"x":")" + fill + R"("})"));
    CHECK(round_trips(shredder, R"({"x":")" + fill.substr(8) + R"("})"));

    std::string many = R"({"k":0)";
    for (std::size_t i = 1; i < slots_per_template_max; ++i) many += fmt::format(",\"k{}\":1", i);
    CHECK(round_trips(shredder, many + "}"));
    CHECK_FALSE(round_trips(shredder, many + R"(,"one_more":1})"));
    CHECK_FALSE(round_trips(shredder, many + R"(,"subsegments":[{}]})"));

    const std::string long_key(template_bytes_max, 'k');
    CHECK_FALSE(round_trips(shredder, R"({"a":{")" + long_key + R"(":{}}})"));
    CHECK_FALSE(
        round_trips(shredder, R"({")" + long_key.substr(0, path_bytes_max + 1) + R"(":1})"));
    CHECK(round_trips(shredder, R"({")" + long_key.substr(0, path_bytes_max) + R"(":1})"));

    std::string rows = R"({"subsegments":[{})";
    for (std::size_t i = 2; i < shredded_rows_max; ++i) rows += ",{}";
    CHECK(round_trips(shredder, rows + "]}"));
    CHECK_FALSE(round_trips(shredder, rows + ",{}]}"));
    CHECK_FALSE(round_trips(shredder, rows + ",{}]}"));
}

}  // namespace tomograph
