#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/hash.h"
#include "store/engine/search/duration_tally.h"
#include "store/trace_search.h"

namespace tomograph {

/// What a span, or a trace, adds to its group, in 14 bits.
///
///   13  12  11 | 10 … 0
///   fault throttle error | bucket of its duration; in_progress: it has none
class Outcome {
 public:
    static constexpr unsigned bits = 14;
    struct Flags {
        bool error = false;
        bool throttle = false;
        bool fault = false;
        bool in_progress = false;
    };
    Outcome(Flags flags, Duration duration)
        : bits_((flags.error ? 1u << 11 : 0) | (flags.throttle ? 1u << 12 : 0) |
                (flags.fault ? 1u << 13 : 0) |
                (flags.in_progress ? in_progress : LatencyHistogram::bucket_of(duration))) {}
    explicit Outcome(std::uint32_t packed) : bits_(packed) {}

    std::uint32_t packed() const { return bits_; }
    unsigned flags() const { return bits_ >> 11; }
    unsigned bucket() const { return bits_ & in_progress; }
    static constexpr unsigned in_progress = (1u << 11) - 1;
    static_assert(in_progress > LatencyHistogram::bucket_last);

 private:
    std::uint32_t bits_;
};

/// The groups of a table, and what was counted in each.
class GroupTally {
 public:
    using Index = std::uint32_t;

    /// The place of the group of a value, spelled canonically; it stays. Made when it is new.
    Index find(const ScalarView& value);
    /// That of those that have no value.
    Index find_absent();
    void count(Index index, Outcome outcome) {
        Group& group = groups_[index];
        ++group.by_flags[outcome.flags()];
        if (outcome.bucket() != Outcome::in_progress)
            bytes_ += group.duration.add(static_cast<LatencyHistogram::Bucket>(outcome.bucket()));
    }
    /// About the memory of all groups.
    std::uint64_t bytes() const { return bytes_; }
    /// The largest; of equal ones by value, the absent one first. The tally is empty after that.
    ValueGroups take(std::size_t limit);

 private:
    struct Group {
        std::array<std::uint64_t, 8> by_flags{};  ///< how often each combination of them came
        DurationTally duration;
        const Scalar* value = nullptr;  ///< null: the absent one
    };
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(const ScalarView& value) const {
            return hash64(value.text, static_cast<std::uint64_t>(value.kind));
        }
        std::size_t operator()(const Scalar& value) const {
            return (*this)(ScalarView{value.kind, value.text});
        }
    };
    struct Equal {
        using is_transparent = void;
        template <class A, class B>
        bool operator()(const A& a, const B& b) const {
            return a.kind == b.kind && a.text == b.text;
        }
    };
    Index add(const Scalar* value);

    std::unordered_map<Scalar, Index, Hash, Equal> places_;  ///< nodes: the values stay
    std::optional<Index> absent_;
    std::vector<Group> groups_;
    std::uint64_t bytes_ = 0;
};

}  // namespace tomograph
