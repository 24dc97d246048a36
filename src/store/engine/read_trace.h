#pragma once

#include <optional>

#include "store/engine/store_core.h"
#include "store/trace_store.h"

namespace tomograph {

/// One trace by id: open documents on top of those in parts. errors: io
Result<std::optional<StoredTrace>> read_whole_trace(StoreCore& core, TraceId id);

}  // namespace tomograph
