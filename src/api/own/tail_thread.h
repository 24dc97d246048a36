#pragma once

#include <condition_variable>
#include <functional>
#include <thread>

#include "base/guarded.h"

namespace tomograph {

/// Calls the tick() of live tails some times a second, on a thread of its own, as long as it lives.
class TailThread {
 public:
    explicit TailThread(std::function<void()> tick);
    ~TailThread();

 private:
    void run();

    std::function<void()> tick_;
    Guarded<bool> is_stopping_{false};
    std::condition_variable stop_;
    std::thread thread_;
};

}  // namespace tomograph
