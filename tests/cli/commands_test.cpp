// The verbs against an API with fixed answers: what they ask, print and return.
#include <doctest/doctest.h>

#include <variant>

#include "cli/fake_api.h"
#include "cli/map_command.h"
#include "cli/send_command.h"
#include "cli/trace_command.h"
#include "cli/traces_command.h"
#include "cli/version_command.h"
#include "wire/xray/segment_decoder.h"

using namespace tomograph;
using namespace tomograph::cli;

namespace {

constexpr const char* summaries = R"({"TraceSummaries":[
  {"Id":"1-6a88c4e0-000000000000000000000001","StartTime":1787371000.5,"Duration":0.25,"HasFault":false,
   "EntryPoint":{"Name":"shop"},"ServiceIds":[{"Name":"shop"},{"Name":"db"}],
   "Http":{"HttpURL":"https://shop.example/a?b=1","HttpMethod":"GET","HttpStatus":200}},
  {"Id":"1-6a88c4e0-000000000000000000000002","StartTime":1787371100,"Duration":1.5,"HasFault":true,
   "EntryPoint":{"Name":"商店\u001b[2J"},"ServiceIds":[{"Name":"商店"}],
   "Http":{"HttpURL":"https://shop.example","HttpMethod":"POST","HttpStatus":502}},
  {"Id":"1-6a88c4e0-000000000000000000000003","Duration":0,"HasThrottle":true,"ServiceIds":[]}]})";

struct Setting : Captured {
    FakeApi api;
    ApiClient client{api.endpoint(), console};

    explicit Setting(const std::string& path, std::string body) {
        api.reply(path, {.status = 200, .headers = {}, .body = std::move(body)});
    }
};

}  // namespace

TEST_CASE("traces prints tab-separated lines for programs, newest first") {
    Setting s("/TraceSummaries", summaries);
    CHECK(run_traces({.time = "15m"}, s.client, s.console) == ExitCode::ok);
    CHECK(s.out ==
          "time\tid\tentry\tmethod\turl\tstatus\thttp_status\tduration_ms\tservices\n"
          "2026-08-22T03:58:20.000Z\t1-6a88c4e0-000000000000000000000002\t商店\\x1b[2J\tPOST\t"
          "https://shop.example\tfault\t502\t1500.000\t1\n"
          "2026-08-22T03:56:40.500Z\t1-6a88c4e0-000000000000000000000001\tshop\tGET\t"
          "https://shop.example/a?b=1\tok\t200\t250.000\t2\n"
          "2026-08-21T21:36:32.000Z\t1-6a88c4e0-000000000000000000000003\t\t\t\tthrottle\t\t0."
          "000\t0\n");
    CHECK(s.api.bodies().front() ==
          R"(/TraceSummaries {"StartTime":1787370300.000,"EndTime":1787371200.000})");
}

TEST_CASE("traces prints a table for people and what to do next") {
    Setting s("/TraceSummaries", summaries);
    s.console.terminal.is_tty = true;
    CHECK(run_traces({.time = "15m", .filter = "fault = true", .count = 2}, s.client, s.console) ==
          ExitCode::ok);
    CHECK(s.out ==
          "     AGE  TRACE                                ENTRY        REQUEST  STATUS  DURATION  "
          "SERVICES\n"
          "100s ago  1-6a88c4e0-000000000000000000000002  商店\\x1b[2J  POST /   ✗ 502      1.50s  "
          "       1\n"
          "  3m ago  1-6a88c4e0-000000000000000000000001  shop         GET /a   ✓ 200      250ms   "
          "      2\n");
    CHECK(s.err ==
          "1 more; show them with -n 3\n"
          "next: tomo trace 1-6a88c4e0-000000000000000000000002\n");
    CHECK(s.api.bodies().front().ends_with(R"(,"FilterExpression":"fault = true"})"));
}

TEST_CASE("a wrong filter is shown with a mark under the place") {
    FakeApi api;
    api.reply(
        "/TraceSummaries",
        {.status = 400,
         .headers = {{"x-amzn-ErrorType", "InvalidRequestException"}},
         .body = R"({"Message":"Invalid filter expression at position 12: Unknown keyword"})"});
    Captured captured;
    ApiClient client(api.endpoint(), captured.console);
    CHECK(run_traces({.time = "15m", .filter = "user = \"商\" fualt"}, client, captured.console) !=
          ExitCode::ok);
    CHECK(
        captured.err ==
        "tomo: InvalidRequestException: Invalid filter expression at position 12: Unknown keyword\n"
        "  user = \"商\" fualt\n"
        "              ^\n");
}

TEST_CASE("traces can be narrowed to errors and to slow ones") {
    const struct {
        TracesOptions options;
        const char* ids;
    } cases[] = {
        {{.only_errors = true, .format = OutputFormat::id},
         "1-6a88c4e0-000000000000000000000002\n1-6a88c4e0-000000000000000000000003\n"},
        {{.slow = "250ms", .format = OutputFormat::id},
         "1-6a88c4e0-000000000000000000000002\n1-6a88c4e0-000000000000000000000001\n"},
        {{.only_errors = true, .slow = "1s", .format = OutputFormat::id},
         "1-6a88c4e0-000000000000000000000002\n"},
    };
    for (const auto& c : cases) {
        Setting s("/TraceSummaries", summaries);
        CHECK(run_traces(c.options, s.client, s.console) == ExitCode::ok);
        CHECK(s.out == c.ids);
    }
    Setting s("/TraceSummaries", summaries);
    CHECK(run_traces({.slow = "very"}, s.client, s.console) == ExitCode::usage);
}

TEST_CASE("traces in other formats") {
    const struct {
        OutputFormat format;
        const char* starts;
        std::size_t lines;
    } cases[] = {
        {OutputFormat::id, "1-6a88c4e0-000000000000000000000002\n", 3},
        {OutputFormat::ndjson, "{\"Id\":\"1-6a88c4e0-000000000000000000000002\"", 3},
        {OutputFormat::json, "[\n {\"Id\":", 5},
        {OutputFormat::csv, "time,id,entry,", 4},
    };
    for (const auto& c : cases) {
        Setting s("/TraceSummaries", summaries);
        CHECK(run_traces({.format = c.format}, s.client, s.console) == ExitCode::ok);
        CHECK(s.out.starts_with(c.starts));
        CHECK(static_cast<std::size_t>(std::count(s.out.begin(), s.out.end(), '\n')) == c.lines);
        CHECK(s.out.find('\x1b') == std::string::npos);
    }
}

TEST_CASE("no traces is fine, unless one asks for the exit status") {
    for (const bool exit_status : {false, true}) {
        Setting s("/TraceSummaries", R"({"TraceSummaries":[]})");
        const ExitCode code = run_traces({.exit_status = exit_status}, s.client, s.console);
        CHECK(code == (exit_status ? ExitCode::nothing_matched : ExitCode::ok));
        CHECK(s.err.find("no traces between") != std::string::npos);
        CHECK(s.err.find("tomo demo") != std::string::npos);
    }
}

TEST_CASE("hints are quiet with -q, errors are not") {
    Setting s("/TraceSummaries", R"({"TraceSummaries":[]})");
    s.console.is_quiet = true;
    CHECK(run_traces({}, s.client, s.console) == ExitCode::ok);
    CHECK(s.err.empty());
    CHECK(run_traces({.time = "soon"}, s.client, s.console) == ExitCode::usage);
    CHECK(s.err.starts_with("tomo: cannot read the time range \"soon\""));
}

TEST_CASE("a trace id is found in any text, in both spellings") {
    const struct {
        const char* text;
        const char* id;
    } cases[] = {
        {"1-581cf771-a006649127e371903a2de979", "1-581cf771-a006649127e371903a2de979"},
        {"581cf771a006649127e371903a2de979", "1-581cf771-a006649127e371903a2de979"},
        {"Root=1-581cf771-a006649127e371903a2de979;Parent=53995c3f42cd8ad8",
         "1-581cf771-a006649127e371903a2de979"},
        {"00-581CF771A006649127E371903A2DE979-53995c3f42cd8ad8-01",
         "1-581cf771-a006649127e371903a2de979"},
        {"{\"trace\":\"1-581cf771-a006649127e371903a2de979\"}",
         "1-581cf771-a006649127e371903a2de979"},
        {"nothing here", nullptr},
        {"", nullptr},
        {"1-581cf771-a006649127e371903a2de97", nullptr},
        {"x581cf771a006649127e371903a2de979", nullptr},
        {"581cf771a006649127e371903a2de9790", nullptr},
        {"00000000000000000000000000000000", nullptr},
    };
    for (const auto& c : cases) {
        INFO(c.text);
        const auto found = find_trace_id(c.text);
        REQUIRE(found.has_value() == (c.id != nullptr));
        if (found) CHECK(*found == c.id);
    }
}

TEST_CASE("trace prints the documents as they were sent with --raw") {
    Setting s("/Traces", R"({"Traces":[{"Id":"1-581cf771-a006649127e371903a2de979","Segments":[
        {"Id":"a","Document":"{\"id\":\"a\", \"name\" : \"x\u009b\"}"}]}],"UnprocessedTraceIds":[]})");
    const TraceOptions options{.text = "1-581cf771-a006649127e371903a2de979", .is_raw = true};
    CHECK(run_trace(options, s.client, s.console) == ExitCode::ok);
    CHECK(s.out == "{\"id\":\"a\", \"name\" : \"x\xc2\x9b\"}\n");
    s.out.clear();
    s.console.terminal.is_tty = true;
    CHECK(run_trace(options, s.client, s.console) == ExitCode::ok);
    CHECK(s.out == "{\"id\":\"a\", \"name\" : \"x\\u009b\"}\n");
}

TEST_CASE("a trace that is not there, and a text without an id") {
    Setting s("/Traces", R"({"Traces":[],"UnprocessedTraceIds":["x"]})");
    CHECK(run_trace({.text = "1-581cf771-a006649127e371903a2de979"}, s.client, s.console) ==
          ExitCode::nothing_matched);
    CHECK(s.err.starts_with(
        "tomo: no trace 1-581cf771-a006649127e371903a2de979. It may not have arrived"));
    CHECK(run_trace({.text = "\x1b[31mfoo"}, s.client, s.console) == ExitCode::usage);
    CHECK(s.err.find('\x1b') == std::string::npos);
}

TEST_CASE("map says when nothing was seen, and --watch wants a terminal") {
    Setting s("/ServiceGraph", R"({"Services":[]})");
    CHECK(run_map({.exit_status = true}, s.client, s.console) == ExitCode::nothing_matched);
    CHECK(s.err.find("no services seen between") != std::string::npos);
    CHECK(run_map({.is_watching = true}, s.client, s.console) == ExitCode::usage);
    CHECK(s.out.starts_with("source\tsource_type\t"));
}

TEST_CASE("send makes a segment that a server takes") {
    const Instant now = Instant::from_seconds(1'787'371'200);
    const auto made =
        make_segment({.name = "nightly \"job\"",
                      .duration = "1.5s",
                      .is_fault = true,
                      .message = "disk\nfull",
                      .annotations = {{"version", "1.4.2"}, {"canary", "true"}, {"size", "12.5"}},
                      .xray_address = {}},
                     now, 7);
    REQUIRE(made);
    SegmentDecoder decoder;
    const auto decoded = decoder.decode(made->json, AcceptanceWindow{.now = now});
    REQUIRE(std::holds_alternative<Segment>(decoded));
    const Span& span = std::get<Segment>(decoded).own();
    CHECK(to_xray_text(std::get<Segment>(decoded).trace_id) == made->trace_id);
    CHECK(span.fault);
    CHECK(span.duration() == Duration::milliseconds(1500));
    REQUIRE(span.annotations.size() == 3);
    CHECK(std::get<std::string_view>(span.annotations[0].value) == "1.4.2");
    CHECK(std::get<bool>(span.annotations[1].value));
    CHECK(std::get<double>(span.annotations[2].value) == 12.5);
    REQUIRE(span.exceptions.size() == 1);
    CHECK(span.exceptions[0].message == "disk\nfull");
    CHECK_FALSE(make_segment({.duration = "long"}, now, 7));
}

TEST_CASE("send over the API tells whether the segment was taken") {
    Setting s("/TraceSegments", R"({"UnprocessedTraceSegments":[]})");
    CHECK(run_send({.over_api = true}, s.client, s.console) == ExitCode::ok);
    CHECK(find_trace_id(s.out).value() + "\n" == s.out);
    CHECK(s.err.find("see it: tomo trace " + s.out) != std::string::npos);
    Setting refused(
        "/TraceSegments",
        R"({"UnprocessedTraceSegments":[{"Id":"1","ErrorCode":"X","Message":"too old"}]})");
    CHECK(run_send({.over_api = true}, refused.client, refused.console) == ExitCode::usage);
    CHECK(refused.err == "tomo: the server refused the segment: too old\n");
    CHECK(refused.out.empty());
}

TEST_CASE("the daemon's address is the flag, else the variable of the SDKs") {
    const auto as = [](std::string value) {
        return [value](const char*) -> std::optional<std::string> { return value; };
    };
    CHECK(choose_daemon_address("", [](const char*) { return std::nullopt; }) == "127.0.0.1:2000");
    CHECK(choose_daemon_address("", as("10.0.0.1:2001")) == "10.0.0.1:2001");
    CHECK(choose_daemon_address("", as("tcp:10.0.0.1:2001 udp:10.0.0.2:2002")) == "10.0.0.2:2002");
    CHECK(choose_daemon_address("", as("udp:10.0.0.2:2002 tcp:10.0.0.1:2001")) == "10.0.0.2:2002");
    CHECK(choose_daemon_address("127.0.0.1:9", as("x")) == "127.0.0.1:9");
}

TEST_CASE("version is text for people and JSON for programs") {
    Captured captured;
    CHECK(run_version(true, captured.console) == ExitCode::ok);
    const auto parsed = JsonDocument::parse(captured.out);
    REQUIRE(parsed);
    CHECK(parsed->root()["name"].text() == "tomo");
    CHECK_FALSE(parsed->root()["version"].text().empty());
}
