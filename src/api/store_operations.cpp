#include "api/store_operations.h"

#include <algorithm>

#include "api/error.h"
#include "api/json_request.h"
#include "api/json_writer.h"
#include "base/log.h"

namespace tomograph {
namespace {

constexpr std::string_view backup_path = "/api/v1/backup";
constexpr std::string_view compact_path = "/api/v1/compact";
constexpr std::string_view operation_path = "/api/v1/operation";
constexpr std::size_t destination_bytes_max = 200;

HttpReply json_reply(JsonWriter& json) {
    HttpReply reply;
    reply.headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}};
    reply.body = json.take();
    return reply;
}

/// Letters, digits, '-', '_' and '.', and no dot in front: nothing that leads elsewhere.
bool is_plain_name(std::string_view name) {
    const auto is_plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    };
    return !name.empty() && name.size() <= destination_bytes_max && name.front() != '.' &&
           !name.ends_with(".tmp") && std::all_of(name.begin(), name.end(), is_plain);
}

HttpReply wrong_method(const HttpRequest& request, std::string_view allowed) {
    HttpReply refusal =
        to_reply(method_not_allowed(quoted(request.path) + " takes " + std::string(allowed) +
                                    ", not " + quoted(request.method)));
    refusal.headers.push_back({"Allow", std::string(allowed)});
    return refusal;
}

}  // namespace

StoreOperations::StoreOperations(EmbeddedStore& store, std::string backup_directory)
    : store_(store),
      backup_directory_(std::move(backup_directory)),
      thread_("store-operation", 1, 1) {}

std::span<const ApiRoute> StoreOperations::routes() {
    static constexpr ApiRoute all[] = {{"POST", backup_path},
                                       {"POST", compact_path},
                                       {"GET", operation_path},
                                       {"POST", operation_path}};
    return all;
}

std::optional<HttpReply> StoreOperations::handle(const HttpRequest& request) {
    if (request.path == operation_path) {
        if (request.method != "GET" && request.method != "POST")
            return wrong_method(request, "GET, POST");
        return status();
    }
    if (request.path != backup_path && request.path != compact_path) return std::nullopt;
    if (request.method != "POST") return wrong_method(request, "POST");
    if (!request.header("Content-Type").starts_with("application/json"))
        return to_reply(invalid_request("Content-Type must be application/json"));
    return request.path == backup_path ? backup(request) : compact();
}

Result<std::string> StoreOperations::place_of(const std::string& name) const {
    if (!is_plain_name(name))
        return Error(ErrorCode::invalid, quoted(name) +
                                             " is not a name of a backup: letters, "
                                             "digits, '-', '_' and '.', no dot in front");
    return backup_directory_ + "/" + name;
}

HttpReply StoreOperations::backup(const HttpRequest& request) {
    if (backup_directory_.empty())
        return to_reply(invalid_request("the server has no --backup-dir: it writes no backups"));
    JsonRequest body(request.body);
    const std::string name = body.text("Destination").value_or("");
    const std::string previous_name = body.text("Previous").value_or("");
    if (body.refusal()) return to_reply(*body.refusal());
    auto destination = place_of(name);
    if (!destination) return to_reply(to_api_error(destination.error()));
    std::string previous;
    if (!previous_name.empty()) {
        auto place = place_of(previous_name);
        if (!place) return to_reply(to_api_error(place.error()));
        previous = std::move(*place);
    }
    return start("backup", *destination,
                 [this, to = *destination, previous](Operation& outcome) -> Result<void> {
                     outcome.report = TRY(store_.snapshot(
                         {.destination = to, .previous = previous, .progress = progress()}));
                     return {};
                 });
}

HttpReply StoreOperations::compact() {
    return start("compact", "", [this](Operation& outcome) -> Result<void> {
        outcome.merges = TRY(store_.compact(progress()));
        return {};
    });
}

StoreProgressCall StoreOperations::progress() {
    return [this](const StoreProgress& now) {
        operation_.lock()->progress = now;
        return true;
    };
}

HttpReply StoreOperations::start(std::string_view kind, std::string destination,
                                 std::function<Result<void>(Operation& outcome)> work) {
    auto operation = operation_.lock();
    if (operation->state == State::running)
        return to_reply(
            to_api_error(Error(ErrorCode::conflict, "a " + std::string(operation->kind) +
                                                        " is running: one at a time")));
    const std::int64_t id = operation->id + 1;
    *operation = {.id = id,
                  .kind = kind,
                  .state = State::running,
                  .progress = {},
                  .report = {},
                  .merges = 0,
                  .destination = std::move(destination),
                  .error = {}};
    const bool is_taken = thread_.submit([this, kind, run = std::move(work)] {
        Operation outcome;
        const auto done = run(outcome);
        auto finished = operation_.lock();
        finished->state = done ? State::done : State::failed;
        finished->report = outcome.report;
        finished->merges = outcome.merges;
        if (!done) finished->error = done.error().message();
        if (!done) log_error("operation failed", {{"kind", kind}, {"error", done.error()}});
    });
    if (!is_taken) {
        operation->state = State::failed;
        return to_reply(to_api_error(Error(ErrorCode::unavailable, "the server is stopping")));
    }
    JsonWriter json;
    json.begin_object();
    json.integer("Id", id);
    json.end_object();
    return json_reply(json);
}

HttpReply StoreOperations::status() {
    const Operation operation = *operation_.lock();
    const auto number = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
    JsonWriter json;
    json.begin_object();
    json.integer("Id", operation.id);
    if (operation.id != 0) {
        const State state = operation.state;
        json.text("Kind", operation.kind);
        json.text("State", state == State::running ? "running"
                           : state == State::done  ? "done"
                                                   : "failed");
        json.integer("DoneBytes", number(operation.progress.done_bytes));
        json.integer("TotalBytes", number(operation.progress.total_bytes));
        if (!operation.destination.empty()) json.text("Destination", operation.destination);
        if (!operation.error.empty()) json.text("Error", operation.error);
        if (state == State::done && operation.kind == "backup") {
            json.integer("Files", number(operation.report.files));
            json.integer("Bytes", number(operation.report.bytes));
            json.integer("LinkedBytes", number(operation.report.linked_bytes));
        }
        if (state == State::done && operation.kind == "compact")
            json.integer("Merges", number(operation.merges));
    }
    json.end_object();
    return json_reply(json);
}

}  // namespace tomograph
