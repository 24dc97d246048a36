#include "workload/w1_oracle.h"

namespace tomograph::workload {

void W1Oracle::add(const W1Trace& trace) {
    ++traces;
    spans += trace.spans.size();
    Tenant& tenant = tenants[trace.tenant];
    ++tenant.traces;
    bool failed = false;
    for (const W1Span& span : trace.spans) {
        failed |= span.status >= 500;
        if (!span.is_segment()) continue;
        ++tenant.spans;
        tenant.duration_us += static_cast<std::uint64_t>(span.end_us - span.start_us);
        Service& service = services[span.service];
        ++service.requests;
        ++(span.fault      ? service.fault
           : span.throttle ? service.throttle
           : span.error    ? service.error
                           : service.ok);
    }
    tenant.failed_traces += failed;
}

}  // namespace tomograph::workload
