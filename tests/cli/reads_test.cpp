// The verbs that stand on our own reads, against an API with fixed answers.
#include <doctest/doctest.h>

#include "cli/doctor_command.h"
#include "cli/fake_api.h"
#include "cli/groups_command.h"
#include "cli/services_command.h"
#include "cli/stats_command.h"
#include "cli/tail_command.h"

using namespace tomograph;
using namespace tomograph::cli;

namespace {

struct Setting : Captured {
    FakeApi api;
    ApiClient client{api.endpoint(), console};

    explicit Setting(const std::string& path, std::string body, int status = 200) {
        api.reply(path, {.status = status, .headers = {}, .body = std::move(body)});
    }
};

constexpr const char* counts =
    R"("Count":8,"ErrorCount":2,"ThrottleCount":1,"FaultCount":4,"Percentiles":{"P50":0.01,"P90":0.02,"P95":0.03,"P99":1.5,"Max":2})";
constexpr const char* coverage =
    R"("Coverage":{"Oldest":1787370300,"TracesMatched":8,"IsPartial":false})";

std::string groups_answer() {
    return std::string(R"({"By":"annotations.tenant","Unit":"spans","Distinct":2,"Groups":[)") +
           R"({"Value":"a\tb",)" + counts + R"(},{"Count":2,"ErrorCount":0,"FaultCount":0}],)" +
           coverage + "}";
}

std::string latency_answer(const char* told) {
    return std::string(R"({"Unit":"traces",)") + counts +
           R"(,"Heatmap":{"Step":60,"BandEnds":[0.001,0.01,0.1],"Steps":[)" +
           R"({"Time":1787370360,)" + counts + R"(,"Bands":[[1,4],[3,2]]},)" +
           R"({"Time":1787370420,"Count":1,"ErrorCount":0,"FaultCount":0,"Bands":[[1,2]]}]},)" +
           told + "}";
}

constexpr const char* two_traces =
    "event: trace\ndata: {\"Id\":\"1-6a88c4e0-000000000000000000000001\",\"StartTime\":1787371000,"
    "\"Duration\":0.25,\"EntryPoint\":{\"Name\":\"shop\"},\"Http\":{\"HttpURL\":\"http://s/a?b\","
    "\"HttpMethod\":\"GET\"},\"ServiceIds\":[]}\n\n: alive\n\n"
    "event: update\ndata: {\"Id\":\"1-6a88c4e0-000000000000000000000001\"}\n\n"
    "event: dropped\ndata: {\"SlowClient\":3,\"Overload\":4}\n\n"
    "event: trace\ndata: {\"Id\":\"1-6a88c4e0-000000000000000000000002\",\"StartTime\":1787371001,"
    "\"Duration\":1.5,\"HasFault\":true,\"EntryPoint\":{\"Name\":\"bad\\u001b[2J\"},"
    "\"ServiceIds\":[]}\n\n";

}  // namespace

TEST_CASE("stats groups by a value, for programs and for people") {
    Setting s("/api/v1/groups-by", groups_answer());
    CHECK(run_stats({.time = "15m", .filter = "fault", .by = "annotation.tenant"}, s.client,
                    s.console) == ExitCode::ok);
    CHECK(s.out ==
          "value\tcount\terrors\tthrottles\tfaults\tp50_ms\tp90_ms\tp95_ms\tp99_ms\tmax_ms\n"
          "a\\tb\t8\t2\t1\t4\t10.000\t20.000\t30.000\t1500.000\t2000.000\n"
          "\t2\t0\t0\t0\t\t\t\t\t\n");
    s.out.clear();
    s.console.terminal.is_tty = true;
    CHECK(run_stats({.by = "annotation.tenant"}, s.client, s.console) == ExitCode::ok);
    CHECK(s.out ==
          "annotations.tenant  count  share  4xx  5xx     p50     p95    p99\n"
          "a\\tb                    8    80%  25%  50%  10.0ms  30.0ms  1.50s\n"
          "(none)                  2    20%                                 \n");
}

TEST_CASE("stats shows latencies as a line and a histogram, or over time") {
    Setting s("/api/v1/latency", latency_answer(coverage));
    s.console.terminal.is_tty = true;
    s.console.terminal.columns = 40;
    CHECK(run_stats({}, s.client, s.console) == ExitCode::ok);
    CHECK(s.out ==
          "of      count  share  4xx  5xx     p50     p95    p99\n"
          "traces      8   100%  25%  50%  10.0ms  30.0ms  1.50s\n"
          "\n"
          "  1.0ms         6  █████████████████████\n"
          " 10.0ms         0\n"
          "  100ms         2  ███████\n");
    s.out.clear();
    s.console.terminal.is_tty = false;
    CHECK(run_stats({.every = "1m"}, s.client, s.console) == ExitCode::ok);
    CHECK(s.out.starts_with("value\tcount\t"));
    CHECK(s.out.find("\n2026-08-22T03:46:00.000Z\t8\t2\t1\t4\t") != std::string::npos);
    CHECK(s.out.find("\n2026-08-22T03:47:00.000Z\t1\t0\t") != std::string::npos);
}

TEST_CASE("a partial answer is said to be one, and a refusal explained") {
    Setting s(
        "/api/v1/latency",
        latency_answer(R"("Coverage":{"Oldest":1787370300,"TracesMatched":8,"IsPartial":true})"));
    CHECK(run_stats({}, s.client, s.console) == ExitCode::partial);
    CHECK(s.err.starts_with("partial: nothing older than "));
    Setting refused("/api/v1/latency", R"({"__type":"InvalidRequestException","message":"no"})",
                    400);
    CHECK(run_stats({}, refused.client, refused.console) == ExitCode::usage);
    CHECK(refused.err == "tomo: InvalidRequestException: no\n");
    CHECK(run_stats({.every = "soon"}, refused.client, refused.console) == ExitCode::usage);
}

TEST_CASE("tail prints traces as they come, and says what was missed and that it ended") {
    Setting s("/api/v1/tail", two_traces);
    CHECK(run_tail({}, s.client, s.console) == ExitCode::server_error);
    CHECK(
        s.out ==
        "2026-08-22T03:56:40.000Z\t1-6a88c4e0-000000000000000000000001\tshop\tGET /a\tok\t250.000\n"
        "2026-08-22T03:56:41.000Z\t1-6a88c4e0-000000000000000000000002\tbad\\x1b[2J\t\tfault\t"
        "1500.000\n");
    CHECK(s.err == "7 traces were missed: they came too fast\ntomo: the server ended the tail\n");
    s.out.clear();
    CHECK(run_tail({.count = 1, .format = OutputFormat::id}, s.client, s.console) == ExitCode::ok);
    CHECK(s.out == "1-6a88c4e0-000000000000000000000001\n");
    CHECK(run_tail({.slow = "x"}, s.client, s.console) == ExitCode::usage);
    Setting refused("/api/v1/tail", R"({"__type":"InvalidRequestException","message":"no"})", 400);
    CHECK(run_tail({.filter = "("}, refused.client, refused.console) == ExitCode::usage);
    CHECK(refused.err == "tomo: InvalidRequestException: no\n");
}

TEST_CASE("services are listed with their figures, the busiest first") {
    Setting s("/ServiceGraph", R"({"Services":[
      {"ReferenceId":0,"Name":"clients","Type":"client","State":"unknown","Edges":[]},
      {"ReferenceId":1,"Name":"calm","Type":"AWS::ECS::Container","State":"active","Edges":[],
       "SummaryStatistics":{"OkCount":2,"TotalCount":2,"TotalResponseTime":1,
         "ErrorStatistics":{"TotalCount":0,"ThrottleCount":0},"FaultStatistics":{"TotalCount":0}},
       "ResponseTimeHistogram":[{"Value":0.5,"Count":2}],"DurationHistogram":[]},
      {"ReferenceId":2,"Name":"busy","State":"active","Edges":[],
       "SummaryStatistics":{"OkCount":5,"TotalCount":10,"TotalResponseTime":1,
         "ErrorStatistics":{"TotalCount":3,"ThrottleCount":1,"OtherCount":2},"FaultStatistics":{"TotalCount":2}},
       "ResponseTimeHistogram":[{"Value":0.1,"Count":10}],"DurationHistogram":[]}]})");
    CHECK(run_services({}, s.client, s.console) == ExitCode::ok);
    CHECK(s.out ==
          "service\ttype\trequests\terrors\tthrottles\tfaults\tmean_ms\tp50_ms\tp95_ms\tp99_ms\n"
          "busy\t\t10\t3\t1\t2\t100.000\t100.000\t100.000\t100.000\n"
          "calm\tAWS::ECS::Container\t2\t0\t0\t0\t500.000\t500.000\t500.000\t500.000\n");
    Setting none("/ServiceGraph", R"({"Services":[]})");
    CHECK(run_services({.exit_status = true}, none.client, none.console) ==
          ExitCode::nothing_matched);
}

TEST_CASE("groups are listed with their filters, or one is shown") {
    const std::string slow =
        R"({"GroupName":"slow","GroupARN":"arn:slow","FilterExpression":"duration > 2",)"
        R"("InsightsConfiguration":{"InsightsEnabled":true,"NotificationsEnabled":false}})";
    const std::string all =
        R"({"GroupName":"Default","GroupARN":"arn:default",)"
        R"("InsightsConfiguration":{"InsightsEnabled":true,"NotificationsEnabled":true}})";
    Setting s("/Groups", R"({"Groups":[)" + all + "," + slow + "]}");
    CHECK(run_groups({}, s.client, s.console) == ExitCode::ok);
    CHECK(s.out ==
          "name\tinsights\tfilter\tarn\n"
          "Default\tnotify\t\tarn:default\n"
          "slow\ton\tduration > 2\tarn:slow\n");
    Setting one("/GetGroup", R"({"Group":)" + slow + "}");
    CHECK(run_groups({.name = "slow", .format = OutputFormat::json}, one.client, one.console) ==
          ExitCode::ok);
    CHECK(one.out == "[\n " + slow + "\n]\n");
    Setting none("/GetGroup", R"({"__type":"InvalidRequestException","message":"Group not found"})",
                 400);
    CHECK(run_groups({.name = "fast"}, none.client, none.console) == ExitCode::usage);
    CHECK(none.err.find("Group not found") != std::string::npos);
}

TEST_CASE("what stands in a query is percent-encoded, and what is empty left out") {
    CHECK(url_query({}) == "");
    CHECK(url_query({{"a", ""}, {"b", "x y&z=\"é\""}, {"c", "1.5-2_"}}) ==
          "?b=x%20y%26z%3D%22%C3%A9%22&c=1.5-2_");
}

TEST_CASE("a doctor prints what is wrong, the spans that prove it, and what to do") {
    const std::string answer =
        R"({"Found":true,"Spans":2,"Documents":2,"Findings":[{"Kind":"orphan","Severity":"problem",)"
        R"("Sentence":"parent 00000000000000aa is not here","Advice":"Find it.","Count":7,"Spans":[)"
        R"({"TraceId":"1-6a88c4e0-000000000000000000000001","Id":"0000000000000001",)"
        R"("ParentId":"00000000000000aa","Service":"ban\u001bk","Name":"call",)"
        R"("StartTime":1787371000,"EndTime":1787371000.25,"InProgress":false,"Inferred":false}]},)"
        R"({"Kind":"in_progress","Severity":"note","Sentence":"s","Advice":"a","Count":0,"Spans":[]}]})";
    const std::string id = "1-6a88c4e0-000000000000000000000001";
    Setting s("/api/v1/doctor/traces/" + id, answer);
    CHECK(run_trace_doctor({.text = "see " + id}, s.client, s.console) == ExitCode::unhealthy);
    CHECK(s.out ==
          "severity\tkind\tcount\ttrace_id\tspan_id\tparent_id\tservice\tname\tstart\tend\t"
          "sentence\tadvice\n"
          "problem\torphan\t7\t1-6a88c4e0-000000000000000000000001\t0000000000000001\t"
          "00000000000000aa\tban\\x1bk\tcall\t2026-08-22T03:56:40.000Z\t2026-08-22T03:56:40.250Z\t"
          "parent 00000000000000aa is not here\tFind it.\n"
          "note\tin_progress\t0\t\t\t\t\t\t\t\ts\ta\n");
    s.out.clear();
    s.console.terminal.is_tty = true;
    CHECK(run_trace_doctor({.text = id}, s.client, s.console) == ExitCode::unhealthy);
    CHECK(
        s.out.starts_with("✗ orphan  parent 00000000000000aa is not here\n"
                          "    0000000000000001  ban\\x1bk / call  "));
    CHECK(s.out.find("  250ms\n    and 6 more\n  → Find it.\n· in_progress  s\n  → a\n") !=
          std::string::npos);
    CHECK(run_trace_doctor({.text = "none"}, s.client, s.console) == ExitCode::usage);
    Setting fine("/api/v1/doctor/map", R"({"Found":true,"TracesRead":3,"Findings":[]})");
    CHECK(run_map_doctor({.name = "bank"}, fine.client, fine.console) == ExitCode::ok);
    CHECK(fine.err == "nothing is odd with bank: its newest 3 traces were read\n");
    CHECK(run_map_doctor({.name = "bank", .time = "x"}, fine.client, fine.console) ==
          ExitCode::usage);
}
