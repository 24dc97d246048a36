#include "cli/waterfall.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "cli/span_tree.h"
#include "cli/text.h"

using namespace tomograph;
using namespace tomograph::cli;

namespace {

constexpr std::string_view id = "1-68a7f3c2-5f84c7a1b2c3d4e5f6a7b8c9";
constexpr Terminal plain{.is_tty = true, .colour = false, .unicode = true, .columns = 100};

std::string waterfall(const std::vector<std::string>& documents, const Terminal& terminal = plain) {
    const SpanTree tree = build_span_tree(documents);
    std::string text = render_waterfall(tree, {.trace_id = id, .now = tree.start}, terminal);
    // The start is local time: not the same everywhere.
    const std::size_t line = text.find('\n');
    const std::size_t clock = text.rfind("  ", line);
    return text.erase(clock, line - clock);
}

/// A checkout as the API gives it back: a call joined with its service, a folded run, a failed
/// remote call.
std::vector<std::string> checkout() {
    std::string queries;
    const struct {
        const char* start;
        const char* end;
    } times[] = {{"0.044", "0.090"}, {"0.090", "0.140"}, {"0.140", "0.190"}, {"0.190", "0.240"}};
    int n = 10;
    for (const auto& time : times)
        queries +=
            R"({"id":"00000000000000)" + std::to_string(n++) +
            R"(","name":"shop@orders-db.internal","namespace":"remote","start_time":175583520)" +
            time.start + R"(,"end_time":175583520)" + time.end +
            R"(,"sql":{"sanitized_query":"SELECT *\n  FROM items"}},)";
    return {
        R"({"id":"0000000000000001","name":"checkout","trace_id":"x","start_time":1755835200,"end_time":1755835200.812,
            "fault":true,"http":{"request":{"method":"POST","url":"https://shop.example/checkout?x=1"},
            "response":{"status":502}},"subsegments":[
            {"id":"0000000000000002","name":"cart","namespace":"remote","start_time":1755835200.002,
             "end_time":1755835200.043,"http":{"request":{"method":"GET","url":"http://cart/cart/9","traced":true}}},)" +
            queries +
            R"({"id":"0000000000000003","name":"payment","namespace":"remote","start_time":1755835200.2435,
             "end_time":1755835200.8045,"fault":true,
             "http":{"request":{"method":"POST","url":"http://payment/charge"},"response":{"status":502}}}]})",
        R"({"id":"0000000000000004","name":"cart","parent_id":"0000000000000002","start_time":1755835200.005,
            "end_time":1755835200.040,"origin":"AWS::ECS::Container",
            "http":{"request":{"method":"GET","url":"http://cart/cart/9"},"response":{"status":200}}})",
        R"({"id":"0000000000000005","name":"payment","parent_id":"0000000000000003","start_time":1755835200.2446,
            "end_time":1755835200.8040,"fault":true,
            "http":{"request":{"method":"POST","url":"http://payment/charge"},"response":{"status":502}},
            "subsegments":[{"id":"0000000000000006","name":"api.bank.example","namespace":"remote","fault":true,
            "start_time":1755835200.246,"end_time":1755835200.803,
            "cause":{"exceptions":[{"id":"1","type":"Timeout","message":"no answer"}]},
            "http":{"request":{"method":"POST","url":"https://api.bank.example/v2"}}}]})",
        R"({"id":"0000000000000007","name":"api.bank.example","parent_id":"0000000000000006","inferred":true,
            "start_time":1755835200.246,"end_time":1755835200.803,"fault":true})",
    };
}

}  // namespace

TEST_CASE("a trace is drawn as a waterfall of a hundred columns") {
    CHECK(
        waterfall(checkout()) ==
        R"(1-68a7f3c2-5f84c7a1b2c3d4e5f6a7b8c9  POST /checkout  ✗ 502  812ms  3 services  3 segments
service                operation               start   self  total  0 ────────────── 812ms
checkout               POST /checkout          0.0ms 14.0ms  812ms  ██████████████████████ ✗ 502
├ cart                 GET /cart/9             2.0ms 41.0ms 41.0ms  █▏
├ orders-db            SELECT * FROM items ×4 44.0ms  196ms  196ms   █████▌ N+1? one after another
└ payment              POST /charge            244ms  4.0ms  561ms        ███████████████▊ ✗ 502
  └ ◇ api.bank.example POST /v2                246ms  557ms  557ms        ███████████████▊ ✗ Timeout
✗ api.bank.example: Timeout: no answer
critical path: cart 41.0ms → orders-db 196ms → api.bank.example 557ms (69%)   other 18.0ms
◇ inferred from its caller
)");
}

TEST_CASE("without UTF-8 the same is drawn in ASCII") {
    const Terminal ascii{.is_tty = true, .colour = false, .unicode = false, .columns = 90};
    CHECK(
        waterfall(checkout(), ascii) ==
        R"(1-68a7f3c2-5f84c7a1b2c3d4e5f6a7b8c9  POST /checkout  x 502  812ms  3 services  3 segments
service             operation              start   self  total  0 ---------- 812ms
checkout            POST /checkout         0.0ms 14.0ms  812ms  ================== x 502
|-cart              GET /cart/9            2.0ms 41.0ms 41.0ms  =
|-orders-db         SELECT * FROM ite~ x4 44.0ms  196ms  196ms   ==== N+1? one after anot~
` payment           POST /charge           244ms  4.0ms  561ms       ============= x 502
  ` * api.bank.exa~ POST /v2               246ms  557ms  557ms       ============= x Time~
x api.bank.example: Timeout: no answer
critical path: orders-db 196ms -> api.bank.example 557ms (69%)   other 59.0ms
* inferred from its caller
)");
}

TEST_CASE("each row stays within the terminal, however narrow") {
    for (const std::size_t columns : {60, 70, 87, 88, 120, 200}) {
        const Terminal terminal{
            .is_tty = true, .colour = false, .unicode = true, .columns = columns};
        std::string text = waterfall(checkout(), terminal);
        text.erase(0, text.find('\n') + 1);  // the heading wraps
        while (!text.empty()) {
            const std::string line = text.substr(0, text.find('\n'));
            INFO(line);
            CHECK(display_width(line) <= columns);
            text.erase(0, line.size() + 1);
        }
    }
}

TEST_CASE("orphans, running spans and hostile names are marked") {
    const std::string text = waterfall({
        R"({"id":"0000000000000001","name":"api","start_time":100,"in_progress":true})",
        R"({"id":"0000000000000002","name":"lost \u001b[31m","parent_id":"00000000000000ff","type":"subsegment",
            "start_time":100.5,"end_time":101})",
        R"({"id":"0000000000000003","name":"日本語サービス","parent_id":"0000000000000001","type":"subsegment",
            "start_time":100.2,"end_time":100.4,"throttle":true})",
        "not json",
    });
    CHECK(text ==
          R"(1-68a7f3c2-5f84c7a1b2c3d4e5f6a7b8c9  api  … in progress  1.00s  1 service  1 segment
service          operation  start   self  total  0 ───────────── 500ms ─────── 1.00s
api                         0.0ms  800ms  1.00s  ███████████████████████████████████ … still running
└ 日本語サービス            200ms  200ms  200ms         ███████ ~
⚠ lost \x1b[31m             500ms  500ms  500ms                   ██████████████████
critical path: api 800ms (80%) → 日本語サービス 200ms
⚠ orphan: its parent never arrived   … still running
)");
}

TEST_CASE("a circle of parents is cut, and nothing is lost") {
    const SpanTree tree = build_span_tree(std::vector<std::string>{
        R"({"id":"000000000000000a","name":"a","parent_id":"000000000000000b","start_time":1,"end_time":2})",
        R"({"id":"000000000000000b","name":"b","parent_id":"000000000000000c","start_time":1,"end_time":2})",
        R"({"id":"000000000000000c","name":"c","parent_id":"000000000000000a","start_time":1,"end_time":2})",
        R"({"id":"000000000000000d","name":"d","parent_id":"000000000000000d","start_time":1,"end_time":2})",
    });
    CHECK(tree.nodes.size() == 4);
    CHECK(tree.roots.size() == 2);
    std::size_t reached = 0;
    std::vector<std::size_t> waiting = tree.roots;
    while (!waiting.empty()) {
        const std::size_t next = waiting.back();
        waiting.pop_back();
        ++reached;
        for (const std::size_t child : tree.nodes[next].children) waiting.push_back(child);
    }
    CHECK(reached == 4);
}

TEST_CASE("own time leaves out what children cover, once") {
    const SpanTree tree = build_span_tree(std::vector<std::string>{
        R"({"id":"0000000000000001","name":"a","start_time":10,"end_time":20,"subsegments":[
            {"id":"0000000000000002","name":"x","start_time":11,"end_time":14},
            {"id":"0000000000000003","name":"y","start_time":13,"end_time":15},
            {"id":"0000000000000004","name":"z","start_time":19,"end_time":25}]})",
    });
    CHECK(tree.nodes[0].self == Duration::seconds(5));
    CHECK(tree.duration() == Duration::seconds(15));
    Duration critical;
    for (const SpanNode& node : tree.nodes) critical = critical + node.critical;
    CHECK(critical == Duration::seconds(10));
}

TEST_CASE("very deep and very broken documents are drawn or refused, never fatal") {
    std::string deep;
    for (int i = 0; i < 2000; ++i)
        deep += R"({"id":"00000000000)" + std::to_string(10000 + i) +
                R"(","name":"n","start_time":1,"end_time":2,"subsegments":[)";
    for (int i = 0; i < 2000; ++i) deep += "]}";
    const std::string text = waterfall({deep});
    CHECK(text.find("deeper levels") != std::string::npos);
    for (const char* document :
         {"", "[]", "{}", "null", R"({"id":7,"start_time":1})", R"({"id":"a","start_time":"x"})",
          R"({"id":"a","start_time":1e400})", "[[[[[[[["}) {
        const SpanTree tree = build_span_tree(std::vector<std::string>{document});
        CHECK(tree.documents_unreadable == 1);
        CHECK_FALSE(render_waterfall(tree, {.trace_id = id, .now = {}}, plain).empty());
    }
}
