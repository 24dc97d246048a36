#include "cli/demo_command.h"

#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <random>

#include "cli/send_command.h"
#include "cli/stop_signal.h"
#include "cli/time_input.h"
#include "demo/backfill.h"
#include "demo/limits.h"
#include "demo/runner.h"

namespace tomograph::cli {
namespace {

/// Traces of the past end before now: the longest takes some 15 s.
constexpr Duration settled = Duration::seconds(20);
/// A pause after each batch over UDP, which no one slows down: 50 documents fit into any receive
/// buffer.
constexpr Duration datagram_pause = Duration::milliseconds(2);

std::uint64_t choose_seed(const DemoOptions& options) {
    if (options.seed) return *options.seed;
    std::random_device device;
    return std::uint64_t{device()} << 32 | device();
}

std::string sent_text(const demo::Sent& sent, Message message, const Console& console) {
    return console.say(message, {std::to_string(sent.traces), std::to_string(sent.documents)});
}

Result<void> put_batch(std::span<const std::string> documents, ApiClient& api) {
    std::string body = "{\"TraceSegmentDocuments\":[";
    for (const std::string& document : documents) {
        if (&document != documents.data()) body += ',';
        body += json_quoted(document);
    }
    const JsonDocument answer = TRY(api.call("/TraceSegments", body + "]}"));
    const Json refused = answer.root()["UnprocessedTraceSegments"];
    if (refused.size() == 0) return {};
    return Error(ErrorCode::internal,
                 fmt::format("the server refused {} of {} documents: {}", refused.size(),
                             documents.size(), refused.at(0)["Message"].text()));
}

/// Traces of the past, by either way.
ExitCode send_past(demo::BackfillOptions options, const demo::BatchSink& sink, StopSignal& stop,
                   const Console& console) {
    Duration reported = console.clock.monotonic();
    options.keep_going = [&](const demo::Sent& sent) {
        const Duration now = console.clock.monotonic();
        if (now - reported >= Duration::seconds(2)) {
            reported = now;
            console.hint(sent_text(sent, Message::demo_running, console));
        }
        return stop.wait(Duration{});
    };
    const auto sent = demo::backfill(options, sink);
    if (!sent) return console.fail(sent.error());
    console.out(sent_text(*sent, Message::demo_done, console) + "\n");
    return ExitCode::ok;
}

ExitCode send_live(const DemoOptions& options, const std::string& address, StopSignal& stop,
                   const Console& console) {
    auto sender = DatagramSender::connect(address);
    if (!sender) return console.fail(sender.error());
    bool has_complained = false;
    const auto sink = [&](std::string_view document) -> Result<void> {
        auto sent = send_document(**sender, document);
        if (!sent && !has_complained) {
            has_complained = true;
            console.hint(console.say(Message::demo_nobody_listens, {address}));
        }
        return sent;
    };
    demo::LiveOptions live{.clock = console.clock,
                           .traces_per_second = options.traces_per_second.value_or(5),
                           .length = std::nullopt,
                           .seed = choose_seed(options),
                           .report = [&](const demo::Sent& sent) {
                               console.hint(sent_text(sent, Message::demo_running, console));
                           }};
    if (options.seconds) live.length = Duration::nanoseconds(std::llround(*options.seconds * 1e9));
    console.out(console.say(Message::demo_look_for) + "\n");
    const demo::Sent sent =
        demo::run_live(live, sink, [&](Duration length) { return stop.wait(length); });
    console.hint(sent_text(sent, Message::demo_done, console));
    if (sent.lost == 0) return ExitCode::ok;
    console.hint(console.say(Message::demo_lost, {std::to_string(sent.lost)}));
    return sent.lost == sent.documents ? ExitCode::cannot_connect : ExitCode::partial;
}

}  // namespace

ExitCode run_demo(const DemoOptions& options, ApiClient& api, const Console& console) {
    const double rate = options.traces_per_second.value_or(1);
    if (!(rate > 0) || rate > demo::traces_per_second_max)
        return console.fail(ExitCode::usage, fmt::format("--rate takes up to {} traces a second",
                                                         demo::traces_per_second_max));
    if (options.once && !options.backfill.empty())
        return console.fail(ExitCode::usage, "--once and --backfill exclude each other");
    if (options.over_api && !options.once && options.backfill.empty())
        return console.fail(ExitCode::usage,
                            "--api needs --once: live traffic goes over UDP, as from an SDK");
    StopSignal stop;
    const Instant end = console.clock.now() - settled;
    const auto over_api = [&](std::span<const std::string> batch) { return put_batch(batch, api); };
    if (!options.backfill.empty()) {
        const auto length = parse_duration(options.backfill);
        if (!length) return console.fail(length.error());
        const double traces =
            std::ceil(length->as_seconds() * options.traces_per_second.value_or(0.5));
        return send_past({.range = {end - *length, end},
                          .traces = static_cast<std::uint64_t>(traces),
                          .seed = choose_seed(options),
                          .keep_going = {}},
                         over_api, stop, console);
    }
    const std::string address = choose_daemon_address(options.xray_address, process_environment);
    if (!options.once) return send_live(options, address, stop, console);
    const demo::BackfillOptions past{.range = {end - Duration::minutes(1), end},
                                     .traces = options.traces,
                                     .seed = choose_seed(options),
                                     .keep_going = {}};
    if (options.over_api) return send_past(past, over_api, stop, console);
    auto sender = DatagramSender::connect(address);
    if (!sender) return console.fail(sender.error());
    const auto over_udp = [&](std::span<const std::string> batch) -> Result<void> {
        for (const std::string& document : batch) {
            const auto sent = send_document(**sender, document);
            if (!sent)
                return Error(sent.error().code(),
                             console.say(Message::cannot_send, {address, sent.error().message()}));
        }
        stop.wait(datagram_pause);
        return {};
    };
    return send_past(past, over_udp, stop, console);
}

}  // namespace tomograph::cli
