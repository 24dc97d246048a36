#pragma once

#include <string>
#include <vector>

#include "cli/span_tree.h"

namespace tomograph::cli {

/// One line of a waterfall: a segment, a step inside a service, a call (with the segment of the
/// service that answered it, when it sent one), or a run of equal calls.
struct WaterfallRow {
    std::string branch;     ///< tree drawing in front of the service
    std::string service;    ///< name of the service, or of the step
    std::string operation;  ///< "POST /checkout", "PutItem Orders", "SELECT …"
    std::string trouble;    ///< exception, or "" when nothing is known beyond the status
    std::optional<int> http_status;
    Status status = Status::ok;
    bool is_segment = false;
    bool is_inferred = false;
    bool is_orphan = false;
    bool is_sequential = false;  ///< a run of calls, one after another
    std::size_t calls = 1;
    Instant start;
    Instant end;
    Instant served_from;  ///< the answering segment; equal to start and end when there is none
    Instant served_until;
    Duration self;
    Duration critical;  ///< its share of the critical path
};

struct WaterfallRowOptions {
    bool unicode = true;
    bool fold = true;  ///< make one row of a run of equal calls
};

/// The rows of a trace, top to bottom.
std::vector<WaterfallRow> waterfall_rows(const SpanTree& tree, const WaterfallRowOptions& options);

}  // namespace tomograph::cli
