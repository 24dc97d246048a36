#include "api/own/tail_thread.h"

#include <chrono>
#include <exception>

#include "api/limits.h"
#include "base/log.h"

namespace tomograph {

TailThread::TailThread(std::function<void()> tick)
    : tick_(std::move(tick)), thread_([this] { run(); }) {}

TailThread::~TailThread() {
    *is_stopping_.lock() = true;
    stop_.notify_all();
    thread_.join();
}

void TailThread::run() {
    while (true) {
        {
            auto is_stopping = is_stopping_.lock();
            stop_.wait_for(is_stopping.mutex(), std::chrono::nanoseconds(tail_tick.ns),
                           [&] { return *is_stopping; });
            if (*is_stopping) return;
        }
        try {
            tick_();
        } catch (const std::exception& thrown) {
            log_error("live tail failed", {{"error", thrown.what()}});
        }
    }
}

}  // namespace tomograph
