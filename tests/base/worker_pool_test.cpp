#include "base/worker_pool.h"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <stdexcept>
#include <string>

#include "base/log.h"

namespace tomograph {

TEST_CASE("every task taken is run, also those queued when the pool goes") {
    std::atomic<int> ran{0};
    {
        WorkerPool pool("test", 3, 1000);
        for (int i = 0; i < 500; ++i) REQUIRE(pool.submit([&] { ++ran; }));
    }
    CHECK(ran == 500);
}

TEST_CASE("a full queue refuses the task") {
    std::promise<void> started;
    std::promise<void> go;
    std::atomic<int> ran{0};
    {
        WorkerPool pool("test", 1, 2);
        REQUIRE(pool.submit([&] {
            started.set_value();
            go.get_future().wait();
        }));
        started.get_future().wait();  // the queue is empty again, the thread is busy
        CHECK(pool.submit([&] { ++ran; }));
        CHECK(pool.submit([&] { ++ran; }));
        CHECK_FALSE(pool.submit([&] { ran += 100; }));
        CHECK(pool.queued() == 2);
        go.set_value();
    }
    CHECK(ran == 2);
}

TEST_CASE("a task that throws is logged, and the thread goes on") {
    std::string lines;
    set_log_options({.sink = [&](std::string_view line) { lines += line.substr(25); }});
    std::atomic<bool> ran{false};
    {
        WorkerPool pool("sealers", 1, 10);
        REQUIRE(pool.submit([] { throw std::runtime_error("out of luck"); }));
        REQUIRE(pool.submit([] { throw 7; }));
        REQUIRE(pool.submit([&] { ran = true; }));
    }
    set_log_options({});
    CHECK(ran);
    CHECK(lines ==
          "error task failed pool=sealers error=\"out of luck\"\n"
          "error task failed pool=sealers error=\"unknown exception\"\n");
}

TEST_CASE("a task may submit another") {
    std::promise<void> done;
    WorkerPool pool("test", 1, 10);
    REQUIRE(pool.submit([&] {
        if (!pool.submit([&] { done.set_value(); })) done.set_value();
    }));
    done.get_future().wait();
}

}  // namespace tomograph
