#include "api/xray/call.h"

#include <exception>

#include "base/log.h"
#include "service/groups/group_service.h"

namespace tomograph {

void answer_from_worker(const XrayContext& context, XrayCall call,
                        std::function<XrayAnswer(const QueryContext&)> query) {
    const auto answer = call.answer;
    const bool is_taken = context.queries.submit([answer, &context, query = std::move(query)] {
        try {
            answer(query(QueryContext{.store = context.store,
                                      .token_key = context.options.token_key,
                                      .metrics = context.query_metrics,
                                      .now = context.clock.now(),
                                      .groups = context.options.control.groups,
                                      .account_id = context.options.account_id,
                                      .summaries = context.options.summaries}));
        } catch (const std::exception& thrown) {
            log_error("query failed", {{"error", thrown.what()}});
            answer(ApiError{"InternalFailure", 500, "the query failed"});
        }
    });
    if (!is_taken) answer(throttled("too many queries are waiting; try again"));
}

void answer_from_worker(const XrayContext& context, XrayCall call,
                        std::function<Result<std::string>(const QueryContext&)> query) {
    answer_from_worker(context, std::move(call),
                       [query = std::move(query)](const QueryContext& its) -> XrayAnswer {
                           auto result = query(its);
                           if (result) return *std::move(result);
                           return to_api_error(result.error());
                       });
}

}  // namespace tomograph
