#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <random>
#include <vector>

#include "wire/json/escapes.h"
#include "wire/json/json_index.h"
#include "wire/shred/round_trip.h"
#include "wire/shred/value_reader.h"

namespace tomograph {
namespace {

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
}

template <class Values>
const auto& one_of(Random& random, const Values& values) {
    return values[below(random, std::size(values))];
}

/// Documents as clients might write them, with all that is rare made frequent.
class DocumentMaker {
 public:
    explicit DocumentMaker(Random& random) : random_(random) {
        static constexpr std::string_view spaces[] = {"", "", "", " ", "\n  ", " \t\r\n"};
        before_key_ = one_of(random_, spaces);
        before_colon_ = one_of(random_, spaces);
        before_value_ = one_of(random_, spaces);
        before_comma_ = one_of(random_, spaces);
    }

    std::string document() {
        std::string text(before_key_);
        return text + entity(0) + std::string(before_comma_);
    }

 private:
    std::string entity(unsigned depth) {
        static constexpr std::string_view keys[] = {"id",    "name",        "trace_id", "parent_id",
                                                    "fault", "start_time",  "end_time", "user",
                                                    "http",  "annotations", "metadata", "x"};
        std::string members;
        for (const std::string_view key : keys) {
            if (below(random_, 3) == 0) continue;
            add(members, key, key >= "http" && below(random_, 2) == 0 ? object(1) : value(key));
        }
        if (depth < 5 && below(random_, 2) == 0) add(members, "subsegments", children(depth));
        if (below(random_, 2) == 0) add(members, "z", value("z"));
        return "{" + members + closing();
    }

    std::string children(unsigned depth) {
        const std::size_t count = below(random_, 4);
        std::string text = "[";
        if (below(random_, 50) == 0) text += " ";
        for (std::size_t i = 0; i < count; ++i) {
            if (i > 0) text += std::string(before_comma_) + ",";
            text += std::string(before_key_) + entity(depth + 1);
        }
        return text + std::string(before_comma_) + "]";
    }

    std::string object(unsigned depth) {
        std::string members;
        static constexpr std::string_view keys[] = {"a", "b.c", "d/e", "\\u0066", "g\\\"", ""};
        for (const std::string_view key : keys) {
            if (below(random_, 5) > 1) continue;
            add(members, key,
                depth < 10 && below(random_, 3) == 0 ? object(depth + 1) : value("a"));
        }
        if (below(random_, 100) == 0) add(members, "a", "1");
        return "{" + members + closing();
    }

    std::string value(std::string_view key) {
        static constexpr std::string_view values[] = {
            "0",
            "-1",
            "12.50",
            "1e5",
            "-0",
            "0.1234567890123456789",
            "98765432109876543210",
            "true",
            "false",
            "null",
            R"("")",
            R"("text")",
            R"("a\nb")",
            R"("\/")",
            R"("\u00e9")",
            "\"\xc3\xa9\xf0\x9f\x9a\x80 and more than sixteen bytes\"",
            R"(["a",{"b":[]}])",
            "[]",
            R"("\\")",
            R"("ends in a backslash \\")",
            R"("\"")",
            "1478293361.271123"};
        if (below(random_, 4) == 0) return std::string(one_of(random_, values));
        if (key == "id" || key == "parent_id")
            return fmt::format(R"("{:016x}")", below(random_, 1'000'000));
        if (key == "trace_id")
            return fmt::format(R"("1-{:08x}-{:024x}")", below(random_, 99), below(random_, 1'000));
        if (key.ends_with("_time"))
            return fmt::format("{}.{:06}", below(random_, 1'000'000), below(random_, 1'000'000));
        return fmt::format(R"("value {}")", below(random_, 100));
    }

    void add(std::string& members, std::string_view key, std::string_view text) {
        if (!members.empty()) members += std::string(before_comma_) + ",";
        members +=
            fmt::format("{}\"{}\"{}:{}{}", before_key_, key, before_colon_, before_value_, text);
    }

    std::string closing() const { return std::string(before_comma_) + "}"; }

    Random& random_;
    std::string_view before_key_;
    std::string_view before_colon_;
    std::string_view before_value_;
    std::string_view before_comma_;
};

bool is_json(std::string_view text) {
    JsonIndex index;
    auto json = index.read(text);
    if (!json) return false;
    json->skip();
    return json->at_end();
}

/// All scalars of a document as `row path value`, in its own spelling, read by the JsonCursor.
class ScalarReader {
 public:
    explicit ScalarReader(JsonCursor& json) : json_(json) {}

    std::multimap<std::string, std::string> scalars;

    void read_entity() {
        const std::size_t row = rows_++;
        read_object("", row, true);
    }

    void read_value(const std::string& path, std::size_t row) {
        if (json_.kind() == JsonKind::object && std::ranges::count(path, '\x1f') < 7)
            read_object(path, row, false);
        else
            scalars.emplace(fmt::format("{} {}", row, path), json_.take_raw());
    }

 private:
    void read_object(const std::string& outer, std::size_t row, bool is_entity) {
        json_.members([&](std::string_view key) {
            const bool is_subsegments = is_entity && key == "subsegments";
            std::string path = outer;
            if (!is_entity) path += path_separator;
            path += key;
            if (is_subsegments && json_.kind() == JsonKind::array) {
                json_.elements([&] { read_entity(); });
            } else {
                read_value(path, row);
            }
        });
    }

    JsonCursor& json_;
    std::size_t rows_ = 0;
};

std::multimap<std::string, std::string> scalars_of(std::string_view document) {
    JsonIndex index;
    auto json = index.read(document);
    REQUIRE(json);
    ScalarReader reader(*json);
    reader.read_entity();
    REQUIRE_FALSE(json->failed());
    return reader.scalars;
}

std::multimap<std::string, std::string> scalars_of(const Shredder& shredder,
                                                   const Shredded& shredded) {
    std::multimap<std::string, std::string> scalars;
    for (std::size_t row = 0; row < shredded.rows.size(); ++row) {
        shredded.each_value(shredder, row,
                            [&](std::uint32_t path, SlotKind kind, const ShreddedValue& value) {
                                if (kind == SlotKind::object) return;
                                std::string text;
                                REQUIRE(append_value(kind, value, text));
                                // An object that was kept whole counts by what is in it.
                                JsonIndex index;
                                auto json = index.read(text);
                                REQUIRE(json);
                                ScalarReader reader(*json);
                                reader.read_value(shredder.paths()[path], row);
                                scalars.merge(reader.scalars);
                            });
    }
    return scalars;
}

}  // namespace

TEST_CASE("made-up documents come back byte for byte, with the values that the JsonCursor reads") {
    Random random(20261125);
    Shredder shredder;
    int shredded_documents = 0;
    for (int i = 0; i < 1'000; ++i) {
        if (i % 20 == 0) shredder.reset();
        const std::string document = DocumentMaker(random).document();
        CAPTURE(document);
        REQUIRE(is_json(document));
        Shredded first;
        Shredder fresh;
        const bool is_shredded = shredder.shred(document, first.rows, first.values);
        if (is_shredded) CHECK(rebuilt(shredder, first) == document);
        Shredded alone;
        CHECK(is_shredded == fresh.shred(document, alone.rows, alone.values));
        if (!is_shredded) continue;
        CHECK(rebuilt(fresh, alone) == document);
        ++shredded_documents;
        CHECK(scalars_of(shredder, first) == scalars_of(document));
        // Whichever way it was read.
        CHECK(scalars_of(shredder, first) == scalars_of(fresh, alone));
        Shredded again;
        CHECK(shredder.shred(document, again.rows, again.values));
        CHECK(scalars_of(shredder, again) == scalars_of(document));
    }
    CHECK(shredded_documents > 700);
    CHECK(shredder.counters().matched >= shredder.counters().cut / 2);
}

TEST_CASE("objects taken apart by their members have the values that the JsonCursor reads") {
    Random random(20261126);
    Shredder shredder;
    Shredded shredded;
    for (const std::string_view path : {"http", "annotations", "metadata", "x"})
        for (std::size_t i = 0; i <= known_object_shapes_max; ++i)
            shredder.shred(fmt::format(R"({{"{}":{{"k{}":1,"l{}":2}}}})", path, i % 20, i / 20),
                           shredded.rows, shredded.values);
    CHECK(shredder.counters().objects_by_members == 4);
    int shredded_documents = 0;
    for (int i = 0; i < 1'000; ++i) {
        const std::string document = DocumentMaker(random).document();
        CAPTURE(document);
        const bool is_shredded = shredder.shred(document, shredded.rows, shredded.values);
        if (is_shredded) {
            ++shredded_documents;
            CHECK(rebuilt(shredder, shredded) == document);
            CHECK(scalars_of(shredder, shredded) == scalars_of(document));
        }
        CHECK(is_shredded == shredder.shred(document, shredded.rows, shredded.values));
        if (!is_shredded) continue;
        CHECK(rebuilt(shredder, shredded) == document);
        CHECK(scalars_of(shredder, shredded) == scalars_of(document));
    }
    CHECK(shredded_documents > 700);
    CHECK(shredder.objects().size() > 100);
}

TEST_CASE("changed documents come back byte for byte or are refused") {
    Random random(3);
    Shredder shredder;
    int json_documents = 0;
    for (int i = 0; i < 5'000; ++i) {
        if (i % 500 == 0) shredder.reset();
        DocumentMaker maker(random);
        std::string document = maker.document();
        round_trips(shredder, document);
        for (std::size_t changes = 1 + below(random, 3); changes > 0; --changes) {
            const std::size_t at = below(random, document.size());
            static constexpr std::string_view bytes = "{}[],:\"\\0123456789-.eE tfn\n\x01\x80";
            switch (below(random, 4)) {
                case 0:
                    document[at] = one_of(random, bytes);
                    break;
                case 1:
                    document.insert(at, 1, one_of(random, bytes));
                    break;
                case 2:
                    document.erase(at, 1 + below(random, 10));
                    break;
                default:
                    document.insert(at, document.substr(below(random, document.size()), 20));
            }
            if (document.empty()) document = "{}";
        }
        json_documents += is_json(document) ? 1 : 0;
        const bool first = round_trips(shredder, document);
        CHECK(round_trips(shredder, document) == first);
    }
    CHECK(json_documents > 500);
}

TEST_CASE("many bytes at a time find what a byte at a time finds") {
    Random random(5);
    for (int i = 0; i < 10'000; ++i) {
        std::string text(below(random, 70), 'x');
        for (char& c : text)
            c = one_of(
                random,
                std::string_view(
                    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\xa2\xdc\x1f\x7f\x80 \"\\"));
        const std::vector<char> bytes(text.begin(), text.end());
        const char* const end = bytes.data() + bytes.size();
        CHECK(find_string_stop(bytes.data(), end) == find_string_stop_bytewise(bytes.data(), end));
        std::string quoted;
        append_quoted(text, quoted);
        std::string printed;
        CHECK(append_value(SlotKind::text, {.text = text}, printed));
        CHECK(printed == quoted);
    }
}

TEST_CASE("escapes are kept as text exactly when append_quoted() gives them back") {
    Random random(7);
    int texts = 0;
    for (int i = 0; i < 10'000; ++i) {
        std::string raw;
        for (std::size_t pieces = below(random, 5); pieces > 0; --pieces) {
            static constexpr std::string_view piece[] = {
                "a",       "\\\"",    "\\\\",    "\\n",     "\\r",     "\\t",     "\\b",
                "\\/",     "\\u0000", "\\u001f", "\\u001F", "\\u000a", "\\u0020", "\\ud83d\\ude80",
                "\xc3\xa9"};
            raw += one_of(random, piece);
        }
        const std::string quoted = "\"" + raw + "\"";
        ValueReader reader;
        SlotKind kind = SlotKind::json;
        ShreddedValue value;
        const char* const end = quoted.data() + quoted.size();
        REQUIRE(reader.read(quoted.data(), end, MemberRole::other, false, kind, value) == end);
        std::string unescaped;
        REQUIRE(append_unescaped(raw, unescaped));
        std::string spelled;
        append_quoted(unescaped, spelled);
        CHECK((kind == SlotKind::text) == (spelled == quoted));
        CHECK(value.text == (kind == SlotKind::text ? unescaped : quoted));
        std::string printed;
        CHECK(append_value(kind, value, printed));
        CHECK(printed == quoted);
        texts += kind == SlotKind::text ? 1 : 0;
    }
    CHECK(texts > 1'000);
}

}  // namespace tomograph
