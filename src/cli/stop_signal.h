#pragma once

#include <signal.h>

#include "base/time.h"

namespace tomograph::cli {

/// While it lives, SIGINT and SIGTERM end a wait instead of the process. Make it on the main thread
/// before any other thread.
class StopSignal {
 public:
    StopSignal();
    ~StopSignal();
    StopSignal(const StopSignal&) = delete;
    StopSignal& operator=(const StopSignal&) = delete;

    /// Waits that long; false, now and from then on, once a signal has come.
    bool wait(Duration length);

 private:
    sigset_t signals_;
    sigset_t before_;
    bool has_come_ = false;
};

}  // namespace tomograph::cli
