#include "store/signal/signal_part.h"

#include "base/log.h"
#include "store/signal/signal_metrics.h"

namespace tomograph {

SignalPart::~SignalPart() {
    if (!is_doomed_) return;
    const std::string path = reader_->path();
    reader_.reset();
    const auto removed = files_.remove(path);
    if (!removed) log_warn("part not removed", {{"part", path}, {"error", removed.error()}});
}

void SignalPart::report_damage(const Error& error) const {
    metrics_.damaged_reads.add();
    if (!is_damaged_.exchange(true))
        log_error("part is damaged", {{"part", listed_.path}, {"error", error}});
}

}  // namespace tomograph
