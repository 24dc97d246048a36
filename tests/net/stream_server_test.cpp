#include "net/stream_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <doctest/doctest.h>
#include <atomic>
#include <thread>

namespace tomograph {
namespace {

/// Lines that end in '\n'; each is answered with itself, by a thread of its own, after it was held.
class LineSession final : public StreamSession {
 public:
    LineSession(std::shared_ptr<StreamPeer> peer, std::atomic<int>& taken)
        : peer_(std::move(peer)), taken_(taken) {}

    Result<std::size_t> take(std::string_view bytes) override {
        const auto end = bytes.find('\n');
        if (end == std::string_view::npos) return std::size_t{0};
        const std::string line(bytes.substr(0, end + 1));
        if (line == "bad\n") return Error(ErrorCode::invalid, "a bad line");
        peer_->hold(line.size());
        ++taken_;
        std::thread([peer = peer_, line] {
            peer->send(line);
            peer->release(line.size());
        }).detach();
        return line.size();
    }

 private:
    std::shared_ptr<StreamPeer> peer_;
    std::atomic<int>& taken_;
};

class Client {
 public:
    explicit Client(const std::string& address) : descriptor_(socket(AF_INET, SOCK_STREAM, 0)) {
        const auto colon = address.rfind(':');
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
        inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
        const timeval patience{.tv_sec = 20, .tv_usec = 0};
        setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        REQUIRE(connect(descriptor_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0);
    }
    ~Client() { ::close(descriptor_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    void send(std::string_view bytes) const {
        static_cast<void>(::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
    }
    /// A line, or "" when the server has closed.
    std::string line() {
        while (true) {
            const auto end = got_.find('\n');
            if (end != std::string::npos) {
                std::string first = got_.substr(0, end + 1);
                got_.erase(0, end + 1);
                return first;
            }
            char buffer[256];
            const ssize_t size = recv(descriptor_, buffer, sizeof buffer, 0);
            if (size <= 0) return {};
            got_.append(buffer, static_cast<std::size_t>(size));
        }
    }

 private:
    int descriptor_;
    std::string got_;
};

struct StreamFixture {
    std::unique_ptr<StreamServer> start(StreamLimits limits = {}) {
        auto started = StreamServer::start(
            pool, {.address = "127.0.0.1:0", .name = "lines", .limits = limits},
            [this](std::shared_ptr<StreamPeer> peer) {
                return std::make_unique<LineSession>(std::move(peer), taken);
            },
            metrics);
        REQUIRE(started);
        return std::move(*started);
    }

    MetricsRegistry metrics;
    std::atomic<int> taken{0};
    IoPool pool{2};
};

}  // namespace

TEST_CASE("messages come whole, in pieces and several at once, and are answered") {
    StreamFixture fixture;
    const auto server = fixture.start();
    Client client(server->address());
    client.send("one\n");
    CHECK(client.line() == "one\n");
    client.send("tw");
    client.send("o\n");
    CHECK(client.line() == "two\n");
    Client other(server->address());
    other.send("three\n");
    CHECK(other.line() == "three\n");
    server->stop();
    CHECK(client.line().empty());
    CHECK(fixture.taken == 3);
}

TEST_CASE("a bad message, or one beyond the bound, ends its connection and no other") {
    StreamFixture fixture;
    const auto server = fixture.start({.message_bytes_max = 100});
    Client good(server->address());
    Client bad(server->address());
    bad.send("bad\n");
    CHECK(bad.line().empty());
    Client large(server->address());
    large.send(std::string(500, 'x'));
    CHECK(large.line().empty());
    good.send("fine\n");
    CHECK(good.line() == "fine\n");
    const std::string text = fixture.metrics.to_prometheus_text();
    CHECK(text.find(R"(closed_total{cause="refused",listener="lines"} 1)") != std::string::npos);
}

TEST_CASE("a connection that is silent, or stops in a message, is closed") {
    StreamFixture fixture;
    const auto server = fixture.start({.message_timeout = Duration::milliseconds(50),
                                       .idle_timeout = Duration::milliseconds(50)});
    Client silent(server->address());
    CHECK(silent.line().empty());
    Client begun(server->address());
    begun.send("beg");
    CHECK(begun.line().empty());
}

TEST_CASE("connections beyond the bound are closed at once") {
    StreamFixture fixture;
    const auto server = fixture.start({.connections_max = 1});
    Client first(server->address());
    first.send("a\n");
    CHECK(first.line() == "a\n");
    Client second(server->address());
    CHECK(second.line().empty());
}

}  // namespace tomograph
