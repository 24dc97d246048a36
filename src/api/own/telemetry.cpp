#include "api/limits.h"
#include "api/own/own_call.h"

// What agents reported of themselves: the records of PutTelemetryRecords.

namespace tomograph {
namespace {

/// Records are JSON objects that this API wrote.
std::string array_of(const std::vector<std::string>& records) {
    std::string array = "[";
    for (const std::string& record : records) {
        if (array.size() > 1) array += ',';
        array += record;
    }
    return array + "]";
}

}  // namespace

void answer_telemetry(const OwnContext& context, OwnCall call) {
    const auto limit =
        static_cast<std::size_t>(call.query.integer("limit", 1, own_rows_max).value_or(own_rows));
    if (!is_accepted(call)) return;
    answer_from_worker(context, std::move(call), [&context, limit]() -> Result<std::string> {
        const auto records = TRY(context.store.recent_telemetry(limit));
        JsonWriter json;
        json.begin_object();
        json.raw_array("TelemetryRecords", array_of(records));
        json.end_object();
        return json.take();
    });
}

}  // namespace tomograph
