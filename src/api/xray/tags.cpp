// TagResource, UntagResource, ListTagsForResource (xray-api.md §3.7)
#include "api/xray/control_call.h"
#include "service/limits.h"
#include "service/tags/tag_service.h"

namespace tomograph {
namespace {

/// These operations say more of two errors than others do.
ApiError tag_error(const Error& error, const std::string& arn) {
    ApiError told = to_api_error(error);
    if (error.code() == ErrorCode::limit) told = {"TooManyTagsException", 400, error.message()};
    if (error.code() == ErrorCode::limit || error.code() == ErrorCode::not_found)
        told.resource_name = arn;
    return told;
}

XrayAnswer done_or_error(const Result<void>& done, const std::string& arn) {
    if (!done) return tag_error(done.error(), arn);
    return std::string("{}");
}

std::string tags_json(const Tags& tags) {
    JsonWriter json;
    json.begin_object();
    json.begin_array("Tags");
    for (const auto& [key, value] : tags) {
        json.begin_object();
        json.text("Key", key);
        json.text("Value", value);
        json.end_object();
    }
    json.end_array();
    json.end_object();
    return json.take();
}

}  // namespace

void answer_tag_resource(const XrayContext& context, XrayCall call) {
    TagService* tags = context.options.control.tags;
    if (!is_there(tags, call)) return;
    JsonRequest json(call.body);
    const std::string arn = json.required_text("ResourceARN");
    const TagList added = read_tags(json.required_objects("Tags", tags_per_request_max));
    if (json.refusal()) return call.answer(*json.refusal());
    const ChangeOrigin origin = origin_of(call, "TagResource");
    answer_from_worker(context, std::move(call),
                       [tags, origin, arn, added](const QueryContext&) -> XrayAnswer {
                           return done_or_error(tags->add(origin, arn, added), arn);
                       });
}

void answer_untag_resource(const XrayContext& context, XrayCall call) {
    TagService* tags = context.options.control.tags;
    if (!is_there(tags, call)) return;
    JsonRequest json(call.body);
    const std::string arn = json.required_text("ResourceARN");
    const std::vector<std::string> keys = json.required_texts("TagKeys", tags_per_request_max);
    if (json.refusal()) return call.answer(*json.refusal());
    const ChangeOrigin origin = origin_of(call, "UntagResource");
    answer_from_worker(context, std::move(call),
                       [tags, origin, arn, keys](const QueryContext&) -> XrayAnswer {
                           return done_or_error(tags->remove(origin, arn, keys), arn);
                       });
}

void answer_list_tags_for_resource(const XrayContext& context, XrayCall call) {
    TagService* tags = context.options.control.tags;
    if (!is_there(tags, call)) return;
    JsonRequest json(call.body);
    const std::string arn = json.required_text("ResourceARN");
    refuse_token(json);
    if (json.refusal()) return call.answer(*json.refusal());
    answer_from_worker(context, std::move(call), [tags, arn](const QueryContext&) -> XrayAnswer {
        const auto found = tags->list(arn);
        if (!found) return tag_error(found.error(), arn);
        return tags_json(*found);
    });
}

}  // namespace tomograph
