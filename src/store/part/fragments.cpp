#include "store/part/fragments.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/log.h"
#include "store/part/limits.h"

namespace tomograph {
namespace {

constexpr std::size_t id_bytes = 16;

}  // namespace

Result<void> write_fragments(std::vector<TraceId> ids, PartBlockWriter& blocks) {
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    std::string block;
    ByteWriter writer(block);
    for (std::size_t i = 0; i < ids.size(); ++i) {
        writer.fixed(ids[i].high);
        writer.fixed(ids[i].low);
        if (block.size() < fragments_block_bytes && i + 1 < ids.size()) continue;
        TRY(blocks.append(PartSection::fragments, 0, block, FrameCodec::zstd));
        block.clear();
    }
    return {};
}

Result<std::vector<TraceId>> read_fragments(const PartBlockReader& blocks) {
    std::vector<TraceId> ids;
    for (std::uint32_t index = 0; index < blocks.blocks(PartSection::fragments); ++index) {
        const std::string block = TRY(blocks.read(PartSection::fragments, index));
        if (block.size() % id_bytes != 0)
            return Error(ErrorCode::corrupt, "list of fragments is not made of ids");
        ByteReader reader(block);
        while (reader.remaining() > 0) {
            TraceId id;
            id.high = reader.fixed<std::uint64_t>();
            id.low = reader.fixed<std::uint64_t>();
            ids.push_back(id);
        }
    }
    return ids;
}

Result<std::vector<TraceId>> scan_fragments(PartReader& part) {
    std::vector<TraceId> ids;
    for (std::uint64_t ordinal = 0; ordinal < part.facts().traces; ++ordinal) {
        const auto row = part.row(static_cast<std::uint32_t>(ordinal));
        if (!row && !is_damage(row.error())) return row.error();
        if (!row)
            log_warn("a trace row cannot be read", {{"error", row.error()}});
        else if ((row->flags & trace_has_older_rows) != 0)
            ids.push_back(row->id);
    }
    return ids;
}

}  // namespace tomograph
