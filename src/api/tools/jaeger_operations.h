#pragma once

#include <string>
#include <vector>

#include "api/own/own_call.h"

namespace tomograph {

struct JaegerOperation {
    std::string name;
    std::string kind;  ///< `server`, …
};

/// The operations of a service by kind; of one kind where one is asked for.
///
/// errors  invalid  a kind that there is none of
Result<std::vector<JaegerOperation>> read_jaeger_operations(const OwnContext& context,
                                                            SearchBudget budget,
                                                            const std::string& service,
                                                            const std::string& kind);

/// [{"name":…,"spanKind":…},…]
std::string jaeger_operations_json(const std::vector<JaegerOperation>& operations);

}  // namespace tomograph
