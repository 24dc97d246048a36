#include "net/datagram_intake.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <vector>

#include "net/limits.h"
#include "net/test_server.h"
#include "support/temporary_directory.h"

namespace tomograph {

namespace {

/// Keeps what arrives; can hold the receiving thread back.
struct Sink {
    DatagramHandler handler() {
        return [this](std::span<const std::string_view> datagrams) {
            std::unique_lock lock(mutex);
            for (const std::string_view datagram : datagrams) all.emplace_back(datagram);
            batch_max = std::max(batch_max, datagrams.size());
            changed.notify_all();
            changed.wait(lock, [this] { return !held; });
        };
    }
    void wait_for(std::size_t count) {
        std::unique_lock lock(mutex);
        CHECK(
            changed.wait_for(lock, std::chrono::seconds(10), [&] { return all.size() >= count; }));
    }
    void hold(bool on) {
        const std::lock_guard lock(mutex);
        held = on;
        changed.notify_all();
    }

    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::string> all;
    std::size_t batch_max = 0;
    bool held = false;
};

std::uint64_t dropped(MetricsRegistry& metrics, const std::string& cause,
                      const std::string& listener = "udp") {
    return metrics
        .counter("tomograph_net_datagrams_dropped_total", "",
                 {{"listener", listener}, {"cause", cause}})
        .value();
}

std::uint64_t received(MetricsRegistry& metrics) {
    return metrics.counter("tomograph_net_datagrams_received_total", "", {{"listener", "udp"}})
        .value();
}

}  // namespace

TEST_CASE("datagrams of every size arrive as they were sent") {
    for (const char* address : {"127.0.0.1:0", "[::1]:0"}) {
        CAPTURE(address);
        MetricsRegistry metrics;
        Sink sink;
        auto intake = DatagramIntake::start({.address = address}, sink.handler(), metrics);
        if (!intake && address[0] == '[') continue;  // not every container has IPv6
        REQUIRE(intake);
        const auto sender = DatagramSender::connect(intake.value()->address());
        REQUIRE(sender);
        const std::vector<std::string> sent = {"", "x", "\n", std::string(1300, 'a'),
                                               std::string(65'507, 'b')};
        for (const std::string& datagram : sent) CHECK(sender.value()->send(datagram));
        sink.wait_for(sent.size());
        intake.value()->stop();
        CHECK(sink.all == sent);
        CHECK(received(metrics) == sent.size());
        CHECK(dropped(metrics, "kernel") == 0);
        CHECK(sender.value()->send(std::string(70'000, 'c')).error().code() == ErrorCode::limit);
    }
}

TEST_CASE("received and dropped add up to what was sent") {
    MetricsRegistry metrics;
    Sink sink;
    auto intake = DatagramIntake::start(
        {.address = "127.0.0.1:0", .receive_buffer_bytes = 64 << 10}, sink.handler(), metrics);
    REQUIRE(intake);
    const auto sender = DatagramSender::connect(intake.value()->address());
    REQUIRE(sender);
    sink.hold(true);
    std::uint64_t sent = 0;
    const std::string datagram(1300, 'x');
    for (int i = 0; i < 2000; ++i)
        if (sender.value()->send(datagram)) ++sent;
    sink.hold(false);
    intake.value()->stop();
    CHECK(sent == 2000);
    CHECK(dropped(metrics, "kernel") > 0);
    CHECK(received(metrics) + dropped(metrics, "kernel") == sent);
    CHECK(sink.all.size() == received(metrics));
    CHECK(sink.batch_max <= datagram_batch);
}

TEST_CASE("stop hands over what the kernel has queued") {
    MetricsRegistry metrics;
    Sink sink;
    auto intake = DatagramIntake::start({.address = "127.0.0.1:0"}, sink.handler(), metrics);
    REQUIRE(intake);
    const auto sender = DatagramSender::connect(intake.value()->address());
    REQUIRE(sender);
    for (int i = 0; i < 50; ++i) REQUIRE(sender.value()->send(std::to_string(i)));
    intake.value()->stop();
    REQUIRE(sink.all.size() == 50);
    for (int i = 0; i < 50; ++i) CHECK(sink.all[static_cast<std::size_t>(i)] == std::to_string(i));
    intake.value()->stop();  // again: nothing happens
}

TEST_CASE("several receivers share a port and lose nothing") {
    MetricsRegistry metrics;
    Sink sink;
    auto intake =
        DatagramIntake::start({.address = "127.0.0.1:0", .receivers = 4}, sink.handler(), metrics);
    REQUIRE(intake);
    for (int source = 0; source < 16; ++source) {
        const auto sender = DatagramSender::connect(intake.value()->address());
        REQUIRE(sender);
        for (int i = 0; i < 10; ++i) REQUIRE(sender.value()->send("x"));
    }
    intake.value()->stop();
    CHECK(sink.all.size() == 160);
}

TEST_CASE("a taken or bad address is an error") {
    MetricsRegistry metrics;
    Sink sink;
    const auto start = [&](const std::string& address) {
        return DatagramIntake::start({.address = address}, sink.handler(), metrics);
    };
    const auto first = start("127.0.0.1:0");
    REQUIRE(first);
    CHECK(start(first.value()->address()).error().code() == ErrorCode::unavailable);
    CHECK(start("nowhere").error().code() == ErrorCode::invalid);
    CHECK(start("unix:").error().code() == ErrorCode::invalid);
    CHECK(start("unix:/" + std::string(200, 'a')).error().code() == ErrorCode::invalid);
    CHECK(start("unix:/nonexistent/socket").error().code() == ErrorCode::unavailable);
    CHECK(DatagramSender::connect("unix:/nonexistent/socket").error().code() ==
          ErrorCode::unavailable);
}

TEST_CASE("a sender learns that no one listens any more") {
    MetricsRegistry metrics;
    Sink sink;
    auto intake = DatagramIntake::start({.address = "127.0.0.1:0"}, sink.handler(), metrics);
    REQUIRE(intake);
    auto sender = DatagramSender::connect(intake.value()->address());
    REQUIRE(sender);
    CHECK(sender.value()->send("a"));
    CHECK(sender.value()->take_refusal());
    intake.value()->stop();
    intake.value().reset();
    CHECK(sender.value()->send("b"));
    CHECK(sender.value()->take_refusal().error().code() == ErrorCode::unavailable);
    CHECK(sender.value()->send("c"));  // the answer to "b" is forgotten
}

TEST_CASE("a unix socket takes datagrams, and its file goes with it") {
    const TemporaryDirectory directory;
    const std::string path = directory.path() + "/tomo.sock";
    MetricsRegistry metrics;
    Sink sink;
    auto intake = DatagramIntake::start({.address = "unix:" + path}, sink.handler(), metrics);
    REQUIRE(intake);
    CHECK(intake.value()->address() == "unix:" + path);
    CHECK(DatagramIntake::start({.address = "unix:" + path}, sink.handler(), metrics)
              .error()
              .code() == ErrorCode::unavailable);
    const auto sender = DatagramSender::connect("unix:" + path);
    REQUIRE(sender);
    CHECK(sender.value()->send("hello"));
    CHECK(sender.value()->send(std::string(100'000, 'x')));  // longer than we take
    CHECK(sender.value()->send("world"));
    intake.value()->stop();
    CHECK(sink.all == std::vector<std::string>{"hello", "world"});
    CHECK(dropped(metrics, "truncated", "unix") == 1);
    struct stat status{};
    CHECK(stat(path.c_str(), &status) != 0);
    CHECK(sender.value()->send("gone").error().code() == ErrorCode::unavailable);
}

TEST_CASE("a stale socket file is replaced, another file is not") {
    const TemporaryDirectory directory;
    const std::string path = directory.path() + "/tomo.sock";
    MetricsRegistry metrics;
    Sink sink;
    {
        sockaddr_un name{};
        name.sun_family = AF_UNIX;
        REQUIRE(path.size() < sizeof name.sun_path);
        std::memcpy(name.sun_path, path.data(), path.size());
        const int dead = socket(AF_UNIX, SOCK_DGRAM, 0);
        REQUIRE(bind(dead, reinterpret_cast<sockaddr*>(&name), sizeof name) == 0);
        close(dead);
    }
    CHECK(DatagramIntake::start({.address = "unix:" + path}, sink.handler(), metrics));

    const std::string plain = directory.path() + "/file";
    REQUIRE(creat(plain.c_str(), 0600) >= 0);
    CHECK(DatagramIntake::start({.address = "unix:" + plain}, sink.handler(), metrics)
              .error()
              .code() == ErrorCode::invalid);
    CHECK(access(plain.c_str(), F_OK) == 0);
}

TEST_CASE("sending never blocks") {
    const TemporaryDirectory directory;
    const std::string path = directory.path() + "/tomo.sock";
    MetricsRegistry metrics;
    Sink sink;
    auto intake = DatagramIntake::start({.address = "unix:" + path}, sink.handler(), metrics);
    REQUIRE(intake);
    const auto sender = DatagramSender::connect("unix:" + path);
    REQUIRE(sender);
    sink.hold(true);
    std::size_t sent = 0;
    bool was_full = false;
    for (int i = 0; i < 100'000 && !was_full; ++i) {
        const auto result = sender.value()->send("x");
        if (result)
            ++sent;
        else
            was_full = result.error().code() == ErrorCode::unavailable;
    }
    CHECK(was_full);
    sink.hold(false);
    intake.value()->stop();
    CHECK(sink.all.size() == sent);
}

}  // namespace tomograph
