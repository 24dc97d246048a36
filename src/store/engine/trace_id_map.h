#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "model/ids.h"

namespace tomograph {

/// Values by trace id, in one array with open addressing: looking for one touches one place of
/// memory, where a std::unordered_map follows two pointers to places that are in no cache. An
/// id is never zero, which is how an empty slot is known.
///
/// Pointers to values are valid until the next insert or erase.
template <class Value>
class TraceIdMap {
 public:
    std::size_t size() const { return size_; }

    /// Null when there is none.
    Value* find(TraceId id) {
        const std::size_t at = place_of(id);
        return at == npos || slots_[at].id != id ? nullptr : &slots_[at].value;
    }
    const Value* find(TraceId id) const { return const_cast<TraceIdMap*>(this)->find(id); }

    /// The value of the id, a new one when there was none.
    Value& operator[](TraceId id) {
        if ((size_ + 1) * 8 > slots_.size() * 5) resize(std::max(slots_first, slots_.size() * 2));
        const std::size_t at = place_of(id);
        if (slots_[at].id != id) {
            slots_[at] = {id, Value()};
            ++size_;
        }
        return slots_[at].value;
    }

    void erase(TraceId id) {
        std::size_t hole = place_of(id);
        if (hole == npos || slots_[hole].id != id) return;
        --size_;
        // What stands behind it moves up, unless it would stand before its own place.
        for (std::size_t at = next(hole); !slots_[at].id.is_zero(); at = next(at)) {
            if (distance(begin_of(slots_[at].id), at) < distance(hole, at)) continue;
            slots_[hole] = std::move(slots_[at]);
            hole = at;
        }
        slots_[hole] = {};
        if (slots_.size() > slots_first && size_ * 8 < slots_.size()) resize(slots_.size() / 2);
    }

    /// Calls with each id and value, in any order; it must not be changed meanwhile.
    template <class Look>
    void each(const Look& look) const {
        for (const Slot& slot : slots_)
            if (!slot.id.is_zero()) look(slot.id, slot.value);
    }

 private:
    struct Slot {
        TraceId id;
        Value value{};
    };
    static constexpr std::size_t slots_first = 16;
    static constexpr std::size_t npos = static_cast<std::size_t>(-1);

    /// The lowest bits of the hash choose among the maps of a table that is cut into shards.
    std::size_t begin_of(TraceId id) const {
        return std::hash<TraceId>()(id) >> 8 & (slots_.size() - 1);
    }
    std::size_t next(std::size_t at) const { return (at + 1) & (slots_.size() - 1); }
    std::size_t distance(std::size_t from, std::size_t to) const {
        return (to - from) & (slots_.size() - 1);
    }
    /// Where the id stands, or would; npos where there is no slot at all.
    std::size_t place_of(TraceId id) const {
        if (slots_.empty()) return npos;
        std::size_t at = begin_of(id);
        while (!slots_[at].id.is_zero() && slots_[at].id != id) at = next(at);
        return at;
    }
    void resize(std::size_t slots) {
        std::vector<Slot> before(slots);
        before.swap(slots_);
        for (Slot& slot : before)
            if (!slot.id.is_zero()) slots_[place_of(slot.id)] = std::move(slot);
    }

    std::vector<Slot> slots_;  ///< as many as a power of two
    std::size_t size_ = 0;
};

}  // namespace tomograph
