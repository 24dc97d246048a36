#include <utility>

#include "api/limits.h"
#include "api/own/event_stream.h"
#include "api/own/own_call.h"
#include "query/filter/filter_expression.h"

namespace tomograph {
namespace {

/// One client of the live tail. Never waits for it: what it is too slow for is counted, and told as
/// soon as there is room.
class TailClient {
 public:
    TailClient(const OwnContext& context, EventStream events)
        : context_(context), events_(std::move(events)), sent_(context.clock.monotonic()) {}

    bool take(const LiveTail::Tick& tick) {
        lost_ += tick.lost;
        for (const LiveTail::Told* told : tick.traces) {
            const char* event = told->is_update ? "update" : "trace";
            if (tell_dropped() &&
                events_.try_send(event, summary_json(told->summary, context_.account_id)))
                sent_ = context_.clock.monotonic();
            else
                ++dropped_;
        }
        tell_dropped();
        const Duration now = context_.clock.monotonic();
        if (now - sent_ >= tail_keep_alive) {
            events_.keep_alive();
            sent_ = now;
        }
        return !events_.is_closed();
    }

 private:
    /// False while some drops could not be told yet.
    bool tell_dropped() {
        if (dropped_ == 0 && lost_ == 0) return true;
        JsonWriter json;
        json.begin_object();
        json.integer("SlowClient", static_cast<std::int64_t>(dropped_));
        json.integer("Overload", static_cast<std::int64_t>(lost_));
        json.end_object();
        if (!events_.try_send("dropped", json.take())) return false;
        dropped_ = lost_ = 0;
        return true;
    }

    const OwnContext& context_;
    EventStream events_;
    Duration sent_;
    std::uint64_t dropped_ = 0;
    std::uint64_t lost_ = 0;
};

}  // namespace

void answer_tail(const OwnContext& context, OwnCall call) {
    const std::string filter = call.query.text("filter").value_or("");
    if (!is_accepted(call)) return;
    SharedPredicate predicate;
    if (!filter.empty()) {
        auto compiled = compile_filter(filter, context.groups);
        if (!compiled) return call.respond(to_reply(to_api_error(compiled.error())));
        predicate = std::make_shared<Predicate>(*std::move(compiled));
    }
    const EventStream events;
    HttpReply reply = events.reply();
    const auto client = std::make_shared<TailClient>(context, events);
    const auto watched = context.tail.watch(
        predicate, [client](const LiveTail::Tick& tick) { return client->take(tick); });
    call.respond(watched ? std::move(reply) : to_reply(to_api_error(watched.error())));
}

}  // namespace tomograph
