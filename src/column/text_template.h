#pragma once

#include <span>
#include <string>
#include <string_view>

#include "column/encode_options.h"
#include "column/text_form.h"

namespace tomograph::column {

/// Texts that are words with numbers in them: `/orders/123456`, `tenant-0020`, `i-0abc12ef`. A few
/// patterns (text_pattern.h), and per slot of a pattern a column of numbers or hexadecimal digits:
///
///   varint patterns (1 to 64), each a varint length and its bytes;
///   with more than one: varint length, integer chunk of the pattern of each row;
///   per pattern, per slot, over the rows of that pattern:
///       number, padded   varint length, integer chunk
///       hex              byte planes of the digits, two a byte
///       rest             varint length, raw text chunk
///
/// returns  false, and appends nothing, when the values do not fall into a few patterns
bool encode_template_texts(std::span<const std::string_view> values, std::string& out,
                           EncodeOptions options);

TextFormResult open_template_texts(const Chunk& chunk);

/// The same for many patterns of few rows each, as URLs of many services have: what stands in the
/// first slot of any pattern shares a column, so does the second… (docs/formats/column.md).
bool encode_pooled_templates(std::span<const std::string_view> values, std::string& out,
                             EncodeOptions options);

TextFormResult open_pooled_templates(const Chunk& chunk);

}  // namespace tomograph::column
