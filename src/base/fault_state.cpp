#include "base/fault_state.h"

#include "base/limits.h"

namespace tomograph {

Error injected(const std::string& what) { return Error(ErrorCode::io, what + ": injected fault"); }

Fate FaultFileSystem::State::next_fate() {
    ++calls;
    if (crashed || calls == fail_at) return Fate::fails;
    if (crash_at == 0 || calls < crash_at) return Fate::succeeds;
    crashed = true;
    return random.below(2) == 0 ? Fate::fails : Fate::dies_after;
}

bool FaultFileSystem::State::has_room(const FaultNode& node, std::uint64_t size) const {
    const std::uint64_t now = node.data.visible().size();
    if (size <= now) return true;
    if (size > fault_file_bytes_max) return false;
    return capacity == no_capacity || disk.used_bytes() + (size - now) <= capacity;
}

void FaultFileSystem::State::restart() {
    ++life;
    locked.clear();
    fail_at = fail_sync_at = crash_at = 0;
    crashed = false;
}

}  // namespace tomograph
