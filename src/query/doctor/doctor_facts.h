#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/ids.h"
#include "store/retention_report.h"
#include "store/trace_store.h"

namespace tomograph {

/// A document that was not taken, as far as it says what it is.
struct RefusedDocument {
    std::optional<TraceId> trace;  ///< that it names
    std::string id;                ///< as it was sent; "" when it could not be read
    std::string code;              ///< label `code` of tomograph_api_segments_rejected_total
    std::string message;           ///< what its sender was told
    Instant time;
};

struct CauseCount {
    std::string cause;
    std::uint64_t count = 0;
};

/// What did not get in since the server was started. Causes that never came are left out.
struct IntakeRecord {
    std::uint64_t received = 0;
    std::vector<CauseCount> rejected;     ///< for what they say
    std::vector<CauseCount> dropped;      ///< good ones that the store could not take
    std::vector<RefusedDocument> latest;  ///< newest first; the last few only
};

/// What a doctor knows besides the traces.
struct DoctorFacts {
    IntakeRecord intake;
    StoreStatus store;
    std::optional<RetentionReport> retention;  ///< absent: not known
    Instant now;
};

}  // namespace tomograph
