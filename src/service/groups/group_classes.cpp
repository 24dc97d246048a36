#include "service/groups/group_classes.h"

#include <algorithm>

#include "service/groups/group_rules.h"

namespace tomograph {
namespace {

const ChangeOrigin the_program{.who = "tomograph", .address = "", .operation = "Start"};

bool has_default(const std::vector<GroupRecord>& groups) {
    return std::any_of(groups.begin(), groups.end(),
                       [](const GroupRecord& group) { return group.name == default_group_name; });
}

}  // namespace

void GroupClasses::set(std::vector<GroupRecord> groups) {
    auto classifier = compile_groups(groups, metrics_, own_account_);
    auto state = std::make_shared<const State>(
        State{.groups = std::move(groups), .classifier = std::move(classifier)});
    *state_.lock() = std::move(state);
}

Result<void> GroupClasses::load(Catalog& catalog, const ArnScope& scope) {
    std::vector<GroupRecord> groups;
    const auto read = [&](const CatalogView& view) -> Result<void> {
        groups = TRY(view.groups().all());
        return {};
    };
    TRY(catalog.read(read));
    if (!has_default(groups)) {
        const std::string arn = TRY(make_group_arn(scope, default_group_name));
        TRY(catalog.change(the_program, [&](CatalogChange& change) {
            return change.groups().add({.name = std::string(default_group_name),
                                        .arn = arn,
                                        .insights = {},
                                        .filter = "",
                                        .first = {}});
        }));
        TRY(catalog.read(read));
    }
    set(std::move(groups));
    return {};
}

}  // namespace tomograph
