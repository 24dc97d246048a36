#include "base/thread_priority.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace tomograph {
namespace {

constexpr int nice_lowest = 19;
// linux/ioprio.h, which not every system ships: class "idle" of this thread.
constexpr int ioprio_who_process = 1;
constexpr int ioprio_idle = 3 << 13;

}  // namespace

void lower_thread_priority() {
    const auto thread = static_cast<id_t>(::syscall(SYS_gettid));
    static_cast<void>(::setpriority(PRIO_PROCESS, thread, nice_lowest));
    static_cast<void>(::syscall(SYS_ioprio_set, ioprio_who_process, 0, ioprio_idle));
}

}  // namespace tomograph
