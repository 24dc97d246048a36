#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "base/assert.h"

namespace tomograph::column {

/// One bit per row. Bits past the last row are 0, so that words can be counted and combined whole.
class Bitmap {
 public:
    explicit Bitmap(std::size_t rows, bool value = false);

    std::size_t rows() const { return rows_; }
    void set(std::size_t row) {
        ASSERT(row < rows_);
        words_[row / 64] |= std::uint64_t{1} << row % 64;
    }
    void clear(std::size_t row) {
        ASSERT(row < rows_);
        words_[row / 64] &= ~(std::uint64_t{1} << row % 64);
    }
    bool test(std::size_t row) const {
        ASSERT(row < rows_);
        return (words_[row / 64] >> row % 64 & 1) != 0;
    }
    /// Sets every bit.
    void fill();
    std::size_t count() const;
    bool any() const;
    /// Calls with each row whose bit is set, ascending.
    template <class Visit>
    void each(const Visit& visit) const {
        for (std::size_t word = 0; word < words_.size(); ++word)
            for (std::uint64_t bits = words_[word]; bits != 0; bits &= bits - 1)
                visit(word * 64 + static_cast<std::size_t>(std::countr_zero(bits)));
    }

    /// Both of as many rows.
    Bitmap& operator&=(const Bitmap& other);
    Bitmap& operator|=(const Bitmap& other);
    void flip();

    /// Row i is bit i % 64 of word i / 64. Whoever writes words keeps the bits past the end 0.
    std::span<const std::uint64_t> words() const { return words_; }
    std::span<std::uint64_t> words() { return words_; }

    bool operator==(const Bitmap&) const = default;

 private:
    void clear_past_the_end();

    std::size_t rows_;
    std::vector<std::uint64_t> words_;
};

}  // namespace tomograph::column
