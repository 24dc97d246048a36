#include <doctest/doctest.h>

#include <functional>

#include "net/http2/session_fixture.h"
#include "net/limits.h"

namespace tomograph {

using namespace http2;

namespace {

constexpr std::uint32_t enhance_your_calm = 11;

/// Feeds pieces until the connection is broken off; how many it took, at most `most`.
int flood(SessionFixture& client, int most, const std::function<std::string(int)>& piece) {
    for (int i = 0; i < most; ++i) {
        client.feed(piece(i));
        if (client.session->is_over()) return i + 1;
    }
    return most;
}

void check_broken_off(SessionFixture& client, const std::string& cause) {
    CAPTURE(cause);
    REQUIRE(client.replies.last_goaway);
    CHECK(client.replies.last_goaway->code == enhance_your_calm);
    CHECK_FALSE(client.replies.last_goaway->reason.empty());
    CHECK(client.closed(cause) == 1);
    CHECK(client.session->is_over());
    CHECK(client.service.budget.used() == 0);
    client.feed(head(999'999, "GET", "/", true));  // nothing comes of more
}

std::string request_and_reset(int i) {
    const auto stream = static_cast<std::uint32_t>(2 * i + 1);
    return head(stream, "GET", "/", true) + frame(rst_stream, 0, stream, number(8, 4));
}

}  // namespace

TEST_CASE("HTTP/2 attack: rapid reset") {
    SessionFixture client;
    CHECK(flood(client, 100'000, request_and_reset) <= 201);
    check_broken_off(client, "reset_flood");
    CHECK(client.requests.size() <= http2_running_max);
}

TEST_CASE("HTTP/2: resets that come slowly are let pass") {
    SessionFixture client;
    for (int i = 0; i < 1000; ++i) {
        client.feed(request_and_reset(i));
        client.now = client.now + Duration::milliseconds(60);
        for (std::size_t j = 0; j < client.requests.size(); ++j) client.answer(j, {});
        client.requests.clear();
    }
    CHECK_FALSE(client.replies.last_goaway);
}

TEST_CASE("HTTP/2 attack: made to reset by frames that are wrong") {
    SessionFixture client;
    flood(client, 10'000, [](int i) {
        const auto stream = static_cast<std::uint32_t>(2 * i + 1);
        return head(stream, "GET", "/", true) +
               frame(window_update, 0, stream, number(0x7fffffff, 4));
    });
    check_broken_off(client, "reset_flood");
}

TEST_CASE("HTTP/2 attack: handlers of streams that were reset are counted") {
    SessionFixture client;
    for (std::uint32_t i = 0; i < 150; ++i) {
        client.feed(head(2 * i + 1, "GET", "/", true));
        client.feed(frame(rst_stream, 0, 2 * i + 1, number(8, 4)));
    }
    CHECK(client.requests.size() == http2_running_max);
    client.feed(head(1001, "GET", "/", true));
    CHECK(client.requests.size() == http2_running_max);
    for (std::size_t i = 0; i < http2_running_max; ++i) client.answer(i, reply_with("x"));
    CHECK(client.requests.size() == http2_running_max + 1);
}

TEST_CASE("HTTP/2 attack: more streams than are allowed") {
    SessionFixture client;
    client.feed(frame(settings, ack, 0, ""));
    for (std::uint32_t i = 0; i < http2_streams_max; ++i)
        client.feed(head(2 * i + 1, "GET", "/", true));
    CHECK(client.requests.size() == http2_running_max);
    CHECK_FALSE(client.replies.last_goaway);
    client.feed(head(2 * http2_streams_max + 1, "GET", "/", true));
    const bool is_refused = client.reply(2 * http2_streams_max + 1).reset.has_value();
    CHECK((is_refused || client.replies.last_goaway));
}

TEST_CASE("HTTP/2 attack: floods of frames that ask for nothing") {
    const std::vector<std::pair<std::string, std::string>> floods = {
        {"PING", frame(ping, 0, 0, std::string(8, 'x'))},
        {"PING ACK", frame(ping, ack, 0, std::string(8, 'x'))},
        {"SETTINGS", frame(settings, 0, 0, "")},
        {"SETTINGS, table size",
         frame(settings, 0, 0, setting(1, 0)) + frame(settings, 0, 0, setting(1, 4096))},
        {"WINDOW_UPDATE of one", frame(window_update, 0, 0, number(1, 4))},
        {"PRIORITY", frame(priority, 0, 1, number(0, 4) + "x")},
        {"unknown", frame(0x42, 0, 0, "x")},
        {"empty DATA", frame(data, 0, 1, "")},
        {"DATA of one byte", frame(data, 0, 1, "x")},
    };
    for (const auto& [name, bytes] : floods) {
        CAPTURE(name);
        SessionFixture client;
        client.feed(head(1, "POST", "/", false));
        CHECK(flood(client, 100'000, [&, piece = bytes](int) { return piece; }) <= 1010);
        check_broken_off(client, "control_flood");
        CHECK(client.said_bytes < 40'000);
    }
}

TEST_CASE("HTTP/2: control frames that traffic explains are let pass") {
    SessionFixture client;
    for (std::uint32_t i = 0; i < 3000; ++i) {
        client.feed(head(2 * i + 1, "POST", "/", false) + frame(data, 0, 2 * i + 1, "12345") +
                    body(2 * i + 1, "message"));
        client.answer(0, reply_with("x"));
        client.feed(frame(window_update, 0, 0, number(1, 4)) +
                    frame(ping, 0, 0, std::string(8, 'x')));
        client.requests.clear();
    }
    CHECK_FALSE(client.replies.last_goaway);
}

TEST_CASE("HTTP/2 attack: a window update of nothing for the connection") {
    SessionFixture client;
    client.feed(frame(window_update, 0, 0, number(0, 4)));
    REQUIRE(client.replies.last_goaway);
    CHECK(client.replies.last_goaway->code == 1);
    CHECK(client.session->is_over());
    CHECK(client.closed("protocol_error") == 1);
}

TEST_CASE("HTTP/2 attack: CONTINUATION without end") {
    SessionFixture client;
    client.feed(frame(headers, 0, 1, hpack(request_fields("GET", "/"))));
    std::string piece;
    SUBCASE("of nothing") { piece = ""; }
    SUBCASE("of a field") { piece = hpack({{"x", "y"}}); }
    SUBCASE("of much") { piece = hpack({{"x", std::string(16'000, 'y')}}); }
    CHECK(flood(client, 100'000, [&](int) { return frame(continuation, 0, 1, piece); }) <= 10);
    check_broken_off(client, "header_flood");
    CHECK(client.requests.empty());
}

TEST_CASE("HTTP/2 attack: an HPACK bomb") {
    SessionFixture client;
    // One field of 4,000 bytes is remembered, and then named by one byte each.
    const std::string remembered = "\x40" + hpack_text("x") + hpack_text(std::string(3900, 'y'));
    client.feed(frame(headers, end_headers | end_stream, 1,
                      hpack(request_fields("GET", "/")) + remembered));
    REQUIRE(client.requests.size() == 1);
    client.feed(frame(headers, end_headers | end_stream, 3,
                      hpack(request_fields("GET", "/")) + std::string(16'000, '\xbe')));
    check_broken_off(client, "header_flood");
    CHECK(client.requests.size() == 1);
}

TEST_CASE("HTTP/2 attack: headers without a name") {
    SessionFixture client;
    Fields nothing;
    for (int i = 0; i < 90; ++i) nothing.emplace_back("", "");
    flood(client, 1000, [&](int i) {
        return head(static_cast<std::uint32_t>(2 * i + 1), "GET", "/", true, nothing);
    });
    CHECK(client.requests.empty());
    check_broken_off(client, "reset_flood");
}

TEST_CASE("HTTP/2: requests that are not well formed are reset") {
    const std::vector<Fields> cases = {
        {{":method", "GET"}, {":scheme", "http"}},
        {{":method", "GET"}, {":scheme", "http"}, {":path", "relative"}},
        {{":method", "GET"}, {":method", "GET"}, {":scheme", "http"}, {":path", "/"}},
        request_fields("GET", "/", {{":path", "/late"}}),
        request_fields("GET", "/", {{"Upper", "x"}}),
        request_fields("GET", "/", {{"connection", "close"}}),
        request_fields("GET", "/", {{"transfer-encoding", "chunked"}}),
        request_fields("GET", "/", {{"te", "gzip"}}),
        request_fields("GET", "/", {{"x", std::string("a\0b", 3)}}),
        request_fields("GET", "/", {{"x", "a\r\nb"}}),
        request_fields("POST", "/", {{"content-length", "5"}}),  // and none come
        request_fields("POST", "/", {{"content-length", "0"}, {"content-length", "0"}}),
    };
    SessionFixture client;
    std::uint32_t stream = 1;
    for (const Fields& fields : cases) {
        CAPTURE(hpack(fields));
        client.feed(frame(headers, end_headers | end_stream, stream, hpack(fields)));
        CHECK((client.reply(stream).reset == 1U || client.reply(stream).status() == 400));
        stream += 2;
    }
    CHECK(client.requests.empty());
    CHECK_FALSE(client.replies.last_goaway);
}

TEST_CASE("HTTP/2 attack: bodies that come too slowly") {
    SessionFixture client;
    client.feed(head(1, "POST", "/", false));
    for (int i = 0; i < 40; ++i) {
        client.feed(frame(data, 0, 1, std::string(100, 'x')));
        client.pass(Duration::milliseconds(250));
    }
    CHECK(client.reply(1).status() == 408);
    CHECK(client.refused("body_timeout") == 1);
    CHECK(client.service.budget.used() == 0);
}

TEST_CASE("HTTP/2 attack: a header that does not end") {
    SessionFixture client;
    client.feed(frame(headers, 0, 1, hpack(request_fields("GET", "/"))));
    client.pass(Duration::seconds(9));
    CHECK_FALSE(client.replies.last_goaway);
    client.pass(Duration::seconds(2));
    check_broken_off(client, "slow_header");
}

TEST_CASE("HTTP/2 attack: a client that never opens its windows") {
    SessionFixture client({}, setting(4, 0));
    bool trickles = false;
    SUBCASE("at all") {}
    SUBCASE("but byte by byte") { trickles = true; }
    client.feed(head(1, "GET", "/", true));
    client.answer(0, reply_with(std::string(1U << 20, 'x')));
    for (int i = 0; i < 40 && !client.session->is_over(); ++i) {
        if (trickles) client.feed(frame(window_update, 0, 1, number(1, 4)));
        client.pass(Duration::seconds(1));
    }
    check_broken_off(client, "window_stall");
    CHECK(client.service.metrics.replies_lost.value() == 1);
}

TEST_CASE("HTTP/2: a client whose windows are slow, but fast enough, is served") {
    SessionFixture client({}, setting(4, 0));
    client.feed(head(1, "GET", "/", true));
    client.answer(0, reply_with(std::string(2U << 20, 'x')));
    for (int i = 0; i < 100; ++i) {
        client.feed(frame(window_update, 0, 1, number(22'000, 4)) +
                    frame(window_update, 0, 0, number(22'000, 4)));
        client.pass(Duration::seconds(1));
    }
    CHECK(client.reply(1).is_whole);
    CHECK_FALSE(client.replies.last_goaway);
}

TEST_CASE("HTTP/2: an idle connection is told to go") {
    SessionFixture client;
    client.feed(head(1, "GET", "/", true));
    client.pass(Duration::seconds(100));  // the handler may take its time
    CHECK_FALSE(client.replies.last_goaway);
    client.answer(0, reply_with("x"));
    for (int i = 0; i < 59; ++i) {
        client.feed(frame(ping, 0, 0, std::string(8, 'x')));  // which is no request
        client.pass(Duration::seconds(1));
    }
    CHECK_FALSE(client.replies.last_goaway);
    client.pass(Duration::seconds(2));
    REQUIRE(client.replies.last_goaway);
    CHECK(client.replies.last_goaway->code == 0);
    CHECK(client.session->is_over());
    CHECK(client.closed("idle") == 1);
}

TEST_CASE("HTTP/2: what is not HTTP/2 behind the preface is refused") {
    for (const std::string& bytes :
         {std::string("GET / HTTP/1.1\r\n\r\n"), frame(headers, 0, 0, "x"),
          frame(push_promise, end_headers, 1, number(2, 4)), frame(data, 0, 0, "x"),
          frame(data, 0, 5, "idle"), frame(settings, 0, 0, "x"), frame(ping, 0, 0, "short"),
          frame(headers, end_headers, 1, "\x7f\xff\xff\xff\xff\xff\xff"),
          number((1 << 24) - 1, 3) + number(data, 1) + number(0, 1) + number(0, 4)}) {
        CAPTURE(bytes);
        SessionFixture client;
        client.feed(bytes);
        REQUIRE(client.replies.last_goaway);
        CHECK(client.replies.last_goaway->code != 0);
        CHECK(client.session->is_over());
        CHECK(client.closed("protocol_error") == 1);
    }
    SessionFixture silent;
    silent.session = std::make_unique<Http2Session>(silent.service, nullptr, silent.now);
    silent.pass(Duration::seconds(11));
    CHECK(silent.session->is_over());
}

}  // namespace tomograph
