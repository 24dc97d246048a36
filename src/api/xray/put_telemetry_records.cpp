#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "api/json_request.h"
#include "api/json_writer.h"
#include "api/limits.h"
#include "api/xray/call.h"
#include "base/guarded.h"

namespace tomograph {

namespace {

struct CountMember {
    std::string_view member;  ///< on the wire
    std::string_view label;   ///< in the metrics
};

constexpr std::array<CountMember, 4> segment_counts = {{
    {"SegmentsReceivedCount", "received"},
    {"SegmentsSentCount", "sent"},
    {"SegmentsSpilloverCount", "spillover"},
    {"SegmentsRejectedCount", "rejected"},
}};

constexpr std::array<CountMember, 6> connection_errors = {{
    {"TimeoutCount", "timeout"},
    {"ConnectionRefusedCount", "connection_refused"},
    {"HTTPCode4XXCount", "http_4xx"},
    {"HTTPCode5XXCount", "http_5xx"},
    {"UnknownHostCount", "unknown_host"},
    {"OtherCount", "other"},
}};

struct Record {
    Instant timestamp;
    std::array<std::optional<std::int64_t>, segment_counts.size()> segments;
    std::array<std::optional<std::int64_t>, connection_errors.size()> errors;
    bool has_errors = false;
};

struct Sender {
    std::string instance_id;
    std::string hostname;
    std::string resource_arn;
};

std::string bounded_text(JsonRequest& request, std::string_view member, std::size_t size_max) {
    auto text = request.text(member).value_or("");
    if (text.size() > size_max)
        request.refuse_value(member, "holds " + std::to_string(text.size()) +
                                         " characters, at most " + std::to_string(size_max) +
                                         " are accepted");
    return text;
}

template <std::size_t n>
std::array<std::optional<std::int64_t>, n> read_counts(JsonRequest& request,
                                                       const std::array<CountMember, n>& members) {
    std::array<std::optional<std::int64_t>, n> counts;
    for (std::size_t i = 0; i < n; ++i) {
        counts[i] = request.integer(members[i].member);
        if (counts[i] && *counts[i] < 0)
            request.refuse_value(members[i].member, "must not be negative");
    }
    return counts;
}

Record read_record(JsonRequest& request) {
    Record record;
    record.timestamp = request.required_timestamp("Timestamp");
    record.segments = read_counts(request, segment_counts);
    if (auto errors = request.object("BackendConnectionErrors")) {
        record.has_errors = true;
        record.errors = read_counts(*errors, connection_errors);
    }
    return record;
}

template <std::size_t n>
void write_counts(JsonWriter& json, const std::array<std::optional<std::int64_t>, n>& counts,
                  const std::array<CountMember, n>& members) {
    for (std::size_t i = 0; i < n; ++i)
        if (counts[i]) json.integer(members[i].member, *counts[i]);
}

/// What the store keeps: the record as it came, with who sent it.
std::string to_json(const Record& record, const Sender& sender) {
    JsonWriter json;
    json.begin_object();
    json.moment("Timestamp", record.timestamp);
    write_counts(json, record.segments, segment_counts);
    if (record.has_errors) {
        json.begin_object("BackendConnectionErrors");
        write_counts(json, record.errors, connection_errors);
        json.end_object();
    }
    if (!sender.instance_id.empty()) json.text("EC2InstanceId", sender.instance_id);
    if (!sender.hostname.empty()) json.text("Hostname", sender.hostname);
    if (!sender.resource_arn.empty()) json.text("ResourceARN", sender.resource_arn);
    json.end_object();
    return json.take();
}

void count(MetricsRegistry& metrics, const Record& record) {
    for (std::size_t i = 0; i < segment_counts.size(); ++i)
        metrics
            .counter("tomograph_api_agent_segments_total", "Segments as agents reported them",
                     {{"stage", std::string(segment_counts[i].label)}})
            .add(static_cast<std::uint64_t>(record.segments[i].value_or(0)));
    for (std::size_t i = 0; i < connection_errors.size(); ++i)
        metrics
            .counter("tomograph_api_agent_connection_errors_total",
                     "Failures of agents to reach their server, as they reported them",
                     {{"cause", std::string(connection_errors[i].label)}})
            .add(static_cast<std::uint64_t>(record.errors[i].value_or(0)));
}

/// Answers once, when the last record is kept or has failed.
struct Waiting {
    std::function<void(XrayAnswer)> answer;
    std::atomic<std::size_t> awaited;
    Guarded<std::optional<Error>> failure;

    void arrived(Result<void> kept) {
        if (!kept) *failure.lock() = std::move(kept).error();
        if (awaited.fetch_sub(1) != 1) return;
        auto failed = failure.lock();
        if (failed->has_value()) return answer(to_api_error(**failed));
        answer(std::string("{}"));
    }
};

}  // namespace

void answer_put_telemetry_records(const XrayContext& context, XrayCall call) {
    JsonRequest request(call.body);
    const Sender sender{bounded_text(request, "EC2InstanceId", instance_id_bytes_max),
                        bounded_text(request, "Hostname", hostname_bytes_max),
                        bounded_text(request, "ResourceARN", resource_arn_bytes_max)};
    std::vector<Record> records;
    for (JsonRequest& each : request.required_objects("TelemetryRecords", telemetry_records_max))
        records.push_back(read_record(each));
    if (request.refusal()) return call.answer(*request.refusal());
    if (records.empty()) return call.answer(std::string("{}"));

    const auto waiting = std::make_shared<Waiting>();
    waiting->answer = std::move(call.answer);
    waiting->awaited = records.size();
    for (const Record& record : records) {
        count(context.metrics, record);
        context.store.append_telemetry(to_json(record, sender), [waiting](Result<void> kept) {
            waiting->arrived(std::move(kept));
        });
    }
}

}  // namespace tomograph
