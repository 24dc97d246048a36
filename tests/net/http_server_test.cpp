#include "net/http_server.h"

#include <doctest/doctest.h>

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "base/guarded.h"
#include "net/encode_body.h"
#include "net/raw_client.h"
#include "net/test_server.h"

namespace tomograph {

namespace {

/// Keeps requests until the test answers them.
struct Parked {
    HttpHandler handler() {
        return [this](HttpRequest request, HttpRespond respond) {
            const std::lock_guard lock(mutex);
            waiting.emplace_back(std::move(request), std::move(respond));
            arrived.notify_all();
        };
    }
    HttpRespond take() {
        std::unique_lock lock(mutex);
        REQUIRE(arrived.wait_for(lock, std::chrono::seconds(10), [&] { return !waiting.empty(); }));
        HttpRespond respond = std::move(waiting.front().second);
        waiting.erase(waiting.begin());
        return respond;
    }

    std::mutex mutex;
    std::condition_variable arrived;
    std::vector<std::pair<HttpRequest, HttpRespond>> waiting;
};

HttpReply reply_of(std::string body) {
    return {.status = 200, .headers = {}, .body = std::move(body)};
}

}  // namespace

TEST_CASE("a connection carries many requests and bodies of every size") {
    TestServer server;
    RawClient client(server.address());
    for (const std::size_t size : {0UL, 1UL, 50'000UL, 128UL << 10, 3UL << 20}) {
        REQUIRE(client.send(post(std::string(size, 'x'))));
        const RawReply reply = client.read_reply();
        CHECK(reply.status == 200);
        CHECK(reply.body == "POST /path? " + std::to_string(size));
        CHECK(reply.header("Connection") == "keep-alive");
        CHECK(reply.header("Date").size() == 29);
    }
    CHECK(server.count("connections_accepted_total") == 1);
}

TEST_CASE("pipelined requests are answered in their order") {
    TestServer server;
    RawClient client(server.address());
    std::string all;
    for (int i = 0; i < 100; ++i)
        all += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
    REQUIRE(client.send(all));
    for (int i = 0; i < 100; ++i)
        REQUIRE(client.read_reply().body == "GET /" + std::to_string(i) + "? 0");
}

TEST_CASE("a pipelined request waits until the one before it is answered") {
    Parked parked;
    TestServer server(parked.handler());
    RawClient client(server.address());
    REQUIRE(client.send(post("first") + post("second")));
    const HttpRespond first = parked.take();
    {
        const std::lock_guard lock(parked.mutex);
        CHECK(parked.waiting.empty());
    }
    first(reply_of("1"));
    CHECK(client.read_reply().body == "1");
    parked.take()(reply_of("2"));
    CHECK(client.read_reply().body == "2");
}

TEST_CASE("a reply may come from another thread, later") {
    Parked parked;
    TestServer server(parked.handler());
    RawClient client(server.address());
    for (int i = 0; i < 20; ++i) {
        REQUIRE(client.send(post("x")));
        std::thread answerer(
            [respond = parked.take(), i] { respond(reply_of(std::to_string(i))); });
        CHECK(client.read_reply().body == std::to_string(i));
        answerer.join();
    }
}

TEST_CASE("only the first of several replies counts") {
    TestServer server([](const HttpRequest&, const HttpRespond& respond) {
        respond(reply_of("first"));
        respond(reply_of("second"));
    });
    RawClient client(server.address());
    REQUIRE(client.send(post("x") + post("y")));
    CHECK(client.read_reply().body == "first");
    CHECK(client.read_reply().body == "first");
}

TEST_CASE("a request that its handler drops or throws at is answered with 500") {
    TestServer server([](const HttpRequest& request, const HttpRespond&) {
        if (request.body == "throw") throw std::runtime_error("broken");
    });
    RawClient client(server.address());
    REQUIRE(client.send(post("drop") + post("throw")));
    CHECK(client.read_reply().status == 500);
    CHECK(client.read_reply().status == 500);
    CHECK(server.count("requests_unanswered_total") == 2);
}

TEST_CASE("a client that has gone before the reply harms no one") {
    Parked parked;
    TestServer server(parked.handler());
    {
        RawClient client(server.address());
        REQUIRE(client.send(post("x")));
        const HttpRespond respond = parked.take();
        client.reset();
        respond(reply_of(std::string(8 << 20, 'x')));
        CHECK(eventually([&] { return server.connections_open() == 0; }));
        CHECK(server.count("replies_lost_total") == 1);
        respond(reply_of("again"));
    }
    RawClient next(server.address());
    REQUIRE(next.send(post("x")));
    parked.take()(reply_of("fine"));
    CHECK(next.read_reply().body == "fine");
}

TEST_CASE("a client that goes in the middle of a request is counted") {
    TestServer server;
    {
        RawClient client(server.address());
        REQUIRE(client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc"));
    }
    CHECK(eventually([&] { return server.connections_refused("cut_short") == 1; }));
    CHECK(eventually([&] { return server.connections_open() == 0; }));
}

TEST_CASE("a reply after the server has gone does nothing") {
    Parked parked;
    HttpRespond respond;
    {
        TestServer server(parked.handler());
        RawClient client(server.address());
        REQUIRE(client.send(post("x")));
        respond = parked.take();
    }
    respond(reply_of("late"));
}

TEST_CASE("HEAD gets the headers of the body it does not get") {
    TestServer server;
    RawClient client(server.address());
    REQUIRE(client.send("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\nGET /y HTTP/1.1\r\nHost: a\r\n\r\n"));
    const RawReply head = client.read_reply(true);
    CHECK(head.header("Content-Length") == std::to_string(std::string("HEAD /x? 0").size()));
    CHECK(client.read_reply().body == "GET /y? 0");
}

TEST_CASE("the end of the connection is the client's or the handler's choice") {
    TestServer server([](const HttpRequest& request, const HttpRespond& respond) {
        HttpReply reply = describe(request);
        reply.close = request.path == "/close";
        respond(reply);
    });
    for (const char* text :
         {"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
          "GET / HTTP/1.0\r\nHost: a\r\n\r\n", "GET /close HTTP/1.1\r\nHost: a\r\n\r\n"}) {
        CAPTURE(text);
        RawClient client(server.address());
        REQUIRE(client.send(text));
        const RawReply reply = client.read_reply();
        CHECK(reply.status == 200);
        CHECK(reply.header("Connection") == "close");
        CHECK(client.is_closed());
    }
}

TEST_CASE("a client that closes its writing side still gets its answer") {
    Parked parked;
    TestServer server(parked.handler());
    RawClient client(server.address());
    REQUIRE(client.send(post("x")));
    client.end_writing();
    parked.take()(reply_of("fine"));
    CHECK(client.read_reply().body == "fine");
    CHECK(client.is_closed());
}

TEST_CASE("100 Continue is sent before a body that waits for it") {
    TestServer server;
    RawClient client(server.address());
    REQUIRE(client.send(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"));
    CHECK(client.read_reply().status == 100);
    REQUIRE(client.send("abc"));
    CHECK(client.read_reply().body == "POST /? 3");
    // With the body already there it is not.
    REQUIRE(client.send(post("abc", "Expect: 100-continue\r\n")));
    CHECK(client.read_reply().status == 200);
}

TEST_CASE("a refused request is answered in the owner's words, and the connection ends") {
    struct Case {
        std::string bytes;
        int status;
        const char* cause;
    };
    const Case cases[] = {
        {"GET / HTTP/1.1\r\n\r\n", 400, "malformed"},
        {"nonsense\r\n\r\n", 400, "malformed"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10737418240\r\n\r\n", 413,
         "wire_body_bytes"},
        {"GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(1 << 20, 'x'), 431, "header_bytes"},
        {post("x", "Content-Encoding: br\r\n"), 415, "coding"},
        {post(gzip_bomb(), "Content-Encoding: gzip\r\n"), 413, "compression_ratio"},
        {post(std::string(6 << 20, 'x')), 413, "wire_body_bytes"},
    };
    TestServer server;
    for (const Case& c : cases) {
        CAPTURE(c.bytes.substr(0, 80));
        const std::uint64_t before = server.refused(c.cause);
        RawClient client(server.address());
        client.send(c.bytes);
        const RawReply reply = client.read_reply();
        CHECK(reply.status == c.status);
        CHECK(reply.body.starts_with("{\"message\":\""));
        CHECK(client.is_closed());
        CHECK(server.refused(c.cause) == before + 1);
    }
}

TEST_CASE("a reply that would break out of its header is not sent") {
    TestServer server([](const HttpRequest&, const HttpRespond& respond) {
        respond({.status = 200, .headers = {{"X", "a\r\nSet-Cookie: b"}}, .body = "x"});
    });
    RawClient client(server.address());
    REQUIRE(client.send(post("x")));
    const RawReply reply = client.read_reply();
    CHECK(reply.status == 500);
    CHECK(reply.head.find("Cookie") == std::string::npos);
}

TEST_CASE("the peer's address and port reach the handler") {
    TestServer server([](const HttpRequest& request, const HttpRespond& respond) {
        respond(reply_of(request.peer_address + (request.is_encrypted ? " tls" : " plain")));
    });
    RawClient client(server.address());
    sockaddr_in own{};
    socklen_t size = sizeof own;
    REQUIRE(getsockname(client.descriptor(), reinterpret_cast<sockaddr*>(&own), &size) == 0);
    REQUIRE(client.send(post("x")));
    CHECK(client.read_reply().body ==
          "127.0.0.1:" + std::to_string(ntohs(own.sin_port)) + " plain");
}

TEST_CASE("an address that is taken or bad is an error") {
    TestServer server;
    const auto start = [&](const std::string& address) {
        return HttpServer::start(server.pool,
                                 {.address = address, .tls = {}, .limits = {}, .name = "x"},
                                 TestServer::answer_at_once, {}, server.metrics);
    };
    CHECK(start(server.address()).error().code() == ErrorCode::unavailable);
    CHECK(start("nowhere").error().code() == ErrorCode::invalid);
    const auto ipv6 = start("[::1]:0");
    if (ipv6) {  // not every container has IPv6
        RawClient client(ipv6.value()->address());
        REQUIRE(client.send(post("x")));
        CHECK(client.read_reply().status == 200);
    }
}

}  // namespace tomograph
