#pragma once

#include "column/bitmap.h"

namespace tomograph {

/// A truth value a row, of three: yes, no, unknown. `maybe` holds every row of `yes`.
struct Verdicts {
    explicit Verdicts(std::size_t rows) : yes(rows), maybe(rows) {}
    static Verdicts all(std::size_t rows, bool is_yes) {
        Verdicts verdicts(rows);
        verdicts.maybe.fill();
        if (is_yes) verdicts.yes.fill();
        return verdicts;
    }

    Verdicts& operator&=(const Verdicts& other) {
        yes &= other.yes;
        maybe &= other.maybe;
        return *this;
    }
    Verdicts& operator|=(const Verdicts& other) {
        yes |= other.yes;
        maybe |= other.maybe;
        return *this;
    }
    void negate() {
        std::swap(yes, maybe);
        yes.flip();
        maybe.flip();
    }

    column::Bitmap yes;
    column::Bitmap maybe;
};

}  // namespace tomograph
