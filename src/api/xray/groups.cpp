// CreateGroup, GetGroup, GetGroups, UpdateGroup, DeleteGroup (xray-api.md §3.4)
#include "api/xray/control_call.h"
#include "service/groups/group_service.h"
#include "service/limits.h"

namespace tomograph {
namespace {

void write_group(JsonWriter& json, const Group& group) {
    json.text("GroupName", group.name);
    json.text("GroupARN", group.arn);
    if (!group.filter.empty()) json.text("FilterExpression", group.filter);
    // Both always: Terraform would see a difference for ever.
    json.begin_object("InsightsConfiguration");
    json.boolean("InsightsEnabled", group.insights.enabled);
    json.boolean("NotificationsEnabled", group.insights.notifications);
    json.end_object();
}

std::string group_json(const Group& group) {
    JsonWriter json;
    json.begin_object();
    json.begin_object("Group");
    write_group(json, group);
    json.end_object();
    json.end_object();
    return json.take();
}

std::string groups_json(const std::vector<Group>& groups) {
    JsonWriter json;
    json.begin_object();
    json.begin_array("Groups");
    for (const Group& group : groups) {
        json.begin_object();
        write_group(json, group);
        json.end_object();
    }
    json.end_array();
    json.end_object();
    return json.take();
}

GroupKey read_key(JsonRequest& json) {
    return {.name = json.text("GroupName").value_or(""), .arn = json.text("GroupARN").value_or("")};
}

struct InsightsSwitches {
    std::optional<bool> enabled;
    std::optional<bool> notifications;
};

InsightsSwitches read_insights(JsonRequest& json) {
    auto insights = json.object("InsightsConfiguration");
    if (!insights) return {};
    return {.enabled = insights->boolean("InsightsEnabled"),
            .notifications = insights->boolean("NotificationsEnabled")};
}

}  // namespace

void answer_create_group(const XrayContext& context, XrayCall call) {
    GroupService* groups = context.options.control.groups;
    if (!is_there(groups, call)) return;
    JsonRequest json(call.body);
    GroupService::NewGroup group;
    group.name = json.required_text("GroupName");
    group.filter = json.text("FilterExpression").value_or("");
    const InsightsSwitches insights = read_insights(json);
    group.insights = {.enabled = insights.enabled.value_or(false),
                      .notifications = insights.notifications.value_or(false)};
    group.tags = read_tags(json.objects("Tags", tags_per_request_max));
    if (json.refusal()) return call.answer(*json.refusal());
    const ChangeOrigin origin = origin_of(call, "CreateGroup");
    answer_from_worker(context, std::move(call),
                       [groups, origin, group](const QueryContext&) -> Result<std::string> {
                           return group_json(TRY(groups->create(origin, group)));
                       });
}

void answer_get_group(const XrayContext& context, XrayCall call) {
    const GroupService* groups = context.options.control.groups;
    if (!is_there(groups, call)) return;
    JsonRequest json(call.body);
    const GroupKey key = read_key(json);
    if (json.refusal()) return call.answer(*json.refusal());
    const auto group = groups->get(key);
    if (!group) return call.answer(to_api_error(group.error()));
    call.answer(group_json(*group));
}

/// All in one page: there are at most 26.
void answer_get_groups(const XrayContext& context, XrayCall call) {
    const GroupService* groups = context.options.control.groups;
    if (!is_there(groups, call)) return;
    JsonRequest json(call.body);
    refuse_token(json);
    if (json.refusal()) return call.answer(*json.refusal());
    call.answer(groups_json(groups->list()));
}

void answer_update_group(const XrayContext& context, XrayCall call) {
    GroupService* groups = context.options.control.groups;
    if (!is_there(groups, call)) return;
    JsonRequest json(call.body);
    const GroupKey key = read_key(json);
    const InsightsSwitches insights = read_insights(json);
    const GroupEdit edit{.filter = json.text("FilterExpression"),
                         .insights = insights.enabled,
                         .notifications = insights.notifications};
    if (json.refusal()) return call.answer(*json.refusal());
    const ChangeOrigin origin = origin_of(call, "UpdateGroup");
    answer_from_worker(context, std::move(call),
                       [groups, origin, key, edit](const QueryContext&) -> Result<std::string> {
                           return group_json(TRY(groups->update(origin, key, edit)));
                       });
}

void answer_delete_group(const XrayContext& context, XrayCall call) {
    GroupService* groups = context.options.control.groups;
    if (!is_there(groups, call)) return;
    JsonRequest json(call.body);
    const GroupKey key = read_key(json);
    if (json.refusal()) return call.answer(*json.refusal());
    const ChangeOrigin origin = origin_of(call, "DeleteGroup");
    answer_from_worker(context, std::move(call),
                       [groups, origin, key](const QueryContext&) -> Result<std::string> {
                           TRY(groups->remove(origin, key));
                           return std::string("{}");
                       });
}

}  // namespace tomograph
