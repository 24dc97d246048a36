#include "store/engine/disk_guard.h"

#include <algorithm>

#include "base/log.h"

namespace tomograph {

void DiskGuard::check() {
    const Duration now = core_.clock.monotonic();
    if (now < next_) return;
    next_ = now + disk_check_interval;
    const auto space = core_.files.space(core_.options.directory);
    if (!space) {
        log_warn("free disk space is unknown", {{"error", space.error()}});
        return;
    }
    core_.metrics.disk_free_bytes.set(static_cast<double>(space->free_bytes));
    const auto total = static_cast<double>(space->total_bytes);
    const auto share = static_cast<std::uint64_t>(core_.options.disk_free_min_share * total);
    const std::uint64_t needed = std::max(core_.options.disk_free_min_bytes, share);
    const bool is_low = space->free_bytes < needed;
    if (is_low != core_.disk_is_low.exchange(is_low)) {
        core_.metrics.disk_low.set(is_low ? 1 : 0);
        if (is_low)
            log_error("disk is full, appends are refused",
                      {{"free_bytes", space->free_bytes}, {"needed_bytes", needed}});
        else
            log_info("disk has room again", {{"free_bytes", space->free_bytes}});
    }
    const double used = 1 - static_cast<double>(space->free_bytes) / std::max(total, 1.0);
    const bool warn = used >= disk_warn_used_share;
    if (warn && !has_warned_) log_warn("disk fills up", {{"used_share", used}});
    has_warned_ = warn;
}

}  // namespace tomograph
