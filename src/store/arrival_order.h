#pragma once

#include <functional>

#include "base/result.h"
#include "model/document.h"

namespace tomograph {

/// The order in which documents arrive. Threads: any.
class ArrivalOrder {
 public:
    virtual ~ArrivalOrder() = default;

    /// Runs `work` at a moment between two appends: each document that a reader can see has a lower
    /// number than `next`, each that comes after it that number or a higher one. Appends wait
    /// meanwhile. errors: unavailable (starting)
    virtual Result<void> between_appends(const std::function<void(Lsn next)>& work) = 0;
};

}  // namespace tomograph
