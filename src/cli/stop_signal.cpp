#include "cli/stop_signal.h"

#include <algorithm>
#include <ctime>

namespace tomograph::cli {

StopSignal::StopSignal() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals_, &before_);
}

StopSignal::~StopSignal() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

bool StopSignal::wait(Duration length) {
    if (has_come_) return false;
    const std::int64_t ns = std::max<std::int64_t>(0, length.ns);
    const timespec timeout{.tv_sec = ns / 1'000'000'000, .tv_nsec = ns % 1'000'000'000};
    has_come_ = sigtimedwait(&signals_, nullptr, &timeout) > 0;
    return !has_come_;
}

}  // namespace tomograph::cli
