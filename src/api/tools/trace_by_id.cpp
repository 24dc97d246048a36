#include "api/tools/trace_by_id.h"

#include <array>

#include "query/decode_trace.h"
#include "query/otlp_trace_of.h"

namespace tomograph {

Result<TraceId> read_tool_trace_id(std::string_view text) {
    constexpr std::size_t digits = 32;
    std::string padded(text);
    if (!text.empty() && text.size() < digits && text.find('-') == std::string_view::npos)
        padded.insert(0, digits - text.size(), '0');
    return parse_trace_id(padded);
}

Result<std::optional<ShownTrace>> read_shown_trace(const OwnContext& context, TraceId id) {
    std::optional<ShownTrace> shown;
    const auto found = TRY(context.store.get(std::array{id}));
    if (found.empty()) return shown;
    TraceReader reader(context.query_metrics);
    const Trace trace = reader.read(found.front(), context.clock.now());
    TraceSpans spans = spans_of_trace(found.front(), trace);
    if (!spans.spans.rows().empty())
        shown = ShownTrace{std::move(spans.spans), found.front().limit_exceeded};
    return shown;
}

}  // namespace tomograph
