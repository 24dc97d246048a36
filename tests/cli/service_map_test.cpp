#include "cli/service_map.h"

#include <doctest/doctest.h>

#include <string>

#include "cli/json.h"
#include "cli/map_diagram.h"
#include "cli/map_svg.h"
#include "cli/map_text.h"
#include "cli/map_tree.h"

using namespace tomograph;
using namespace tomograph::cli;

namespace {

ServiceMap read_map(std::string_view services) {
    const auto answer = JsonDocument::parse(services);
    REQUIRE(answer);
    ServiceMapReader reader;
    reader.add(answer->root());
    return reader.finish();
}

std::string statistics(int ok, int error, int throttle, int fault, double seconds) {
    const int total = ok + error + throttle + fault;
    return R"("SummaryStatistics":{"OkCount":)" + std::to_string(ok) +
           R"(,"ErrorStatistics":{"ThrottleCount":)" + std::to_string(throttle) +
           R"(,"OtherCount":)" + std::to_string(error) + R"(,"TotalCount":)" +
           std::to_string(error + throttle) + R"(},"FaultStatistics":{"OtherCount":)" +
           std::to_string(fault) + R"(,"TotalCount":)" + std::to_string(fault) +
           R"(},"TotalCount":)" + std::to_string(total) + R"(,"TotalResponseTime":)" +
           std::to_string(seconds) + R"(},"ResponseTimeHistogram":[{"Value":0.2,"Count":)" +
           std::to_string(total - total / 2) + R"(},{"Value":0.05,"Count":)" +
           std::to_string(total / 2) + "}]";
}

/// client -> shop -> (db, "evil" remote, queue ~> worker -> db)
ServiceMap shop() {
    return read_map(
        R"([{"ReferenceId":7,"Name":"shop","Type":"client","State":"unknown","Edges":[{"ReferenceId":2,)" +
        statistics(90, 5, 2, 3, 12.5) + R"(}]},)" +
        R"({"ReferenceId":2,"Name":"shop","Type":"AWS::ECS::Fargate","State":"active","Root":true,)" +
        statistics(90, 5, 2, 3, 12) + R"(,"Edges":[{"ReferenceId":3,)" +
        statistics(80, 0, 0, 0, 4) + R"(},{"ReferenceId":4,)" + statistics(18, 0, 0, 2, 9) +
        R"(},{"ReferenceId":5,)" + statistics(10, 0, 0, 0, 1) + R"(},{"ReferenceId":99,)" +
        statistics(1, 0, 0, 0, 1) + R"(}]},)" +
        R"({"ReferenceId":3,"Name":"items@shop-db.internal","Type":"Database::SQL","State":"unknown",)" +
        statistics(90, 0, 0, 0, 4.5) + R"(,"Edges":[]},)" +
        R"({"ReferenceId":4,"Name":"evil \"] --> <script>\u001b[31m","Type":"remote","State":"unknown",)" +
        statistics(18, 0, 0, 2, 9) + R"(,"Edges":[]},)" +
        R"({"ReferenceId":5,"Name":"https://sqs.example/123/jobs","Type":"AWS::SQS::Queue","State":"unknown",)" +
        statistics(10, 0, 0, 0, 1) + R"(,"Edges":[{"ReferenceId":6,"EdgeType":"link"}]},)" +
        R"({"ReferenceId":6,"Name":"worker","State":"active","Root":true,)" +
        statistics(10, 0, 0, 0, 3) + R"(,"Edges":[{"ReferenceId":3,)" +
        statistics(10, 0, 0, 0, 0.5) + "}]}]");
}

}  // namespace

TEST_CASE("a service graph is read with its figures") {
    const ServiceMap map = shop();
    REQUIRE(map.nodes.size() == 6);
    const MapFigures& figures = map.nodes[1].figures;
    CHECK(figures.total == 100);
    CHECK(figures.ok == 90);
    CHECK(figures.error == 5);
    CHECK(figures.throttle == 2);
    CHECK(figures.fault == 3);
    CHECK(figures.mean_ms() == doctest::Approx(120));
    CHECK(figures.percentile_ms(0.5) == doctest::Approx(50));
    CHECK(figures.percentile_ms(0.95) == doctest::Approx(200));
    CHECK(figures.error_percent() == doctest::Approx(7));
    CHECK(map.nodes[1].calls.size() == 3);  // the edge to a service that did not come is left out
}

TEST_CASE("the map is drawn as a tree with each service's calls once") {
    const Terminal terminal{.is_tty = true, .colour = false, .unicode = true, .columns = 110};
    const TimeRange range{Instant::from_seconds(0), Instant::from_seconds(300)};
    CHECK(
        map_to_text(shop(), terminal, range) ==
        R"(service                                        requests    /min  health         4xx    5xx      mean      p95
clients
└▶ shop                            ECS Fargate      100      20  █████████✗    7.0%   3.0%     125ms    200ms
   ├▶ shop-db                      SQL               80      16  ██████████                   50.0ms    200ms
   ├▶ evil "] --> <script>\x1b[3…  remote            20     4.0  █████████✗            10%     450ms    200ms
   └▶ jobs                         SQS Queue         10     2.0  ██████████                    100ms    200ms
      └▷ worker                                      10     2.0  ██████████                    300ms    200ms
         └▶ shop-db                SQL               10     2.0  ██████████                   50.0ms    200ms
)");
}

TEST_CASE("the map is drawn in ASCII, too") {
    const Terminal terminal{.is_tty = true, .colour = false, .unicode = false, .columns = 140};
    const TimeRange range{Instant::from_seconds(0), Instant::from_seconds(300)};
    CHECK(
        map_to_text(shop(), terminal, range) ==
        R"(service                                         requests    /min  health         4xx    5xx      mean      p95  1ms..1s
clients
`> shop                             ECS Fargate      100      20  =========x    7.0%   3.0%     125ms    200ms     @ @
   |> shop-db                       SQL               80      16  ==========                   50.0ms    200ms     @ @
   |> evil "] --> <script>\x1b[31m  remote            20     4.0  =========x            10%     450ms    200ms     @ @
   `> jobs                          SQS Queue         10     2.0  ==========                    100ms    200ms     @ @
      `~ worker                                       10     2.0  ==========                    300ms    200ms     @ @
         `> shop-db                 SQL               10     2.0  ==========                   50.0ms    200ms     @ @
)");
}

TEST_CASE("programs get one line a call") {
    CHECK(
        map_to_lines(shop(), false) ==
        R"(source	source_type	target	target_type	kind	requests	ok	error	throttle	fault	mean_ms	p95_ms
shop	client	shop	AWS::ECS::Fargate	call	100	90	5	2	3	125.000	200.000
shop	AWS::ECS::Fargate	items@shop-db.internal	Database::SQL	call	80	80	0	0	0	50.000	200.000
shop	AWS::ECS::Fargate	evil "] --> <script>\x1b[31m	remote	call	20	18	0	0	2	450.000	200.000
shop	AWS::ECS::Fargate	https://sqs.example/123/jobs	AWS::SQS::Queue	call	10	10	0	0	0	100.000	200.000
https://sqs.example/123/jobs	AWS::SQS::Queue	worker		link	0	0	0	0	0	0.000	0.000
worker		items@shop-db.internal	Database::SQL	call	10	10	0	0	0	50.000	200.000
)");
}

TEST_CASE("DOT escapes what a name must not say") {
    CHECK(map_to_dot(shop()) == R"x(digraph services {
  rankdir=LR;
  node [shape=box, style=rounded, fontname="sans-serif"];
  edge [fontname="sans-serif", fontsize=10];
  n0 [label="shop\nclient", shape=circle];
  n1 [label="shop\nECS Fargate", color="#c62828"];
  n2 [label="items@shop-db.internal\nSQL", color="#2e7d32"];
  n3 [label="evil \"] --> <script>\\x1b[31m\nremote", color="#c62828"];
  n4 [label="https://sqs.example/123/jobs\nSQS Queue", color="#2e7d32"];
  n5 [label="worker", color="#2e7d32"];
  n0 -> n1 [label="100 req · p95 200ms · 7.0% errors · 3.0% faults", color="#c62828"];
  n1 -> n2 [label="80 req · p95 200ms"];
  n1 -> n3 [label="20 req · p95 200ms · 10.0% faults", color="#c62828"];
  n1 -> n4 [label="10 req · p95 200ms"];
  n4 -> n5 [label="", style=dashed];
  n5 -> n2 [label="10 req · p95 200ms"];
}
)x");
}

TEST_CASE("Mermaid escapes what a name must not say") {
    CHECK(map_to_mermaid(shop()) == R"x(flowchart LR
  n0(("shop<br/>client"))
  n1("shop<br/>ECS Fargate")
  n2("items@shop-db.internal<br/>SQL")
  n3("evil #34;#93; --#62; #60;script#62;#92;x1b#91;31m<br/>remote")
  n4("https://sqs.example/123/jobs<br/>SQS Queue")
  n5("worker")
  n0 -->|"100 req · p95 200ms · 7.0% errors · 3.0% faults"| n1
  n1 -->|"80 req · p95 200ms"| n2
  n1 -->|"20 req · p95 200ms · 10.0% faults"| n3
  n1 -->|"10 req · p95 200ms"| n4
  n4 -.-> n5
  n5 -->|"10 req · p95 200ms"| n2
  style n1 stroke:#c62828
  style n3 stroke:#c62828
)x");
}

TEST_CASE("graphs with circles, self calls and no clients end") {
    const ServiceMap map = read_map(
        R"([{"ReferenceId":0,"Name":"a","Edges":[{"ReferenceId":1},{"ReferenceId":0}]},
            {"ReferenceId":1,"Name":"b","Edges":[{"ReferenceId":0}]},
            {"ReferenceId":1,"Name":"twice","Edges":[{"ReferenceId":-5},{"ReferenceId":1e300}]},
            7, null, {"Edges":"x","SummaryStatistics":{"TotalCount":-3,"TotalResponseTime":1e308}}])");
    CHECK(map.nodes.size() == 6);
    CHECK(map_rows(map, true).size() == 8);
}

TEST_CASE("types and names are shortened for people") {
    CHECK(short_type("AWS::ECS::Fargate") == "ECS Fargate");
    CHECK(short_type("Database::SQL") == "SQL");
    CHECK(short_type("remote") == "remote");
    CHECK(short_type("") == "");
    CHECK(short_database_name("shop@orders-db.internal") == "orders-db");
    CHECK(short_database_name("shop@10.0.0.7") == "shop@10.0.0.7");
    CHECK(short_database_name("shop@") == "shop@");
    CHECK(short_database_name("plain") == "plain");
}

TEST_CASE("a map as SVG is well formed, leads from left to right, and ends in spite of rings") {
    ServiceMap map;
    map.nodes.resize(3);
    map.nodes[0].name = "a<b>&\"\x1b[2J";
    map.nodes[1].name = "b";
    map.nodes[2].name = "c";
    map.nodes[0].calls.push_back({.target = 1, .is_link = false, .figures = {}});
    map.nodes[0].calls.push_back({.target = 2, .is_link = true, .figures = {}});
    map.nodes[1].calls.push_back({.target = 2, .is_link = false, .figures = {}});
    map.nodes[2].calls.push_back({.target = 0, .is_link = false, .figures = {}});  // a ring
    map.nodes[1].figures.total = 10;
    map.nodes[1].figures.fault = 2;
    const std::string svg = map_to_svg(map);
    CHECK(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
    CHECK(svg.ends_with("</svg>\n"));
    CHECK(svg.find("a&lt;b&gt;&amp;&quot;\\x1b[2J") != std::string::npos);
    CHECK(svg.find('\x1b') == std::string::npos);
    CHECK(svg.find("stroke-dasharray=\"6 5\"") != std::string::npos);
    CHECK(svg.find("stroke=\"#c62828\"") != std::string::npos);
    const auto x_of = [&](const std::string& name) {
        const std::size_t rect = svg.find("<rect x=\"", svg.find("<title>" + name));
        return std::stoi(svg.substr(rect + 9));
    };
    CHECK(x_of("a") < x_of("b"));
    CHECK(x_of("b") < x_of("c"));
    CHECK(map_to_svg({}).ends_with("</svg>\n"));
}
