#include "api/readiness.h"

#include <algorithm>
#include <string>
#include <vector>

#include "api/json_writer.h"

namespace tomograph {
namespace {

HttpReply json_reply(int status, JsonWriter& json) {
    HttpReply reply;
    reply.status = status;
    reply.headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}};
    reply.body = json.take();
    return reply;
}

/// One of the stores.
struct Standing {
    std::string_view name;
    bool is_replayed = false;
    bool is_read_only = false;
    std::string reason;

    bool is_ready() const { return is_replayed && !is_read_only; }
    std::string_view text() const {
        if (is_read_only) return "read_only";
        return is_replayed ? "ready" : "starting";
    }
};

template <class Status>
Standing standing_of(std::string_view name, const Status& status) {
    return {.name = name,
            .is_replayed = status.ready,
            .is_read_only = status.read_only,
            .reason = status.reason};
}

std::vector<Standing> signals_of(const ReadyParts& parts) {
    std::vector<Standing> signals;
    if (parts.logs != nullptr) signals.push_back(standing_of("logs", parts.logs->status()));
    if (parts.metrics != nullptr)
        signals.push_back(standing_of("metrics", parts.metrics->status()));
    return signals;
}

/// Of the whole: as the first store that is not ready.
Standing whole_of(const Standing& traces, const std::vector<Standing>& signals) {
    const auto late =
        std::ranges::find_if(signals, [](const Standing& each) { return !each.is_ready(); });
    if (!traces.is_ready() || late == signals.end()) return traces;
    Standing whole = *late;
    whole.reason = std::string(late->name);
    if (!late->reason.empty()) whole.reason += ": " + late->reason;
    return whole;
}

void write_standing(JsonWriter& json, const Standing& standing) {
    json.text("status", standing.text());
    if (!standing.reason.empty()) json.text("reason", standing.reason);
}

}  // namespace

bool is_ready(const ReadyParts& parts) {
    return standing_of("traces", parts.traces.status()).is_ready() &&
           std::ranges::all_of(signals_of(parts), &Standing::is_ready);
}

HttpReply health_page() {
    JsonWriter json;
    json.begin_object();
    json.text("status", "ok");
    json.end_object();
    return json_reply(200, json);
}

HttpReply readiness_page(const ReadyParts& parts) {
    const StoreStatus status = parts.traces.status();
    const std::vector<Standing> signals = signals_of(parts);
    const Standing whole = whole_of(standing_of("traces", status), signals);
    JsonWriter json;
    json.begin_object();
    write_standing(json, whole);
    json.begin_object("replay");
    json.integer("bytes", static_cast<std::int64_t>(status.replayed_bytes));
    json.integer("bytes_total", static_cast<std::int64_t>(status.replay_bytes));
    json.end_object();
    json.integer("damaged_parts", static_cast<std::int64_t>(status.damaged_parts));
    json.integer("quarantined", static_cast<std::int64_t>(status.quarantined));
    for (const Standing& signal : signals) {
        json.begin_object(signal.name);
        write_standing(json, signal);
        json.end_object();
    }
    json.end_object();
    return json_reply(whole.is_ready() ? 200 : 503, json);
}

}  // namespace tomograph
