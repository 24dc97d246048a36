#include "base/worker_pool.h"

#include <pthread.h>

#include <exception>
#include <system_error>
#include <utility>

#include "base/assert.h"
#include "base/log.h"

namespace tomograph {
namespace {

void run_task(const std::function<void()>& task, const std::string& pool) {
    try {
        task();
    } catch (const std::exception& e) {
        log_error("task failed", {{"pool", pool}, {"error", e.what()}});
    } catch (...) {
        log_error("task failed", {{"pool", pool}, {"error", "unknown exception"}});
    }
}

}  // namespace

WorkerPool::WorkerPool(std::string name, std::size_t threads, std::size_t queue_max)
    : name_(std::move(name)), queue_max_(queue_max) {
    threads_.reserve(threads);
    try {
        for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
    } catch (const std::system_error& e) {
        // Fewer threads are slower, not wrong.
        log_error("thread not started", {{"pool", name_},
                                         {"started", threads_.size()},
                                         {"wanted", threads},
                                         {"error", e.what()}});
    }
    ASSERT(!threads_.empty());
}

WorkerPool::~WorkerPool() {
    state_.lock()->stopping = true;
    wake_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

bool WorkerPool::submit(std::function<void()> task) {
    {
        auto state = state_.lock();
        if (state->stopping || state->tasks.size() >= queue_max_) return false;
        state->tasks.push_back(std::move(task));
    }
    wake_.notify_one();
    return true;
}

std::size_t WorkerPool::queued() { return state_.lock()->tasks.size(); }

void WorkerPool::run() {
    constexpr std::size_t thread_name_bytes_max = 15;  // the kernel's bound
    pthread_setname_np(pthread_self(), name_.substr(0, thread_name_bytes_max).c_str());
    while (true) {
        std::function<void()> task;
        {
            auto state = state_.lock();
            wake_.wait(state.mutex(), [&] { return state->stopping || !state->tasks.empty(); });
            if (state->tasks.empty()) return;
            task = std::move(state->tasks.front());
            state->tasks.pop_front();
        }
        run_task(task, name_);
    }
}

}  // namespace tomograph
