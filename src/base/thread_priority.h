#pragma once

namespace tomograph {

/// The calling thread gives way to every other, for the processor and for the disk. Best effort:
/// where the system refuses, it goes on as before.
void lower_thread_priority();

}  // namespace tomograph
