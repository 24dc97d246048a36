#include "net/http_body.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.h"
#include "net/limits.h"

namespace tomograph {

namespace {

HttpRefusal over_budget() {
    return {RefusalCause::body_budget, 503, "too many bodies are being received; try again"};
}

}  // namespace

HttpBody::Step HttpBody::add_codings(std::string_view value) {
    while (true) {
        const std::size_t comma = value.find(',');
        const std::string_view name = trim_blanks(value.substr(0, comma));
        if (!name.empty() && !equals_ignoring_case(name, "identity")) {
            if (decoder_)
                return HttpRefusal{RefusalCause::coding, 415, "more than one Content-Encoding"};
            if (equals_ignoring_case(name, "gzip") || equals_ignoring_case(name, "x-gzip"))
                decoder_ = make_gzip_decoder();
            else if (equals_ignoring_case(name, "deflate"))
                decoder_ = make_deflate_decoder();
            else if (equals_ignoring_case(name, "zstd"))
                decoder_ = make_zstd_decoder();
            else
                return HttpRefusal{RefusalCause::coding, 415,
                                   "Content-Encoding is none of gzip, deflate, zstd"};
        }
        if (comma == std::string_view::npos) return {};
        value.remove_prefix(comma + 1);
    }
}

HttpBody::Step HttpBody::expect(std::uint64_t wire_bytes) {
    if (wire_bytes > limits_.wire_body_bytes_max)
        return HttpRefusal{RefusalCause::wire_body_bytes, 413,
                           fmt::format("a body of {} bytes; at most {} are taken", wire_bytes,
                                       limits_.wire_body_bytes_max)};
    if (!decoder_) expected_bytes_ = wire_bytes;
    return {};
}

HttpBody::Step HttpBody::append(std::string_view bytes) {
    wire_bytes_ += bytes.size();
    if (wire_bytes_ > limits_.wire_body_bytes_max)
        return HttpRefusal{
            RefusalCause::wire_body_bytes, 413,
            fmt::format("a body of more than {} bytes", limits_.wire_body_bytes_max)};
    if (!decoder_) return keep(bytes);

    Step refused;
    const auto status = decoder_->write(bytes, [this, &refused](std::string_view decoded) {
        refused = keep(decoded);
        return !refused;
    });
    if (status == ContentDecoder::Status::corrupt)
        return HttpRefusal{RefusalCause::malformed, 400,
                           "the body is not what its Content-Encoding says"};
    if (!refused && !lease_.grow_to(text_.capacity() + decoder_->bytes())) return over_budget();
    return refused;
}

HttpBody::Step HttpBody::keep(std::string_view decoded) {
    const std::uint64_t size = text_.size() + decoded.size();
    if (size > limits_.decoded_body_bytes_max)
        return HttpRefusal{
            RefusalCause::decoded_body_bytes, 413,
            fmt::format("a body of more than {} bytes decoded", limits_.decoded_body_bytes_max)};
    if (decoder_ && size > ratio_free_bytes && size / limits_.compression_ratio_max > wire_bytes_)
        return HttpRefusal{
            RefusalCause::compression_ratio, 413,
            fmt::format("a body compressed more than {} : 1", limits_.compression_ratio_max)};

    if (size > text_.capacity()) {
        // Room grows with what has come, not with what was promised: a promise costs the client
        // nothing.
        std::uint64_t room = std::max<std::uint64_t>({2 * text_.size(), size, body_first_bytes});
        if (expected_bytes_ >= size) room = std::min(room, expected_bytes_);
        room = std::min(room, limits_.decoded_body_bytes_max);
        if (!lease_.grow_to(room)) return over_budget();
        text_.reserve(room);
    }
    text_.append(decoded);
    return {};
}

HttpBody::Step HttpBody::finish() const {
    if (decoder_ && !decoder_->is_whole())
        return HttpRefusal{RefusalCause::malformed, 400, "the compressed body ends too early"};
    return {};
}

void HttpBody::reset() {
    lease_.release();
    decoder_.reset();
    text_.clear();
    wire_bytes_ = 0;
    expected_bytes_ = 0;
}

}  // namespace tomograph
