#include "net/grpc/dialogue.h"

#include "net/grpc/frame.h"

namespace tomograph {

bool GrpcDialogue::add(std::string_view piece, bool is_last) {
    unanswered_ += piece;
    if (!answer_whole_messages()) return false;
    if (!is_last) return true;
    out_->end();
    return unanswered_.empty();
}

bool GrpcDialogue::answer_whole_messages() {
    std::string_view rest = unanswered_;
    while (rest.size() >= grpc_prefix_bytes) {
        const auto prefix = read_grpc_prefix(rest);
        if (!prefix || prefix->is_compressed || prefix->length > dialogue_message_bytes_max)
            return false;
        if (rest.size() - grpc_prefix_bytes < prefix->length) break;
        const std::string answer = answer_each_(rest.substr(grpc_prefix_bytes, prefix->length));
        if (!out_->try_write(grpc_prefix(answer.size(), false) + answer)) return false;
        rest.remove_prefix(grpc_prefix_bytes + prefix->length);
    }
    unanswered_.erase(0, unanswered_.size() - rest.size());
    return true;
}

}  // namespace tomograph
