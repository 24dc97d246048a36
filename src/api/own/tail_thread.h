#pragma once

#include <condition_variable>
#include <thread>

#include "base/guarded.h"
#include "query/live_tail.h"

namespace tomograph {

/// Calls LiveTail::tick() some times a second, on a thread of its own, as long as it lives.
class TailThread {
 public:
    explicit TailThread(LiveTail& tail);
    ~TailThread();

 private:
    void run();

    LiveTail& tail_;
    Guarded<bool> is_stopping_{false};
    std::condition_variable stop_;
    std::thread thread_;
};

}  // namespace tomograph
