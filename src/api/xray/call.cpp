#include "api/xray/call.h"

#include <exception>

#include "base/log.h"

namespace tomograph {

void answer_from_worker(const XrayContext& context, XrayCall call,
                        std::function<Result<std::string>(const QueryContext&)> query) {
    const auto answer = call.answer;
    const bool is_taken = context.queries.submit([answer, &context, query = std::move(query)] {
        try {
            auto result = query(QueryContext{.store = context.store,
                                             .token_key = context.options.token_key,
                                             .metrics = context.query_metrics,
                                             .now = context.clock.now()});
            if (result) return answer(*std::move(result));
            return answer(to_api_error(result.error()));
        } catch (const std::exception& thrown) {
            log_error("query failed", {{"error", thrown.what()}});
            answer(ApiError{"InternalFailure", 500, "the query failed"});
        }
    });
    if (!is_taken) answer(throttled("too many queries are waiting; try again"));
}

}  // namespace tomograph
