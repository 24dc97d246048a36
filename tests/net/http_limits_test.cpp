#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>

#include <memory>
#include <vector>

#include "net/raw_client.h"
#include "net/test_server.h"

namespace tomograph {

namespace {

/// One time-out short enough to wait for, long enough for a client that a busy machine holds up.
HttpLimits hasty(Duration HttpLimits::* which) {
    HttpLimits limits;
    limits.*which = Duration::milliseconds(80);
    return limits;
}

}  // namespace

TEST_CASE("a header that does not end is cut off") {
    TestServer server(TestServer::answer_at_once, hasty(&HttpLimits::header_timeout));
    RawClient client(server.address());
    REQUIRE(client.send("GET / HTTP/1.1\r\nHost:"));
    CHECK(client.read_reply().status == 408);
    CHECK(client.is_closed());
    CHECK(server.refused("header_timeout") == 1);
}

TEST_CASE("many slow headers do not keep a good client waiting, and are all cut off") {
    TestServer server(TestServer::answer_at_once, hasty(&HttpLimits::header_timeout));
    std::vector<std::unique_ptr<RawClient>> slow;
    for (int i = 0; i < 100; ++i) {
        slow.push_back(std::make_unique<RawClient>(server.address()));
        slow.back()->send("POST / HTTP/1.1\r\nHo");
    }
    RawClient good(server.address());
    REQUIRE(good.send(post("x")));
    CHECK(good.read_reply().status == 200);
    CHECK(eventually([&] { return server.refused("header_timeout") == 100; }));
}

TEST_CASE("a body that comes too slowly is cut off") {
    HttpLimits limits = hasty(&HttpLimits::body_grace);
    limits.body_bytes_per_second_min = 1ULL << 40;
    TestServer server(TestServer::answer_at_once, limits);
    RawClient client(server.address());
    REQUIRE(client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n"));
    // Bytes without a pause, and still far below the rate.
    const auto start = std::chrono::steady_clock::now();
    while (server.refused("body_timeout") == 0 &&
           std::chrono::steady_clock::now() - start < std::chrono::seconds(10))
        if (!client.send("x")) break;
    CHECK(client.read_reply().status == 408);
    CHECK(server.refused("body_timeout") == 1);
}

TEST_CASE("who asks for 100 Continue and never sends is cut off") {
    TestServer server(TestServer::answer_at_once, hasty(&HttpLimits::body_grace));
    RawClient client(server.address());
    REQUIRE(client.send(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n"));
    CHECK(client.read_reply().status == 100);
    CHECK(client.read_reply().status == 408);
    CHECK(server.refused("body_timeout") == 1);
}

TEST_CASE("idle connections are closed without a word") {
    TestServer server(TestServer::answer_at_once, hasty(&HttpLimits::idle_timeout));
    RawClient used(server.address());
    REQUIRE(used.send(post("x")));
    CHECK(used.read_reply().status == 200);
    CHECK(used.is_closed());
    CHECK(server.connections_refused("idle") == 1);
}

TEST_CASE("a connection that never says a word has as long as a header") {
    TestServer server(TestServer::answer_at_once, hasty(&HttpLimits::header_timeout));
    RawClient silent(server.address());
    CHECK(silent.is_closed());
    CHECK(server.connections_refused("idle") == 1);
}

TEST_CASE("a reader that takes nothing of a large answer is cut off") {
    HttpLimits limits = hasty(&HttpLimits::write_timeout);
    limits.body_bytes_per_second_min = 1ULL << 40;
    TestServer server(
        [](const HttpRequest&, const HttpRespond& respond) {
            respond({.status = 200, .headers = {}, .body = std::string(10 << 20, 'x')});
        },
        limits);
    RawClient client(server.address());
    client.shrink_receive_buffer();
    REQUIRE(client.send(post("x")));
    CHECK(eventually([&] { return server.connections_refused("slow_reader") == 1; }));
    CHECK(eventually([&] { return server.connections_open() == 0; }));
    CHECK(server.count("replies_lost_total") == 1);
}

TEST_CASE("a running request has all the time it needs") {
    HttpRespond parked;
    std::atomic<bool> arrived = false;
    TestServer server(
        [&](const HttpRequest& request, HttpRespond respond) {
            if (request.path == "/witness") return respond(describe(request));
            parked = std::move(respond);
            arrived = true;
        },
        hasty(&HttpLimits::idle_timeout));
    RawClient client(server.address());
    REQUIRE(client.send(post("x")));
    REQUIRE(eventually([&] { return arrived.load(); }));
    // Idle as long as the request runs, and cut off for it.
    RawClient witness(server.address());
    REQUIRE(witness.send("GET /witness HTTP/1.1\r\nHost: a\r\n\r\n"));
    CHECK(witness.read_reply().status == 200);
    CHECK(witness.is_closed());
    parked({.status = 200, .headers = {}, .body = "fine"});
    CHECK(client.read_reply().body == "fine");
}

TEST_CASE("connections beyond the caps are turned away, others are served on") {
    HttpLimits limits;
    SUBCASE("in all") { limits.connections_max = 3; }
    SUBCASE("per address") { limits.connections_per_address_max = 3; }
    TestServer server(TestServer::answer_at_once, limits);
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 3; ++i) {
        clients.push_back(std::make_unique<RawClient>(server.address()));
        REQUIRE(clients.back()->send(post("x")));
        CHECK(clients.back()->read_reply().status == 200);
    }
    RawClient refused(server.address());
    CHECK(refused.read_reply().status == 503);
    CHECK(refused.is_closed());
    CHECK(server.connections_refused("total_cap") + server.connections_refused("address_cap") == 1);

    REQUIRE(clients.front()->send(post("x")));
    CHECK(clients.front()->read_reply().status == 200);
    clients.pop_back();
    REQUIRE(eventually([&] { return server.connections_open() == 2; }));
    RawClient next(server.address());
    REQUIRE(next.send(post("x")));
    CHECK(next.read_reply().status == 200);
}

TEST_CASE("without descriptors accepting waits, and open connections are served") {
    TestServer server;
    RawClient open(server.address());
    REQUIRE(open.send(post("x")));
    REQUIRE(open.read_reply().status == 200);

    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
    rlimit few = before;
    few.rlim_cur = 256;
    REQUIRE(setrlimit(RLIMIT_NOFILE, &few) == 0);
    std::vector<int> hoard;
    for (int copy; (copy = fcntl(0, F_DUPFD_CLOEXEC, 0)) >= 0;) hoard.push_back(copy);
    REQUIRE(hoard.size() > 2);
    close(hoard.back());
    hoard.pop_back();

    RawClient waiting(server.address());  // its descriptor was the last; the kernel queues it
    REQUIRE(waiting.send(post("x")));
    CHECK(eventually([&] { return server.connections_refused("accept_failed") >= 1; }));
    for (int i = 0; i < 100; ++i) {
        REQUIRE(open.send(post("x")));
        REQUIRE(open.read_reply().status == 200);
    }
    CHECK(server.connections_refused("accept_failed") <= 10);  // one try each 100 ms, no spin

    for (const int copy : hoard) close(copy);
    REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
    CHECK(waiting.read_reply().status == 200);
}

TEST_CASE("4096 idle connections leave room for a working one") {
    rlimit limit{};
    REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    limit.rlim_cur = limit.rlim_max;
    REQUIRE(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    const std::uint32_t count = limit.rlim_cur > 9000 ? 4096 : 256;
    HttpLimits limits;
    limits.connections_max = count;
    limits.connections_per_address_max = count;
    TestServer server(TestServer::answer_at_once, limits);
    std::vector<std::unique_ptr<RawClient>> clients;
    for (std::uint32_t i = 0; i < count; ++i)
        clients.push_back(std::make_unique<RawClient>(server.address()));
    REQUIRE(clients.back()->send(post("x")));
    CHECK(clients.back()->read_reply().status == 200);
    CHECK(server.connections_open() == count);
}

}  // namespace tomograph
