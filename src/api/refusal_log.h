#pragma once

#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include "base/guarded.h"
#include "query/doctor/doctor_facts.h"

namespace tomograph {

/// The last refusals_kept_max documents that were refused. In memory only. Threads: any.
class RefusalLog {
 public:
    void add(RefusedDocument refused);
    std::vector<RefusedDocument> latest();  ///< newest first

 private:
    Guarded<std::deque<RefusedDocument>> kept_;
};

/// The trace that a refused document names, as far as it can be told without parsing what may be no
/// JSON: the first id behind `"trace_id"`.
std::optional<TraceId> named_trace(std::string_view json);

}  // namespace tomograph
