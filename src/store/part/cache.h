#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <unordered_map>

#include "base/guarded.h"

namespace tomograph {

/// Decoded blocks of parts, least recently used out first. Neighbouring traces share blocks, so a
/// reader that walks through a part decodes each block once. Several readers may share one.
/// Threads: any.
class PartCache {
 public:
    struct Key {
        std::uint64_t reader = 0;  ///< from new_reader()
        std::uint16_t section = 0;
        std::uint32_t index = 0;

        bool operator==(const Key&) const = default;
    };

    explicit PartCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    /// A number that no other reader of this cache has.
    std::uint64_t new_reader();

    /// The block, or null. `Block` must be the type that was put under the key.
    template <class Block>
    std::shared_ptr<const Block> get(const Key& key) {
        return std::static_pointer_cast<const Block>(find(key));
    }
    /// A block larger than the whole cache is not kept.
    void put(const Key& key, std::shared_ptr<const void> block, std::size_t bytes);
    /// Forgets all blocks of a reader that goes away.
    void drop(std::uint64_t reader);
    std::size_t bytes();

 private:
    struct Entry {
        Key key;
        std::shared_ptr<const void> block;
        std::size_t bytes;
    };
    struct HashKey {
        std::size_t operator()(const Key& key) const;
    };
    struct State {
        std::list<Entry> entries;  // most recently used first
        std::unordered_map<Key, std::list<Entry>::iterator, HashKey> places;
        std::size_t bytes = 0;
        std::uint64_t readers = 0;
    };
    static void erase(State& state, std::list<Entry>::iterator entry);
    std::shared_ptr<const void> find(const Key& key);

    std::size_t bytes_max_;
    Guarded<State> state_;
};

}  // namespace tomograph
