#include "api/tools/jaeger_operations.h"

#include "api/limits.h"
#include "api/tools/tool_call.h"
#include "base/ascii.h"
#include "query/spans/span_names.h"
#include "wire/json/json_text.h"

namespace tomograph {

Result<std::vector<JaegerOperation>> read_jaeger_operations(const OwnContext& context,
                                                            SearchBudget budget,
                                                            const std::string& service,
                                                            const std::string& kind) {
    constexpr std::array kinds = {OtlpKind::server, OtlpKind::client, OtlpKind::producer,
                                  OtlpKind::consumer, OtlpKind::internal};
    std::vector<JaegerOperation> operations;
    budget.time = Duration{budget.time.ns / static_cast<std::int64_t>(kinds.size())};
    bool is_known = kind.empty();
    for (const OtlpKind each : kinds) {
        std::string name(to_text(each));
        for (char& c : name) c = to_lower_ascii(c);
        if (!kind.empty() && !equals_ignoring_case(kind, name)) continue;
        is_known = true;
        const auto names = TRY(span_names(context.query(), tool_names_range(context), budget,
                                          service, each, tool_names_max));
        for (const std::string& operation : names) operations.push_back({operation, name});
    }
    if (!is_known) return Error(ErrorCode::invalid, "spanKind is none that spans have");
    return operations;
}

std::string jaeger_operations_json(const std::vector<JaegerOperation>& operations) {
    std::string list = "[";
    for (const JaegerOperation& each : operations) {
        if (list.size() > 1) list += ',';
        JsonText json;
        json.open();
        json.text("name", each.name);
        json.text("spanKind", each.kind);
        json.close();
        list += std::move(json).take();
    }
    return list + "]";
}

}  // namespace tomograph
