#pragma once

#include "base/clock.h"
#include "store/logs/log_filter.h"
#include "store/logs/open_logs.h"
#include "store/signal/signal_part.h"

namespace tomograph {

/// Where a search looks. `open` was taken before `view`.
struct LogSources {
    OpenBatches open;
    std::shared_ptr<const SignalView> view;
    Lsn as_of;  ///< of the whole: no line of a later request
};

/// The newest lines that match, at most LogQuery::limit. What is damaged is left out and reported.
///
/// Groups and blocks are looked at by their newest time, and no further than the page needs; of a
/// group nothing is read when its filter lacks the trace or a word.
///
/// errors  io
Result<LogPage> search_logs(const LogSources& sources, const LogQuery& query, const Clock& clock);

}  // namespace tomograph
