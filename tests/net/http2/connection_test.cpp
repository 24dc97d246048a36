#include "net/http2/connection.h"

#include <doctest/doctest.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "net/http2/replies.h"
#include "net/http_body_stream.h"
#include "net/raw_client.h"
#include "net/test_server.h"

namespace tomograph {

using namespace http2;

namespace {

/// Speaks HTTP/2 by hand over a socket.
struct Http2Client {
    explicit Http2Client(const std::string& address, std::string_view settings_payload = "")
        : raw(address) {
        REQUIRE(raw.send(hello(settings_payload)));
    }

    /// Reads until the claim holds; false when the connection ended first.
    bool read_until(const std::function<bool()>& claim) {
        while (!claim()) {
            char bytes[64 << 10];
            const ssize_t size = recv(raw.descriptor(), bytes, sizeof bytes, 0);
            if (size <= 0) return false;
            unread.append(bytes, static_cast<std::size_t>(size));
            for (const Frame& one : take_frames(unread)) {
                if (one.type == ping && (one.flags & ack) == 0 && answers_pings)
                    raw.send(frame(ping, ack, 0, one.payload));
                if (one.type == settings && (one.flags & ack) == 0)
                    raw.send(frame(settings, ack, 0, ""));
                replies.add(one);
            }
        }
        return true;
    }
    const Reply& read_reply(std::uint32_t stream) {
        read_until([&] { return replies.by_stream[stream].is_whole; });
        return replies.by_stream[stream];
    }
    bool is_ended() {
        return !read_until([] { return false; });
    }

    RawClient raw;
    bool answers_pings = true;
    std::string unread;
    Replies replies;
};

/// Keeps the answers until the test gives them.
struct Parked {
    HttpHandler handler() {
        return [this](const HttpRequest&, HttpRespond respond) {
            const std::lock_guard lock(mutex);
            responds.push_back(std::move(respond));
        };
    }
    std::size_t count() {
        const std::lock_guard lock(mutex);
        return responds.size();
    }
    HttpRespond take(std::size_t i) {
        const std::lock_guard lock(mutex);
        return responds.at(i);
    }

    std::mutex mutex;
    std::vector<HttpRespond> responds;
};

}  // namespace

TEST_CASE("one listener speaks HTTP/1.1 and HTTP/2, by the client's first bytes") {
    TestServer server;
    RawClient old(server.address());
    REQUIRE(old.send(post("abc")));
    CHECK(old.read_reply().body == "POST /path? 3");

    Http2Client client(server.address());
    REQUIRE(client.raw.send(head(1, "POST", "/p?q", false) + body(1, std::string(60'000, 'x')) +
                            head(3, "GET", "/g", true)));
    CHECK(client.read_reply(3).body == "GET /g? 0");
    CHECK(client.read_reply(1).body == "POST /p?q 60000");
    CHECK(server.count("connections_http2_total") == 1);
    CHECK(server.count("connections_accepted_total") == 2);
}

TEST_CASE("the preface may come byte by byte, and a POST begins like one") {
    TestServer server;
    RawClient raw(server.address());
    for (const char c : hello()) REQUIRE(raw.send(std::string_view(&c, 1)));
    REQUIRE(raw.send(head(1, "GET", "/", true)));
    char byte;
    CHECK(recv(raw.descriptor(), &byte, 1, MSG_PEEK) == 1);
    CHECK(eventually([&] { return server.count("connections_http2_total") == 1; }));

    RawClient old(server.address());
    for (const char c : post("abc")) REQUIRE(old.send(std::string_view(&c, 1)));
    CHECK(old.read_reply().body == "POST /path? 3");
}

TEST_CASE("nobody is upgraded to HTTP/2, and no preface counts behind a request") {
    TestServer server;
    RawClient client(server.address());
    REQUIRE(
        client.send("GET /a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                    "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"));
    const RawReply reply = client.read_reply();
    CHECK(reply.status == 200);
    CHECK(reply.header("Upgrade").empty());
    REQUIRE(client.send(hello()));
    CHECK(client.read_reply().status >= 400);
    CHECK(server.count("connections_http2_total") == 0);
}

TEST_CASE("HTTP/2: answers of other threads, in any order") {
    Parked parked;
    TestServer server(parked.handler());
    Http2Client client(server.address());
    for (std::uint32_t i = 0; i < 30; ++i) client.raw.send(head(2 * i + 1, "GET", "/", true));
    REQUIRE(eventually([&] { return parked.count() == 30; }));
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            for (std::size_t i = t; i < 30; i += 4) {
                HttpReply reply;
                reply.body = std::to_string(i);
                parked.take(i)(std::move(reply));
            }
        });
    for (std::uint32_t i = 0; i < 30; ++i)
        CHECK(client.read_reply(2 * i + 1).body == std::to_string(i));
    for (std::thread& thread : threads) thread.join();
}

TEST_CASE("HTTP/2: a request that its handler drops or throws at is answered with 500") {
    TestServer server([](const HttpRequest& request, const HttpRespond&) {
        if (request.path == "/throw") throw std::runtime_error("broken");
    });
    Http2Client client(server.address());
    REQUIRE(client.raw.send(head(1, "GET", "/drop", true) + head(3, "GET", "/throw", true)));
    CHECK(client.read_reply(1).status() == 500);
    CHECK(client.read_reply(3).status() == 500);
    CHECK(server.count("requests_unanswered_total") == 2);
}

TEST_CASE("HTTP/2: a client that has gone before the reply harms no one") {
    Parked parked;
    TestServer server(parked.handler());
    {
        Http2Client client(server.address());
        REQUIRE(client.raw.send(head(1, "GET", "/", true)));
        REQUIRE(eventually([&] { return parked.count() == 1; }));
        client.raw.reset();
    }
    CHECK(eventually([&] { return server.connections_open() == 0; }));
    HttpReply reply;
    reply.body = std::string(8 << 20, 'x');
    parked.take(0)(std::move(reply));
    CHECK(server.count("replies_lost_total") == 1);
}

TEST_CASE("HTTP/2: a stop says GOAWAY, answers what runs, and ends") {
    Parked parked;
    TestServer server(parked.handler());
    Http2Client busy(server.address());
    Http2Client idle(server.address());
    REQUIRE(busy.raw.send(head(1, "GET", "/", true)));
    REQUIRE(eventually([&] { return parked.count() == 1; }));
    REQUIRE(idle.read_until([&] { return idle.replies.settings_seen >= 2; }));
    std::thread stopping([&] { server.server->stop(Duration::seconds(10)); });
    CHECK(idle.is_ended());
    REQUIRE(idle.replies.last_goaway);
    CHECK(idle.replies.last_goaway->code == 0);
    HttpReply reply;
    reply.body = "fine";
    REQUIRE(busy.read_until([&] { return busy.replies.last_goaway.has_value(); }));
    parked.take(0)(std::move(reply));
    CHECK(busy.read_reply(1).body == "fine");
    CHECK(busy.is_ended());
    stopping.join();
    CHECK(server.count("replies_lost_total") == 0);
}

TEST_CASE("HTTP/2: a stop does not wait longer than its deadline") {
    Parked parked;
    TestServer server(parked.handler());
    Http2Client busy(server.address());
    REQUIRE(busy.raw.send(head(1, "GET", "/", true)));
    REQUIRE(eventually([&] { return parked.count() == 1; }));
    server.server->stop(Duration::milliseconds(20));
    CHECK(busy.is_ended());
    CHECK(server.count("replies_lost_total") == 1);
    parked.take(0)({});
}

TEST_CASE("HTTP/2: a broken off client reads why, whatever it has still to send") {
    TestServer server;
    Http2Client client(server.address());
    const std::string pings = [] {
        std::string all;
        for (int i = 0; i < 5000; ++i) all += frame(ping, 0, 0, std::string(8, 'x'));
        return all;
    }();
    std::thread sender([&] { client.raw.send(pings); });
    CHECK(client.is_ended());
    sender.join();
    REQUIRE(client.replies.last_goaway);
    CHECK(client.replies.last_goaway->code == 11);
    CHECK(client.replies.last_goaway->reason == "too many frames that ask for nothing");
    CHECK(server.connections_refused("control_flood") == 1);
    Http2Client next(server.address());
    REQUIRE(next.raw.send(head(1, "GET", "/alive", true)));
    CHECK(next.read_reply(1).status() == 200);
}

TEST_CASE("HTTP/2: a reader that takes nothing of its answers is cut off") {
    HttpLimits limits;
    limits.write_timeout = Duration::milliseconds(80);
    limits.body_bytes_per_second_min = 1ULL << 40;
    TestServer server(
        [](const HttpRequest&, const HttpRespond& respond) {
            HttpReply reply;
            reply.body = std::string(10 << 20, 'x');
            respond(std::move(reply));
        },
        limits);
    Http2Client client(server.address(), setting(4, 0x7fffffff));
    client.raw.shrink_receive_buffer();
    REQUIRE(client.raw.send(frame(window_update, 0, 0, number(0x7fff0000, 4)) +
                            head(1, "GET", "/", true)));
    CHECK(eventually([&] { return server.connections_refused("slow_reader") == 1; }));
    CHECK(eventually([&] { return server.connections_open() == 0; }));
    CHECK(server.count("replies_lost_total") == 1);
}

TEST_CASE("HTTP/2: idle and silent connections are closed") {
    HttpLimits limits;
    SUBCASE("before the preface") {
        limits.header_timeout = Duration::milliseconds(80);
        TestServer server(TestServer::answer_at_once, limits);
        RawClient client(server.address());
        REQUIRE(client.send("PRI * HT"));
        CHECK(client.read_reply().status == 408);
        CHECK(server.refused("header_timeout") == 1);
    }
    SUBCASE("after a request") {
        limits.idle_timeout = Duration::milliseconds(80);
        TestServer server(TestServer::answer_at_once, limits);
        Http2Client client(server.address());
        REQUIRE(client.raw.send(head(1, "GET", "/", true)));
        CHECK(client.is_ended());
        CHECK(client.replies.by_stream[1].is_whole);
        CHECK(client.replies.last_goaway->code == 0);
        CHECK(server.connections_refused("idle") == 1);
    }
}

TEST_CASE("HTTP/2: a stream is sent as it is written, beside other replies") {
    const auto stream = std::make_shared<HttpBodyStream>(64 << 10);
    TestServer server([&](const HttpRequest& request, const HttpRespond& respond) {
        HttpReply reply = describe(request);
        if (request.path == "/stream") reply.stream = HttpBodyStream::sending_end(stream);
        respond(std::move(reply));
    });
    Http2Client client(server.address());
    REQUIRE(client.raw.send(head(1, "GET", "/stream", true)));
    std::string written;
    for (int i = 0; i < 20; ++i) {
        const std::string piece = "piece " + std::to_string(i) + ";";
        REQUIRE(stream->write(piece));
        written += piece;
        const auto other = static_cast<std::uint32_t>(2 * i + 3);
        REQUIRE(client.raw.send(head(other, "GET", "/other", true)));
        CHECK(client.read_reply(other).body == "GET /other? 0");
    }
    stream->end();
    CHECK(client.read_reply(1).body == "GET /stream? 0" + written);
    CHECK(eventually([&] { return stream->is_closed(); }));
}

TEST_CASE("HTTP/2: servers come and go under load") {
    MetricsRegistry metrics;
    IoPool pool(2);
    for (int round = 0; round < 20; ++round) {
        auto server = HttpServer::start(
            pool, {.address = "127.0.0.1:0", .tls = {}, .limits = {}, .name = "x"},
            TestServer::answer_at_once, {}, metrics);
        REQUIRE(server);
        RawClient first(server.value()->address());
        RawClient second(server.value()->address());
        REQUIRE(first.send(hello() + head(1, "POST", "/", false) + body(1, "x")));
        second.send(hello().substr(0, 10));
    }
}

}  // namespace tomograph
