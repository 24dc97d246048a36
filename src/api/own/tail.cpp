#include <utility>

#include "api/limits.h"
#include "api/own/event_stream.h"
#include "api/own/own_call.h"
#include "api/xray/summary_json.h"
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
            // What was dropped is told with the next trace that finds room, or at the end: alone it
            // would find room for each trace that does not.
            if (!send(dropped() + event_text(event, summary_text(told->summary, std::nullopt,
                                                                 context_.account_id))))
                ++dropped_;
        }
        if (dropped_ > 0 || lost_ > 0) send(dropped());
        const Duration now = context_.clock.monotonic();
        if (now - sent_ >= tail_keep_alive) {
            events_.keep_alive();
            sent_ = now;
        }
        return !events_.is_closed();
    }

 private:
    /// The event of what the client does not know of yet; "" when there is nothing.
    std::string dropped() const {
        if (dropped_ == 0 && lost_ == 0) return {};
        JsonWriter json;
        json.begin_object();
        json.integer("SlowClient", static_cast<std::int64_t>(dropped_));
        json.integer("Overload", static_cast<std::int64_t>(lost_));
        json.end_object();
        return event_text("dropped", json.take());
    }

    /// events  begin with dropped()
    bool send(const std::string& events) {
        if (!events_.try_send(events)) return false;
        dropped_ = lost_ = 0;
        sent_ = context_.clock.monotonic();
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
        auto compiled = compile_filter(filter, context.groups, context.account_id);
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
