#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/fault_file_system.h"
#include "store/engine/manifest.h"
#include "store/engine/manifest_format.h"

// The first byte of an input picks one of two forms:
//
//   'M'  the rest is a manifest
//   'R'  its records: varint length and edits, each
//
// The second gets right checksums, so that the fuzzer reaches what is behind them.
namespace tomograph {
namespace {

constexpr std::uint32_t number = 1;
constexpr std::uint64_t store_id = 7;

std::string manifest_of(ByteReader reader) {
    std::string bytes = encode_manifest_header(number, store_id);
    const std::uint32_t seed = record_seed(number, store_id);
    for (std::uint64_t sequence = 1; reader.remaining() > 0 && !reader.failed(); ++sequence)
        bytes += encode_record(seed, sequence, reader.text());
    return bytes;
}

/// Edits that read well are written as bytes that say the same.
void check_edits(ByteReader reader) {
    while (reader.remaining() > 0 && !reader.failed()) {
        const auto edits = decode_edits(reader.text());
        if (!edits) continue;
        const std::string written = encode_edits(*edits);
        const auto again = decode_edits(written);
        ASSERT(again && encode_edits(*again) == written);
    }
}

}  // namespace
}  // namespace tomograph

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tomograph;
    if (size == 0) return 0;
    const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
    const bool is_whole = data[0] == 'M';
    if (!is_whole) check_edits(ByteReader(input));
    const auto contents =
        is_whole ? read_manifest(input) : read_manifest(manifest_of(ByteReader(input)));
    if (!contents) return 0;
    // What was understood can be written, and is found by the next start.
    FaultFileSystem files;
    ASSERT(files.make_directories("/data/manifest"));
    ASSERT(write_manifest(files, "/data", *contents));
    const auto loaded = Manifest(files, "/data").load();
    ASSERT(loaded && *loaded);
    const ManifestState& state = (*loaded)->state;
    ASSERT(state.parts.size() == contents->state.parts.size());
    ASSERT(state.rollups.size() == contents->state.rollups.size());
    ASSERT(state.policies == contents->state.policies);
    ASSERT(state.redacted == contents->state.redacted && state.pins == contents->state.pins);
    ASSERT(state.floor == contents->state.floor);
    return 0;
}
