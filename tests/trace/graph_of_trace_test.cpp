#include <doctest/doctest.h>

#include "trace/graph_of_trace.h"
#include "trace_builder.h"

using namespace tomograph;
using namespace tomograph::testing;

namespace {

const ServiceKey api{"api", "AWS::EC2::Instance", ""};
const ServiceKey client{"api", "client", ""};

void ec2(Span& span) { span.origin = "AWS::EC2::Instance"; }

/// All minutes of one node or edge together.
GraphCell sum_of(const GraphRollup& graph, GraphEntry entry, const ServiceKey& source,
                 const ServiceKey& target) {
    GraphCell sum;
    for (const auto& [key, cell] : graph.cells)
        if (key.entry == entry && key.source == source && key.target == target) sum.add(cell);
    return sum;
}

GraphCell node(const GraphRollup& graph, const ServiceKey& key) {
    return sum_of(graph, GraphEntry::node, {}, key);
}

GraphCell edge(const GraphRollup& graph, const ServiceKey& source, const ServiceKey& target) {
    return sum_of(graph, GraphEntry::edge, source, target);
}

std::size_t count(const GraphRollup& graph, GraphEntry entry) {
    std::size_t n = 0;
    for (const auto& [key, cell] : graph.cells) n += key.entry == entry ? 1U : 0U;
    return n;
}

}  // namespace

TEST_CASE("the worked example of the reference gives the printed numbers") {
    // service-graph.md §8: four requests, two DynamoDB calls 16 s later, two SNS publishes.
    const auto dynamodb = [](Span& span) {
        span.name_space = SpanNamespace::aws;
        span.aws.table_name = "xray-table";
    };
    const auto failed = [](Span& span) {
        ec2(span);
        span.error = true;
    };
    GraphRollup graph;
    const auto add = [&](TraceDocument document) {
        graph.add(graph_of_trace(assembled(documents(std::move(document)))));
    };
    add(segment(1, {{.id = 1, .name = "api", .end_ms = 5, .more = failed}}));
    add(segment(2, {{.id = 1, .name = "api", .start_ms = 10, .end_ms = 25, .more = ec2}}));
    add(segment(
        3, {{.id = 1, .name = "api", .start_ms = 16'000, .end_ms = 16'157, .more = ec2},
            {.id = 2, .name = "DynamoDB", .start_ms = 16'000, .end_ms = 16'076, .more = dynamodb},
            {.id = 3, .name = "SNS", .start_ms = 16'080, .end_ms = 16'129, .more = aws}}));
    add(segment(
        4, {{.id = 1, .name = "api", .start_ms = 17'000, .end_ms = 17'096, .more = ec2},
            {.id = 2, .name = "DynamoDB", .start_ms = 17'000, .end_ms = 17'044, .more = dynamodb},
            {.id = 3, .name = "SNS", .start_ms = 17'010, .end_ms = 17'086, .more = aws}}));

    const ServiceKey table{"xray-table", "AWS::DynamoDB::Table", ""};
    const ServiceKey sns{"SNS", "AWS::SNS", ""};
    struct Case {
        GraphCell cell;
        std::int64_t ok, error, total_ms, start_ms;
    };
    const Case cases[] = {
        {edge(graph, client, api), 3, 1, 273, 0},     {node(graph, api), 3, 1, 273, 0},
        {edge(graph, api, table), 2, 0, 120, 16'000}, {node(graph, table), 2, 0, 120, 16'000},
        {edge(graph, api, sns), 2, 0, 125, 16'080},   {node(graph, sns), 2, 0, 125, 16'080},
    };
    for (const Case& c : cases) {
        const RequestStatistics& statistics = c.cell.statistics;
        CHECK(statistics.ok == c.ok);
        CHECK(statistics.error == c.error);
        CHECK(statistics.fault + statistics.throttle == 0);
        CHECK(statistics.response_time_ns == c.total_ms * 1'000'000);
        CHECK(statistics.response_time.count() == c.ok + c.error);
        CHECK(c.cell.first_start == at(c.start_ms));
    }
    CHECK(node(graph, api).roots == 4);
    CHECK(node(graph, table).inferred == 2);
    CHECK(node(graph, client).presence == 4);
    CHECK(node(graph, client).statistics == RequestStatistics{});
    CHECK(count(graph, GraphEntry::node) == 4);
    CHECK(count(graph, GraphEntry::edge) == 3);
}

TEST_CASE("each request counts once: fault before throttle before error") {
    struct Case {
        bool fault, throttle, error;
        std::int64_t RequestStatistics::* counted;
    };
    for (const Case& c : {Case{true, true, true, &RequestStatistics::fault},
                          Case{false, true, true, &RequestStatistics::throttle},
                          Case{false, false, true, &RequestStatistics::error},
                          Case{false, false, false, &RequestStatistics::ok}}) {
        const GraphRollup graph = graph_of_trace(assembled(
            documents(segment(1, {{.id = 1, .name = "api", .end_ms = 9, .more = [&](Span& span) {
                                       span.fault = c.fault;
                                       span.throttle = c.throttle;
                                       span.error = c.error;
                                   }}}))));
        const RequestStatistics statistics = node(graph, {"api", "", ""}).statistics;
        CHECK(statistics.*c.counted == 1);
        CHECK(statistics.total() == 1);
    }
}

TEST_CASE("a call between services is measured by its caller") {
    const GraphRollup graph = graph_of_trace(assembled(documents(
        segment(1,
                {{.id = 1, .name = "api", .end_ms = 100, .more = ec2},
                 {.id = 2, .name = "users.internal", .start_ms = 0, .end_ms = 80, .more = remote}}),
        segment(2, {{.id = 3, .parent = 2, .name = "users", .start_ms = 10, .end_ms = 70}}))));
    const ServiceKey users{"users", "", ""};
    const GraphCell call = edge(graph, api, users);
    CHECK(call.statistics.response_time_ns == 80'000'000);
    CHECK(call.alias == "users.internal");
    CHECK(node(graph, users).statistics.response_time_ns == 60'000'000);
    CHECK(node(graph, users).roots == 0);
    CHECK(node(graph, users).inferred == 0);
    CHECK(count(graph, GraphEntry::node) == 3);
    CHECK(count(graph, GraphEntry::edge) == 2);
}

TEST_CASE("a service that calls itself has an edge to itself") {
    const GraphRollup graph = graph_of_trace(assembled(documents(
        segment(1, {{.id = 1, .name = "api", .end_ms = 100, .more = ec2},
                    {.id = 2, .name = "api", .start_ms = 0, .end_ms = 80, .more = remote}}),
        segment(
            2,
            {{.id = 3, .parent = 2, .name = "api", .start_ms = 10, .end_ms = 70, .more = ec2}}))));
    CHECK(edge(graph, api, api).presence == 1);
    CHECK(edge(graph, api, api).alias.empty());
    CHECK(node(graph, api).presence == 2);
    CHECK(node(graph, api).roots == 1);
}

TEST_CASE("one call answered twice by the same service is one call") {
    const GraphRollup graph = graph_of_trace(assembled(documents(
        segment(1, {{.id = 1, .name = "api", .end_ms = 100, .more = ec2},
                    {.id = 2, .name = "users", .start_ms = 0, .end_ms = 80, .more = remote}}),
        segment(2, {{.id = 3, .parent = 2, .name = "users", .start_ms = 10, .end_ms = 20}}),
        segment(3, {{.id = 4, .parent = 2, .name = "users", .start_ms = 30, .end_ms = 40}}))));
    CHECK(edge(graph, api, {"users", "", ""}).statistics.total() == 1);
    CHECK(node(graph, {"users", "", ""}).statistics.total() == 2);
}

TEST_CASE("a segment under a segment is a call measured by the called") {
    const GraphRollup graph = graph_of_trace(assembled(documents(
        segment(1, {{.id = 1, .name = "api", .end_ms = 100, .more = ec2}}),
        segment(2, {{.id = 2, .parent = 1, .name = "users", .start_ms = 10, .end_ms = 40}}))));
    CHECK(edge(graph, api, {"users", "", ""}).statistics.response_time_ns == 30'000'000);
}

TEST_CASE("work inside a service is no edge") {
    const GraphRollup graph = graph_of_trace(assembled(
        documents(segment(1, {{.id = 1, .name = "api", .end_ms = 100, .more = ec2},
                              {.id = 2, .name = "render", .start_ms = 0, .end_ms = 80}}))));
    CHECK(count(graph, GraphEntry::edge) == 1);  // client
}

TEST_CASE("a service called by someone unknown is a root with a client") {
    const GraphRollup by_id = graph_of_trace(assembled(
        documents(segment(1, {{.id = 1, .parent = 99, .name = "api", .end_ms = 9, .more = ec2}}))));
    const GraphRollup by_orphan = graph_of_trace(assembled(
        documents(segment(1, {{.id = 1, .parent = 2, .name = "api", .end_ms = 9, .more = ec2}}),
                  subsegment(2, {{.id = 2, .parent = 99, .name = "call", .end_ms = 9}}))));
    for (const GraphRollup* graph : {&by_id, &by_orphan}) {
        CHECK(node(*graph, api).roots == 1);
        CHECK(edge(*graph, client, api).statistics.total() == 1);
    }
}

TEST_CASE("what is in progress is shown and not counted") {
    const GraphRollup graph = graph_of_trace(
        assembled(documents(segment(1, {{.id = 1, .name = "api", .more = ec2},
                                        {.id = 2, .name = "db", .start_ms = 0, .more = remote}}))));
    for (const GraphCell& cell :
         {node(graph, api), edge(graph, client, api), edge(graph, api, {"db", "remote", ""})}) {
        CHECK(cell.presence == 1);
        CHECK(cell.statistics == RequestStatistics{});
    }
}

TEST_CASE("a traced call has no edge until its grace is over") {
    const auto parts = [] {
        return documents(segment(1, {{.id = 1, .name = "api", .end_ms = 100, .more = ec2},
                                     {.id = 2, .name = "users", .end_ms = 90, .more = traced}}));
    };
    const ServiceKey users{"users", "remote", ""};
    const GraphRollup early = graph_of_trace(assemble_trace(trace_id, parts(), at(1000)));
    CHECK(edge(early, api, users).presence == 0);
    CHECK(node(early, users).presence == 0);
    const GraphRollup late = graph_of_trace(assemble_trace(trace_id, parts(), after_grace));
    CHECK(edge(late, api, users).presence == 1);
}

TEST_CASE("the duration of a service reaches to its last asynchronous subsegment") {
    const GraphRollup graph = graph_of_trace(assembled(
        documents(segment(1, {{.id = 1, .name = "api", .end_ms = 100, .more = ec2},
                              {.id = 2, .name = "later", .start_ms = 90, .end_ms = 400}}))));
    const RequestStatistics statistics = node(graph, api).statistics;
    CHECK(statistics.duration.percentile(1) == Duration::milliseconds(400));
    CHECK(statistics.response_time.percentile(1) == Duration::milliseconds(100));
}

TEST_CASE("entities count in the minute in which they start") {
    const GraphRollup graph = graph_of_trace(assembled(documents(segment(
        1, {{.id = 1, .name = "api", .start_ms = 59'999, .end_ms = 70'000, .more = ec2},
            {.id = 2, .name = "db", .start_ms = 60'000, .end_ms = 60'001, .more = remote}}))));
    const std::int64_t minute = epoch.second() / 60;
    CHECK(graph.cells.contains({minute, {}, GraphEntry::node, {}, api}));
    CHECK(graph.cells.contains({minute + 1, {}, GraphEntry::node, {}, {"db", "remote", ""}}));
    CHECK(graph.cells.contains({minute + 1, {}, GraphEntry::edge, api, {"db", "remote", ""}}));
}

TEST_CASE("a link is an edge from the queue with the age of the event") {
    const auto queue = [](Span& span) {
        span.name_space = SpanNamespace::aws;
        span.aws.queue_url = "https://q";
    };
    const auto linked_to = [](TraceId trace) {
        return [trace](Span& span) {
            span.links = {{.trace_id = trace, .span_id = SpanId{2}},
                          {.trace_id = trace, .span_id = SpanId{77}}};
        };
    };
    const ServiceKey queue_node{"https://q", "AWS::SQS::Queue", ""};
    const ServiceKey worker{"worker", "", ""};

    SUBCASE("inside one trace") {
        const GraphRollup graph = graph_of_trace(assembled(documents(
            segment(1, {{.id = 1, .name = "api", .end_ms = 100},
                        {.id = 2, .name = "SQS", .start_ms = 10, .end_ms = 20, .more = queue}}),
            segment(2, {{.id = 3,
                         .name = "worker",
                         .start_ms = 520,
                         .end_ms = 600,
                         .more = linked_to(trace_id)}}))));
        const GraphCell link = sum_of(graph, GraphEntry::link, queue_node, worker);
        CHECK(link.presence == 1);
        CHECK(link.statistics.total() == 0);
        CHECK(link.statistics.response_time.percentile(1) == Duration::milliseconds(500));
    }
    SUBCASE("between traces, where both are at hand") {
        const TraceId other{trace_id.high, 1};
        std::vector<Trace> traces;
        traces.push_back(assembled(documents(
            segment(1, {{.id = 1, .name = "api", .end_ms = 100},
                        {.id = 2, .name = "SQS", .start_ms = 10, .end_ms = 20, .more = queue}}))));
        traces.push_back(assemble_trace(other,
                                        documents(segment(2, {{.id = 3,
                                                               .name = "worker",
                                                               .start_ms = 15,
                                                               .end_ms = 600,
                                                               .more = linked_to(trace_id)}})),
                                        after_grace));
        const GraphCell link = sum_of(links_between(traces), GraphEntry::link, queue_node, worker);
        CHECK(link.presence == 1);
        // The consumer's clock is behind the producer's.
        CHECK(link.statistics.response_time.percentile(1) < Duration::milliseconds(1));
        CHECK(count(graph_of_trace(traces[1]), GraphEntry::link) == 0);
    }
}

TEST_CASE("a queue that has no address is linked where calls of it lead") {
    const Trace sender = assembled(documents(segment(
        1, {{.id = 1, .name = "api", .end_ms = 100},
            {.id = 2, .name = "orders", .start_ms = 10, .end_ms = 20, .more = [](Span& span) {
                 span.name_space = SpanNamespace::remote;
             }}})));
    const Trace receiver = assembled(documents(segment(
        2, {{.id = 3, .name = "worker", .start_ms = 900, .end_ms = 950, .more = [](Span& span) {
                 span.aws.account_id = "123456789012";
                 span.links = {{.trace_id = TraceId{trace_id.high, 1},
                                .span_id = SpanId{2},
                                .queue_url = "orders"}};
             }}})));
    const ServiceKey queue{"orders", "remote", ""};
    GraphRollup graph = graph_of_trace(sender);
    CHECK(sum_of(graph, GraphEntry::edge, {"api", "", ""}, queue).presence == 1);
    graph.add(graph_of_trace(receiver));
    CHECK(sum_of(graph, GraphEntry::link, queue, {"worker", "", "123456789012"}).presence == 1);
}

TEST_CASE("a receiver that names its queue is linked to it, whatever is known of the sender") {
    const TraceId other{trace_id.high, 1};
    const ServiceKey queue_node{"https://q", "AWS::SQS::Queue", ""};
    const ServiceKey worker{"worker", "", ""};
    const auto receiver = [&](const std::function<void(Span&)>& more) {
        return assembled(documents(segment(
            2, {{.id = 3, .name = "worker", .start_ms = 900, .end_ms = 950, .more = more}})));
    };
    const auto link_in = [&](const GraphRollup& graph) {
        return sum_of(graph, GraphEntry::link, queue_node, worker);
    };

    // By the segment, and by the links, as SQS hands out ten messages at once.
    const Trace by_segment = receiver([&](Span& span) {
        span.aws.queue_url = "https://q";
        span.links = {{.trace_id = other, .span_id = SpanId{2}}};
    });
    CHECK(link_in(graph_of_trace(by_segment)).presence == 1);
    CHECK(link_in(graph_of_trace(by_segment)).statistics.response_time.count() == 0);
    const Trace by_links = receiver([&](Span& span) {
        for (const std::int64_t sent : {100, 400})
            span.links.push_back({.trace_id = other,
                                  .span_id = SpanId{2},
                                  .queue_url = "https://q",
                                  .sent = at(sent)});
    });
    const GraphCell both = link_in(graph_of_trace(by_links));
    CHECK(both.presence == 2);
    CHECK(both.statistics.response_time.percentile(0) == Duration::milliseconds(500));
    CHECK(both.statistics.response_time.percentile(1) == Duration::milliseconds(800));

    // The sender, where it is at hand, says when nobody else does, and counts nothing twice.
    std::vector<Trace> traces;
    traces.push_back(assemble_trace(
        other,
        documents(segment(1, {{.id = 1, .name = "api", .end_ms = 100},
                              {.id = 2, .name = "send", .start_ms = 10, .end_ms = 200}})),
        after_grace));
    traces.push_back(receiver([&](Span& span) {
        span.links = {{.trace_id = other, .span_id = SpanId{2}, .queue_url = "https://q"}};
    }));
    GraphRollup graph = graph_of_trace(traces[1]);
    graph.add(links_between(traces));
    CHECK(link_in(graph).presence == 1);
    CHECK(link_in(graph).statistics.response_time.percentile(1) == Duration::milliseconds(700));
    CHECK(count(graph, GraphEntry::link) == 1);
}
