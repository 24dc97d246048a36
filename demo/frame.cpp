#include "demo/frame.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace tomograph::demo {
namespace {

JsonObject http_block(std::string_view method, std::string_view url, JsonObject request, int status,
                      std::int64_t content_length) {
    JsonObject whole_request;
    whole_request.text("method", method).text("url", url).append(request);
    JsonObject response;
    response.number("status", status).number("content_length", content_length);
    JsonObject http;
    return http.object("request", whole_request).object("response", response);
}

JsonObject caller_members(Random& random) {
    static constexpr std::array agents = {
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
        "okhttp/4.12.0",
    };
    JsonObject members;
    members.text("user_agent", agents[random.next() % agents.size()]);
    members.text("client_ip", fmt::format("203.0.113.{}", random.between(1, 254)));
    return members.boolean("x_forwarded_for", true);
}

}  // namespace

std::string make_trace_id(Random& random, Instant start) {
    return fmt::format("1-{:08x}-{}{}", static_cast<std::uint32_t>(start.second()), random.hex(16),
                       random.hex(8));
}

void apply_status(Entity& entity, int status) {
    if (status >= 500) entity.fault = true;
    if (status >= 400 && status < 500) entity.error = true;
    if (status == 429) entity.throttle = true;
}

Frame::Frame(Story& story, const Service& service, const Call& call)
    : story_(story), service_(service), call_(call), now_(call.start) {
    begin(service.name, "");
}

Entity& Frame::begin(std::string_view name, std::string_view name_space) {
    Entity entity;
    entity.name = name;
    entity.id = story_.random.hex(16);
    entity.name_space = name_space;
    entity.start = now_;
    open_.push_back(std::move(entity));
    return open_.back();
}

Entity& Frame::end() {
    Entity entity = std::move(open_.back());
    open_.pop_back();
    entity.end = now_;
    return open_.back().subsegments.emplace_back(std::move(entity));
}

Entity& Frame::open(std::string_view name) { return begin(name, ""); }

void Frame::close() { end(); }

Entity& Frame::aws(const AwsCall& call) {
    Entity& entity = begin(call.service, "aws");
    spend(call.median, call.retries > 0 ? 0.2 : 0.4);
    apply_status(entity, call.status);
    JsonObject aws;
    aws.text("operation", call.operation).text("region", "eu-central-1");
    aws.text("request_id", fmt::format("{}{}", story_.random.hex(16), story_.random.hex(16)));
    if (!call.key.empty()) aws.text(call.key, call.resource);
    if (call.retries > 0) aws.number("retries", call.retries);
    JsonObject response;
    response.number("status", call.status);
    JsonObject http;
    entity.blocks.object("http", http.object("response", response)).object("aws", aws);
    return end();
}

Entity& Frame::query(const Query& query) {
    Entity& entity = begin(query.database, "remote");
    spend(query.median);
    const std::string_view host = query.database.substr(query.database.find('@') + 1);
    JsonObject sql;
    sql.text("url", fmt::format("{}://{}:5432/shop", "postgresql", host));
    sql.text("database_type", query.type).text("database_version", "16.4").text("user", "shop");
    entity.blocks.object("sql", sql.text("sanitized_query", query.sql));
    return end();
}

Entity& Frame::remote(const RemoteCall& call) {
    Entity& entity = begin(call.host, "remote");
    spend(call.median);
    apply_status(entity, call.status);
    const std::string url = fmt::format("https://{}{}", call.host, call.path);
    entity.blocks.object(
        "http", http_block(call.method, url, {}, call.status, story_.random.between(80, 2000)));
    return end();
}

Entity& Frame::begin_call(const Service& service) {
    Entity& entity = begin(service.host, "remote");
    now_ = now_ + story_.random.latency(Duration::microseconds(450));  // the network there
    return entity;
}

int Frame::end_call(const Service& service, const Call& call, const Reply& reply) {
    now_ = reply.end + story_.random.latency(Duration::microseconds(450));  // and back
    apply_status(top(), reply.status);
    JsonObject traced;
    traced.boolean("traced", true);
    const std::string url = fmt::format("http://{}{}", service.host, call.path);
    top().blocks.object("http", http_block(call.method, url, traced, reply.status, 0));
    end();
    return reply.status;
}

void Frame::fail(const Failure& failure) {
    std::vector<std::string> frames;
    for (const std::string_view line : failure.stack) {
        const std::size_t space = line.find(' ');
        const std::size_t colon = line.rfind(':');
        JsonObject frame;
        frame.text("label", line.substr(0, space))
            .text("path", line.substr(space + 1, colon - space - 1));
        frames.push_back(frame.raw("line", line.substr(colon + 1)).to_json());
    }
    JsonObject exception;
    exception.text("id", story_.random.hex(16))
        .text("type", failure.type)
        .text("message", failure.message);
    exception.boolean("remote", failure.remote).array("stack", frames);
    JsonObject cause;
    cause.text("working_directory", "/srv/app").array("exceptions", {exception.to_json()});
    top().blocks.object("cause", cause);
}

SegmentEnvelope Frame::envelope() const {
    return {.service = service_,
            .trace_id = story_.trace_id,
            .parent_id = call_.parent_id,
            .user = call_.parent_id.empty() ? std::string_view(story_.user) : std::string_view()};
}

void Frame::send_in_progress() {
    story_.documents.push_back({now_, in_progress_document(envelope(), segment())});
}

void Frame::stream_last() {
    Entity& whole = segment();
    story_.documents.push_back(
        {now_, subsegment_document(story_.trace_id, whole.id, whole.subsegments.back())});
    whole.subsegments.pop_back();
}

Reply Frame::finish(int status) {
    while (open_.size() > 1) end();
    apply_status(segment(), status);
    const std::string url = fmt::format("{}://{}{}", call_.parent_id.empty() ? "https" : "http",
                                        service_.host, call_.path);
    const JsonObject caller =
        call_.parent_id.empty() ? caller_members(story_.random) : JsonObject{};
    JsonObject members = segment().blocks;
    segment().blocks = JsonObject{};
    const std::int64_t size =
        status < 300 ? story_.random.between(200, 40'000) : story_.random.between(60, 400);
    segment()
        .blocks.object("http", http_block(call_.method, url, caller, status, size))
        .append(members);
    Reply reply = finish();
    reply.status = status;
    return reply;
}

Reply Frame::finish() {
    while (open_.size() > 1) end();
    segment().end = now_;
    story_.documents.push_back({now_, segment_document(envelope(), segment())});
    return {now_, 200};
}

}  // namespace tomograph::demo
