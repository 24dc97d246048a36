#include "base/log.h"

#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

namespace tomograph {
namespace {

/// Catches the lines of one test, without their times.
class CaughtLog {
 public:
    explicit CaughtLog(LogLevel level_min = LogLevel::info) {
        set_log_options(
            {.level_min = level_min,
             .sink = [this](std::string_view line) { lines_.emplace_back(line.substr(25)); },
             .clock = &clock_});
    }
    ~CaughtLog() { set_log_options({}); }
    CaughtLog(const CaughtLog&) = delete;
    CaughtLog& operator=(const CaughtLog&) = delete;

    std::vector<std::string> take() { return std::exchange(lines_, {}); }
    void pass(Duration step) { clock_.advance(step); }

 private:
    std::vector<std::string> lines_;
    ManualClock clock_{Instant::from_seconds(1)};
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("lines below the level are not written") {
    CaughtLog log(LogLevel::warn);
    log_debug("d");
    log_info("i");
    log_warn("w", {{"n", 1}});
    log_error("e");
    CHECK(log.take() == Lines{"warn  w n=1\n", "error e\n"});
}

TEST_CASE("a message said too often is held back and counted in a closing line") {
    CaughtLog log;
    for (int i = 0; i < 25; ++i) log_warn("again", {{"i", i}});
    log_info("another");
    const Lines first = log.take();
    REQUIRE(first.size() == 11);
    CHECK(first[9] == "warn  again i=9\n");
    CHECK(first[10] == "info  another\n");

    log.pass(Duration::milliseconds(9'999));
    log_warn("again");
    CHECK(log.take().empty());

    log.pass(Duration::milliseconds(2));
    log_info("another");
    CHECK(log.take() == Lines{"warn  again repeated=16\n", "info  another\n"});
    log_warn("again");
    CHECK(log.take() == Lines{"warn  again\n"});
}

TEST_CASE("the wall clock jumping does not open the window") {
    ManualClock clock{Instant::from_seconds(1)};
    std::size_t lines = 0;
    set_log_options({.sink = [&](std::string_view) { ++lines; }, .clock = &clock});
    for (int i = 0; i < 20; ++i) {
        clock.jump(Duration::hours(1));
        log_warn("again");
    }
    CHECK(lines == 10);
    set_log_options({});
}

TEST_CASE("flushing writes the closing lines at once") {
    CaughtLog log;
    for (int i = 0; i < 12; ++i) log_warn("again");
    log.take();
    flush_log();
    CHECK(log.take() == Lines{"warn  again repeated=2\n"});
    flush_log();
    CHECK(log.take().empty());
}

TEST_CASE("more messages than are tracked are still written") {
    CaughtLog log;
    for (int i = 0; i < 3000; ++i) log_info("message " + std::to_string(i));
    CHECK(log.take().size() == 3000);
}

TEST_CASE("lines of many threads come whole, and none is lost") {
    CaughtLog log;
    std::vector<std::thread> threads;
    threads.reserve(4);
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([t] {
            for (int i = 0; i < 10; ++i) log_info("thread " + std::to_string(t));
        });
    for (auto& thread : threads) thread.join();
    const Lines lines = log.take();
    CHECK(lines.size() == 40);
    for (const std::string& line : lines) CHECK(line.starts_with("info  thread "));
}

}  // namespace tomograph
