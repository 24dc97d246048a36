#include "net/grpc/service.h"

#include <doctest/doctest.h>

#include "net/encode_body.h"
#include "net/grpc/frame.h"
#include "net/http2/session_fixture.h"

namespace tomograph {

namespace {

/// A service whose calls wait until the test answers them, without a connection.
struct ServiceFixture {
    explicit ServiceFixture(HttpLimits limits = {})
        : service({.limits = limits, .listener = "test"}, clock, metrics) {
        service.add("/a.Echo/Say", [this](GrpcCall call, GrpcRespond respond) {
            calls.emplace_back(std::move(call), std::move(respond));
        });
        service.add_health([this] { return is_serving; });
        handler = service.handler();
    }

    /// The reply, if it has come already.
    const HttpReply& call(const std::string& body, std::vector<HttpHeader> headers = {},
                          const std::string& path = "/a.Echo/Say") {
        headers.push_back({"content-type", "application/grpc+proto"});
        HttpRequest request;
        request.method = "POST";
        request.path = path;
        request.headers = std::move(headers);
        request.body = body;
        request.is_http2 = true;
        return ask(std::move(request));
    }
    const HttpReply& ask(HttpRequest request) {
        reply.reset(new HttpReply{.status = 0, .headers = {}, .body = {}});
        handler(std::move(request), [into = reply](HttpReply given) { *into = std::move(given); });
        return *reply;
    }

    ManualClock clock{Instant{}};
    MetricsRegistry metrics;
    GrpcService service;
    bool is_serving = true;
    std::vector<std::pair<GrpcCall, GrpcRespond>> calls;
    std::shared_ptr<HttpReply> reply;
    HttpHandler handler;
};

std::string status_of(const HttpReply& reply) {
    for (const auto* headers : {&reply.headers, &reply.trailers})
        for (const HttpHeader& header : *headers)
            if (header.name == "grpc-status") return header.value;
    return {};
}

std::string message(std::string_view bytes, bool is_compressed = false) {
    return grpc_prefix(bytes.size(), is_compressed) + std::string(bytes);
}

}  // namespace

TEST_CASE("a call reaches its method, and its answer goes back") {
    ServiceFixture server;
    server.call(message("hello"), {{"x-meta", "data"}});
    REQUIRE(server.calls.size() == 1);
    CHECK(server.calls[0].first.message() == "hello");
    CHECK(server.calls[0].first.request.header("x-meta") == "data");
    CHECK_FALSE(server.calls[0].first.deadline);
    server.calls[0].second({.message = "world"});
    CHECK(server.reply->body == message("world"));
    CHECK(status_of(*server.reply) == "0");
}

TEST_CASE("messages may be compressed, within bounds") {
    ServiceFixture server;
    const std::string text(10'000, 'x');
    server.call(message(encode_gzip(text), true), {{"grpc-encoding", "gzip"}});
    server.call(message(encode_zlib(text, 15), true), {{"grpc-encoding", "deflate"}});
    server.call(message(encode_zstd(text), true), {{"grpc-encoding", "zstd"}});
    server.call(message(text), {{"grpc-encoding", "gzip"}});  // the flag says that it is not
    REQUIRE(server.calls.size() == 4);
    for (const auto& [call, respond] : server.calls) CHECK(call.message() == text);
    server.calls.clear();

    CHECK(status_of(server.call(message(gzip_bomb(), true), {{"grpc-encoding", "gzip"}})) == "8");
    CHECK(status_of(server.call(message(zstd_bomb(), true), {{"grpc-encoding", "zstd"}})) == "8");
    CHECK(status_of(server.call(message("no gzip", true), {{"grpc-encoding", "gzip"}})) == "3");
    CHECK(status_of(server.call(message("x", true), {{"grpc-encoding", "snappy"}})) == "12");
    CHECK(status_of(server.call(message("x", true), {{"grpc-encoding", "gzip, gzip"}})) == "12");
    CHECK(status_of(server.call(message("x", true))) == "3");
    CHECK(server.reply->headers[1].value == "identity,gzip,deflate,zstd");
    CHECK(server.calls.empty());
}

TEST_CASE("decoded messages have a budget until they are answered") {
    HttpLimits limits;
    limits.body_bytes_in_flight_max = 400'000;
    ServiceFixture server(limits);
    const std::string body = message(encode_gzip(std::string(150'000, 'x')), true);
    server.call(body, {{"grpc-encoding", "gzip"}});
    REQUIRE(server.calls.size() == 1);
    CHECK(status_of(server.call(body, {{"grpc-encoding", "gzip"}})) == "14");
    server.calls[0].second({});
    server.call(body, {{"grpc-encoding", "gzip"}});
    CHECK(server.calls.size() == 2);
}

TEST_CASE("what is not one message is an invalid argument") {
    ServiceFixture server;
    for (const std::string& body :
         {std::string(), std::string("\0\0", 2), message("a") + message("b"), message("a") + "x",
          std::string("\0\xff\xff\xff\xff", 5), "\x05" + message("a")}) {
        CAPTURE(body);
        CHECK(status_of(server.call(body)) == "3");
    }
    CHECK(server.calls.empty());
}

TEST_CASE("unknown methods and services are not implemented") {
    ServiceFixture server;
    for (const char* path :
         {"/a.Echo/Shout", "/b.Echo/Say", "/", "/a.Echo", "/grpc.health.v1.Health/Watch"})
        CHECK(status_of(server.call(message(""), {}, path)) == "12");
}

TEST_CASE("what is not gRPC gets a status of HTTP") {
    ServiceFixture server;
    HttpRequest request;
    request.method = "POST";
    request.path = "/a.Echo/Say";
    request.is_http2 = true;
    for (const char* type :
         {"", "application/json", "application/grpc-web", "application/grpc+json"}) {
        request.headers = {{"content-type", type}};
        CHECK(server.ask(request).status == 415);
    }
    request.headers = {{"content-type", "application/grpc"}};
    request.method = "GET";
    CHECK(server.ask(request).status == 405);
    request.method = "POST";
    request.is_http2 = false;
    CHECK(server.ask(request).status == 505);

    server.handler = server.service.handler([](const HttpRequest&, const HttpRespond& respond) {
        HttpReply none;
        none.status = 204;
        respond(std::move(none));
    });
    request.headers = {{"content-type", "application/json"}};
    CHECK(server.ask(request).status == 204);
}

TEST_CASE("an answer after the deadline is too late") {
    ServiceFixture server;
    server.call(message("x"), {{"grpc-timeout", "100m"}});
    REQUIRE(server.calls.size() == 1);
    CHECK(server.calls[0].first.deadline == server.clock.monotonic() + Duration::milliseconds(100));
    server.clock.advance(Duration::milliseconds(101));
    server.calls[0].second({.message = "late"});
    CHECK(status_of(*server.reply) == "4");
    CHECK(status_of(server.call(message("x"), {{"grpc-timeout", "soon"}})) == "3");
}

TEST_CASE("a call that its method drops or throws at is an internal error") {
    ServiceFixture server;
    server.call(message("x"));
    server.calls.clear();
    CHECK(status_of(*server.reply) == "13");
    server.service.add("/a.Echo/Throw", [](const GrpcCall&, const GrpcRespond&) {
        throw std::runtime_error("broken");
    });
    CHECK(status_of(server.call(message("x"), {}, "/a.Echo/Throw")) == "13");
    CHECK(server.metrics
              .counter("tomograph_net_grpc_calls_total", "",
                       {{"listener", "test"}, {"status", "INTERNAL"}})
              .value() == 2);
}

TEST_CASE("the health of the server and of its services") {
    ServiceFixture server;
    const auto check = [&](const std::string& request) {
        return server.call(message(request), {}, "/grpc.health.v1.Health/Check");
    };
    CHECK(check("").body == message("\x08\x01"));
    CHECK(check("\x0a\x06"
                "a.Echo")
              .body == message("\x08\x01"));
    CHECK(status_of(check("\x0a\x06"
                          "b.Echo")) == "5");
    CHECK(status_of(check("\x0a\x09"
                          "b.Echo")) == "3");
    server.is_serving = false;
    CHECK(check("").body == message("\x08\x02"));
    CHECK(server.service.services() == std::vector<std::string>{"a.Echo", "grpc.health.v1.Health"});
}

TEST_CASE("gRPC over HTTP/2: refusals below the service have its status") {
    HttpLimits limits;
    limits.wire_body_bytes_max = 1000;
    SessionFixture client(limits);
    const http2::Fields grpc = {{"content-type", "application/grpc"}};
    // Refused by its prefix; nothing more has to come.
    client.feed(http2::head(1, "POST", "/a.Echo/Say", false, grpc) +
                http2::frame(http2::data, 0, 1, std::string("\0\xff\xff\xff\xff", 5)));
    CHECK(client.reply(1).status() == 200);
    CHECK(client.reply(1).fields.at("grpc-status") == "8");
    CHECK(client.reply(1).fields.count("content-length") == 0);
    CHECK(client.reply(1).is_whole);
    CHECK(client.reply(1).reset == 0U);
    CHECK(client.refused("wire_body_bytes") == 1);

    client.feed(http2::head(3, "POST", "/a.Echo/Say", false, grpc));
    client.pass(Duration::seconds(6));
    CHECK(client.reply(3).fields.at("grpc-status") == "4");
}

}  // namespace tomograph
