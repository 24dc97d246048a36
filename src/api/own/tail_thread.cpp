#include "api/own/tail_thread.h"

#include <chrono>
#include <exception>

#include "api/limits.h"
#include "base/log.h"

namespace tomograph {

TailThread::TailThread(LiveTail& tail) : tail_(tail), thread_([this] { run(); }) {}

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
            tail_.tick();
        } catch (const std::exception& thrown) {
            log_error("live tail failed", {{"error", thrown.what()}});
        }
    }
}

}  // namespace tomograph
