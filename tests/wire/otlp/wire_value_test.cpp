#include "wire/otlp/wire_value.h"

#include <doctest/doctest.h>

#include <protozero/pbf_writer.hpp>
#include <string>

using namespace tomograph;

namespace {

/// An AnyValue that is a text.
std::string text_value(const std::string& text) {
    std::string bytes;
    protozero::pbf_writer(bytes).add_string(1, text);
    return bytes;
}

/// A KeyValue whose members stand in this order.
std::string key_value(std::string_view order, const std::string& key, const std::string& value) {
    std::string bytes;
    protozero::pbf_writer writer(bytes);
    for (const char member : order) {
        if (member == 'k') writer.add_string(1, key);
        if (member == 'v') writer.add_message(2, value);
        if (member == '?') writer.add_string(9, "unknown");
    }
    return bytes;
}

constexpr std::size_t sizes[] = {0,   1,   7,   8,   9,   15,  16,  17, 100,
                                 123, 124, 125, 126, 127, 128, 129, 300};

}  // namespace

TEST_CASE("an attribute reads the same wherever its bytes stand, however long they are") {
    for (const std::size_t key_size : sizes)
        for (const std::size_t text_size : sizes)
            for (const std::string_view order : {"kv", "vk", "k?v", "?kv", "kv?"}) {
                CAPTURE(key_size);
                CAPTURE(text_size);
                CAPTURE(order);
                const std::string key(key_size, 'k');
                const std::string text(text_size, 't');
                const std::string bytes = key_value(order, key, text_value(text));
                const WireAttribute read = read_attribute(bytes);
                CHECK(read.key == key);
                CHECK(read.value.kind == WireValue::Kind::text);
                CHECK(read.value.text == text);
                CHECK(read.known == unknown_key);
            }
}

TEST_CASE("of what a message says twice the last counts") {
    std::string value;
    {
        protozero::pbf_writer writer(value);
        writer.add_string(1, "first");
        writer.add_int64(3, 7);
    }
    CHECK(read_value(value).kind == WireValue::Kind::integer);
    CHECK(read_value(value).integer == 7);
    const std::string twice =
        key_value("kv", "a", text_value("x")) + key_value("kv", "service.name", text_value("y"));
    const WireAttribute read = read_attribute(twice);
    CHECK(read.key == "service.name");
    CHECK(read.known == KnownKey("service.name").index());
    CHECK(read.value.text == "y");
    const std::string emptied = key_value("kv", "a", text_value("x")) + key_value("v", "", "");
    CHECK(read_attribute(emptied).value.kind == WireValue::Kind::none);
}

TEST_CASE("what ends too early is no message") {
    const std::string whole = key_value("kv", "service.name", text_value("orders"));
    for (std::size_t size = 1; size < whole.size(); ++size) {
        CAPTURE(size);
        // Behind the key the message may end.
        const bool is_whole = size == 2 + std::string_view("service.name").size();
        const auto read = [&] { static_cast<void>(read_attribute(whole.substr(0, size))); };
        if (is_whole)
            CHECK_NOTHROW(read());
        else
            CHECK_THROWS_AS(read(), protozero::exception);
    }
}

TEST_CASE("every known key is found, and nothing like it") {
    for (std::size_t index = 0; index < known_keys.size(); ++index) {
        const std::string key(known_keys[index]);
        CAPTURE(key);
        CHECK(find_known_key(key) == index);
        CHECK(find_known_key(key + "x") == unknown_key);
        std::string other = key;
        other[key.size() / 2] = '~';
        CHECK(find_known_key(other) == unknown_key);
    }
    CHECK(find_known_key("") == unknown_key);
}

TEST_CASE("attributes are forgotten wholly, and their room is used again") {
    WireAttributes attributes;
    attributes.read(key_value("kv", "service.name", text_value("orders")));
    attributes.read(key_value("kv", "tenant", text_value("t")));
    attributes.read(key_value("kv", "service.name", text_value("last")));
    REQUIRE(attributes.find("service.name") != nullptr);
    CHECK(attributes.find("service.name")->text == "last");
    attributes.clear();
    CHECK(attributes.empty());
    CHECK(attributes.find("service.name") == nullptr);
    attributes.read(key_value("kv", "url.path", text_value("/")));
    CHECK(attributes.find("service.name") == nullptr);
    CHECK(attributes.find("url.path")->text == "/");
}
