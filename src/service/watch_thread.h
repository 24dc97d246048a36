#pragma once

#include <condition_variable>
#include <functional>
#include <string_view>
#include <thread>
#include <vector>

#include "base/guarded.h"
#include "base/result.h"

namespace tomograph {

/// Something that looks every second whether there is something to do.
struct WatchTask {
    std::string_view name;  ///< for the log
    std::function<Result<void>()> tick;
    std::function<void()> stop = [] {};  ///< ends a long tick; from another thread
};

/// Calls its tasks one after the other, every second, on a thread that gives way to every other, as
/// long as it lives. What fails is logged, and tried again.
class WatchThread {
 public:
    explicit WatchThread(std::vector<WatchTask> tasks);
    ~WatchThread();

 private:
    void run();

    const std::vector<WatchTask> tasks_;
    Guarded<bool> is_stopping_{false};
    std::condition_variable stop_;
    std::thread thread_;
};

}  // namespace tomograph
