#include "api/group_operations.h"

#include <algorithm>
#include <vector>

#include "api/error.h"
#include "api/json_request.h"
#include "api/json_writer.h"
#include "api/limits.h"
#include "api/own/routes.h"
#include "api/request_id.h"

namespace tomograph {
namespace {

constexpr std::string_view reevaluation_path = "/api/v1/groups/{name}/reevaluation";
constexpr ApiRoute all_routes[] = {
    {"GET", reevaluation_path}, {"POST", reevaluation_path}, {"DELETE", reevaluation_path}};

std::string_view text_of(ReevaluationState state) {
    switch (state) {
        case ReevaluationState::running:
            return "running";
        case ReevaluationState::done:
            return "done";
        case ReevaluationState::cancelled:
            return "cancelled";
        case ReevaluationState::replaced:
            return "replaced";
    }
    return "";
}

std::int64_t number(std::uint64_t value) { return static_cast<std::int64_t>(value); }

std::string status_json(const GroupReevaluation::Status& status) {
    JsonWriter json;
    json.begin_object();
    json.text("GroupName", status.group);
    json.text("State", status.order ? text_of(status.order->state) : "none");
    if (status.order) {
        json.moment("Began", status.order->began);
        if (status.order->state != ReevaluationState::running)
            json.moment("Ended", status.order->ended);
        if (status.order->state == ReevaluationState::done) {
            json.integer("Parts", number(status.order->parts));
            json.integer("DamagedParts", number(status.order->parts_damaged));
        }
    }
    if (const auto& progress = status.progress) {
        json.integer("Parts", number(progress->parts));
        json.integer("PartsDone", number(progress->parts_done));
        json.integer("Bytes", number(progress->bytes));
        json.integer("BytesDone", number(progress->bytes_done));
        json.integer("DamagedParts", number(progress->parts_damaged));
        json.boolean("WaitsForDisk", progress->waits_for_disk);
    }
    json.end_object();
    return json.take();
}

HttpReply reply_of(const Result<GroupReevaluation::Status>& status) {
    if (!status) return to_reply(to_api_error(status.error()));
    HttpReply reply;
    reply.headers = {{"Content-Type", "application/json"},
                     {"Cache-Control", "no-store"},
                     {"x-amzn-RequestId", make_request_id()}};
    reply.body = status_json(*status);
    return reply;
}

bool is_allowed(const std::string& method) {
    return std::any_of(std::begin(all_routes), std::end(all_routes),
                       [&](const ApiRoute& route) { return route.method == method; });
}

/// A mistake of the request itself.
std::optional<HttpReply> refusal_of(const HttpRequest& request) {
    if (!is_allowed(request.method)) {
        HttpReply wrong = to_reply(method_not_allowed(
            quoted(request.path) + " takes GET, POST and DELETE, not " + quoted(request.method)));
        wrong.headers.push_back({"Allow", "GET, POST, DELETE"});
        return wrong;
    }
    if (request.method != "POST") return std::nullopt;
    if (!request.header("Content-Type").starts_with("application/json"))
        return to_reply(invalid_request("Content-Type must be application/json"));
    const JsonRequest json(request.body);
    if (json.refusal()) return to_reply(*json.refusal());
    return std::nullopt;
}

}  // namespace

GroupOperations::GroupOperations(GroupReevaluation& reevaluation)
    : reevaluation_(reevaluation), thread_("group-orders", 1, group_requests_max) {}

std::span<const ApiRoute> GroupOperations::routes() { return all_routes; }

bool GroupOperations::handle(const HttpRequest& request, const HttpRespond& respond) {
    std::vector<std::string> values;
    if (!fits_route(reevaluation_path, request.path, values)) return false;
    if (auto refused = refusal_of(request)) {
        respond(*std::move(refused));
        return true;
    }
    const auto work = [this, respond, method = request.method, peer = request.peer_address,
                       key = GroupKey{.name = values.at(0)}] {
        respond(reply_of(run(method, peer, key)));
    };
    if (!thread_.submit(work))
        respond(to_reply(
            to_api_error(Error(ErrorCode::unavailable, "too many such requests wait already"))));
    return true;
}

Result<GroupReevaluation::Status> GroupOperations::run(const std::string& method,
                                                       const std::string& peer,
                                                       const GroupKey& key) {
    const auto origin = [&](const char* operation) {
        return ChangeOrigin{.who = "anonymous", .address = peer, .operation = operation};
    };
    if (method == "POST") return reevaluation_.start(origin("StartReevaluation"), key);
    if (method == "DELETE") return reevaluation_.cancel(origin("CancelReevaluation"), key);
    return reevaluation_.status(key);
}

}  // namespace tomograph
