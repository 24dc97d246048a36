#include "net/address.h"

#include <doctest/doctest.h>

namespace tomograph {

TEST_CASE("addresses are read, written back and told from loopback") {
    struct Case {
        const char* text;
        const char* host;
        int port;
        bool ipv6;
        bool loopback;
    };
    const Case cases[] = {
        {"127.0.0.1:2000", "127.0.0.1", 2000, false, true},
        {"127.9.9.9:0", "127.9.9.9", 0, false, true},
        {"10.0.0.1:65535", "10.0.0.1", 65535, false, false},
        {"[::1]:2000", "::1", 2000, true, true},
        {"[::ffff:127.0.0.1]:1", "::ffff:127.0.0.1", 1, true, true},
        {"[::]:1", "::", 1, true, false},
        {"localhost:2000", "localhost", 2000, false, true},
        {":2000", "", 2000, false, false},
        {"0.0.0.0:2000", "0.0.0.0", 2000, false, false},
    };
    for (const Case& c : cases) {
        CAPTURE(c.text);
        const auto parsed = parse_socket_address(c.text);
        REQUIRE(parsed);
        CHECK(parsed.value().host == c.host);
        CHECK(parsed.value().port == c.port);
        CHECK(parsed.value().is_ipv6 == c.ipv6);
        CHECK(is_loopback(*parsed) == c.loopback);
        CHECK(to_text(*parsed) == c.text);
    }
}

TEST_CASE("what is no address is refused with the text") {
    for (const char* text :
         {"", "2000", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:x",
          "127.0.0.1:1 ", "::1:2000", "[::1]", "[::1:2000", "[127.0.0.1]:1", "example.com:80",
          "1.2.3:4", " 127.0.0.1:1"}) {
        CAPTURE(text);
        const auto parsed = parse_socket_address(text);
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().code() == ErrorCode::invalid);
        CHECK(parsed.error().message().find(std::string("'") + text + "'") != std::string::npos);
    }
}

}  // namespace tomograph
