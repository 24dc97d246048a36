#include "net/http_body_stream.h"

#include <atomic>
#include <future>
#include <mutex>
#include <thread>

#include "net/raw_client.h"
#include "net/test_server.h"

using namespace tomograph;

namespace {

constexpr std::string_view get = "GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// Answers each request with a stream, which the test writes.
struct Streams {
    std::promise<std::shared_ptr<HttpBodyStream>> promise;
    std::shared_ptr<HttpBodyStream> made = std::make_shared<HttpBodyStream>(64 << 10);
    std::string first;

    HttpHandler handler() {
        return [this](HttpRequest, const HttpRespond& respond) {
            HttpReply reply;
            reply.body = first;
            reply.stream = HttpBodyStream::sending_end(made);
            respond(std::move(reply));
        };
    }
};

/// All bytes until the end of the chunked body, with their framing.
std::string read_rest(RawClient& client) {
    std::string bytes;
    static char some[1 << 20];
    while (!bytes.ends_with("0\r\n\r\n")) {
        const ssize_t size = recv(client.descriptor(), some, sizeof some, 0);
        if (size <= 0) break;
        bytes.append(some, static_cast<std::size_t>(size));
    }
    return bytes;
}

}  // namespace

TEST_CASE("a stream is sent in chunks as it is written, and the connection lives on") {
    Streams streams;
    streams.first = "head;";
    TestServer server(streams.handler());
    RawClient client(server.address());
    REQUIRE(client.send(get));
    CHECK(streams.made->write("one;"));
    streams.made->end();
    const std::string all = read_rest(client);
    CHECK(all.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(all.find("Transfer-Encoding: chunked\r\n") != std::string::npos);
    CHECK(all.find("Content-Length") == std::string::npos);
    CHECK(all.ends_with("\r\n\r\n5\r\nhead;\r\n4\r\none;\r\n0\r\n\r\n"));
    CHECK(eventually([&] { return streams.made->is_closed(); }));

    streams.made = std::make_shared<HttpBodyStream>(64 << 10);
    streams.first.clear();
    REQUIRE(client.send(get));
    streams.made->end();
    CHECK(read_rest(client).ends_with("\r\n\r\n0\r\n\r\n"));
}

TEST_CASE("an older client gets a stream without chunks, up to the end of the connection") {
    Streams streams;
    TestServer server(streams.handler());
    RawClient client(server.address());
    REQUIRE(client.send("GET / HTTP/1.0\r\n\r\n"));
    CHECK(streams.made->write("one;"));
    CHECK(streams.made->write("two;"));
    streams.made->end();
    std::string all;
    char some[4096];
    for (ssize_t size; (size = recv(client.descriptor(), some, sizeof some, 0)) > 0;)
        all.append(some, static_cast<std::size_t>(size));
    CHECK(all.ends_with("\r\n\r\none;two;"));
}

TEST_CASE("a HEAD of a stream has no body, and the stream closes") {
    Streams streams;
    TestServer server(streams.handler());
    RawClient client(server.address());
    REQUIRE(client.send("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    CHECK(client.read_reply(true).status == 200);
    CHECK(eventually([&] { return streams.made->is_closed(); }));
    CHECK_FALSE(streams.made->write("lost"));
}

TEST_CASE("a writer waits for a slow client, and no more than its bound is held") {
    Streams streams;
    TestServer server(streams.handler());
    RawClient client(server.address());
    REQUIRE(client.send(get));
    const std::string piece(32 << 10, 'x');
    std::atomic<int> written{0};
    std::thread writer([&] {
        for (int i = 0; i < 800 && streams.made->write(piece); ++i) ++written;  // 25.6 MB
        streams.made->end();
    });
    int seen = -1;  // the sockets' buffers fill up, and then nothing moves
    CHECK(eventually([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        return std::exchange(seen, written.load()) == written.load() && seen > 0;
    }));
    CHECK(written.load() < 800);
    CHECK_FALSE(streams.made->try_write(std::string(65 << 10, 'y')));
    std::size_t xs = 0;
    const std::string all = read_rest(client);
    writer.join();
    for (const char c : all.substr(all.find("\r\n\r\n"))) xs += c == 'x' ? 1U : 0U;
    CHECK(written.load() == 800);
    CHECK(xs == 800 * piece.size());
}

TEST_CASE("a stream closes at once when its client goes") {
    Streams streams;
    TestServer server(streams.handler());
    for (const bool by_reset : {false, true}) {
        CAPTURE(by_reset);
        streams.made = std::make_shared<HttpBodyStream>(64 << 10);
        RawClient client(server.address());
        REQUIRE(client.send(get));
        CHECK(client.read_reply(true).status == 200);
        const auto begun = std::chrono::steady_clock::now();
        if (by_reset)
            client.reset();
        else
            client.end_writing();
        CHECK(eventually([&] { return streams.made->is_closed(); }));
        CHECK(std::chrono::steady_clock::now() - begun < std::chrono::milliseconds(200));
        CHECK_FALSE(streams.made->try_write("lost"));
    }
}

TEST_CASE("a handler is told that its client has gone, and a half closed one is answered") {
    std::mutex mutex;
    std::function<bool()> is_gone;
    HttpRespond respond_later;
    TestServer server([&](const HttpRequest& request, const HttpRespond& respond) {
        const std::lock_guard lock(mutex);
        is_gone = request.is_client_gone;
        respond_later = respond;
    });
    const auto has_request = [&] {
        const std::lock_guard lock(mutex);
        return respond_later != nullptr;
    };
    {
        RawClient client(server.address());
        REQUIRE(client.send(get));
        REQUIRE(eventually(has_request));
        CHECK_FALSE(is_gone());
        client.reset();
        const auto begun = std::chrono::steady_clock::now();
        CHECK(eventually([&] { return is_gone(); }));
        CHECK(std::chrono::steady_clock::now() - begun < std::chrono::milliseconds(200));
        respond_later({});
        respond_later = nullptr;
    }
    RawClient client(server.address());
    REQUIRE(client.send(get));
    REQUIRE(eventually(has_request));
    client.end_writing();
    CHECK(eventually([&] { return is_gone(); }));
    HttpReply reply;
    reply.body = "still";
    respond_later(std::move(reply));
    CHECK(client.read_reply().body == "still");
}

TEST_CASE("a server that stops ends its streams") {
    Streams streams;
    TestServer server(streams.handler());
    RawClient client(server.address());
    REQUIRE(client.send(get));
    CHECK(client.read_reply(true).status == 200);
    server.server->stop(Duration::seconds(10));
    CHECK(streams.made->is_closed());
}

TEST_CASE("a stream whose reply was never sent closes") {
    const auto stream = std::make_shared<HttpBodyStream>(10);
    {
        const auto sending = HttpBodyStream::sending_end(stream);
    }
    CHECK(stream->is_closed());
    CHECK_FALSE(stream->write("lost"));
    stream->end();
}
