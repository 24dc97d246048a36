#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/guarded.h"

namespace tomograph {

/// A few threads and a bounded queue of tasks. A task that throws is logged, and its thread goes
/// on. Threads: any may submit.
class WorkerPool {
 public:
    WorkerPool(std::string name, std::size_t threads, std::size_t queue_max);
    /// Runs what is queued, then joins.
    ~WorkerPool();

    /// False when the queue is full or the pool is stopping: the task was not taken.
    [[nodiscard]] bool submit(std::function<void()> task);
    std::size_t queued();

 private:
    struct State {
        std::deque<std::function<void()>> tasks;
        bool stopping = false;
    };
    void run();

    std::string name_;
    std::size_t queue_max_;
    Guarded<State> state_;
    std::condition_variable wake_;
    std::vector<std::thread> threads_;
};

}  // namespace tomograph
