#include "store/engine/scrubber.h"

#include "base/log.h"
#include "base/thread_priority.h"
#include "store/limits.h"

namespace tomograph {
namespace {

/// With a reader of its own: the blocks that readers keep in memory would tell nothing of the disk,
/// and those of the scrub would drive them out.
Result<void> verify(PartFiles files, const std::string& path) {
    const auto reader = TRY(PartReader::open(files.files, path, nullptr, files.keys));
    return reader->verify();
}

}  // namespace

Scrubber::Scrubber(StoreCore& core) : core_(core), last_(core.clock.monotonic()) {
    if (core.options.background) thread_ = std::make_unique<WorkerPool>("store-scrub", 1, 1);
}

void Scrubber::tick() {
    const Duration now = core_.clock.monotonic();
    if (now - last_ < scrub_interval || is_busy_) return;
    last_ = now;
    auto part = next();
    if (!part) return;
    last_id_ = part->id();
    if (!thread_) return check(*part);
    is_busy_ = true;
    const bool is_taken = thread_->submit([this, held = std::move(part)] {
        lower_thread_priority();
        check(*held);
        is_busy_ = false;
    });
    if (!is_taken) is_busy_ = false;
}

/// Round and round by id; what is known to be damaged is left alone.
std::shared_ptr<LivePart> Scrubber::next() {
    const Parts parts = core_.parts();
    std::shared_ptr<LivePart> first;
    for (const auto& part : parts->parts) {
        if (part->is_damaged()) continue;
        if (part->id() > last_id_) return part;
        if (!first) first = part;
    }
    return first;
}

void Scrubber::check(const LivePart& part) {
    const Duration start = core_.clock.monotonic();
    const auto verified = verify(core_.part_files(), part.path());
    core_.metrics.scrub_seconds.observe((core_.clock.monotonic() - start).as_seconds());
    core_.metrics.scrubs.add();
    if (verified) return;
    if (verified.error().code() == ErrorCode::corrupt) {
        core_.metrics.scrub_damaged.add();
        return part.report_damage(verified.error());
    }
    log_warn("part not verified", {{"part", part.path()}, {"error", verified.error()}});
}

}  // namespace tomograph
