#pragma once

#include <cstdint>
#include <string_view>

#include "model/log_record.h"

namespace tomograph {

// What stands in the text of a line rather than in fields of its own (correlation.md §2).

struct MentionedIds {
    TraceId trace;  ///< zero: none
    SpanId span;    ///< of that trace, when it stands beside it
};

/// The first trace id that a text names: `1-<8 hex>-<24 hex>` anywhere, or 32 hexadecimal digits
/// behind a name like `trace_id`, `traceId`, `otelTraceID`, whatever sets them apart (`=`, `: `,
/// `":"`). A span id is taken from `@<16 hex>` behind the first form, or from 16 digits behind a
/// name like `span_id`. cost: one pass
MentionedIds find_ids(std::string_view text);

/// Fills in ids that the line has no fields for, from its attributes, then from its body.
void find_ids(LogRecord& record);

/// The severity that a word stands for, in any case: "warn", "WARNING", "err", "critical",
/// "notice", also "E" as first letter alone; 0 when it is none.
std::uint8_t severity_of_word(std::string_view word);

/// Fills in the severity where nobody said it: of an attribute `level`, `severity`, `levelname`,
/// `log.level`, else of such a member in the text (`level=warn`, `"level":"error"`).
void find_severity(LogRecord& record);

}  // namespace tomograph
