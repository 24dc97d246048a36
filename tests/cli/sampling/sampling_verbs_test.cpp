// The verbs below `tomo sampling` against an API with fixed answers: what they ask, print, return.
#include <doctest/doctest.h>

#include "base/file_system.h"
#include "cli/fake_api.h"
#include "cli/sampling/change_command.h"
#include "cli/sampling/list_command.h"
#include "cli/sampling/transfer_command.h"
#include "cli/sampling/trial_command.h"
#include "cli/sampling/watch_command.h"
#include "support/temporary_directory.h"

using namespace tomograph;
using namespace tomograph::cli;

namespace {

/// 03:59:00 is 1'787'371'140; the clock stands at 04:00:00.
constexpr const char* statistics = R"({"SamplingStatisticSummaries":[
  {"RuleName":"pay","Timestamp":1787371200,"RequestCount":9,"SampledCount":9,"BorrowCount":9},
  {"RuleName":"pay","Timestamp":1787371190,"RequestCount":120,"SampledCount":60,"BorrowCount":6},
  {"RuleName":"pay","Timestamp":1787371140,"RequestCount":480,"SampledCount":60,"BorrowCount":0},
  {"RuleName":"Default","Timestamp":1787371140,"RequestCount":6,"SampledCount":0,"BorrowCount":0},
  {"RuleName":"Default","Timestamp":1787371130,"RequestCount":6,"SampledCount":6,"BorrowCount":6}]})";

constexpr const char* rules = R"({"SamplingRuleRecords":[
  {"SamplingRule":{"RuleName":"Default","RuleARN":"arn:d","ResourceARN":"*","Priority":10000,"FixedRate":0.05,
   "ReservoirSize":1,"ServiceName":"*","ServiceType":"*","Host":"*","HTTPMethod":"*","URLPath":"*","Version":1,
   "Attributes":{}},"CreatedAt":0,"ModifiedAt":0},
  {"SamplingRule":{"RuleName":"pay","RuleARN":"arn:p","ResourceARN":"*","Priority":7,"FixedRate":0.5,
   "ReservoirSize":10,"ServiceName":"cart","ServiceType":"*","Host":"*","HTTPMethod":"POST","URLPath":"/pay/*",
   "Version":1,"Attributes":{"tier":"g*"},"SamplingRateBoost":{"MaxRate":0.9,"CooldownWindowMinutes":5}},
   "CreatedAt":0,"ModifiedAt":0}]})";

constexpr const char* match = R"({"RuleName":"pay","Rules":[
  {"RuleName":"old","Priority":1,"ReservoirSize":1,"FixedRate":1,"Fits":false,"ForXRaySDKs":true,"Misfits":[
    {"Member":"URLPath","Pattern":"/old","Value":"/pay"},{"Member":"Attributes","Attribute":"tier","Pattern":"g*"}]},
  {"RuleName":"pay","Priority":7,"ReservoirSize":10,"FixedRate":0.5,"Fits":true,"Misfits":[],"ForXRaySDKs":false},
  {"RuleName":"Default","Priority":10000,"ReservoirSize":1,"FixedRate":0.05,"Fits":true,"Misfits":[],
   "ForXRaySDKs":true}]})";

std::string counts(int matched, int sampled) {
    return R"("Matched":)" + std::to_string(matched) + R"(,"Sampled":)" + std::to_string(sampled) +
           R"(,"SampledByReservoir":2,"SampledByRate":1,"Rate":0.25,"SampledPerSecond":1.5,"Errors":4,)"
           R"("ErrorsLost":3,"Faults":2,"FaultsLost":1,"Spans":80,"SpansSampled":20,"Bytes":4000,)"
           R"("BytesSampled":1000)";
}

std::string simulation(bool is_partial) {
    return R"({"Rules":[{"RuleName":"pay",)" + counts(8, 2) + R"(}],"Total":{)" + counts(12, 3) +
           R"(,"Cost":0.5,"CostOfAll":2},"StarvedServices":[],"StarvedOperations":[)"
           R"({"Service":"cart","Operation":"GET /x","Requests":4,"Faults":1}],"StarvedOperationCount":1,)"
           R"("Coverage":{"Oldest":1787370300,"IsPartial":)" +
           (is_partial ? "true" : "false") + "}}";
}

struct Setting : Captured {
    FakeApi api;
    ApiClient client{api.endpoint(), console};

    Setting() {
        reply("/GetSamplingRules", rules);
        reply("/SamplingStatisticSummaries", statistics);
        reply("/api/v1/sampling/match", match);
    }
    void reply(const std::string& path, std::string body, int status = 200) {
        api.reply(path, {.status = status, .headers = {}, .body = std::move(body)});
    }
    /// The bodies of what changed something.
    std::vector<std::string> changes() {
        std::vector<std::string> found;
        for (const std::string& body : api.bodies())
            for (const char* path :
                 {"/CreateSamplingRule ", "/UpdateSamplingRule ", "/DeleteSamplingRule "})
                if (body.starts_with(path)) found.push_back(body);
        return found;
    }
};

struct RuleFile {
    TemporaryDirectory directory;
    std::string path = directory.path() + "/rules.json";
    explicit RuleFile(const std::string& text) {
        const auto files = make_real_file_system();
        REQUIRE(replace_file(*files, path, text));
    }
};

}  // namespace

TEST_CASE("list shows rules by priority with what each took in the last whole minute") {
    Setting s;
    CHECK(run_sampling_list({}, s.client, s.console) == ExitCode::ok);
    CHECK(s.out ==
          "priority\trule\tmatches\treservoir\trate\tboost\trequests\tsampled\tborrowed\tseconds\n"
          "7\tpay\tservice=cart method=POST path=/pay/* tier=g*\t10\t0.5\t0.9\t600\t120\t6\t60\n"
          "10000\tDefault\t*\t1\t0.05\t\t6\t0\t0\t60\n");
    Setting people;
    people.console.terminal.is_tty = true;
    people.console.terminal.columns = 120;
    CHECK(run_sampling_list({}, people.client, people.console) == ExitCode::ok);
    CHECK(people.out ==
          "priority  rule     matches                                       reservoir  rate  "
          "requests/s  sampled/s  share\n"
          "       7  pay      service=cart method=POST path=/pay/* tier=g*       10/s  50%+  "
          "      10.0        2.1    21%\n"
          "   10000  Default  *                                                   1/s    5%      "
          "   0.1          0       \n");
}

TEST_CASE("set makes a rule that is not there, with what was not said as in AWS's console") {
    Setting s;
    s.reply("/CreateSamplingRule", "{}");
    CHECK(run_sampling_set({.name = "new", .flags = {.rate = "25%", .path = "/n/*"}}, s.client,
                           s.console) == ExitCode::ok);
    REQUIRE(s.changes().size() == 1);
    CHECK(
        s.changes()[0] ==
        R"(/CreateSamplingRule {"SamplingRule":{"RuleName":"new","Priority":1000,"ReservoirSize":1,)"
        R"("FixedRate":0.25,"ServiceName":"*","ServiceType":"*","Host":"*","HTTPMethod":"*",)"
        R"("URLPath":"/n/*","ResourceARN":"*","Version":1,"Attributes":{}}})");
    CHECK(s.out ==
          "rule\tchange\tmember\tbefore\tafter\n"
          "new\tmade\tPriority\t\t1000\n"
          "new\tmade\tReservoirSize\t\t1\n"
          "new\tmade\tFixedRate\t\t0.25\n"
          "new\tmade\tURLPath\t\t/n/*\n");
}

TEST_CASE("set changes what the flags say and nothing else") {
    Setting s;
    s.reply("/UpdateSamplingRule", "{}");
    SamplingSetOptions options{.name = "pay",
                               .flags = {.reservoir = 20, .attributes = {{"zone", "a"}}}};
    CHECK(run_sampling_set(options, s.client, s.console) == ExitCode::ok);
    REQUIRE(s.changes().size() == 1);
    CHECK(s.changes()[0] ==
          R"(/UpdateSamplingRule {"SamplingRuleUpdate":{"RuleName":"pay","ReservoirSize":20,)"
          R"("Attributes":{"tier":"g*","zone":"a"}}})");
    CHECK(s.out.find("pay\tchanged\tReservoirSize\t10\t20\n") != std::string::npos);
    CHECK(s.err.find("next report") != std::string::npos);

    Setting dry;
    options.is_dry = true;
    CHECK(run_sampling_set(options, dry.client, dry.console) == ExitCode::ok);
    CHECK(dry.changes().empty());
    CHECK(dry.out == s.out);

    Setting same;
    CHECK(run_sampling_set({.name = "pay", .flags = {.rate = "50%"}}, same.client, same.console) ==
          ExitCode::ok);
    CHECK(same.changes().empty());
    CHECK(same.out.find("pay\tunchanged") != std::string::npos);
}

TEST_CASE("what cannot be set is told, and nothing is asked of the server") {
    const struct {
        SamplingSetOptions options;
        const char* sentence;
    } cases[] = {
        {{.name = "pay"}, "there is a rule pay, and nothing to change was said"},
        {{.name = "pay", .flags = {.rate = "50"}}, "the rate 50 is above 1; is 50% meant?"},
        {{.name = "new", .flags = {.boost_pause = 3}}, "--boost-pause is of a boost"},
    };
    for (const auto& each : cases) {
        Setting s;
        CHECK(run_sampling_set(each.options, s.client, s.console) == ExitCode::usage);
        CHECK(s.err.find(each.sentence) != std::string::npos);
        CHECK(s.changes().empty());
    }
    Setting refused;
    refused.reply("/UpdateSamplingRule", R"({"Message":"Priority is 0, must be 1 to 9999"})", 400);
    CHECK(run_sampling_set({.name = "pay", .flags = {.priority = 0}}, refused.client,
                           refused.console) == ExitCode::usage);
    CHECK(refused.err.find("Priority is 0, must be 1 to 9999") != std::string::npos);
    CHECK(refused.out.empty());
}

TEST_CASE("rm removes all or, where one is unknown, none") {
    Setting s;
    CHECK(run_sampling_remove({.names = {"pay", "none"}}, s.client, s.console) == ExitCode::usage);
    CHECK(s.err.find("there is no sampling rule none") != std::string::npos);
    CHECK(s.changes().empty());
    s.reply("/DeleteSamplingRule", "{}");
    CHECK(run_sampling_remove({.names = {"pay"}}, s.client, s.console) == ExitCode::ok);
    REQUIRE(s.changes().size() == 1);
    CHECK(s.changes()[0] == R"(/DeleteSamplingRule {"RuleName":"pay"})");
}

TEST_CASE("test says which rule decides and why the others do not") {
    Setting s;
    SamplingTestOptions options{.method_or_target = "POST",
                                .target = "https://shop.example/pay?id=7",
                                .request = {.service = "cart", .attributes = {{"a", "b"}}}};
    CHECK(run_sampling_test(options, s.client, s.console) == ExitCode::ok);
    CHECK(s.api.bodies().back() ==
          R"(/api/v1/sampling/match {"Request":{"ServiceName":"cart","Host":"shop.example",)"
          R"("HTTPMethod":"POST","URLPath":"/pay","Attributes":{"a":"b"}},"OnlyThese":false,)"
          R"("SamplingRules":[]})");
    CHECK(s.out ==
          "priority\trule\tfits\treservoir\trate\twhy\n"
          "1\told\tno\t1\t1\tURLPath /pay does not fit /old; Attributes.tier is missing, must fit "
          "g*\n"
          "7\tpay\tdecides\t10\t0.5\t10 a second of all programs together, then 50%\n"
          "10000\tDefault\tlater\t1\t0.05\tfits, but is asked later\n");
    CHECK(s.err.find("X-Ray's SDKs pass over pay") != std::string::npos);

    options.expected = "old";
    CHECK(run_sampling_test(options, s.client, s.console) == ExitCode::nothing_matched);
    options.expected = "pay";
    CHECK(run_sampling_test(options, s.client, s.console) == ExitCode::ok);
}

TEST_CASE("a request may be said in several ways, but each part once") {
    const struct {
        SamplingTestOptions options;
        const char* request;
    } cases[] = {
        {{}, R"({"Request":{},)"},
        {{.method_or_target = "GET"}, R"({"Request":{"HTTPMethod":"GET"},)"},
        {{.method_or_target = "/pay"}, R"({"Request":{"URLPath":"/pay"},)"},
        {{.method_or_target = "http://h:80"}, R"({"Request":{"Host":"h:80","URLPath":"/"},)"},
        {{.method_or_target = "GET", .target = "/", .request = {.host = "h"}},
         R"({"Request":{"Host":"h","HTTPMethod":"GET","URLPath":"/"},)"},
    };
    for (const auto& each : cases) {
        Setting s;
        CHECK(run_sampling_test(each.options, s.client, s.console) == ExitCode::ok);
        CHECK(s.api.bodies().back().starts_with(std::string("/api/v1/sampling/match ") +
                                                each.request));
    }
    Setting s;
    CHECK(run_sampling_test({.method_or_target = "GET", .request = {.method = "PUT"}}, s.client,
                            s.console) == ExitCode::usage);
    CHECK(run_sampling_test({.method_or_target = "/a", .request = {.path = "/b"}}, s.client,
                            s.console) == ExitCode::usage);
}

TEST_CASE("simulate sends drafts and shows what they would do beside the rules as they are") {
    Setting s;
    s.reply("/api/v1/sampling/simulation", simulation(false));
    const SamplingSimulateOptions options{
        .name = "pay", .flags = {.rate = "10%"}, .time = "15m", .price = 2.5};
    CHECK(run_sampling_simulate(options, s.client, s.console) == ExitCode::ok);
    const std::string asked = s.api.bodies().back();
    CHECK(asked.starts_with(
        R"(/api/v1/sampling/simulation {"StartTime":1787370300.000,"EndTime":1787371200.000,)"
        R"("PricePerMillionTraces":2.5,"OnlyThese":false,"SamplingRules":[{"RuleName":"pay",)"
        R"("Priority":7,"ReservoirSize":10,"FixedRate":0.1,)"));
    CHECK(s.out ==
          "rule\trequests\tsampled\tby_reservoir\tby_rate\tshare\tfaults\tfaults_lost\terrors\t"
          "errors_lost\tspans\tspans_sampled\tbytes\tbytes_sampled\n"
          "pay\t8\t2\t2\t1\t0.250000\t2\t1\t4\t3\t80\t20\t4000\t1000\n"
          "\t12\t3\t2\t1\t0.250000\t2\t1\t4\t3\t80\t20\t4000\t1000\n");

    Setting people;
    people.console.terminal.is_tty = true;
    people.reply("/api/v1/sampling/simulation", simulation(true));
    CHECK(run_sampling_simulate(options, people.client, people.console) == ExitCode::partial);
    CHECK(people.api.bodies().back().ends_with(R"("OnlyThese":false,"SamplingRules":[]})"));
    CHECK(people.out.find("total, rules as they are") != std::string::npos);
    CHECK(people.out.find("20 of 80 spans, 1.0 kB of 4.0 kB\n"
                          "at the price of a million traces: 0.50 of 2.00\n") != std::string::npos);
    CHECK(people.out.find("GET /x") != std::string::npos);

    CHECK(run_sampling_simulate({.flags = {.rate = "1"}}, s.client, s.console) == ExitCode::usage);
}

TEST_CASE("import makes, changes and removes, after the server has looked at all of it") {
    const RuleFile file(R"({"SamplingRules":[
        {"RuleName":"Default","FixedRate":0.01,"ReservoirSize":1},
        {"RuleName":"new","Priority":3,"FixedRate":0,"ReservoirSize":0,"URLPath":"/n"}]})");
    Setting s;
    for (const char* path : {"/CreateSamplingRule", "/UpdateSamplingRule", "/DeleteSamplingRule"})
        s.reply(path, "{}");
    CHECK(run_sampling_import({.path = file.path, .removes_others = true}, s.client, s.console) ==
          ExitCode::ok);
    const auto changes = s.changes();
    REQUIRE(changes.size() == 3);
    CHECK(changes[0] == R"(/DeleteSamplingRule {"RuleName":"pay"})");
    CHECK(changes[1] ==
          R"(/UpdateSamplingRule {"SamplingRuleUpdate":{"RuleName":"Default","FixedRate":0.01}})");
    CHECK(changes[2].starts_with(R"(/CreateSamplingRule {"SamplingRule":{"RuleName":"new")"));

    Setting dry;
    CHECK(run_sampling_import({.path = file.path, .removes_others = true, .is_dry = true},
                              dry.client, dry.console) == ExitCode::ok);
    CHECK(dry.out == s.out);
    CHECK(dry.changes().empty());

    Setting wrong;
    wrong.api.reply("/api/v1/sampling/match", {.status = 200, .headers = {}, .body = match});
    const RuleFile boost(R"({"SamplingRules":[{"RuleName":"pay","Priority":3,"FixedRate":0,
        "ReservoirSize":0}]})");
    CHECK(run_sampling_import({.path = boost.path}, wrong.client, wrong.console) ==
          ExitCode::usage);
    CHECK(wrong.err.find("rule pay: its boost cannot be taken off") != std::string::npos);
    CHECK(wrong.changes().empty());
}

TEST_CASE("an import that the server refuses changes nothing; one that breaks says where") {
    const RuleFile file(R"({"version":2,"default":{"fixed_target":1,"rate":0.5},"rules":[
        {"host":"*","http_method":"*","url_path":"/n","fixed_target":1,"rate":0}]})");
    Setting s;
    FakeApi strict;
    strict.reply("/GetSamplingRules", {.status = 200, .headers = {}, .body = rules});
    strict.reply("/api/v1/sampling/match",
                 {.status = 400, .headers = {}, .body = R"({"Message":"rule local-1: no"})"});
    ApiClient client(strict.endpoint(), s.console);
    CHECK(run_sampling_import({.path = file.path}, client, s.console) == ExitCode::usage);
    CHECK(s.err.find("rule local-1: no") != std::string::npos);
    CHECK(s.err.find("--programs N multiplies") != std::string::npos);
    for (const std::string& body : strict.bodies())
        CHECK((body.starts_with("/GetSamplingRules") || body.starts_with("/api/v1/")));

    Setting broken;
    broken.reply("/CreateSamplingRule", "{}");
    broken.reply("/UpdateSamplingRule", R"({"Message":"full"})", 500);
    CHECK(run_sampling_import({.path = file.path}, broken.client, broken.console) ==
          ExitCode::server_error);
    CHECK(broken.out.find("local-1\tmade") != std::string::npos);
    CHECK(broken.err.find("1 of 2 were done") != std::string::npos);
    CHECK(run_sampling_import({.path = "/no/such/file"}, broken.client, broken.console) ==
          ExitCode::server_error);
}

TEST_CASE("export writes all, or what a local file can say") {
    Setting s;
    CHECK(run_sampling_export({}, s.client, s.console) == ExitCode::ok);
    bool is_local = true;
    const auto back = parse_rule_file(s.out, is_local, {});
    REQUIRE(back);
    REQUIRE(back->size() == 2);
    CHECK(back->front().boost->cooldown_minutes == 5);
    CHECK_FALSE(is_local);

    Setting local;
    CHECK(run_sampling_export({.kind = "local-1"}, local.client, local.console) ==
          ExitCode::partial);
    CHECK(local.out ==
          "{\n  \"version\": 1,\n  \"default\": {\"fixed_target\": 1, \"rate\": 0.05},\n"
          "  \"rules\": []\n}\n");
    CHECK(local.err == "not in the file: rule pay is left out: attributes\n");
}

TEST_CASE("watch prints each window once it is over") {
    Setting s;
    CHECK(run_sampling_watch({.count = 1}, s.client, s.console) == ExitCode::ok);
    CHECK(s.out ==
          "time\trule\trequests\tsampled\tborrowed\n"
          "2026-08-22T03:59:50.000Z\tpay\t120\t60\t6\n");
    Setting lines;
    CHECK(run_sampling_watch({.count = 1, .format = OutputFormat::ndjson}, lines.client,
                             lines.console) == ExitCode::ok);
    CHECK(lines.out ==
          "{\"Time\":1787371190,\"RuleName\":\"pay\",\"RequestCount\":120,\"SampledCount\":60,"
          "\"BorrowCount\":6}\n");
    Setting gone;
    FakeApi none;
    ApiClient client(none.endpoint(), gone.console);
    CHECK(run_sampling_watch({.count = 1}, client, gone.console) != ExitCode::ok);
}
