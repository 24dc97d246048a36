#include "base/base64.h"

#include <string>

#include <doctest/doctest.h>

namespace tomograph {
namespace {

struct Case {
    std::string_view bytes, padded, url;
};

/// RFC 4648 §10, and digits that the two alphabets have not in common.
constexpr Case cases[] = {{"", "", ""},
                          {"f", "Zg==", "Zg"},
                          {"fo", "Zm8=", "Zm8"},
                          {"foo", "Zm9v", "Zm9v"},
                          {"foob", "Zm9vYg==", "Zm9vYg"},
                          {"fooba", "Zm9vYmE=", "Zm9vYmE"},
                          {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
                          {"\xfb\xff", "+/8=", "-_8"}};

TEST_CASE("base64 in its three forms") {
    for (const Case& c : cases) {
        CAPTURE(c.padded);
        CHECK(base64_encode(c.bytes) == c.padded);
        CHECK(base64_encode(c.bytes, Base64Form::url) == c.url);
        CHECK(base64_decode(c.padded) == c.bytes);
        CHECK(base64_decode(c.url) == c.bytes);
        CHECK(base64url_decode(c.url) == c.bytes);
    }
    CHECK(base64_encode("\xfb\xff", Base64Form::unpadded) == "+/8");
}

TEST_CASE("every byte comes back") {
    std::string bytes;
    for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
    CHECK(base64_decode(base64_encode(bytes)) == bytes);
    CHECK(base64url_decode(base64_encode(bytes, Base64Form::url)) == bytes);
}

TEST_CASE("what is no base64 is refused") {
    for (const std::string_view bad : {"Z", "Zm9vZ", "Zm 8", "Zg=8", "Z\x80"}) {
        CAPTURE(bad);
        CHECK_FALSE(base64_decode(bad).has_value());
    }
}

TEST_CASE("base64url is strict") {
    for (const std::string_view bad : {"Z", "Zh", "Zg=", "Zm9=", "+w", "Zm9vZ", "Zm 8"}) {
        CAPTURE(bad);
        CHECK_FALSE(base64url_decode(bad).has_value());
    }
}

}  // namespace
}  // namespace tomograph
