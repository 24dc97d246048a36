#include "column/bitmap.h"

#include <algorithm>
#include <bit>

namespace tomograph::column {

Bitmap::Bitmap(std::size_t rows, bool value) : rows_(rows), words_((rows + 63) / 64) {
    if (value) fill();
}

void Bitmap::fill() {
    std::fill(words_.begin(), words_.end(), ~std::uint64_t{0});
    clear_past_the_end();
}

std::size_t Bitmap::count() const {
    std::size_t bits = 0;
    for (const std::uint64_t word : words_) bits += static_cast<std::size_t>(std::popcount(word));
    return bits;
}

bool Bitmap::any() const {
    return std::any_of(words_.begin(), words_.end(), [](std::uint64_t word) { return word != 0; });
}

Bitmap& Bitmap::operator&=(const Bitmap& other) {
    ASSERT(rows_ == other.rows_);
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
    return *this;
}

Bitmap& Bitmap::operator|=(const Bitmap& other) {
    ASSERT(rows_ == other.rows_);
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
    return *this;
}

void Bitmap::flip() {
    for (std::uint64_t& word : words_) word = ~word;
    clear_past_the_end();
}

void Bitmap::clear_past_the_end() {
    if (rows_ % 64 != 0) words_.back() &= (std::uint64_t{1} << rows_ % 64) - 1;
}

}  // namespace tomograph::column
