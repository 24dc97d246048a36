#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"
#include "cli/api_client.h"
#include "cli/json.h"

namespace tomograph::cli {

/// Requests of a node or a call, as GetServiceGraph counts them.
struct MapFigures {
    std::int64_t total = 0;
    std::int64_t ok = 0;
    std::int64_t error = 0;  ///< 4xx without throttles
    std::int64_t throttle = 0;
    std::int64_t fault = 0;
    double response_time_seconds = 0;  ///< sum

    struct Bar {
        double seconds = 0;
        std::int64_t count = 0;
    };
    std::vector<Bar> latencies;  ///< ascending

    double mean_ms() const;
    /// 0 when there is no histogram.
    double percentile_ms(double fraction) const;
    /// Shares of all requests, in percent.
    double error_percent() const;
    double fault_percent() const;
};

struct MapCall {
    std::size_t target = 0;  ///< index into ServiceMap::nodes
    bool is_link = false;    ///< asynchronous: through a queue
    MapFigures figures;
};

struct MapNode {
    std::string name;
    std::string type;
    bool is_root = false;
    bool is_client = false;
    bool is_active = true;  ///< sends segments of its own
    MapFigures figures;
    std::vector<MapCall> calls;  ///< most requests first
    std::string json;            ///< as the server gave it
};

struct ServiceMap {
    std::vector<MapNode> nodes;
};

/// Puts the `Services` of one or more answers together; calls to services that did not come are
/// left out.
class ServiceMapReader {
 public:
    void add(Json services);
    ServiceMap finish();

 private:
    struct Reference {
        std::int64_t id;
        std::size_t node;
    };
    ServiceMap map_;
    std::vector<Reference> references_;
    std::vector<std::vector<std::int64_t>> targets_;  ///< of each node's calls
};

/// The map of that time, all pages of it. errors: as ApiClient::call()
Result<ServiceMap> fetch_map(TimeRange range, ApiClient& api);

/// "shop@orders-db.internal" -> "orders-db": what people call it.
std::string short_database_name(std::string_view name);
/// The name for people: of a queue, the last part of its URL; of a database, its host.
std::string short_name(const MapNode& node);

/// "AWS::ECS::Fargate" -> "ECS Fargate", "remote", "client": for people.
std::string short_type(std::string_view type);

}  // namespace tomograph::cli
