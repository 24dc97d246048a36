#include "wire/shred/template_dictionary.h"

#include <doctest/doctest.h>

#include "base/bytes.h"
#include "wire/shred/round_trip.h"

namespace tomograph {
namespace {

constexpr std::string_view document =
    R"({"id":"70de5b6f19ff9a0a","name":"a","http":{"response":{"status":200}},)"
    "\"subsegments\":[\n  {\"name\":\"b\",\"http\":{}},\n  {\"id\":1,\"name\":\"b\",\"x\":[]}\n "
    "]}\n";

TemplateDictionary dictionary_of(std::string_view text) {
    Shredder shredder;
    Shredded shredded;
    REQUIRE(shredder.shred(text, shredded.rows, shredded.values));
    DictionaryBuilder builder;
    for (const ShreddedRow& row : shredded.rows) {
        builder.add(shredder.template_at(row.template_index), shredder.paths());
    }
    return builder.dictionary();
}

std::string encoded(const TemplateDictionary& dictionary) {
    std::string bytes;
    encode_dictionary(dictionary, bytes);
    return bytes;
}

std::string failure_of(std::string_view bytes) {
    const auto decoded = decode_dictionary(bytes);
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().code() == ErrorCode::corrupt);
    return decoded.error().message();
}

}  // namespace

TEST_CASE("a dictionary reads back as it was written") {
    const TemplateDictionary dictionary = dictionary_of(document);
    CHECK(dictionary.templates.size() == 3);
    CHECK(dictionary.paths.size() == 5);
    const auto decoded = decode_dictionary(encoded(dictionary));
    REQUIRE(decoded);
    CHECK(*decoded == dictionary);
    const auto empty = decode_dictionary(encoded({}));
    REQUIRE(empty);
    CHECK(*empty == TemplateDictionary{});
}

TEST_CASE("dictionaries of several sources become one, each template once") {
    Shredder one;
    Shredder other;
    Shredded shredded;
    REQUIRE(one.shred(R"({"a":1,"b":"x"})", shredded.rows, shredded.values));
    REQUIRE(other.shred(R"({"b":"x"})", shredded.rows, shredded.values));
    REQUIRE(other.shred(R"({"a":1,"b":"x"})", shredded.rows, shredded.values));
    REQUIRE(one.paths() != other.paths());

    DictionaryBuilder builder;
    CHECK(builder.add(one.template_at(0), one.paths()) == 0);
    CHECK(builder.add(other.template_at(0), other.paths()) == 1);
    CHECK(builder.add(other.template_at(1), other.paths()) == 0);
    CHECK(builder.dictionary().templates.size() == 2);
    CHECK(builder.dictionary().paths == std::vector<std::string>{"a", "b"});
    CHECK(builder.dictionary().templates[1].slots[0].path == 1);
}

TEST_CASE("a damaged dictionary is an error, or another dictionary, never worse") {
    const std::string bytes = encoded(dictionary_of(document));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        CAPTURE(size);
        failure_of(std::string_view(bytes).substr(0, size));
    }
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        for (int bit = 0; bit < 8; ++bit) {
            std::string flipped = bytes;
            flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
            const auto decoded = decode_dictionary(flipped);
            if (decoded) CHECK(encoded(*decoded).size() <= flipped.size());
        }
    }
    CHECK(failure_of(bytes + "x") == "template dictionary: bytes left over");
}

TEST_CASE("a dictionary that nobody writes is refused by name") {
    const auto bytes = [](auto&& write) {
        std::string out;
        ByteWriter writer(out);
        writer.varint(1);
        writer.text("a");
        writer.varint(1);
        write(writer);
        return out;
    };
    const auto slot = [](ByteWriter& writer, std::uint8_t kind, std::uint64_t path,
                         std::uint64_t literal) {
        writer.fixed(kind);
        writer.varint(path);
        writer.varint(literal);
    };
    CHECK(failure_of(bytes([&](ByteWriter& writer) {
              writer.varint(1);
              slot(writer, 12, 0, 0);
              writer.text("");
          })) == "template dictionary: slot kind 12 is not known");
    CHECK(failure_of(bytes([&](ByteWriter& writer) {
              writer.varint(1);
              slot(writer, 1, 1, 0);
              writer.text("");
          })) == "template dictionary: a path out of range");
    CHECK(failure_of(bytes([&](ByteWriter& writer) {
              writer.varint(1);
              slot(writer, 1, 0, 3);
              writer.text("ab");
          })) == "template dictionary: a literal ends behind its template");
    CHECK(failure_of(bytes([&](ByteWriter& writer) {
              writer.varint(2);
              slot(writer, 11, 0, 0);
              slot(writer, 11, 0, 0);
              writer.text("");
          })) == "template dictionary: a template has two children slots");
    CHECK(failure_of(bytes([&](ByteWriter& writer) { writer.varint(257); })) ==
          "template dictionary: a template has too many slots");
}

}  // namespace tomograph
