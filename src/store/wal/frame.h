#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto/secret_key.h"
#include "base/result.h"
#include "base/time.h"
#include "model/document.h"

namespace tomograph {

// Frames of the write-ahead log (docs/formats/wal.md).

enum class WalFrameType : std::uint8_t { documents = 1, telemetry = 2 };

/// What stands before a frame's payload, except length and checksum.
struct WalFrameHead {
    Lsn first;
    WalFrameType type = WalFrameType::documents;
    bool starts_group = false;  ///< first frame of a group commit
};

inline constexpr std::size_t wal_frame_head_bytes = 18;

/// What ties frames to their segment.
struct WalFrameTie {
    std::uint32_t seed = 0;          ///< of their checksums: frame_seed() of the header
    const SecretKey* key = nullptr;  ///< null: payloads are plain
};

/// Bytes that the frame of these documents takes, or slightly more.
std::uint64_t documents_frame_bytes(std::span<const Document> documents);
std::uint64_t telemetry_frame_bytes(std::string_view json);

/// Adds a frame to `out`. A number begins at most one frame of a segment: it is the nonce.
void write_documents_frame(std::string& out, const WalFrameTie& tie, const WalFrameHead& head,
                           Instant received, std::span<const Document> documents);
void write_telemetry_frame(std::string& out, const WalFrameTie& tie, const WalFrameHead& head,
                           Instant received, std::string_view json);

/// A frame whose checksum was right; the payload borrows.
struct WalFrame {
    WalFrameHead head;
    std::uint8_t encoding = 0;
    std::string_view payload;  ///< as it is in the file
    std::uint64_t size = 0;    ///< with head and checksum
};

/// Size that the bytes at the start of `bytes` claim for their frame, if type, encoding and length
/// could be a frame's; to decide how much to read before check_frame().
std::optional<std::uint64_t> claimed_frame_bytes(std::string_view bytes);

/// The frame at the start of `bytes`; nothing when there is no valid one.
std::optional<WalFrame> check_frame(std::string_view bytes, std::uint32_t seed);

/// The plaintext of a sealed frame's payload.
/// errors  corrupt  not sealed by this key, for this place
Result<std::string> open_payload(const WalFrame& frame, const WalFrameTie& tie);

struct WalDocuments {
    Instant received;
    std::vector<std::string_view> documents;  ///< borrow from the frame
};
/// errors: corrupt, for a payload that its own checksum does not cover up for (a bug of the
/// writer).
Result<WalDocuments> read_documents(const WalFrame& frame);

struct WalTelemetry {
    Instant received;
    std::string_view json;
};
Result<WalTelemetry> read_telemetry(const WalFrame& frame);

}  // namespace tomograph
