#include "column/kernels.h"

namespace tomograph::column {

const Kernels& kernels() {
    static const Kernels& best = avx2_kernels() != nullptr ? *avx2_kernels() : scalar_kernels();
    return best;
}

}  // namespace tomograph::column
