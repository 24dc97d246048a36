#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace tomograph {

/// Numbers from 0 for things that their owner keeps: a table of hashes, open and half empty at
/// least, of 8 bytes a place.
class HashNumbers {
 public:
    /// expected  how many there may be; more are fine
    explicit HashNumbers(std::size_t expected) : places_(std::bit_ceil(2 * expected + 2)) {}

    /// Fetches where the thing with this hash should be, for a find() soon after.
    void prefetch(std::uint64_t hash) const {
        __builtin_prefetch(&places_[hash >> 32 & (places_.size() - 1)], 1);
    }

    /// The number of the thing, and whether it is a new one, whose number is how many there were.
    ///
    /// is_same  whether the thing with this number is the wanted one
    template <class IsSame>
    std::pair<std::uint32_t, bool> find(std::uint64_t hash, const IsSame& is_same) {
        if (2 * (std::size_t{count_} + 1) > places_.size()) grow();
        const auto mark = static_cast<std::uint32_t>(hash >> 32);
        std::size_t at = mark & (places_.size() - 1);
        while (places_[at].number != 0) {
            const std::uint32_t number = places_[at].number - 1;
            if (places_[at].mark == mark && is_same(number)) return {number, false};
            at = (at + 1) & (places_.size() - 1);
        }
        places_[at] = {.mark = mark, .number = ++count_};
        return {count_ - 1, true};
    }

 private:
    struct Place {
        std::uint32_t mark = 0;    ///< upper half of the hash; its last bits are where it belongs
        std::uint32_t number = 0;  ///< and one; 0: free
    };

    void grow() {
        std::vector<Place> old(2 * places_.size());
        old.swap(places_);
        for (const Place& place : old) {
            if (place.number == 0) continue;
            std::size_t at = place.mark & (places_.size() - 1);
            while (places_[at].number != 0) at = (at + 1) & (places_.size() - 1);
            places_[at] = place;
        }
    }

    std::vector<Place> places_;
    std::uint32_t count_ = 0;
};

}  // namespace tomograph
