#include "net/grpc/service.h"

#include <fmt/format.h>

#include <array>
#include <atomic>
#include <set>
#include <unordered_map>

#include "base/ascii.h"
#include "base/log.h"
#include "net/grpc/dialogue.h"
#include "net/grpc/frame.h"
#include "net/grpc/health.h"
#include "net/grpc/reflection.h"
#include "net/http_body.h"
#include "net/http_request_pieces.h"

namespace tomograph {

namespace {

/// "package.Service" of "/package.Service/Method".
std::string_view service_of(std::string_view path) {
    if (!path.starts_with('/')) return {};
    path.remove_prefix(1);
    const std::size_t slash = path.find('/');
    return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

HttpReply plain_reply(int status, std::string sentence) {
    HttpReply reply;
    reply.status = status;
    reply.headers = {{"content-type", "text/plain; charset=utf-8"}};
    reply.body = std::move(sentence);
    return reply;
}

GrpcAnswer error(GrpcStatus status, std::string sentence) {
    return {.status = status, .message = {}, .sentence = std::move(sentence), .details = {}};
}

}  // namespace

struct GrpcService::Impl {
    Impl(Options options_in, const Clock& clock_in, MetricsRegistry& registry)
        : options(std::move(options_in)),
          clock(clock_in),
          decoded_budget(options.limits.body_bytes_in_flight_max) {
        for (std::size_t i = 0; i < grpc_statuses; ++i)
            calls[i] = &registry.counter(
                "tomograph_net_grpc_calls_total", "Calls of gRPC answered, by status.",
                {{"listener", options.listener},
                 {"status", std::string(to_text(static_cast<GrpcStatus>(i)))}});
    }

    HttpReply answer(GrpcAnswer&& given) {
        calls[static_cast<std::size_t>(given.status)]->add();
        return to_http(std::move(given));
    }

    const Options options;
    const Clock& clock;
    BodyBudget decoded_budget;
    std::unordered_map<std::string, GrpcMethod> methods;
    std::unordered_map<std::string, GrpcAnswerEach> dialogues;
    std::array<Counter*, grpc_statuses> calls{};
};

namespace {

using Impl = GrpcService::Impl;

/// A call between its request and its answer.
class Pending {
 public:
    Pending(std::shared_ptr<Impl> impl, HttpRespond respond)
        : impl_(std::move(impl)), respond_(std::move(respond)) {}
    ~Pending() { answer(error(GrpcStatus::internal, "the call was dropped without an answer")); }
    Pending(const Pending&) = delete;
    Pending& operator=(const Pending&) = delete;

    void answer(GrpcAnswer given) {
        if (is_answered_.exchange(true)) return;
        if (deadline && impl_->clock.monotonic() > *deadline)
            given = error(GrpcStatus::deadline_exceeded, "the answer came too late");
        decoded.reset();
        respond_(impl_->answer(std::move(given)));
    }

    std::optional<Duration> deadline;
    std::unique_ptr<HttpBody> decoded;  // the share of the budget that the message has

 private:
    std::shared_ptr<Impl> impl_;
    HttpRespond respond_;
    std::atomic<bool> is_answered_{false};
};

/// Puts the decoded message in the place of the body.
std::optional<GrpcAnswer> decode(Impl& impl, GrpcCall& call, Pending& pending) {
    const std::string_view coding = call.request.header("grpc-encoding");
    if (coding.empty() || equals_ignoring_case(coding, "identity"))
        return error(GrpcStatus::invalid_argument,
                     "a compressed message, and grpc-encoding does not say how");
    pending.decoded = std::make_unique<HttpBody>(impl.options.limits, impl.decoded_budget);
    HttpBody& body = *pending.decoded;
    if (coding.find(',') != std::string_view::npos || body.add_codings(coding))
        return error(GrpcStatus::unimplemented,
                     fmt::format("grpc-encoding is none of {}", grpc_accepted_codings));
    auto refused = body.append(call.message());
    if (!refused) refused = body.finish();
    if (refused) return error(grpc_status_of_http(refused->status), refused->sentence);
    call.request.body = body.take();
    call.message_at = 0;
    return {};
}

/// What is wrong with the call; nothing when its method may have it.
std::optional<GrpcAnswer> unpack(Impl& impl, GrpcCall& call, Pending& pending) {
    if (const auto timeout = call.request.header("grpc-timeout"); !timeout.empty()) {
        const auto parsed = parse_grpc_timeout(timeout);
        if (!parsed) return error(GrpcStatus::invalid_argument, "a bad grpc-timeout");
        call.deadline = pending.deadline = impl.clock.monotonic() + *parsed;
    }
    const std::string_view problem = check_grpc_body(call.request.body);
    if (!problem.empty()) return error(GrpcStatus::invalid_argument, std::string(problem));
    call.message_at = grpc_prefix_bytes;
    const auto prefix = read_grpc_prefix(call.request.body);
    return prefix && prefix->is_compressed ? decode(impl, call, pending) : std::nullopt;
}

/// A dialogue's reply begins at once, and all that follows is in its messages.
void begin_dialogue(Impl& impl, const GrpcAnswerEach& answer_each, const HttpRequest& request,
                    const HttpRespond& respond) {
    const std::string_view coding = request.header("grpc-encoding");
    if (!coding.empty() && !equals_ignoring_case(coding, "identity"))
        return respond(impl.answer(
            error(GrpcStatus::unimplemented, "messages of a stream are not taken compressed")));
    const auto out = std::make_shared<HttpBodyStream>(dialogue_unread_bytes_max);
    HttpReply reply = impl.answer({});
    reply.body.clear();
    reply.stream = HttpBodyStream::sending_end(out);
    const auto dialogue = std::make_shared<GrpcDialogue>(answer_each, out);
    const auto add = [dialogue](std::string_view piece, bool is_last) {
        return dialogue->add(piece, is_last);
    };
    if (request.pieces)
        request.pieces->attach(add);
    else if (!add(request.body, true))
        return respond(
            impl.answer(error(GrpcStatus::invalid_argument, "not messages of a stream")));
    respond(std::move(reply));
}

void handle(const std::shared_ptr<Impl>& impl, HttpRequest request, HttpRespond respond) {
    if (!request.is_http2) return respond(plain_reply(505, "gRPC needs HTTP/2"));
    if (request.method != "POST") {
        HttpReply reply = plain_reply(405, "gRPC is POST");
        reply.headers.push_back({"allow", "POST"});
        return respond(std::move(reply));
    }
    if (const auto dialogue = impl->dialogues.find(request.path); dialogue != impl->dialogues.end())
        return begin_dialogue(*impl, dialogue->second, request, respond);
    const auto found = impl->methods.find(request.path);
    if (found == impl->methods.end())
        return respond(impl->answer(
            error(GrpcStatus::unimplemented, fmt::format("unknown method {}", request.path))));
    const auto pending = std::make_shared<Pending>(impl, std::move(respond));
    GrpcCall call{.request = std::move(request)};
    if (auto problem = unpack(*impl, call, *pending)) return pending->answer(std::move(*problem));
    try {
        found->second(std::move(call),
                      [pending](GrpcAnswer answer) { pending->answer(std::move(answer)); });
    } catch (const std::exception& thrown) {
        log_error("gRPC method failed", {{"error", thrown.what()}});
    }
}

}  // namespace

GrpcService::GrpcService(Options options, const Clock& clock, MetricsRegistry& metrics)
    : impl_(std::make_shared<Impl>(std::move(options), clock, metrics)) {}

GrpcService::~GrpcService() = default;

void GrpcService::add(std::string path, GrpcMethod method) {
    impl_->methods.insert_or_assign(std::move(path), std::move(method));
}

void GrpcService::add_dialogue(std::string path, GrpcAnswerEach answer_each) {
    impl_->dialogues.insert_or_assign(std::move(path), std::move(answer_each));
}

void GrpcService::add_reflection(std::vector<ProtoFile> files) {
    for (ProtoFile& file : grpc_own_files()) files.push_back(std::move(file));
    constexpr std::string_view paths[] = {
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"};
    std::vector<std::string> names = services();
    for (const std::string_view path : paths) names.emplace_back(service_of(path));
    const auto reflection = std::make_shared<GrpcReflection>(std::move(names), std::move(files));
    for (const std::string_view path : paths)
        add_dialogue(std::string(path), [reflection](std::string_view message) {
            return reflection->answer(message);
        });
}

std::vector<std::string> GrpcService::services() const {
    std::set<std::string> names;
    for (const auto& [path, method] : impl_->methods) names.emplace(service_of(path));
    for (const auto& [path, answer_each] : impl_->dialogues) names.emplace(service_of(path));
    return {names.begin(), names.end()};
}

HttpTakesPieces GrpcService::takes_pieces() const {
    return [impl = impl_](const HttpRequest& head) {
        return is_grpc(head.header("content-type")) && impl->dialogues.contains(head.path);
    };
}

void GrpcService::add_health(std::function<bool()> is_serving) {
    // The map of methods is asked, not the service: the handler may outlive it.
    add("/grpc.health.v1.Health/Check",
        [weak = std::weak_ptr<Impl>(impl_), is_serving = std::move(is_serving)](
            const GrpcCall& call, const GrpcRespond& respond) {
            const auto impl = weak.lock();
            if (!impl) return;
            const auto service = read_health_request(call.message());
            if (!service)
                return respond(error(GrpcStatus::invalid_argument, "not a HealthCheckRequest"));
            bool is_known = service->empty();
            for (const auto& [path, method] : impl->methods)
                is_known = is_known || service_of(path) == *service;
            if (!is_known) return respond(error(GrpcStatus::not_found, "unknown service"));
            respond({.status = GrpcStatus::ok,
                     .message = health_response(is_serving()),
                     .sentence = {},
                     .details = {}});
        });
}

HttpHandler GrpcService::handler(HttpHandler otherwise) const {
    return
        [impl = impl_, otherwise = std::move(otherwise)](HttpRequest request, HttpRespond respond) {
            const std::string_view type = request.header("content-type");
            const bool is_proto = is_grpc(type) && (type.find('+') == std::string_view::npos ||
                                                    type.substr(16).starts_with("+proto"));
            if (is_proto) return handle(impl, std::move(request), std::move(respond));
            if (otherwise && !is_grpc(type))
                return otherwise(std::move(request), std::move(respond));
            respond(plain_reply(
                415, "only application/grpc and application/grpc+proto are spoken here"));
        };
}

}  // namespace tomograph
