#pragma once

#include <string>
#include <string_view>

#include "cli/span_tree.h"
#include "cli/terminal.h"

namespace tomograph::cli {

struct WaterfallOptions {
    std::string_view trace_id;
    Instant now;
    bool fold = true;  ///< make one row of a run of equal calls
};

/// The trace for people, as wide as the terminal: a heading, a row and a bar for each span, the
/// critical path, and what its marks mean.
std::string render_waterfall(const SpanTree& tree, const WaterfallOptions& options,
                             const Terminal& terminal);

}  // namespace tomograph::cli
