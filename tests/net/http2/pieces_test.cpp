#include <doctest/doctest.h>

#include "net/http2/session_fixture.h"
#include "net/http_body_stream.h"
#include "net/http_request_pieces.h"

namespace tomograph {
namespace {

using namespace http2;

/// Requests to /pieces are handed over at their header; what comes of the first is put down, and
/// answered with a stream.
struct PiecesFixture {
    explicit PiecesFixture(HttpLimits limits = {})
        : client(limits, "", [](const HttpRequest& head) { return head.path == "/pieces"; }) {}

    void begin() {
        client.feed(head(1, "POST", "/pieces", false));
        REQUIRE(client.requests.size() == 1);
        REQUIRE(client.requests[0].request.pieces);
    }
    void attach() {
        client.requests[0].request.pieces->attach([this](std::string_view piece, bool is_last) {
            taken += piece;
            is_ended = is_last;
            return piece.find('!') == std::string_view::npos;
        });
    }
    void answer() {
        HttpReply reply;
        reply.stream = HttpBodyStream::sending_end(out);
        client.answer(0, std::move(reply));
    }

    SessionFixture client;
    std::string taken;
    bool is_ended = false;
    std::shared_ptr<HttpBodyStream> out = std::make_shared<HttpBodyStream>(1000);
};

}  // namespace

TEST_CASE("HTTP/2: a request is handed over before its body has come, and answered meanwhile") {
    PiecesFixture server;
    server.begin();
    server.client.feed(frame(data, 0, 1, "kept until it is asked for, "));
    server.attach();
    CHECK(server.taken == "kept until it is asked for, ");
    server.answer();
    CHECK(server.client.reply(1).status() == 200);
    server.client.feed(frame(data, 0, 1, "and as it comes"));
    CHECK(server.taken == "kept until it is asked for, and as it comes");
    CHECK_FALSE(server.is_ended);
    CHECK(server.out->try_write("hello"));
    server.client.session->on_more(1, server.client.now);
    server.client.read();
    CHECK(server.client.reply(1).body == "hello");
    server.client.feed(frame(data, end_stream, 1, ""));
    CHECK(server.is_ended);
    server.out->end();
    server.client.session->on_more(1, server.client.now);
    server.client.read();
    CHECK(server.client.reply(1).is_whole);
    CHECK_FALSE(server.client.replies.last_goaway);
}

TEST_CASE("HTTP/2: other requests wait for their body, and one without a body has ended") {
    PiecesFixture server;
    server.client.feed(head(1, "POST", "/", false));
    CHECK(server.client.requests.empty());
    server.client.feed(head(3, "POST", "/pieces", true));
    REQUIRE(server.client.requests.size() == 1);
    server.attach();
    CHECK(server.is_ended);
}

TEST_CASE("HTTP/2: pieces that make no sense reset their stream, early and late ones") {
    bool is_early = false;
    SUBCASE("early") { is_early = true; }
    SUBCASE("late") {}
    PiecesFixture server;
    server.begin();
    if (is_early)
        server.client.feed(frame(data, 0, 1, "nonsense before anybody asked, 32 bytes and more !"));
    server.attach();
    server.answer();
    if (!is_early)
        server.client.feed(
            frame(data, 0, 1, "nonsense while the answer goes, 32 bytes and more !"));
    server.client.read();
    CHECK(server.client.reply(1).reset == 1U);  // PROTOCOL_ERROR
    CHECK(server.client.refused("malformed") == 1);
    CHECK(server.out->is_closed());
    CHECK_FALSE(server.client.replies.last_goaway);
}

TEST_CASE("HTTP/2: pieces are bounded in bytes and in silence") {
    HttpLimits limits;
    limits.wire_body_bytes_max = 100;
    PiecesFixture server(limits);
    server.begin();
    server.attach();
    server.answer();
    server.client.feed(frame(data, 0, 1, std::string(60, 'x')));
    CHECK_FALSE(server.client.reply(1).reset);
    server.client.pass(limits.idle_timeout - Duration::seconds(1));
    CHECK_FALSE(server.is_ended);
    server.client.pass(Duration::seconds(1));
    CHECK(server.is_ended);

    PiecesFixture flooded(limits);
    flooded.begin();
    flooded.attach();
    flooded.answer();
    for (int i = 0; i < 2; ++i) flooded.client.feed(frame(data, 0, 1, std::string(60, 'x')));
    CHECK(flooded.taken.size() == 60);
    CHECK(flooded.client.reply(1).reset == 1U);
    CHECK(flooded.client.refused("wire_body_bytes") == 1);
}

TEST_CASE("HTTP/2: a client that goes lets go of what its request held") {
    PiecesFixture server;
    server.begin();
    const auto held = std::make_shared<int>(0);
    server.client.requests[0].request.pieces->attach(
        [held](std::string_view, bool) { return true; });
    server.answer();
    server.client.requests.clear();
    CHECK(held.use_count() == 2);
    server.client.feed(frame(rst_stream, 0, 1, number(8, 4)));
    CHECK(held.use_count() == 1);
    CHECK(server.out->is_closed());
}

}  // namespace tomograph
