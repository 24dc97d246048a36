#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tomograph {

class PartCipher;

/// Names of sections on disk (docs/formats/part.md); a number never changes its meaning.
enum class PartSection : std::uint16_t {
    // Format 1 only.
    documents = 1,
    spans = 2,
    traces = 3,
    id_index = 4,
    // Both.
    rollup = 5,
    // Format 2 only.
    group_filters = 19,
    fragments = 21,
    groups = 22,
    group_heads = 24,
    id_pages = 25,
    group_sums = 26,  ///< of sealed parts
    // Of the signal "logs" (docs/formats/logs.md).
    log_groups = 32,
    log_heads = 33,
    log_rows = 34,
    log_texts = 35,
    log_attributes = 36,
    log_filters = 37,
    // Of the signal "metrics" (docs/formats/metrics.md).
    metric_index = 40,
    metric_series = 41,
    metric_points = 42,
    metric_exemplars = 43,
    metric_families = 44,
    footer = 0x7fff,
};

/// The pages that say where the blocks of `section` are.
constexpr PartSection directory_of(PartSection section) {
    return static_cast<PartSection>(static_cast<std::uint16_t>(section) | 0x8000);
}

/// Whether the blocks of a sealed part's section are sealed. The others hold positions, counts,
/// times and checksums.
constexpr bool is_sealed_section(PartSection section) {
    return section < PartSection::footer && section != PartSection::group_sums;
}

/// "documents", "directory of spans", "section 77".
std::string to_text(PartSection section);

using PartUuid = std::array<char, 16>;

/// From the operating system's randomness.
PartUuid random_part_uuid();
/// Seeds everything that belongs to one file.
std::uint64_t seed_of(const PartUuid& uuid);

constexpr std::size_t part_header_bytes = 64;
constexpr std::size_t part_trailer_bytes = 64;
constexpr std::size_t frame_header_bytes = 24;
constexpr std::string_view part_signal_spans = "spans";
/// For those who read parts of any signal: to check them, or to wrap their keys again.
constexpr std::string_view part_signal_any = "";

struct PartHeader {
    std::uint32_t format = 0;
    PartUuid uuid{};
    std::string signal;
    bool is_sealed = false;
    std::uint64_t part_id = 0;  ///< of a sealed part
};

std::string encode_header(const PartHeader& header);
/// errors  corrupt; any format is read, for the caller to judge
Result<PartHeader> decode_header(std::string_view bytes);

struct PartTrailer {
    std::uint64_t footer_offset = 0;
    std::uint64_t footer_copy_offset = 0;
    std::uint32_t footer_bytes = 0;
    std::uint32_t format = 0;
    PartUuid uuid{};
    std::uint64_t file_bytes = 0;
};

std::string encode_trailer(const PartTrailer& trailer);
Result<PartTrailer> decode_trailer(std::string_view bytes);

enum class FrameCodec : std::uint8_t { none = 0, zstd = 1 };

/// Which block of which file a frame must be.
struct FrameName {
    std::uint64_t part_seed = 0;
    PartSection section = PartSection::documents;
    std::uint32_t index = 0;
};

/// The frame around a block, compressed as asked unless that makes it larger, then sealed.
///
/// cipher  null: not sealed
std::string encode_frame(const FrameName& name, std::string_view block, FrameCodec codec,
                         const PartCipher* cipher = nullptr);

/// The block of a frame that takes up all of `frame`. A frame of another place, another file or an
/// earlier version of the file is as corrupt as a damaged one, and so is a plain one where a sealed
/// one must be.
Result<std::string> decode_frame(const FrameName& name, std::string frame,
                                 const PartCipher* cipher = nullptr);

/// The frame is the one that was written there, as its checksum tells; nothing is opened.
Result<void> check_frame(const FrameName& name, std::string_view frame);

}  // namespace tomograph
