#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "net/raw_client.h"
#include "net/test_server.h"

namespace tomograph {

namespace {

struct OneParked {
    HttpHandler handler() {
        return [this](const HttpRequest&, HttpRespond respond_in) {
            respond = std::move(respond_in);
            arrived = true;
        };
    }
    HttpRespond respond;
    std::atomic<bool> arrived = false;
};

}  // namespace

TEST_CASE("a graceful stop lets the running request answer and closes the idle ones") {
    OneParked parked;
    TestServer server(parked.handler());
    RawClient idle(server.address());
    RawClient busy(server.address());
    REQUIRE(busy.send(post("x")));
    REQUIRE(eventually([&] { return parked.arrived.load(); }));

    std::thread stopping([&] { server.server->stop(Duration::seconds(10)); });
    CHECK(idle.is_closed());
    parked.respond({.status = 200, .headers = {}, .body = "fine"});
    const RawReply reply = busy.read_reply();
    CHECK(reply.body == "fine");
    CHECK(reply.header("Connection") == "close");
    CHECK(busy.is_closed());
    stopping.join();
    CHECK(server.connections_open() == 0);
}

TEST_CASE("a request half sent when the server stops is answered") {
    TestServer server;
    RawClient client(server.address());
    REQUIRE(client.send(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"));
    REQUIRE(client.read_reply().status == 100);
    std::thread stopping([&] { server.server->stop(Duration::seconds(10)); });
    REQUIRE(client.send("abcd"));
    CHECK(client.read_reply().status == 200);
    stopping.join();
}

TEST_CASE("a stop does not wait longer than its deadline") {
    OneParked parked;
    TestServer server(parked.handler());
    RawClient busy(server.address());
    REQUIRE(busy.send(post("x")));
    REQUIRE(eventually([&] { return parked.arrived.load(); }));
    server.server->stop(Duration::milliseconds(20));
    CHECK(busy.is_closed());
    CHECK(server.count("replies_lost_total") == 1);
    parked.respond({.status = 200, .headers = {}, .body = "late"});
    server.server->stop(Duration::seconds(10));  // again: nothing happens
}

TEST_CASE("a stopped server's port is free at once") {
    TestServer first;
    const std::string address = first.address();
    RawClient client(address);
    REQUIRE(client.send(post("x")));
    REQUIRE(client.read_reply().status == 200);
    first.server->stop({});
    const auto second =
        HttpServer::start(first.pool, {.address = address, .tls = {}, .limits = {}, .name = "x"},
                          TestServer::answer_at_once, {}, first.metrics);
    REQUIRE(second);
}

TEST_CASE("servers come and go under load") {
    MetricsRegistry metrics;
    IoPool pool(2);
    for (int round = 0; round < 20; ++round) {
        auto server = HttpServer::start(
            pool, {.address = "127.0.0.1:0", .tls = {}, .limits = {}, .name = "x"},
            TestServer::answer_at_once, {}, metrics);
        REQUIRE(server);
        const std::string address = server.value()->address();
        RawClient first(address);
        RawClient second(address);
        REQUIRE(first.send(post("x") + post("x")));
        second.send(post("x"));
    }
}

}  // namespace tomograph
