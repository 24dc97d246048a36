#pragma once

#include <fmt/format.h>

#include <cstddef>

#include "base/result.h"
#include "wire/limits.h"

namespace tomograph {

/// Counts the messages of one request down: an empty one is two bytes on the wire and hundreds when
/// it is read. Who reads asks is_spent() before each. For sources of this folder only.
class MessageBudget {
 public:
    void spend() {
        if (left_ > 0) --left_;
    }
    bool is_spent() const { return left_ == 0; }
    /// errors: invalid
    Result<void> verdict() const {
        if (!is_spent()) return {};
        return Error(ErrorCode::invalid,
                     fmt::format("more than {} messages in one request: send fewer at once",
                                 otlp_messages_max));
    }

 private:
    std::size_t left_ = otlp_messages_max + 1;
};

}  // namespace tomograph
