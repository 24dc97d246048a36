#pragma once

#include <cstddef>
#include <memory>

namespace tomograph {

/// The I/O threads that listeners share. Handlers run on them and must not block.
class IoPool {
 public:
    explicit IoPool(std::size_t threads);
    /// Stops and joins; every listener on it must be gone.
    ~IoPool();
    IoPool(const IoPool&) = delete;
    IoPool& operator=(const IoPool&) = delete;

    struct Impl;
    Impl& impl() { return *impl_; }  ///< for net/*.cpp

 private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace tomograph
