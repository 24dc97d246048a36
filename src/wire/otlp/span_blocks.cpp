#include "wire/otlp/span_blocks.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

#include "base/hash.h"
#include "wire/json/utf8.h"
#include "wire/otlp/attribute_lookup.h"
#include "wire/otlp/stack_trace.h"
#include "wire/xray/service_name.h"

namespace tomograph {
namespace {

using Outcome = SpanOutcome;

Outcome outcome_of_http(std::int64_t status) {
    constexpr std::int64_t too_many_requests = 429;
    if (status == too_many_requests) return Outcome::throttle;
    if (status >= 400 && status < 500) return Outcome::error;
    return status >= 500 && status < 600 ? Outcome::fault : Outcome::ok;
}

/// Codes that the called one answers for a fault of the caller are errors, as 4xx are.
Outcome outcome_of_grpc(std::int64_t code) {
    constexpr std::array<std::int64_t, 9> of_caller = {1, 3, 5, 6, 7, 9, 10, 11, 16};
    constexpr std::int64_t resource_exhausted = 8;
    if (code == 0) return Outcome::ok;
    if (code == resource_exhausted) return Outcome::throttle;
    const bool is_caller = std::find(of_caller.begin(), of_caller.end(), code) != of_caller.end();
    return is_caller ? Outcome::error : Outcome::fault;
}

struct Member {
    JsonKey name;
    std::string_view value;
};

void write_members(SpanJson& json, std::initializer_list<Member> members) {
    for (const Member& each : members)
        if (!each.value.empty()) json.text(each.name, each.value);
}

bool has_any(std::initializer_list<Member> members) {
    return std::any_of(members.begin(), members.end(),
                       [](const Member& each) { return !each.value.empty(); });
}

/// An object of texts; nothing when all are empty.
void write_object(SpanJson& json, JsonKey name, std::initializer_list<Member> members) {
    if (!has_any(members)) return;
    json.open(name);
    write_members(json, members);
    json.close();
}

std::string_view scheme_of(const WireAttributes& said) {
    const std::string_view scheme = text_of(said, {"url.scheme", "http.scheme"});
    return scheme.empty() ? std::string_view("http") : scheme;
}

/// The port where it is not the scheme's own.
std::string port_of(const WireAttributes& said, std::string_view scheme) {
    const auto port = integer_of(said, {"server.port", "net.host.port", "net.peer.port"});
    constexpr std::int64_t http = 80;
    constexpr std::int64_t https = 443;
    const bool is_usual = !port || *port == (scheme == "https" ? https : http);
    return is_usual ? std::string() : ":" + std::to_string(*port);
}

/// The whole URL as it was said, else put together from its parts; "" when no host is known.
std::string url_of(const WireAttributes& said) {
    const std::string_view whole = text_of(said, {"url.full", "http.url"});
    if (!whole.empty()) return std::string(whole);
    const std::string_view scheme = scheme_of(said);
    std::string_view host = text_of(said, {"http.host"});
    std::string port;
    if (host.empty()) {
        host = text_of(said, {"server.address", "http.server_name", "net.host.name",
                              "net.peer.name", "net.peer.ip"});
        if (host.empty()) return {};
        port = port_of(said, scheme);
    }
    const std::string_view path = text_of(said, {"url.path", "http.target"});
    const std::string_view query = text_of(said, {"url.query"});
    std::string url;
    constexpr std::size_t marks = 5;  // :// / ?
    url.reserve(scheme.size() + host.size() + port.size() + path.size() + query.size() + marks);
    url.append(scheme).append("://").append(host).append(port);
    url.append(path.empty() ? std::string_view("/") : path);
    if (!query.empty()) url.append("?").append(query);
    return url;
}

bool is_relational(std::string_view system) {
    constexpr std::array<std::string_view, 17> systems = {"db2",         "derby",
                                                          "hive",        "mariadb",
                                                          "mssql",       "mysql",
                                                          "oracle",      "oracle.db",
                                                          "postgresql",  "sqlite",
                                                          "teradata",    "other_sql",
                                                          "ibm.db2",     "microsoft.sql_server",
                                                          "cockroachdb", "clickhouse",
                                                          "trino"};
    return std::find(systems.begin(), systems.end(), system) != systems.end();
}

void write_names(SpanJson& json, JsonKey name, JsonKey list,
                 const std::vector<std::string_view>& names) {
    if (names.size() == 1) json.text(name, names.front());
    if (names.size() < 2) return;
    json.open_list(list);
    for (const std::string_view each : names) json.element(each);
    json.close_list();
}

void write_sdk(SpanJson& json, const WireAttributes& where) {
    const std::string_view sdk = text_of(where, {"telemetry.sdk.name"});
    if (sdk.empty()) return;
    const std::string_view language = text_of(where, {"telemetry.sdk.language"});
    const std::string name =
        language.empty() ? std::string(sdk) : std::string(sdk) + " for " + std::string(language);
    json.open("xray");
    write_members(json,
                  {{"sdk", name}, {"sdk_version", text_of(where, {"telemetry.sdk.version"})}});
    const bool is_auto =
        !text_of(where, {"telemetry.distro.name", "telemetry.auto.version"}).empty();
    json.boolean("auto_instrumentation", is_auto);
    json.close();
}

/// Seven parts, the last of which is the log group's name.
std::string_view group_of_arn(std::string_view arn) {
    for (int part = 0; part < 6; ++part) {
        const std::size_t colon = arn.find(':');
        if (colon == std::string_view::npos) return {};
        arn.remove_prefix(colon + 1);
    }
    return arn.substr(0, arn.find(':'));
}

void write_log_groups(SpanJson& json, const WireAttributes& where) {
    const auto arns = texts_of(where, "aws.log.group.arns");
    const auto names = texts_of(where, "aws.log.group.names");
    if (arns.empty() && names.empty()) return;
    json.open_list("cloudwatch_logs");
    for (const std::string_view arn : arns) {
        json.open();
        write_members(json, {{"log_group", group_of_arn(arn)}, {"arn", arn}});
        json.close();
    }
    for (const std::string_view name : names) {
        if (!arns.empty()) break;  // they say the same, and more
        json.open();
        write_members(json, {{"log_group", name}});
        json.close();
    }
    json.close_list();
}

void write_place(SpanJson& json, const WireAttributes& where) {
    const std::string_view zone = text_of(where, {"cloud.availability_zone"});
    const std::string_view container = text_of(where, {"container.id"});
    const std::string_view platform = text_of(where, {"cloud.platform"});
    if (platform == "aws_ec2" || !text_of(where, {"host.id"}).empty())
        write_object(json, "ec2",
                     {{"instance_id", text_of(where, {"host.id"})},
                      {"availability_zone", zone},
                      {"instance_size", text_of(where, {"host.type"})},
                      {"ami_id", text_of(where, {"host.image.id"})}});
    if (platform == "aws_ecs")
        write_object(json, "ecs",
                     {{"container", text_of(where, {"container.name"})},
                      {"container_id", container},
                      {"availability_zone", zone},
                      {"container_arn", text_of(where, {"aws.ecs.container.arn"})},
                      {"cluster_arn", text_of(where, {"aws.ecs.cluster.arn"})},
                      {"task_arn", text_of(where, {"aws.ecs.task.arn"})},
                      {"task_family", text_of(where, {"aws.ecs.task.family"})},
                      {"launch_type", text_of(where, {"aws.ecs.launchtype"})}});
    const std::string_view cluster = text_of(where, {"k8s.cluster.name"});
    if (platform == "aws_eks" || !cluster.empty())
        write_object(json, "eks",
                     {{"cluster_name", cluster},
                      {"pod", text_of(where, {"k8s.pod.name"})},
                      {"container_id", container}});
    write_log_groups(json, where);
    write_sdk(json, where);
}

bool is_exception(const WireEvent& event) { return event.name == "exception"; }

/// Of no other exception of the trace, and the same whenever the span comes again.
///
/// event  its index among the span's
/// depth  0, or of how many it is the cause
std::string exception_id(SpanId id, std::size_t event, std::size_t depth = 0) {
    return to_hex(SpanId{mix64(id.value + event + 1 + (std::uint64_t{depth} << 32)) | 1});
}

void write_stack(SpanJson& json, const ThrownException& thrown) {
    if (thrown.frames.empty()) return;
    json.open_list("stack");
    for (const StackFrame& frame : thrown.frames) {
        json.open();
        write_members(json, {{"path", frame.path}, {"label", frame.label}});
        if (frame.line > 0) json.integer("line", frame.line);
        json.close();
    }
    json.close_list();
    if (thrown.frames_left_out > 0)
        json.integer("truncated", static_cast<std::int64_t>(thrown.frames_left_out));
}

/// What was recorded, and what the text of its stack says that caused it.
void write_exceptions(SpanJson& json, const WireSpan& span, SpanId id, std::size_t index) {
    const WireAttributes& said = span.events[index].attributes;
    auto chain = read_stack_trace(text_of(said, {"exception.stacktrace"}));
    chain.front().type = text_of(said, {"exception.type"});
    chain.front().message = text_of(said, {"exception.message"});
    const WireKind kind = span.known_kind();
    for (std::size_t depth = 0; depth < chain.size(); ++depth) {
        json.open();
        json.text("id", exception_id(id, index, depth));
        write_members(json, {{"type", chain[depth].type}, {"message", chain[depth].message}});
        if (kind == WireKind::client || kind == WireKind::producer) json.boolean("remote", true);
        write_stack(json, chain[depth]);
        if (depth + 1 < chain.size()) json.text("cause", exception_id(id, index, depth + 1));
        json.close();
    }
}

/// Where the event waited that the link tells of, as whoever sent it names that place: queues of
/// SQS by their address alone.
void write_queue(SpanJson& json, const WireSpan& span, const WireLink& link) {
    const std::string_view url =
        text_of(link.attributes, {"messaging.url", "aws.sqs.queue.url", "aws.queue_url"});
    const std::string_view system = text_of(span.attributes, {"messaging.system"});
    std::string_view name = text_of(link.attributes, {"messaging.destination.name"});
    if (system == "aws_sqs" || system == "AmazonSQS")
        name = {};
    else if (name.empty())
        name = text_of(span.attributes, {"messaging.destination.name", "messaging.destination"});
    std::string valid;
    std::string scratch;
    write_object(json, "attributes",
                 {{"aws.queue_url", url},
                  {"messaging.destination.name", clean_name(as_utf8(name, valid), scratch)}});
}

}  // namespace

std::optional<std::int64_t> http_status(const WireSpan& span) {
    return integer_of(span.attributes, {"http.response.status_code", "http.status_code"});
}

SpanOutcome span_outcome(const WireSpan& span) {
    Outcome told = Outcome::ok;
    if (const auto status = http_status(span))
        told = outcome_of_http(*status);
    else if (const auto code =
                 integer_of(span.attributes, {"rpc.grpc.status_code", "rpc.response.status_code"}))
        told = outcome_of_grpc(*code);
    const bool is_error = span.status_code == status_code_error;
    return told == Outcome::ok && is_error ? Outcome::fault : told;
}

void write_outcome(SpanJson& json, SpanOutcome outcome) {
    if (outcome == Outcome::error || outcome == Outcome::throttle) json.boolean("error", true);
    if (outcome == Outcome::throttle) json.boolean("throttle", true);
    if (outcome == Outcome::fault) json.boolean("fault", true);
}

void write_http(SpanJson& json, const WireSpan& span) {
    const WireAttributes& said = span.attributes;
    const std::string_view method = text_of(said, {"http.request.method", "http.method"});
    const auto status = http_status(span);
    const bool is_there =
        !method.empty() || status || !text_of(said, {"url.full", "http.url"}).empty();
    if (!is_there) return;
    const std::string_view client = text_of(said, {"client.address", "http.client_ip"});
    const std::string_view peer = text_of(said, {"network.peer.address", "net.peer.ip"});
    json.open("http");
    json.open("request");
    write_members(json, {{"method", method},
                         {"url", url_of(said)},
                         {"user_agent", text_of(said, {"user_agent.original", "http.user_agent"})},
                         {"client_ip", client.empty() ? peer : client}});
    if (!client.empty() && peer.empty()) json.boolean("x_forwarded_for", true);
    json.close();
    if (status) {
        json.open("response");
        json.integer("status", *status);
        if (const auto length =
                integer_of(said, {"http.response.body.size", "http.response_content_length"}))
            json.integer("content_length", *length);
        json.close();
    }
    json.close();
}

bool has_sql(const WireSpan& span) {
    const std::string_view system = text_of(span.attributes, {"db.system.name", "db.system"});
    return !system.empty() && is_relational(system);
}

void write_sql(SpanJson& json, const WireSpan& span) {
    if (!has_sql(span)) return;
    const WireAttributes& said = span.attributes;
    const std::string_view system = text_of(said, {"db.system.name", "db.system"});
    const std::string_view host = text_of(said, {"server.address", "net.peer.name", "net.peer.ip"});
    std::string url(text_of(said, {"db.connection_string"}));
    if (url.empty() && !host.empty()) {
        const auto port = integer_of(said, {"server.port", "net.peer.port"});
        url = std::string(host) + (port ? ":" + std::to_string(*port) : std::string());
        const std::string_view database = text_of(said, {"db.namespace", "db.name"});
        if (!database.empty()) url += "/" + std::string(database);
    }
    json.open("sql");
    write_members(json, {{"url", url},
                         {"database_type", system},
                         {"user", text_of(said, {"db.user"})},
                         {"sanitized_query", text_of(said, {"db.query.text", "db.statement"})}});
    json.close();
}

std::string place_members(const WireResource& resource) {
    SpanJson json;
    write_place(json, resource.attributes);
    return std::string(json.view());
}

SpanAwsNames aws_names(const WireSpan& span) {
    const WireAttributes& said = span.attributes;
    SpanAwsNames names{.tables = texts_of(said, "aws.dynamodb.table_names"),
                       .account = text_of(said, {"aws.account_id"}),
                       .queue_url = text_of(said, {"messaging.url", "aws.sqs.queue.url",
                                                   "aws.queue_url", "aws.queue.url"}),
                       .bucket = text_of(said, {"aws.s3.bucket"}),
                       .function = text_of(said, {"faas.invoked_name"})};
    const std::string_view table = text_of(said, {"aws.table_name", "aws.table.name"});
    if (names.tables.empty() && !table.empty()) names.tables.push_back(table);
    return names;
}

void write_aws(SpanJson& json, const WireSpan& span, const SpanAwsNames& names,
               std::string_view place) {
    const WireAttributes& said = span.attributes;
    const bool is_call = text_of(said, {"rpc.system.name", "rpc.system"}) == "aws-api";
    const SpanJson::Mark before = json.mark();
    json.open("aws");
    write_members(
        json, {{"operation", text_of(said, {"aws.operation", is_call ? KnownKey("rpc.method")
                                                                     : KnownKey("aws.operation")})},
               {"account_id", names.account},
               {"region", text_of(said, {"aws.region"})},
               {"request_id", text_of(said, {"aws.request_id", "aws.requestId"})},
               {"queue_url", names.queue_url},
               {"bucket_name", names.bucket},
               {"topic_arn", text_of(said, {"aws.sns.topic.arn"})},
               {"function_name", names.function}});
    write_names(json, "table_name", "table_names", names.tables);
    json.members(place);
    const bool is_empty = !json.has_members();
    json.close();
    if (is_empty) json.rewind(before);
}

bool has_exception(const WireSpan& span) {
    return std::any_of(span.events.begin(), span.events.end(), is_exception);
}

void write_cause(SpanJson& json, const WireSpan& span, SpanId id) {
    const bool is_told = has_exception(span);
    const bool is_error = span.status_code == status_code_error;
    if (!is_told && !(is_error && !span.status_message.empty())) return;
    json.open("cause");
    json.open_list("exceptions");
    for (std::size_t i = 0; i < span.events.size(); ++i)
        if (is_exception(span.events[i])) write_exceptions(json, span, id, i);
    if (!is_told) {
        json.open();
        json.text("id", exception_id(id, 0));
        write_members(json, {{"message", span.status_message}});
        json.close();
    }
    json.close_list();
    json.close();
}

void write_links(SpanJson& json, const WireSpan& span) {
    if (span.links.empty()) return;
    const bool is_receiver = span.known_kind() == WireKind::consumer;
    json.open_list("links");
    for (const WireLink& link : span.links) {
        const auto trace = read_trace_id(link.trace_id);
        const auto id = read_span_id(link.span_id);
        if (!trace || !id) continue;  // it stands in `otel` as it came
        json.open();
        json.id("trace_id", *trace);
        json.id("id", *id);
        if (is_receiver) write_queue(json, span, link);
        json.close();
    }
    json.close_list();
}

}  // namespace tomograph
