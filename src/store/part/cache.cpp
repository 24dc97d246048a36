#include "store/part/cache.h"

#include "base/hash.h"

namespace tomograph {

std::uint64_t PartCache::new_reader() { return ++state_.lock()->readers; }

std::shared_ptr<const void> PartCache::find(const Key& key) {
    auto state = state_.lock();
    const auto place = state->places.find(key);
    if (place == state->places.end()) return nullptr;
    state->entries.splice(state->entries.begin(), state->entries, place->second);
    return place->second->block;
}

void PartCache::put(const Key& key, std::shared_ptr<const void> block, std::size_t bytes) {
    if (bytes > bytes_max_) return;
    auto state = state_.lock();
    if (const auto place = state->places.find(key); place != state->places.end())
        erase(*state, place->second);
    state->entries.push_front({key, std::move(block), bytes});
    state->places.emplace(key, state->entries.begin());
    state->bytes += bytes;
    while (state->bytes > bytes_max_) erase(*state, std::prev(state->entries.end()));
}

void PartCache::drop(std::uint64_t reader) {
    auto state = state_.lock();
    for (auto entry = state->entries.begin(); entry != state->entries.end();) {
        const auto next = std::next(entry);
        if (entry->key.reader == reader) erase(*state, entry);
        entry = next;
    }
}

std::size_t PartCache::bytes() { return state_.lock()->bytes; }

void PartCache::erase(State& state, std::list<Entry>::iterator entry) {
    state.bytes -= entry->bytes;
    state.places.erase(entry->key);
    state.entries.erase(entry);
}

std::size_t PartCache::HashKey::operator()(const Key& key) const {
    return mix64(key.reader ^ mix64(std::uint64_t{key.section} << 32 | key.index));
}

}  // namespace tomograph
