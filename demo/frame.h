#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "demo/document_writer.h"
#include "demo/entity.h"
#include "demo/random.h"

namespace tomograph::demo {

/// One trace being told: chance, its id, and the documents written so far.
struct Story {
    Random& random;
    std::string trace_id;
    std::string user;
    std::vector<TimedDocument> documents;
};

/// "1-<second of start>-<24 random digits>".
std::string make_trace_id(Random& random, Instant start);

/// How a service is called: behind which subsegment, when, and for what.
struct Call {
    std::string parent_id;
    Instant start;
    std::string method;
    std::string path;
};

struct Reply {
    Instant end;
    int status = 200;
};

/// What went wrong, as an SDK records it.
struct Failure {
    std::string_view type;
    std::string message;
    std::span<const std::string_view> stack;  ///< "function file:line", innermost first
    bool remote = false;
};

/// A service at work on one request, in simulated time: every step moves now() on and is recorded
/// as a subsegment of the innermost open one.
class Frame {
 public:
    Frame(Story& story, const Service& service, const Call& call);

    Instant now() const { return now_; }
    /// Goes back to a moment, for work done at the same time as other work; join() waits for the
    /// later one.
    void rewind(Instant to) { now_ = to; }
    void join(Instant other) { now_ = std::max(now_, other); }

    /// Work of its own that no one records.
    void spend(Duration median, double spread = 0.35) {
        now_ = now_ + story_.random.latency(median, spread);
    }
    /// A subsegment inside the service; steps until close() lie within it.
    Entity& open(std::string_view name);
    void close();
    /// The innermost open entity.
    Entity& top() { return open_.back(); }
    Entity& segment() { return open_.front(); }

    struct AwsCall {
        std::string_view service;    ///< "DynamoDB"
        std::string_view operation;  ///< "PutItem"
        std::string_view key;        ///< "table_name", "queue_url", "bucket_name", …
        std::string_view resource;
        Duration median;
        int status = 200;
        int retries = 0;
    };
    /// Returns the finished subsegment, for more details.
    Entity& aws(const AwsCall& call);

    struct Query {
        std::string_view database;  ///< "shop@orders-db.internal"
        std::string_view type;      ///< "PostgreSQL"
        std::string_view sql;
        Duration median;
    };
    Entity& query(const Query& query);

    struct RemoteCall {
        std::string_view host;
        std::string_view method;
        std::string path;
        Duration median;  ///< of a call whose other side is not traced
        int status = 200;
    };
    /// A call to someone who sends no segments.
    Entity& remote(const RemoteCall& call);

    /// A call to another service of the shop: `handle(story, call)` tells its side and returns a
    /// Reply.
    template <class Handler>
    int call(const Service& service, std::string_view method, std::string path, Handler handle) {
        Entity& subsegment = begin_call(service);
        const Call onward{subsegment.id, now_, std::string(method), std::move(path)};
        const Reply reply = handle(story_, onward);
        return end_call(service, onward, reply);
    }

    /// Records a failure on the innermost open entity.
    void fail(const Failure& failure);

    /// Sends the segment as in progress, as it stands.
    void send_in_progress();
    /// Sends the last subsegment of the segment on its own and forgets it.
    void stream_last();
    /// Closes what is open, answers with `status`, sends the segment.
    Reply finish(int status);
    /// The same for work that is no HTTP request.
    Reply finish();

 private:
    Entity& begin(std::string_view name, std::string_view name_space);
    /// Ends the innermost entity; returns it in its place below its parent.
    Entity& end();
    Entity& begin_call(const Service& service);
    int end_call(const Service& service, const Call& call, const Reply& reply);
    SegmentEnvelope envelope() const;

    Story& story_;
    const Service& service_;
    Call call_;
    Instant now_;
    std::vector<Entity> open_;
};

/// Sets the flags that a status means: 429 throttle and error, 4xx error, 5xx fault.
void apply_status(Entity& entity, int status);

}  // namespace tomograph::demo
