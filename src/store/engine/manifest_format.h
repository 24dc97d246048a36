#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tomograph {

// The bytes of a manifest (docs/formats/manifest.md), for manifest.cpp.

/// Both copies.
std::string encode_manifest_header(std::uint32_t number, std::uint64_t store_id);

/// What the checksums of a manifest's records continue from.
std::uint32_t record_seed(std::uint32_t number, std::uint64_t store_id);

/// Both copies.
std::string encode_record(std::uint32_t seed, std::uint64_t sequence, std::string_view edits);

}  // namespace tomograph
