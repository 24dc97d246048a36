#include "api/tools/tool_call.h"

#include <exception>

#include "api/limits.h"
#include "base/log.h"
#include "wire/json/json_text.h"

namespace tomograph {

HttpReply tool_json(std::string body) {
    HttpReply reply;
    reply.headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}};
    reply.body = std::move(body);
    return reply;
}

HttpReply jaeger_error(int status, std::string_view sentence) {
    JsonText json;
    json.open();
    json.raw("data", "null");
    json.integer("total", 0);
    json.integer("limit", 0);
    json.integer("offset", 0);
    json.open_list("errors");
    json.open();
    json.integer("code", status);
    json.text("msg", sentence);
    json.close();
    json.close_list();
    json.close();
    HttpReply reply = tool_json(std::move(json).take());
    reply.status = status;
    return reply;
}

HttpReply jaeger_v3_error(int status, std::string_view sentence) {
    JsonText json;
    json.open();
    json.open("error");
    json.integer("httpCode", status);
    json.text("message", sentence);
    json.close();
    json.close();
    HttpReply reply = tool_json(std::move(json).take());
    reply.status = status;
    return reply;
}

HttpReply tempo_error(int status, std::string_view sentence) {
    HttpReply reply;
    reply.status = status;
    reply.headers = {{"Content-Type", "text/plain; charset=utf-8"}};
    reply.body = std::string(sentence);
    return reply;
}

bool is_accepted(ToolCall& call) {
    if (call.query.refusal()) call.respond(call.error(400, call.query.refusal()->message));
    return !call.query.refusal();
}

void answer_tool(const OwnContext& context, ToolCall call,
                 std::function<Result<HttpReply>()> read) {
    const auto respond = call.respond;
    const ToolError error = call.error;
    const bool is_taken = context.queries.submit(
        [respond, error, is_cancelled = call.is_cancelled, read = std::move(read)] {
            try {
                if (is_cancelled && is_cancelled())
                    return respond(error(503, "the client has gone"));
                auto result = read();
                if (result) return respond(*std::move(result));
                respond(error(to_api_error(result.error()).status, result.error().message()));
            } catch (const std::exception& thrown) {
                log_error("read failed", {{"error", thrown.what()}});
                respond(error(500, "the read failed"));
            }
        });
    if (!is_taken) respond(error(429, "too many reads are waiting; try again"));
}

TimeRange tool_names_range(const OwnContext& context) {
    const Instant now = context.clock.now();
    return {now - tool_names_lookback, now + Duration::minutes(1)};
}

SearchBudget tool_budget(const ToolCall& call, Duration time) {
    SearchBudget budget;
    budget.time = time;
    budget.memory_bytes = own_memory_bytes;
    budget.is_cancelled = call.is_cancelled;
    return budget;
}

}  // namespace tomograph
