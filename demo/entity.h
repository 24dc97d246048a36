#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "demo/json_object.h"

namespace tomograph::demo {

/// A segment or subsegment before it is written down.
struct Entity {
    std::string name;
    std::string id;
    std::string name_space;  ///< "aws", "remote" or "" inside the service
    Instant start;
    Instant end;
    bool error = false;
    bool fault = false;
    bool throttle = false;
    JsonObject annotations;
    JsonObject metadata;  ///< of the namespace "default"
    JsonObject blocks;    ///< whole blocks: http, aws, sql, cause, links
    std::vector<Entity> subsegments;
};

/// A document and the moment at which an SDK would send it.
struct TimedDocument {
    Instant at;
    std::string json;
};

}  // namespace tomograph::demo
