#pragma once

#include <span>
#include <string>
#include <string_view>

#include "column/encode_options.h"
#include "column/text_form.h"

namespace tomograph::column {

/// Texts of one shape: as long as each other, equal but for places where every one has a
/// lower-case hexadecimal digit (ids, UUIDs, trace ids). They take four bits a digit and less where
/// the digits hardly change:
///
///   varint length, then so many bytes, 0 where a digit stands, else the byte itself;
///   byte planes (planes.h) of the digits, two a byte, the first one high
///
/// returns  false, and appends nothing, when the values are not such texts, or have decimal digits
///          only, which text_template.h keeps in less
bool encode_hex_texts(std::span<const std::string_view> values, std::string& out,
                      EncodeOptions options);

TextFormResult open_hex_texts(const Chunk& chunk);

}  // namespace tomograph::column
