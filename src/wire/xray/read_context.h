#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "model/span.h"
#include "wire/json/json_cursor.h"
#include "wire/xray/entity_facts.h"

namespace tomograph {

/// An annotation whose key can be indexed; its value perhaps not.
struct ReadAnnotation {
    std::string_view key;
    std::optional<AnnotationValue> value;
};

/// What the readers of one document share.
struct ReadContext {
    JsonCursor& json;
    Arena& arena;                              ///< of the segment being built
    std::string& scratch;                      ///< for one text at a time
    std::vector<ReadAnnotation>& annotations;  ///< for one entity at a time
};

/// A string (or the digits of a number) kept in the arena, cut to `characters_max`. Other kinds
/// give "".
std::string_view read_text(ReadContext& context, std::size_t characters_max);

/// As it was sent: a view of the document, or of the arena when it had escapes.
void read_given(ReadContext& context, GivenText& given);

/// True for `true`; false for anything else.
bool read_flag(ReadContext& context);

/// An integer, also as a numeric string; nothing for other kinds and for what 64 bits do not hold.
std::optional<std::int64_t> read_integer(ReadContext& context);

/// The only element of an array of texts; "" when there are none or several.
std::string_view read_single_text(ReadContext& context, std::size_t characters_max);

// One block each. A value of another kind than the block's is passed over.
void read_http(ReadContext& context, Span& span, EntityFacts& facts);
void read_aws(ReadContext& context, Span& span, EntityFacts& facts);
void read_sql(ReadContext& context, Span& span);
void read_service(ReadContext& context, Span& span);
void read_cause(ReadContext& context, Span& span);
void read_annotations(ReadContext& context, Span& span, EntityFacts& facts);
void read_links(ReadContext& context, Span& span, EntityFacts& facts);

}  // namespace tomograph
