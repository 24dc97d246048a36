#pragma once

#include <atomic>
#include <cstdint>

namespace tomograph {

/// Bytes that the bodies of one listener's unanswered requests may hold together. Threads: any.
class BodyBudget {
 public:
    explicit BodyBudget(std::uint64_t bytes_max) : bytes_max_(bytes_max) {}

    [[nodiscard]] bool take(std::uint64_t bytes) {
        const std::uint64_t before = used_.fetch_add(bytes, std::memory_order_relaxed);
        if (bytes <= bytes_max_ && before <= bytes_max_ - bytes) return true;
        give_back(bytes);
        return false;
    }
    void give_back(std::uint64_t bytes) { used_.fetch_sub(bytes, std::memory_order_relaxed); }
    std::uint64_t used() const { return used_.load(std::memory_order_relaxed); }

 private:
    std::uint64_t bytes_max_;
    std::atomic<std::uint64_t> used_{0};
};

/// One request's share of a budget; given back when it goes away.
class BodyLease {
 public:
    explicit BodyLease(BodyBudget& budget) : budget_(budget) {}
    ~BodyLease() { release(); }
    BodyLease(const BodyLease&) = delete;
    BodyLease& operator=(const BodyLease&) = delete;

    /// The share is at least `bytes` from now on; false when the budget is spent.
    [[nodiscard]] bool grow_to(std::uint64_t bytes) {
        if (bytes <= held_) return true;
        if (!budget_.take(bytes - held_)) return false;
        held_ = bytes;
        return true;
    }
    void release() {
        budget_.give_back(held_);
        held_ = 0;
    }

 private:
    BodyBudget& budget_;
    std::uint64_t held_ = 0;
};

}  // namespace tomograph
