#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/guarded.h"
#include "base/metrics.h"
#include "base/result.h"
#include "base/time.h"
#include "model/ids.h"

namespace tomograph {

/// Which traces a token stands for. It holds ids, never data: pages read the store, so a retrieval
/// is complete as soon as it has begun, and a trace that expires or grows between two pages is gone
/// or larger on the second.
struct Retrieval {
    std::vector<TraceId> ids;  ///< each once, in the order asked for
    Instant first{};           ///< only traces active in [first, last], both of them included
    Instant last{};
    Instant expires{};
    bool is_cancelled = false;  ///< nothing more is read for it
};

struct RetrievalMetrics {
    explicit RetrievalMetrics(MetricsRegistry& registry);

    Gauge& live;       ///< cancelled ones too, until they expire or make room
    Counter& refused;  ///< for there were retrievals_max of them
};

/// The retrievals that live: in memory, for they are a client's place in a conversation and no
/// record. After a restart their tokens are unknown and a client begins again, which AWS asks of it
/// after an hour anyway. (A token that says all by itself has no room: 100 ids are 1,600 bytes, and
/// the API allows 1,020 characters.)
///
/// Bounded: at most retrievals_max, of retrieval_lifetime each. Threads: any.
class TraceRetrievals {
 public:
    explicit TraceRetrievals(MetricsRegistry& registry) : metrics_(registry) {}

    /// Begins one.
    ///
    /// returns  its token: 32 random hexadecimal digits
    /// errors   unavailable  retrievals_max of them live and none is cancelled
    Result<std::string> start(Retrieval retrieval, Instant now);

    /// errors  not_found  no such token, or it has expired
    Result<Retrieval> find(std::string_view token, Instant now);

    /// Ends one, whose token stays known; again is fine. errors: as find()
    Result<void> cancel(std::string_view token, Instant now);

 private:
    using Table = std::map<std::string, Retrieval, std::less<>>;

    RetrievalMetrics metrics_;
    Guarded<Table> table_;
};

}  // namespace tomograph
