#include "wire/shred/template_dictionary.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/bytes.h"
#include "wire/shred/round_trip.h"

namespace tomograph {
namespace {

constexpr std::string_view document =
    R"({"id":"70de5b6f19ff9a0a","name":"a","http":{"response":{"status":200}},)"
    "\"subsegments\":[\n  {\"name\":\"b\",\"http\":{}},\n  {\"id\":1,\"name\":\"b\",\"x\":[]}\n "
    "]}\n";

/// Of the rows of a document, by a shredder that saw others.
TemplateDictionary dictionary_of(Shredder& shredder, std::string_view text) {
    Shredded shredded;
    REQUIRE(shredder.shred(text, shredded.rows, shredded.values));
    DictionaryBuilder builder(shredder);
    for (std::size_t row = 0; row < shredded.rows.size(); ++row) {
        const std::uint32_t index =
            builder.add_template(shredder.template_at(shredded.rows[row].template_index));
        std::vector<std::uint32_t> forms;
        shredded.each_value(shredder, row,
                            [&](std::uint32_t, SlotKind kind, const ShreddedValue& value) {
                                if (kind == SlotKind::object)
                                    forms.push_back(static_cast<std::uint32_t>(value.mantissa));
                            });
        builder.shape(index, forms);
        CHECK(builder.shape(index, forms) == row);
    }
    return builder.take();
}

TemplateDictionary dictionary_of(std::string_view text) {
    Shredder shredder;
    return dictionary_of(shredder, text);
}

/// Annotations are taken apart by their members.
TemplateDictionary dictionary_with_forms() {
    Shredder shredder;
    Shredded shredded;
    for (std::size_t i = 0; i <= known_object_shapes_max; ++i)
        shredder.shred(fmt::format(R"({{"annotations":{{"k{}":1,"l{}":2}}}})", i % 30, i / 30),
                       shredded.rows, shredded.values);
    return dictionary_of(
        shredder,
        R"({"name":"a","annotations":{"k1":"x", "k2":1},"subsegments":[{"annotations":{}},)"
        R"({"annotations":{"k1":"x", "k2":1,"k3":true }},{"annotations":1}]})");
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

TEST_CASE("a dictionary with forms reads back as it was written") {
    const TemplateDictionary dictionary = dictionary_with_forms();
    CHECK(dictionary.templates.size() == 4);
    CHECK(dictionary.shapes.size() == 4);
    CHECK(dictionary.objects.size() == 3);
    CHECK(dictionary.objects.members().size() == 3);
    CHECK(dictionary.shape_forms == std::vector<std::uint32_t>{0, 1, 2});
    CHECK(has_forms(dictionary));
    const auto decoded = decode_dictionary(encoded(dictionary));
    REQUIRE(decoded);
    CHECK(*decoded == dictionary);
}

TEST_CASE("a damaged dictionary is an error, or another dictionary, never worse") {
    for (const auto& dictionary : {dictionary_of(document), dictionary_with_forms()}) {
        const std::string bytes = encoded(dictionary);
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
              slot(writer, 13, 0, 0);
              writer.text("");
          })) == "template dictionary: slot kind 13 is not known");
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

    // One template with an object; then members, closing texts, forms, shapes.
    const auto with_forms = [&](auto&& write) {
        return failure_of(bytes([&](ByteWriter& writer) {
            writer.varint(1);
            slot(writer, 12, 0, 0);
            writer.text("");
            write(writer);
        }));
    };
    const auto member = [](ByteWriter& writer, std::uint8_t kind, std::uint64_t path) {
        writer.varint(1);
        writer.fixed(kind);
        writer.varint(path);
        writer.text("\"k\":");
    };
    CHECK(with_forms([&](ByteWriter& writer) { member(writer, 5, 0); }) ==
          "template dictionary: a member of kind 5");
    CHECK(with_forms([&](ByteWriter& writer) { member(writer, 1, 1); }) ==
          "template dictionary: a member's path out of range");
    const auto with_form = [&](std::uint64_t close, std::int64_t listed, std::int64_t form) {
        return with_forms([&](ByteWriter& writer) {
            member(writer, 1, 0);
            writer.varint(1);
            writer.text("");
            writer.varint(1);
            writer.varint(1);
            writer.varint(close);
            writer.signed_varint(listed);
            writer.varint(1);
            writer.varint(0);
            writer.signed_varint(-form);
            writer.varint(0);
        });
    };
    CHECK(with_form(1, 0, 0) == "template dictionary: a form's closing text out of range");
    CHECK(with_form(0, 1, 0) == "template dictionary: a form's member out of range");
    CHECK(with_form(0, -1, 0) == "template dictionary: a form's member out of range");
    CHECK(with_form(0, 0, 1) == "template dictionary: a shape's form out of range");
    CHECK(with_form(0, 0, -1) == "template dictionary: a shape's form out of range");
    CHECK(with_form(0, 0, 0) == "template dictionary: bytes left over");
}

}  // namespace tomograph
