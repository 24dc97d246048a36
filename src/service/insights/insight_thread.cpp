#include "service/insights/insight_thread.h"

#include <chrono>
#include <exception>

#include "base/log.h"
#include "base/thread_priority.h"

namespace tomograph {
namespace {

/// A tick without anything due costs a look at the clock and at the groups.
constexpr std::chrono::seconds step{1};

}  // namespace

InsightThread::InsightThread(InsightWatch& watch) : watch_(watch), thread_([this] { run(); }) {}

InsightThread::~InsightThread() {
    watch_.stop();
    *is_stopping_.lock() = true;
    stop_.notify_all();
    thread_.join();
}

void InsightThread::run() {
    lower_thread_priority();
    while (true) {
        {
            auto is_stopping = is_stopping_.lock();
            stop_.wait_for(is_stopping.mutex(), step, [&] { return *is_stopping; });
            if (*is_stopping) return;
        }
        try {
            const auto done = watch_.tick();
            if (!done) log_error("insights not evaluated", {{"error", done.error()}});
        } catch (const std::exception& thrown) {
            log_error("insights not evaluated", {{"error", thrown.what()}});
        }
    }
}

}  // namespace tomograph
