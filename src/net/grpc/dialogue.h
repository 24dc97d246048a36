#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "net/http_body_stream.h"

namespace tomograph {

/// A message of a dialogue: requests of reflection are a name long.
inline constexpr std::size_t dialogue_message_bytes_max = 64U << 10;
/// Answers that wait for a client to read them; one may be larger.
inline constexpr std::size_t dialogue_unread_bytes_max = 1U << 20;

/// The server's side of a gRPC stream that has an answer to each message. Threads: one.
class GrpcDialogue {
 public:
    using AnswerEach = std::function<std::string(std::string_view message)>;

    GrpcDialogue(AnswerEach answer_each, std::shared_ptr<HttpBodyStream> out)
        : answer_each_(std::move(answer_each)), out_(std::move(out)) {}

    /// Bytes of messages with their prefixes, cut anywhere. False: they are none, or the answers
    /// are not read.
    bool add(std::string_view piece, bool is_last);

 private:
    bool answer_whole_messages();

    const AnswerEach answer_each_;
    const std::shared_ptr<HttpBodyStream> out_;
    std::string unanswered_;
};

}  // namespace tomograph
