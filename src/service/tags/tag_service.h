#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "service/tags/tag_rules.h"

namespace tomograph {

/// Tags of resources, by ARN. Threads: any; calls block on the disk.
///
/// errors of all: invalid (a member breaks a rule), not_found (no such resource), limit (more than
/// tags_per_resource_max), and those of Catalog
class TagService {
 public:
    explicit TagService(Catalog& catalog) : catalog_(catalog) {}

    Result<Tags> list(std::string_view arn);
    Result<void> add(const ChangeOrigin& origin, std::string_view arn, const TagList& tags);
    /// Keys that are not there are fine.
    Result<void> remove(const ChangeOrigin& origin, std::string_view arn,
                        const std::vector<std::string>& keys);

 private:
    Catalog& catalog_;
};

}  // namespace tomograph
