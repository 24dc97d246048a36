#pragma once

#include <cstring>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace tomograph {

/// Bytes that live and die together. Views into it stay valid when the arena is moved; the one
/// moved from is empty. Not for threads.
class Arena {
 public:
    Arena() = default;
    Arena(Arena&& other) noexcept { swap(other); }
    Arena& operator=(Arena&& other) noexcept {
        Arena(std::move(other)).swap(*this);
        return *this;
    }
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;
    ~Arena() = default;

    /// A copy of `text` that lives as long as the arena.
    std::string_view copy(std::string_view text) {
        if (text.empty()) return {};
        char* place = allocate(text.size());
        std::memcpy(place, text.data(), text.size());
        return {place, text.size()};
    }

    std::size_t bytes() const { return bytes_; }

 private:
    static constexpr std::size_t chunk_bytes = 1024;

    void swap(Arena& other) noexcept {
        std::swap(chunks_, other.chunks_);
        std::swap(at_, other.at_);
        std::swap(left_, other.left_);
        std::swap(bytes_, other.bytes_);
    }

    char* allocate(std::size_t size) {
        if (size > left_) {
            const std::size_t chunk = size > chunk_bytes ? size : chunk_bytes;
            chunks_.push_back(std::make_unique_for_overwrite<char[]>(chunk));
            at_ = chunks_.back().get();
            left_ = chunk;
            bytes_ += chunk;
        }
        char* place = at_;
        at_ += size;
        left_ -= size;
        return place;
    }

    std::vector<std::unique_ptr<char[]>> chunks_;
    char* at_ = nullptr;
    std::size_t left_ = 0;
    std::size_t bytes_ = 0;
};

}  // namespace tomograph
