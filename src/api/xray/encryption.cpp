// GetEncryptionConfig, PutEncryptionConfig (xray-api.md §3.7)
#include "api/xray/control_call.h"
#include "service/encryption/encryption_service.h"
#include "service/limits.h"

namespace tomograph {
namespace {

std::string config_json(const EncryptionConfig& config) {
    JsonWriter json;
    json.begin_object();
    json.begin_object("EncryptionConfig");
    if (!config.key_id.empty()) json.text("KeyId", config.key_id);
    json.text("Status", config.is_updating ? "UPDATING" : "ACTIVE");
    json.text("Type", config.is_kms ? "KMS" : "NONE");
    json.end_object();
    json.end_object();
    return json.take();
}

struct Wanted {
    bool is_kms = false;
    std::string key_id;
};

Wanted read_wanted(JsonRequest& json) {
    const std::string type = json.required_text("Type");
    const auto key_id = json.text("KeyId");
    if (type != "KMS" && type != "NONE") json.refuse_value("Type", "must be NONE or KMS");
    if (type == "KMS" && !key_id) json.refuse_value("KeyId", "is required for Type KMS");
    if (type == "NONE" && key_id) json.refuse_value("KeyId", "is for Type KMS only");
    if (key_id && (key_id->empty() || key_id->size() > kms_key_id_bytes_max))
        json.refuse_value("KeyId",
                          "must have 1 to " + std::to_string(kms_key_id_bytes_max) + " characters");
    return {.is_kms = type == "KMS", .key_id = key_id.value_or("")};
}

}  // namespace

void answer_get_encryption_config(const XrayContext& context, XrayCall call) {
    const EncryptionService* encryption = context.options.control.encryption;
    if (!is_there(encryption, call)) return;
    JsonRequest json(call.body);
    if (json.refusal()) return call.answer(*json.refusal());
    call.answer(config_json(encryption->config()));
}

void answer_put_encryption_config(const XrayContext& context, XrayCall call) {
    EncryptionService* encryption = context.options.control.encryption;
    if (!is_there(encryption, call)) return;
    JsonRequest json(call.body);
    const Wanted wanted = read_wanted(json);
    if (json.refusal()) return call.answer(*json.refusal());
    const ChangeOrigin origin = origin_of(call, "PutEncryptionConfig");
    answer_from_worker(
        context, std::move(call),
        [encryption, origin, wanted](const QueryContext&) -> Result<std::string> {
            return config_json(wanted.is_kms ? TRY(encryption->use_named_key(origin, wanted.key_id))
                                             : TRY(encryption->use_own_key(origin)));
        });
}

}  // namespace tomograph
