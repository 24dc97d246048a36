#include "service/watch_thread.h"

#include <chrono>
#include <exception>

#include "base/log.h"
#include "base/thread_priority.h"

namespace tomograph {
namespace {

/// A tick without anything due costs a look at the clock and at the groups.
constexpr std::chrono::seconds step{1};

void run_task(const WatchTask& task) {
    try {
        const auto done = task.tick();
        if (!done) log_error("watch failed", {{"of", task.name}, {"error", done.error()}});
    } catch (const std::exception& thrown) {
        log_error("watch failed", {{"of", task.name}, {"error", thrown.what()}});
    }
}

}  // namespace

WatchThread::WatchThread(std::vector<WatchTask> tasks)
    : tasks_(std::move(tasks)), thread_([this] { run(); }) {}

WatchThread::~WatchThread() {
    for (const WatchTask& task : tasks_) task.stop();
    *is_stopping_.lock() = true;
    stop_.notify_all();
    thread_.join();
}

void WatchThread::run() {
    lower_thread_priority();
    while (true) {
        {
            auto is_stopping = is_stopping_.lock();
            stop_.wait_for(is_stopping.mutex(), step, [&] { return *is_stopping; });
            if (*is_stopping) return;
        }
        for (const WatchTask& task : tasks_) run_task(task);
    }
}

}  // namespace tomograph
