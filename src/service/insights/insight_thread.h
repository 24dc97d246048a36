#pragma once

#include <condition_variable>
#include <thread>

#include "base/guarded.h"
#include "service/insights/insight_watch.h"

namespace tomograph {

/// Calls InsightWatch::tick() every few seconds, on a thread of its own that gives way to every
/// other, as long as it lives.
class InsightThread {
 public:
    explicit InsightThread(InsightWatch& watch);
    ~InsightThread();

 private:
    void run();

    InsightWatch& watch_;
    Guarded<bool> is_stopping_{false};
    std::condition_variable stop_;
    std::thread thread_;
};

}  // namespace tomograph
