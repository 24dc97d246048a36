#include "store/engine/stretch_cache.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/hash.h"
#include "store/part/rollup_sum.h"

namespace tomograph {
namespace {

constexpr std::int64_t ten = 10;

struct Level {
    StretchKind kind;
    std::int64_t minutes;
};
constexpr std::array levels{Level{StretchKind::day, 24 * 60}, Level{StretchKind::hour, 60},
                            Level{StretchKind::ten, ten}};

StretchPiece next_piece(std::int64_t at, std::int64_t last, StretchKind largest) {
    for (const auto& [kind, minutes] : levels) {
        if (kind < largest || align_minute(at, minutes) != at || last - at < minutes - 1) continue;
        const MinuteStretch whole{.first = at, .last = at + minutes - 1};
        return {.kind = kind, .kept = whole, .wanted = whole};
    }
    const std::int64_t first = align_minute(at, ten);
    return {.kind = StretchKind::minutes,
            .kept = {.first = first, .last = first + ten - 1},
            .wanted = {.first = at, .last = std::min(last, first + ten - 1)}};
}

std::uint64_t hash_of(const NodeSelector& node) {
    std::uint64_t hash = 1;
    for (const auto* text : {&node.name, &node.type, &node.account})
        hash = text->has_value() ? hash64(**text, hash) : mix64(hash);
    return hash;
}

std::uint64_t hash_of(const GraphSelection& selection) {
    std::uint64_t hash = 1;
    for (const NodeSelector& node : selection.nodes) hash = mix64(hash ^ hash_of(node));
    for (const EdgeSelector& edge : selection.edges)
        hash = mix64(mix64(hash ^ hash_of(edge.source)) ^ hash_of(edge.target));
    return hash;
}

bool are_equal(const std::shared_ptr<const GraphSelection>& a,
               const std::shared_ptr<const GraphSelection>& b) {
    return a == b || (a && b && *a == *b);
}

}  // namespace

std::vector<StretchPiece> cut_minutes(const MinuteStretch& range, StretchKind largest) {
    std::vector<StretchPiece> pieces;
    for (std::int64_t at = range.first; at <= range.last; at = pieces.back().wanted.last + 1)
        pieces.push_back(next_piece(at, range.last, largest));
    return pieces;
}

std::shared_ptr<const StretchSum> StretchCache::find(const StretchSum& like) const {
    auto kept = cache_->get<StretchSum>(key_of(like));
    // The key is a hash of these.
    if (!kept || kept->kind != like.kind || kept->stretch != like.stretch ||
        kept->grain != like.grain || kept->group != like.group ||
        kept->row_minutes != like.row_minutes || !are_equal(kept->selection, like.selection))
        return nullptr;
    return kept;
}

void StretchCache::put(StretchSum sum) const {
    const PartCache::Key key = key_of(sum);
    const std::size_t bytes =
        sizeof sum + sum.sources.size() * sizeof(std::uint64_t) + sum.table->bytes();
    cache_->put(key, std::make_shared<const StretchSum>(std::move(sum)), bytes);
}

PartCache::Key StretchCache::key_of(const StretchSum& sum) const {
    std::uint64_t hash =
        mix64(static_cast<std::uint64_t>(sum.stretch.first) ^
              mix64(std::uint64_t{sum.group.value} << 32 | static_cast<std::uint64_t>(sum.grain)));
    if (sum.selection)
        hash = mix64(hash ^ hash_of(*sum.selection) ^ static_cast<std::uint64_t>(sum.row_minutes));
    return {.reader = reader_,
            .section = static_cast<std::uint16_t>(sum.kind),
            .index = static_cast<std::uint32_t>(hash)};
}

}  // namespace tomograph
