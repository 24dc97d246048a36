#include "column/bitmap.h"

#include <doctest/doctest.h>

#include <random>
#include <vector>

namespace tomograph::column {
namespace {

TEST_CASE("a bitmap behaves as a row of flags, whatever its length") {
    std::mt19937_64 random(3);
    for (const std::size_t rows : {0, 1, 63, 64, 65, 128, 1000}) {
        Bitmap left(rows);
        Bitmap right(rows);
        std::vector<bool> left_flags(rows);
        std::vector<bool> right_flags(rows);
        for (std::size_t row = 0; row < rows; ++row) {
            if (random() % 2 != 0) {
                left.set(row);
                left_flags[row] = true;
            }
            if (random() % 3 != 0) {
                right.set(row);
                right_flags[row] = true;
            }
        }
        Bitmap both = left;
        both &= right;
        Bitmap either = left;
        either |= right;
        Bitmap flipped = left;
        flipped.flip();
        std::size_t count = 0;
        for (std::size_t row = 0; row < rows; ++row) {
            CHECK(left.test(row) == left_flags[row]);
            CHECK(both.test(row) == (left_flags[row] && right_flags[row]));
            CHECK(either.test(row) == (left_flags[row] || right_flags[row]));
            CHECK(flipped.test(row) != left_flags[row]);
            count += left_flags[row] ? 1 : 0;
        }
        CHECK(left.count() == count);
        CHECK(left.any() == (count > 0));
        CHECK(flipped.count() == rows - count);
        CHECK(Bitmap(rows, true).count() == rows);
        either = left;
        either |= flipped;
        CHECK(either == Bitmap(rows, true));
    }
}

}  // namespace
}  // namespace tomograph::column
