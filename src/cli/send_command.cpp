#include "cli/send_command.h"

#include <fmt/format.h>

#include <random>

#include "cli/limits.h"
#include "cli/time_input.h"
#include "demo/random.h"
#include "demo/traffic.h"

namespace tomograph::cli {
namespace {

std::string epoch_text(Instant time) {
    return fmt::format("{}.{:06}", time.ns / 1'000'000'000, time.ns / 1000 % 1'000'000);
}

/// true, false and plain numbers keep their type; all else is a string.
std::string annotation_value(const std::string& text) {
    if (text == "true" || text == "false") return text;
    const auto parsed = JsonDocument::parse(text);
    return parsed && parsed->root().is_number() ? text : json_quoted(text);
}

Result<void> send_over_api(const MadeSegment& segment, ApiClient& api) {
    const JsonDocument answer =
        TRY(api.call("/TraceSegments",
                     fmt::format("{{\"TraceSegmentDocuments\":[{}]}}", json_quoted(segment.json))));
    const Json refused = answer.root()["UnprocessedTraceSegments"].at(0);
    if (!refused) return {};
    const std::string_view message = refused["Message"].text();
    return Error(ErrorCode::invalid,
                 fmt::format("the server refused the segment: {}",
                             message.empty() ? refused["ErrorCode"].text() : message));
}

Result<void> send_over_udp(const MadeSegment& segment, const std::string& address,
                           const Console& console) {
    auto sender = DatagramSender::connect(address);
    if (!sender) return std::move(sender).error();
    auto sent = send_document(**sender, segment.json);
    if (sent) return {};
    return Error(sent.error().code(),
                 console.say(Message::cannot_send, {address, sent.error().message()}));
}

}  // namespace

Result<void> send_document(DatagramSender& sender, std::string_view document) {
    TRY(sender.send(std::string(demo::datagram_header).append(document)));
    return sender.take_refusal();
}

std::string choose_daemon_address(const std::string& flag, const Environment& environment) {
    if (!flag.empty()) return flag;
    std::string text = environment("AWS_XRAY_DAEMON_ADDRESS").value_or("127.0.0.1:2000");
    const std::size_t udp = text.find("udp:");
    if (udp != std::string::npos) text.erase(0, udp + 4);
    return text.substr(0, text.find(' '));
}

Result<MadeSegment> make_segment(const SendOptions& options, Instant now, std::uint64_t seed) {
    const Duration length = TRY(parse_duration(options.duration));
    if (options.annotations.size() > send_annotations_max)
        return Error(ErrorCode::limit,
                     fmt::format("more than {} annotations", send_annotations_max));
    demo::Random random(seed);
    const Instant start = now - length;
    MadeSegment made;
    made.trace_id = fmt::format("1-{:08x}-{}{}", static_cast<std::uint32_t>(start.second()),
                                random.hex(16), random.hex(8));
    made.json =
        fmt::format(R"({{"name":{},"id":"{}","trace_id":"{}","start_time":{},"end_time":{})",
                    json_quoted(options.name), random.hex(16), made.trace_id, epoch_text(start),
                    epoch_text(now));
    if (options.is_error || options.is_throttle) made.json += ",\"error\":true";
    if (options.is_throttle) made.json += ",\"throttle\":true";
    if (options.is_fault) made.json += ",\"fault\":true";
    if (!options.message.empty())
        made.json +=
            fmt::format(R"(,"cause":{{"exceptions":[{{"id":"{}","type":"Error","message":{}}}]}})",
                        random.hex(16), json_quoted(options.message));
    std::string annotations;
    for (const auto& [key, value] : options.annotations)
        annotations += fmt::format("{}{}:{}", annotations.empty() ? "" : ",", json_quoted(key),
                                   annotation_value(value));
    if (!annotations.empty()) made.json += fmt::format(",\"annotations\":{{{}}}", annotations);
    made.json += "}";
    return made;
}

ExitCode run_send(const SendOptions& options, ApiClient& api, const Console& console) {
    std::random_device device;
    const std::uint64_t seed = std::uint64_t{device()} << 32 | device();
    const auto segment = make_segment(options, console.clock.now(), seed);
    if (!segment) return console.fail(segment.error());
    const std::string address = choose_daemon_address(options.xray_address, process_environment);
    const auto sent =
        options.over_api ? send_over_api(*segment, api) : send_over_udp(*segment, address, console);
    if (!sent) return console.fail(sent.error());
    console.out(segment->trace_id + "\n");
    console.hint(
        console.say(Message::sent_segment, {options.over_api ? api.endpoint() : "udp " + address}));
    console.hint(console.say(Message::sent_look, {segment->trace_id}));
    return ExitCode::ok;
}

}  // namespace tomograph::cli
