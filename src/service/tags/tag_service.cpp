#include "service/tags/tag_service.h"

#include <fmt/format.h>

#include <algorithm>

#include "service/limits.h"

namespace tomograph {
namespace {

Result<void> check_arn(std::string_view arn) {
    if (arn.empty()) return Error(ErrorCode::invalid, "ResourceARN is empty");
    if (arn.size() > resource_arn_bytes_long_max)
        return Error(ErrorCode::invalid, fmt::format("ResourceARN has {} bytes, at most {}",
                                                     arn.size(), resource_arn_bytes_long_max));
    if (!arn.starts_with("arn:")) return Error(ErrorCode::invalid, "ResourceARN is not an ARN");
    return {};
}

Result<void> check_resource(const CatalogView& view, std::string_view arn) {
    const auto groups = TRY(view.groups().all());
    const bool is_group = std::any_of(groups.begin(), groups.end(),
                                      [&](const GroupRecord& group) { return group.arn == arn; });
    const auto rules = TRY(view.sampling_rules().all());
    const bool is_rule =
        std::any_of(rules.begin(), rules.end(), [&](const auto& rule) { return rule.arn == arn; });
    if (!is_group && !is_rule)
        return Error(ErrorCode::not_found, "there is no resource with that ResourceARN");
    return {};
}

}  // namespace

Result<Tags> TagService::list(std::string_view arn) {
    TRY(check_arn(arn));
    Tags tags;
    const auto look = [&](const CatalogView& view) -> Result<void> {
        TRY(check_resource(view, arn));
        tags = TRY(view.tags().of(arn));
        return {};
    };
    TRY(catalog_.read(look));
    return tags;
}

Result<void> TagService::add(const ChangeOrigin& origin, std::string_view arn,
                             const TagList& tags) {
    TRY(check_arn(arn));
    const Tags added = TRY(check_tags(tags));
    return catalog_.change(origin, [&](CatalogChange& change) -> Result<void> {
        TRY(check_resource(change, arn));
        Tags all = TRY(change.tags().of(arn));
        for (const auto& [key, value] : added) all.insert_or_assign(key, value);
        if (all.size() > tags_per_resource_max)
            return Error(ErrorCode::limit,
                         fmt::format("the resource would have {} tags, at most {}", all.size(),
                                     tags_per_resource_max));
        return change.tags().set(arn, added);
    });
}

Result<void> TagService::remove(const ChangeOrigin& origin, std::string_view arn,
                                const std::vector<std::string>& keys) {
    TRY(check_arn(arn));
    if (keys.size() > tags_per_request_max)
        return Error(ErrorCode::invalid,
                     fmt::format("{} tag keys, at most {}", keys.size(), tags_per_request_max));
    return catalog_.change(origin, [&](CatalogChange& change) -> Result<void> {
        TRY(check_resource(change, arn));
        return change.tags().remove(arn, keys);
    });
}

}  // namespace tomograph
