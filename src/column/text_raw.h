#pragma once

#include <span>
#include <string>
#include <string_view>

#include "column/encode_options.h"
#include "column/text_form.h"

namespace tomograph::column {

/// Texts as they are: a varint length per row, then all bytes; zstd when that pays.
void encode_raw_texts(std::span<const std::string_view> values, std::string& out,
                      EncodeOptions options);

TextFormResult open_raw_texts(Chunk chunk);

}  // namespace tomograph::column
