#include "net/http2/session.h"

#include <doctest/doctest.h>

#include "net/encode_body.h"
#include "net/http2/session_fixture.h"
#include "net/http_body_stream.h"
#include "net/limits.h"

namespace tomograph {

using namespace http2;

TEST_CASE("HTTP/2: a request and its reply") {
    SessionFixture client;
    client.feed(head(1, "POST", "/a/b?c=d", false, {{"x-one", "1"}, {"content-length", "5"}}) +
                body(1, "12345"));
    REQUIRE(client.requests.size() == 1);
    const HttpRequest& request = client.requests[0].request;
    CHECK(request.method == "POST");
    CHECK(request.path == "/a/b");
    CHECK(request.query == "c=d");
    CHECK(request.header("Host") == "localhost");
    CHECK(request.header("X-One") == "1");
    CHECK(request.body == "12345");
    CHECK(request.is_http2);
    CHECK_FALSE(request.is_client_gone());

    HttpReply reply = reply_with("hello", 201);
    reply.headers = {{"Content-Type", "text/plain"}, {"Connection", "close"}};
    client.answer(0, std::move(reply));
    const Reply& got = client.reply(1);
    CHECK(got.is_whole);
    CHECK(got.status() == 201);
    CHECK(got.body == "hello");
    CHECK(got.fields.at("content-type") == "text/plain");
    CHECK(got.fields.at("content-length") == "5");
    CHECK(got.fields.at("date").size() == 29);
    CHECK(got.fields.count("connection") == 0);
    CHECK_FALSE(client.replies.last_goaway);
    CHECK(client.service.budget.used() == 0);
    CHECK(client.service.metrics.replies_lost.value() == 0);
}

TEST_CASE("HTTP/2: requests of one connection run at once and are answered in any order") {
    SessionFixture client;
    for (std::uint32_t i = 0; i < 30; ++i)
        client.feed(head(2 * i + 1, "GET", "/" + std::to_string(i), true));
    REQUIRE(client.requests.size() == 30);
    for (std::size_t i = 30; i-- > 0;)
        client.answer(i, reply_with(client.requests[i].request.path));
    for (std::uint32_t i = 0; i < 30; ++i)
        CHECK(client.reply(2 * i + 1).body == "/" + std::to_string(i));
}

TEST_CASE("HTTP/2: one connection has so many handlers at a time, and the other requests wait") {
    SessionFixture client;
    for (std::uint32_t i = 0; i < http2_streams_max; ++i)
        client.feed(head(2 * i + 1, "GET", "/", true));
    CHECK(client.requests.size() == http2_running_max);
    client.feed(frame(rst_stream, 0, 1, number(8, 4)));  // its handler runs on
    CHECK(client.requests.size() == http2_running_max);
    for (std::size_t i = 0; i < client.requests.size(); ++i) client.answer(i, reply_with("x"));
    CHECK(client.requests.size() == http2_streams_max);
    CHECK(client.reply(2 * http2_streams_max - 1).is_whole);
}

TEST_CASE("HTTP/2: however the bytes are cut, the requests are the same") {
    const std::string all = head(1, "POST", "/x", false) + body(1, std::string(40'000, 'x')) +
                            head(3, "GET", "/y", true);
    for (const std::size_t step : {1UL, 7UL, 1000UL}) {
        SessionFixture client;
        for (std::size_t at = 0; at < all.size(); at += step) client.feed(all.substr(at, step));
        REQUIRE(client.requests.size() == 2);
        CHECK(client.requests[0].request.body.size() == 40'000);
        CHECK(client.requests[1].request.path == "/y");
    }
}

TEST_CASE("HTTP/2: trailers come behind the body, and without one") {
    SessionFixture client;
    client.feed(head(1, "POST", "/x", true) + head(3, "POST", "/x", true));
    HttpReply with_body = reply_with("abc");
    with_body.trailers = {{"Grpc-Status", "0"}};
    client.answer(0, with_body);
    HttpReply without = reply_with("");
    without.trailers = {{"grpc-status", "5"}};
    client.answer(1, without);
    CHECK(client.reply(1).body == "abc");
    CHECK(client.reply(1).trailers.at("grpc-status") == "0");
    CHECK(client.reply(1).fields.count("content-length") == 0);
    CHECK(client.reply(1).is_whole);
    CHECK(client.reply(3).trailers.at("grpc-status") == "5");
    CHECK(client.reply(3).is_whole);
}

TEST_CASE("HTTP/2: HEAD and 204 have no body") {
    SessionFixture client;
    client.feed(head(1, "HEAD", "/x", true) + head(3, "GET", "/x", true));
    client.answer(0, reply_with("12345"));
    client.answer(1, reply_with("", 204));
    CHECK(client.reply(1).is_whole);
    CHECK(client.reply(1).body.empty());
    CHECK(client.reply(1).fields.at("content-length") == "5");
    CHECK(client.reply(3).is_whole);
    CHECK(client.reply(3).fields.count("content-length") == 0);
}

TEST_CASE("HTTP/2: crumbs of cookies are one header") {
    SessionFixture client;
    client.feed(head(1, "GET", "/", true, {{"cookie", "a=b"}, {"cookie", "c=d"}}));
    REQUIRE(client.requests.size() == 1);
    CHECK(client.requests[0].request.header("cookie") == "a=b; c=d");
}

TEST_CASE("HTTP/2: what is wrong with one request is answered, and the others go on") {
    struct Case {
        Fields fields;
        int status;
        const char* cause;
    };
    Fields many;
    for (int i = 0; i < 101; ++i) many.emplace_back("x", "y");
    const std::vector<Case> cases = {
        {{{":method", "GET"}, {":scheme", "http"}, {":path", "/"}, {":authority", "user@host"}},
         400,
         "malformed"},
        {request_fields("GET", "/", {{"host", "elsewhere"}}), 400, "malformed"},
        {request_fields("GET", "/#x"), 400, "malformed"},
        {request_fields("GET", "/", {{"expect", "miracles"}}), 417, "expectation"},
        {request_fields("POST", "/", {{"content-encoding", "br"}}), 415, "coding"},
        {request_fields("POST", "/", {{"content-length", "9999999"}}), 413, "wire_body_bytes"},
        {request_fields("GET", "/", many), 431, "header_count"},
        {request_fields("GET", "/", {{"x", std::string(33 << 10, 'x')}}), 431, "header_bytes"},
    };
    SessionFixture client;
    std::uint32_t stream = 1;
    for (const Case& one : cases) {
        CAPTURE(one.cause);
        const std::uint64_t before = client.refused(one.cause);
        // In pieces, for some are longer than a frame.
        const std::string block = hpack(one.fields);
        constexpr std::size_t step = 16U << 10;
        std::string bytes;
        for (std::size_t at = 0; at < block.size(); at += step) {
            const bool is_last = at + step >= block.size();
            bytes += frame(at == 0 ? headers : continuation, is_last ? end_headers : 0, stream,
                           block.substr(at, step));
        }
        client.feed(bytes);
        CHECK(client.reply(stream).status() == one.status);
        CHECK(client.reply(stream).is_whole);
        CHECK(client.reply(stream).reset == 0U);  // the rest need not be sent
        CHECK(client.refused(one.cause) == before + 1);
        client.feed(body(stream, "too late"));
        stream += 2;
    }
    CHECK(client.requests.empty());
    client.feed(head(stream, "GET", "/fine", true));
    CHECK(client.requests.size() == 1);
    CHECK_FALSE(client.replies.last_goaway);
}

TEST_CASE("HTTP/2: bodies are decoded within their bounds") {
    SessionFixture client;
    client.feed(head(1, "POST", "/", false, {{"content-encoding", "gzip"}}) +
                body(1, encode_gzip("text")));
    REQUIRE(client.requests.size() == 1);
    CHECK(client.requests[0].request.body == "text");
    client.feed(head(3, "POST", "/", false, {{"content-encoding", "zstd"}}) + body(3, zstd_bomb()));
    CHECK(client.reply(3).status() == 413);
    client.feed(head(5, "POST", "/", false, {{"content-encoding", "gzip"}}) + body(5, "no gzip"));
    CHECK(client.reply(5).status() == 400);
    CHECK(client.requests.size() == 1);
}

TEST_CASE("HTTP/2: a body over the budget is refused, and the budget is given back") {
    HttpLimits limits;
    limits.body_bytes_in_flight_max = 100'000;
    SessionFixture client(limits);
    client.feed(head(1, "POST", "/", false) + body(1, std::string(60'000, 'x')));
    CHECK(client.requests.size() == 1);
    client.feed(head(3, "POST", "/", false) + body(3, std::string(60'000, 'x')));
    CHECK(client.reply(3).status() == 503);
    CHECK(client.refused("body_budget") == 1);
    client.answer(0, reply_with("x"));
    CHECK(client.service.budget.used() == 0);
    client.feed(head(5, "POST", "/", false) + body(5, std::string(60'000, 'x')));
    CHECK(client.requests.size() == 2);
}

TEST_CASE("HTTP/2: 100 Continue is said when it is asked for") {
    SessionFixture client;
    client.feed(head(1, "POST", "/", false, {{"expect", "100-continue"}}));
    CHECK(client.reply(1).status() == 100);
    client.feed(body(1, "x"));
    REQUIRE(client.requests.size() == 1);
    client.answer(0, reply_with("y"));
    CHECK(client.reply(1).status() == 200);
}

TEST_CASE("HTTP/2: windows open as bodies are taken, not before") {
    SessionFixture client;
    client.feed(head(1, "POST", "/", false));
    CHECK(client.replies.windows[1] == 0);
    for (int i = 0; i < 48; ++i) client.feed(frame(data, 0, 1, std::string(16U << 10, 'x')));
    CHECK(client.replies.windows[1] > 0);
    CHECK(client.replies.windows[1] <= 48U << 14);

    // Of a refused request the stream's window stays shut.
    SessionFixture other;
    other.feed(head(1, "POST", "/", false, {{"content-encoding", "br"}}));
    for (int i = 0; i < 48; ++i) other.feed(frame(data, 0, 1, std::string(16U << 10, 'x')));
    CHECK(other.replies.windows[1] == 0);
}

TEST_CASE("HTTP/2: while handlers hold much, the connection's window stays shut") {
    HttpLimits limits;
    limits.wire_body_bytes_max = 32U << 20;
    limits.decoded_body_bytes_max = 32U << 20;
    SessionFixture client(limits);
    const std::string megabyte(1U << 20, 'x');
    const auto send = [&](std::uint32_t stream, int megabytes) {
        client.feed(head(stream, "POST", "/", false));
        for (int i = 0; i < megabytes; ++i)
            for (int j = 0; j < 64; ++j)
                client.feed(frame(data, 0, stream, std::string_view(megabyte).substr(0, 16384)));
        client.feed(frame(data, end_stream, stream, ""));
    };
    send(1, 17);
    REQUIRE(client.requests.size() == 1);
    const std::uint64_t before = client.replies.windows[0];
    client.feed(head(3, "POST", "/", false));
    for (int j = 0; j < 190; ++j) client.feed(frame(data, 0, 3, std::string(16384, 'x')));
    CHECK(client.replies.windows[0] == before);
    client.pass(Duration::seconds(60));  // and the client is not blamed for it
    CHECK(client.reply(3).status() == 0);
    client.answer(0, reply_with("x"));
    CHECK(client.replies.windows[0] > before);
}

TEST_CASE("HTTP/2: replies keep to the client's windows") {
    SessionFixture client({}, setting(4, 1000));  // SETTINGS_INITIAL_WINDOW_SIZE
    client.feed(head(1, "GET", "/", true));
    client.answer(0, reply_with(std::string(5000, 'x')));
    CHECK(client.reply(1).body.size() == 1000);
    client.feed(frame(window_update, 0, 1, number(3000, 4)));
    CHECK(client.reply(1).body.size() == 4000);
    CHECK_FALSE(client.reply(1).is_whole);
    client.feed(frame(window_update, 0, 1, number(3000, 4)));
    CHECK(client.reply(1).body.size() == 5000);
    CHECK(client.reply(1).is_whole);
}

TEST_CASE("HTTP/2: a reply that is made while it is sent") {
    SessionFixture client;
    const auto stream = std::make_shared<HttpBodyStream>(64 << 10);
    client.feed(head(1, "GET", "/", true));
    HttpReply reply = reply_with("head;");
    reply.stream = HttpBodyStream::sending_end(stream);
    reply.trailers = {{"x-end", "1"}};
    client.answer(0, std::move(reply));
    CHECK(client.reply(1).body == "head;");
    REQUIRE(stream->try_write("one;"));
    REQUIRE(client.woken == std::vector<std::uint32_t>{1});
    client.session->on_more(1, client.now);
    client.read();
    CHECK(client.reply(1).body == "head;one;");
    client.pass(Duration::seconds(300));  // it may take its time
    CHECK_FALSE(client.replies.last_goaway);
    stream->end();
    client.session->on_more(1, client.now);
    client.read();
    CHECK(client.reply(1).is_whole);
    CHECK(client.reply(1).trailers.at("x-end") == "1");
    CHECK(stream->is_closed());
}

TEST_CASE("HTTP/2: who resets a stream is gone, and its stream closes") {
    SessionFixture client;
    const auto stream = std::make_shared<HttpBodyStream>(64 << 10);
    client.feed(head(1, "GET", "/", true) + head(3, "GET", "/", true));
    HttpReply reply;
    reply.stream = HttpBodyStream::sending_end(stream);
    client.answer(0, std::move(reply));
    client.feed(frame(rst_stream, 0, 1, number(8, 4)) + frame(rst_stream, 0, 3, number(8, 4)));
    CHECK(stream->is_closed());
    CHECK(client.requests[1].request.is_client_gone());
    client.answer(1, reply_with("into nothing"));
    CHECK(client.reply(3).status() == 0);
    CHECK(client.service.metrics.replies_lost.value() == 2);
}

TEST_CASE("HTTP/2: requests wait while too much waits to be read, and no answer is unbounded") {
    SessionFixture client;  // windows of 65,535 bytes
    for (std::uint32_t i = 0; i < 4; ++i) client.feed(head(2 * i + 1, "GET", "/", true));
    REQUIRE(client.requests.size() == 4);
    client.answer(0, reply_with(std::string(40U << 20, 'x')));
    client.feed(head(9, "GET", "/", true));
    CHECK(client.requests.size() == 4);  // not handed out
    client.answer(1, reply_with(std::string(40U << 20, 'x')));
    CHECK(client.reply(3).status() == 503);
    client.feed(frame(window_update, 0, 0, number(100U << 20, 4)) +
                frame(window_update, 0, 1, number(100U << 20, 4)));
    CHECK(client.reply(1).is_whole);
    client.feed("");
    CHECK(client.requests.size() == 5);
}

TEST_CASE("HTTP/2: a client's goodbye is no breach, in grpc-go's wording either") {
    for (const std::uint32_t last : {0U, 0x7fffffffU}) {
        SessionFixture client;
        client.feed(head(1, "GET", "/", true));
        client.answer(0, reply_with("x"));
        client.feed(frame(goaway, 0, 0, number(last, 4) + number(0, 4)));
        CHECK(client.session->is_over());
        CHECK(client.closed("protocol_error") == 0);
    }
}

TEST_CASE("HTTP/2: a stop answers what is on its way and is over then") {
    SessionFixture client;
    client.feed(head(1, "GET", "/", true));
    client.session->begin_stop(client.now);
    client.read();
    REQUIRE(client.replies.last_goaway);
    CHECK(client.replies.last_goaway->last_stream == 0x7fffffff);
    client.feed(head(3, "GET", "/", true));  // sent before it was read
    client.feed(frame(ping, ack, 0, std::string(8, '\0')));
    CHECK(client.replies.last_goaway->last_stream == 3);
    CHECK(client.replies.last_goaway->code == 0);
    CHECK_FALSE(client.session->is_over());
    client.answer(0, reply_with("1"));
    client.answer(1, reply_with("3"));
    CHECK(client.reply(3).body == "3");
    CHECK(client.session->is_over());
}

TEST_CASE("HTTP/2: a stop does not wait for a client that confirms nothing, nor for streams") {
    SessionFixture client;
    const auto stream = std::make_shared<HttpBodyStream>(64 << 10);
    client.feed(head(1, "GET", "/", true));
    HttpReply reply;
    reply.stream = HttpBodyStream::sending_end(stream);
    client.answer(0, std::move(reply));
    client.session->begin_stop(client.now);
    client.read();
    CHECK(stream->is_closed());
    CHECK(client.reply(1).reset == 8U);
    CHECK_FALSE(client.session->is_over());
    client.pass(Duration::milliseconds(1100));
    CHECK(client.session->is_over());
}

}  // namespace tomograph
