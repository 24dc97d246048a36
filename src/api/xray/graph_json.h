#pragma once

#include <span>
#include <string_view>

#include "api/json_writer.h"
#include "query/service_graph.h"

namespace tomograph {

void write_statistics(JsonWriter& json, std::string_view member,
                      const ServiceStatistics& statistics);
void write_histogram(JsonWriter& json, std::string_view member, const ServiceHistogram& histogram);

/// Writes one service: as the member of the object that is open, or as an element when `member` is
/// "".
///
/// account_id  of a service that sent segments and names none; client and inferred nodes stay
/// without
void write_service(JsonWriter& json, std::string_view member, const ServiceNode& node,
                   std::string_view account_id);

/// Writes `"Services": […]` as a member of the object that is open (service-graph.md §2 and §3).
void write_services(JsonWriter& json, std::span<const ServiceNode> services,
                    std::string_view account_id);

}  // namespace tomograph
