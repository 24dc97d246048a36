#pragma once

#include "net/http_message.h"
#include "store/log_store.h"
#include "store/metric_store.h"
#include "store/trace_store.h"

namespace tomograph {

/// The stores that replay a log before they answer. Null: a server without.
struct ReadyParts {
    TraceStore& traces;
    LogStore* logs = nullptr;
    MetricStore* metrics = nullptr;
};

/// Whether all of them answer and take data. Threads: any; never blocks on the disk.
bool is_ready(const ReadyParts& parts);

/// 200.
HttpReply health_page();
/// 200, or 503 with the reason, which names the store unless it is that of traces; and how each of
/// them stands.
HttpReply readiness_page(const ReadyParts& parts);

}  // namespace tomograph
