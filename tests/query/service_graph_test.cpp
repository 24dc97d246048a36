#include "query/service_graph.h"

#include <cmath>

#include "query/graph_services.h"
#include "query/graph_sums.h"
#include "query/histogram_entries.h"
#include "query/limits.h"
#include "query_fixture.h"

using namespace tomograph;
using namespace tomograph::testing;

namespace {

const ServiceNode* find_node(const std::vector<ServiceNode>& services, std::string_view name,
                             std::string_view type) {
    for (const ServiceNode& node : services)
        if (node.service.name == name && node.service.type == type) return &node;
    return nullptr;
}

/// "api(client) -> api() 4; …": edges with their counts, for people to read.
std::string edges_text(const std::vector<ServiceNode>& services) {
    std::string text;
    for (const ServiceNode& node : services)
        for (const ServiceEdge& edge : node.edges) {
            const ServiceNode& target = services.at(static_cast<std::size_t>(edge.reference_id));
            text += node.service.name + "(" + node.service.type + ") -> " + target.service.name +
                    "(" + target.service.type + ") " + std::to_string(edge.statistics.total()) +
                    (edge.is_link ? " link" : "") + "; ";
        }
    return text;
}

/// The trace set of service-graph.md §8.
void put_example(QueryFixture& fixture) {
    const auto request = [&](std::uint64_t trace, double start, double end,
                             const std::string& more) {
        fixture.put(document({.trace = trace,
                              .name = "api",
                              .start = start,
                              .end = end,
                              .more = R"(,"origin":"AWS::EC2::Instance")" + more}));
    };
    const auto calls = [](double start, double table, double sns) {
        return with_subsegments(
            embedded({.id = 2,
                      .name = "DynamoDB",
                      .start = start,
                      .end = start + table,
                      .more = R"(,"namespace":"aws","aws":{"table_name":"xray-table"})"}) +
            "," +
            embedded({.id = 3,
                      .name = "SNS",
                      .start = start,
                      .end = start + sns,
                      .more = R"(,"namespace":"aws")"}));
    };
    request(1, 1, 1.005, R"(,"http":{"response":{"status":404}})");
    request(2, 2, 2.015, "");
    request(3, 17, 17.157, calls(17, 0.076, 0.049));
    request(4, 20, 20.096, calls(20, 0.044, 0.076));
}

ServiceGraphAnswer graph(QueryFixture& fixture, double start = -60, double end = 600) {
    auto answer = get_service_graph(fixture.context(), {.start = at(start), .end = at(end)});
    REQUIRE(answer);
    return std::move(answer).value();
}

}  // namespace

TEST_CASE("the worked example of the reference, over a range and by trace ids") {
    QueryFixture fixture;
    put_example(fixture);
    const auto by_range = graph(fixture);
    auto by_ids =
        get_trace_graph(fixture.context(),
                        {.trace_ids = {trace_text(1), trace_text(2), trace_text(3), trace_text(4),
                                       trace_text(4), trace_text(9), "nonsense"}});
    REQUIRE(by_ids);
    CHECK(by_range.services == by_ids->services);
    CHECK(by_range.start_second == epoch_second - 60);
    CHECK(by_range.end_second == epoch_second + 600);

    const auto& services = by_range.services;
    REQUIRE(services.size() == 4);
    for (std::size_t i = 0; i < services.size(); ++i)
        CHECK(services[i].reference_id == static_cast<std::int32_t>(i));
    CHECK(edges_text(services) ==
          "api(AWS::EC2::Instance) -> SNS(AWS::SNS) 2; "
          "api(AWS::EC2::Instance) -> xray-table(AWS::DynamoDB::Table) 2; "
          "api(client) -> api(AWS::EC2::Instance) 4; ");

    const ServiceNode& api = *find_node(services, "api", "AWS::EC2::Instance");
    CHECK(api.is_root);
    CHECK(api.is_active);
    CHECK(api.names == std::vector<std::string>{"api"});
    CHECK(api.start_second == epoch_second + 1);
    CHECK(api.end_second == epoch_second + 21);
    REQUIRE(api.statistics.has_value());
    CHECK(*api.statistics ==
          ServiceStatistics{.ok = 3, .other_error = 1, .total_response_time = 0.273});
    CHECK(api.response_times == ServiceHistogram{{0.005, 1}, {0.015, 1}, {0.096, 1}, {0.157, 1}});
    CHECK(api.durations == api.response_times);

    const ServiceNode& client = *find_node(services, "api", "client");
    CHECK(client.is_client);
    CHECK_FALSE(client.is_root);
    CHECK_FALSE(client.is_active);
    CHECK_FALSE(client.statistics.has_value());
    CHECK(client.response_times.empty());
    REQUIRE(client.edges.size() == 1);
    CHECK(client.edges[0].statistics == *api.statistics);
    CHECK(client.edges[0].response_times == api.response_times);
    CHECK(client.edges[0].start_second == client.start_second);

    const ServiceNode& table = *find_node(services, "xray-table", "AWS::DynamoDB::Table");
    CHECK_FALSE(table.is_active);
    CHECK_FALSE(table.is_root);
    CHECK(table.start_second == epoch_second + 17);
    CHECK(*table.statistics == ServiceStatistics{.ok = 2, .total_response_time = 0.12});
    CHECK(*find_node(services, "SNS", "AWS::SNS")->statistics ==
          ServiceStatistics{.ok = 2, .total_response_time = 0.125});
    CHECK(api.edges[0].start_second == api.start_second);  // as in the samples: the caller's window
    CHECK(api.edges[0].aliases.empty());
}

TEST_CASE("a graph of an empty range is empty") {
    QueryFixture fixture;
    put_example(fixture);
    CHECK(graph(fixture, 3000, 4000).services.empty());
    auto nothing = get_trace_graph(fixture.context(), {});
    REQUIRE(nothing);
    CHECK(nothing->services.empty());
}

TEST_CASE("the minutes that a range touches count whole") {
    QueryFixture fixture;
    put_example(fixture);
    CHECK(graph(fixture, 30, 31).services.size() == 4);
    CHECK(graph(fixture, 60, 61).services.empty());
}

TEST_CASE("a bad request for a graph names the member") {
    QueryFixture fixture;
    struct Case {
        ServiceGraphRequest request;
        std::string_view message;
    };
    const Case cases[] = {
        {{.start = at(2), .end = at(1)}, "StartTime must be before EndTime"},
        {{.start = at(1), .end = at(2), .group_name = "mine"}, "Group not found"},
        {{.start = at(1), .end = at(2), .group_arn = "arn:aws:xray:x:1:group/mine/A"},
         "Group not found"},
        {{.start = at(1), .end = at(2), .next_token = "forged"},
         "NextToken is not one that this request was answered with"},
    };
    for (const Case& c : cases) {
        const auto answer = get_service_graph(fixture.context(), c.request);
        REQUIRE_FALSE(answer);
        CHECK(answer.error().message() == c.message);
    }
    CHECK(get_service_graph(fixture.context(),
                            {.start = at(1), .end = at(2), .group_name = "Default"}));
    CHECK_FALSE(
        get_trace_graph(fixture.context(), {.trace_ids = std::vector<std::string>(101, "x")}));
}

TEST_CASE("two root services of one name have a client each") {
    QueryFixture fixture;
    fixture.put(document({.trace = 1, .name = "f", .more = R"(,"origin":"AWS::Lambda")"}));
    fixture.put(
        document({.trace = 2, .name = "f", .more = R"(,"origin":"AWS::Lambda::Function")"}));
    const auto services = graph(fixture).services;
    REQUIRE(services.size() == 4);
    CHECK(edges_text(services) ==
          "f(client) -> f(AWS::Lambda) 1; f(client) -> f(AWS::Lambda::Function) 1; ");
}

TEST_CASE("an edge that leads out of the range still has both ends") {
    QueryFixture fixture;
    // Called at 59.9, at work from 60.1: a minute later than the range ends.
    fixture.put(
        document({.id = 1,
                  .start = 59,
                  .end = 61,
                  .more = with_subsegments(embedded({.id = 2,
                                                     .name = "users",
                                                     .start = 59.9,
                                                     .end = 61,
                                                     .more = R"(,"namespace":"remote")"}))}));
    fixture.put(document({.id = 3, .parent = 2, .name = "users", .start = 60.1, .end = 60.9}));
    const auto services = graph(fixture, 0, 60).services;
    CHECK(edges_text(services) == "api() -> users() 1; api(client) -> api() 1; ");
    const ServiceNode* users = find_node(services, "users", "");
    REQUIRE(users != nullptr);
    CHECK(users->is_active);
    CHECK(users->statistics->total() == 0);
}

TEST_CASE("a called service keeps the names it was called by") {
    QueryFixture fixture;
    fixture.put(
        document({.id = 1,
                  .more = with_subsegments(embedded(
                      {.id = 2, .name = "users.internal", .more = R"(,"namespace":"remote")"}))}));
    fixture.put(document(
        {.id = 3, .parent = 2, .name = "users", .more = R"(,"origin":"AWS::ECS::Container")"}));
    const auto services = graph(fixture).services;
    const ServiceNode* api = find_node(services, "api", "");
    REQUIRE(api != nullptr);
    REQUIRE(api->edges.size() == 1);
    CHECK(api->edges[0].aliases ==
          std::vector<EdgeAlias>{{"users.internal", "AWS::ECS::Container"}});
}

TEST_CASE("traces that are linked are joined when asked for together") {
    QueryFixture fixture;
    fixture.put(
        document({.trace = 1,
                  .id = 1,
                  .more = with_subsegments(embedded(
                      {.id = 2,
                       .name = "SQS",
                       .start = 0,
                       .end = 0.5,
                       .more = R"(,"namespace":"aws","aws":{"queue_url":"https://q"})"}))}));
    fixture.put(document({.trace = 2,
                          .id = 5,
                          .name = "worker",
                          .start = 2.5,
                          .end = 3,
                          .more = R"(,"links":[{"trace_id":")" + trace_text(1) + R"(","id":")" +
                                  span_text(2) + R"("}])"}));
    auto answer = get_trace_graph(fixture.context(), {.trace_ids = {trace_text(1), trace_text(2)}});
    REQUIRE(answer);
    const ServiceNode* queue = find_node(answer->services, "https://q", "AWS::SQS::Queue");
    REQUIRE(queue != nullptr);
    REQUIRE(queue->edges.size() == 1);
    const ServiceEdge& link = queue->edges[0];
    CHECK(link.is_link);
    CHECK(link.statistics == ServiceStatistics{});
    CHECK(link.response_times.empty());
    REQUIRE(link.event_ages.size() == 1);
    CHECK(link.event_ages[0].value == doctest::Approx(2).epsilon(0.01));
}

TEST_CASE("a receiver that names its queue has an edge from it in the graph of all traces") {
    QueryFixture fixture;
    const std::string queue = "https://sqs.eu-west-1.amazonaws.com/123456789012/orders";
    // Sent as the SDK's SQS client does; received as Lambda's and OpenTelemetry's segments say it.
    fixture.put(document(
        {.trace = 1,
         .id = 1,
         .more = with_subsegments(embedded(
             {.id = 2,
              .name = "SQS",
              .start = 0,
              .end = 2.2,
              .more = R"(,"namespace":"aws","aws":{"operation":"SendMessage","queue_url":")" +
                      queue + R"("})"}))}));
    const auto received = [&](std::uint64_t trace, const std::string& attributes) {
        fixture.put(document(
            {.trace = trace,
             .id = 5,
             .name = "worker",
             .start = 2.5,
             .end = 3,
             .more = R"(,"origin":"AWS::Lambda::Function","links":[{"trace_id":")" + trace_text(1) +
                     R"(","id":")" + span_text(2) + R"(","attributes":{)" + attributes + "}}]"}));
    };
    const std::string arn =
        R"("eventSourceARN":"arn:aws:sqs:eu-west-1:123456789012:orders","SentTimestamp":)";
    received(2, arn + std::to_string(epoch_second * 1000 + 1'600));
    received(3, arn + "\"" + std::to_string(epoch_second * 1000 + 1'700) + "\"");
    received(4, R"("aws.sqs.queue.url":")" + queue + R"(")");

    const auto check = [&](const std::vector<ServiceNode>& services, ServiceHistogram ages) {
        const ServiceNode* node = find_node(services, queue, "AWS::SQS::Queue");
        REQUIRE(node != nullptr);
        CHECK_FALSE(node->is_active);
        REQUIRE(node->edges.size() == 1);
        const ServiceEdge& link = node->edges[0];
        CHECK(link.is_link);
        CHECK(services.at(static_cast<std::size_t>(link.reference_id)).service.name == "worker");
        CHECK(link.statistics == ServiceStatistics{});
        CHECK(link.event_ages == ages);
    };
    // Whoever did not say when it was sent has no age, until the sender is asked for as well.
    check(graph(fixture).services, {{0.8, 1}, {0.9, 1}});
    const auto of = [&](std::vector<std::string> ids) {
        auto answer = get_trace_graph(fixture.context(), {.trace_ids = std::move(ids)});
        REQUIRE(answer);
        return answer->services;
    };
    check(of({trace_text(1), trace_text(2), trace_text(3), trace_text(4)}),
          {{0.3, 1}, {0.8, 1}, {0.9, 1}});
    check(of({trace_text(2)}), {{0.9, 1}});
    check(of({trace_text(3)}), {{0.8, 1}});
}

namespace {

GraphKey node_key(const ServiceKey& service) {
    return {.minute = 1, .entry = GraphEntry::node, .source = {}, .target = service};
}

/// `remotes` inferred hosts, host `i` called `i % 7 + 1` times by "api".
GraphRollup star(int remotes) {
    GraphRollup rollup;
    const ServiceKey api{"api", "", ""};
    rollup.cells[node_key(api)].presence = 1;
    for (int i = 0; i < remotes; ++i) {
        const ServiceKey host{"host" + std::to_string(i), "remote", ""};
        GraphCell cell;
        cell.presence = cell.inferred = cell.statistics.ok = i % 7 + 1;
        rollup.cells[node_key(host)] = cell;
        rollup.cells[{.minute = 1, .entry = GraphEntry::edge, .source = api, .target = host}] =
            cell;
    }
    return rollup;
}

}  // namespace

TEST_CASE("past the bound the least called remote nodes stand together") {
    GraphSums sums = sum_minutes(star(40));
    fold_remote_nodes(sums, 30);
    CHECK(sums.nodes.size() == 30);
    CHECK(sums.nodes_folded == 12);
    const auto services = services_of(sums);
    const ServiceNode* other = find_node(services, "other", "remote");
    REQUIRE(other != nullptr);
    // Hosts called once and twice: 6 of each among 40.
    CHECK(other->statistics->ok == 6 * 1 + 6 * 2);
    std::int64_t calls = 0;
    for (const ServiceEdge& edge : services[0].edges) calls += edge.statistics.ok;
    GraphSums whole = sum_minutes(star(40));
    std::int64_t expected = 0;
    for (const auto& [key, sum] : whole.edges) expected += sum.cell.statistics.ok;
    CHECK(calls == expected);

    fold_remote_nodes(whole, 41);
    CHECK(whole.nodes_folded == 0);
    CHECK(whole.nodes.size() == 41);
}

namespace {

class GraphStore final : public TraceStore {
 public:
    GraphRollup rollup;

    std::vector<std::size_t> append(std::vector<Document>, Appended) override { return {}; }
    void append_telemetry(std::string, Appended) override {}
    Result<std::vector<std::string>> recent_telemetry(std::size_t) override {
        return std::vector<std::string>{};
    }
    Result<std::vector<StoredTrace>> get(std::span<const TraceId>) override {
        return std::vector<StoredTrace>{};
    }
    Result<TracePage> find(const TraceQuery&) override { return TracePage{}; }
    Result<AttributeNames> attribute_names(const TraceSelection&, std::size_t) override {
        return AttributeNames();
    }
    Result<AttributeValues> attribute_values(const AttributeValuesQuery&) override {
        return AttributeValues();
    }
    Result<ValueGroups> group(const GroupQuery&) override { return ValueGroups(); }
    Result<Comparison> compare(const ComparisonQuery&) override { return Comparison(); }
    Result<FilteredGraph> filtered_graph(const TraceSelection&, GraphGrain) override {
        return FilteredGraph();
    }
    Result<GraphRollup> graph(TimeRange, GraphGrain, GroupId) override { return rollup; }
    Result<GraphSeries> graph_series(const GraphSeriesQuery&) override { return GraphSeries(); }
    StoreStatus status() override { return {}; }
};

}  // namespace

TEST_CASE("a large graph comes in pages whose reference ids fit together") {
    QueryFixture fixture;
    GraphStore store;
    store.rollup = star(static_cast<int>(2 * graph_page_services + 5));
    const QueryContext context{
        .store = store, .token_key = fixture.key, .metrics = fixture.metrics, .now = fixture.now};
    ServiceGraphRequest request{.start = at(0), .end = at(60)};
    std::vector<ServiceNode> services;
    std::string second_token;
    do {
        const auto answer = get_service_graph(context, request);
        REQUIRE(answer);
        CHECK(answer->services.size() <= graph_page_services);
        services.insert(services.end(), answer->services.begin(), answer->services.end());
        request.next_token = answer->next_token;
        if (second_token.empty()) second_token = answer->next_token;
    } while (!request.next_token.empty());
    REQUIRE(services.size() == 2 * graph_page_services + 6);
    for (std::size_t i = 0; i < services.size(); ++i)
        CHECK(services[i].reference_id == static_cast<std::int32_t>(i));
    CHECK(find_node(services, "api", "")->edges.size() == services.size() - 1);

    // More calls do not matter; another service does.
    store.rollup.add(star(3));
    request.next_token = second_token;
    CHECK(get_service_graph(context, request));
    store.rollup.cells[node_key({"new", "", ""})].presence = 1;
    const auto changed = get_service_graph(context, request);
    REQUIRE_FALSE(changed);
    CHECK(changed.error().message() ==
          "NextToken is of a graph that has changed since; ask for the first page again");
}

TEST_CASE("histograms show milliseconds, three digits above a second, and at most 200 entries") {
    LatencyHistogram few;
    for (const std::int64_t us : {0, 3, 400, 1000, 4'400, 999'000, 1'234'567, 61'234'567})
        few.add(Duration::microseconds(us));
    const ServiceHistogram shown = histogram_entries(few);
    REQUIRE(shown.size() == 5);
    CHECK(shown[0] == HistogramEntry{0.001, 4});
    CHECK(shown[1] == HistogramEntry{0.004, 1});
    CHECK(shown[2] == HistogramEntry{0.999, 1});
    CHECK(shown[3].value == doctest::Approx(1.23).epsilon(0.01));
    CHECK(shown[4].value == doctest::Approx(61.2).epsilon(0.01));
    CHECK(shown[3].value * 100 == doctest::Approx(std::round(shown[3].value * 100)));

    LatencyHistogram many;
    std::int64_t total = 0;
    for (std::int64_t ms = 1; ms < 4'000'000; ms += ms / 50 + 1, ++total)
        many.add(Duration::milliseconds(ms));
    const ServiceHistogram coarse = histogram_entries(many);
    CHECK(coarse.size() <= histogram_entries_max);
    CHECK(coarse.size() > 100);
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < coarse.size(); ++i) {
        sum += coarse[i].count;
        if (i > 0) CHECK(coarse[i - 1].value < coarse[i].value);
    }
    CHECK(sum == total);
    CHECK(histogram_entries({}).empty());
}
