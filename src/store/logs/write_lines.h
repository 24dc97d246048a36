#pragma once

#include <vector>

#include "store/logs/open_logs.h"
#include "store/signal/signal_content.h"

namespace tomograph {

/// The lines of the batches as parts, one for each day: lines are put no further from their arrival
/// than signal_past_max and signal_future_max.
std::vector<SignalPartPlan> parts_of_batches(const OpenBatches& batches);

/// The lines of several parts of a day as one part: large groups as they are, the lines of small
/// ones together.
SignalPartPlan part_of_parts(std::vector<std::shared_ptr<SignalPart>> parts);

}  // namespace tomograph
