#include "api/fluent/forward_session.h"

#include <fmt/format.h>

#include "api/limits.h"
#include "base/log.h"
#include "net/content_decoder.h"
#include "store/logs/limits.h"
#include "wire/fluent/forward.h"
#include "wire/fluent/msgpack.h"

namespace tomograph {
namespace {

/// The entries of a compressed message, within bounds.
/// errors  invalid  a compression that is not known, broken bytes, more than the bound
Result<std::string> decompressed(std::string_view compression, std::string_view bytes) {
    const auto decoder = compression == "gzip"   ? make_gzip_decoder()
                         : compression == "zstd" ? make_zstd_decoder()
                                                 : nullptr;
    if (decoder == nullptr)
        return Error(ErrorCode::invalid,
                     fmt::format("forward message: compressed by \"{}\"", compression));
    std::string out;
    const auto status = decoder->write(bytes, [&](std::string_view some) {
        if (out.size() + some.size() > fluent_decoded_bytes_max) return false;
        out += some;
        return true;
    });
    if (status == ContentDecoder::Status::refused_by_sink)
        return Error(ErrorCode::invalid,
                     fmt::format("forward message: entries of more than {} bytes",
                                 fluent_decoded_bytes_max));
    if (status != ContentDecoder::Status::ok || !decoder->is_whole())
        return Error(ErrorCode::invalid, "forward message: its compressed entries are broken");
    return out;
}

class ForwardSession final : public StreamSession {
 public:
    ForwardSession(LogIntake& logs, std::shared_ptr<StreamPeer> peer)
        : logs_(logs), peer_(std::move(peer)) {}

    Result<std::size_t> take(std::string_view bytes) override {
        std::size_t taken = 0;
        while (taken < bytes.size()) {
            const auto end = scan_.end_of(bytes.substr(taken));
            if (!end) {
                logs_.count_invalid(LogSource::fluent);
                return end.error();
            }
            if (*end == 0) break;
            scan_.reset();
            const auto kept = keep(bytes.substr(taken, *end));
            if (!kept) {
                logs_.count_invalid(LogSource::fluent);
                return kept.error();
            }
            taken += *end;
        }
        return taken;
    }

 private:
    Result<void> keep(std::string_view bytes) {
        // Heartbeats of old senders, and what Fluent Bit sends between: nothing to keep.
        if (MsgpackReader(bytes).kind() == MsgpackToken::Kind::nil) return {};
        const FluentMessage message = TRY(read_fluent_message(bytes));
        const bool is_compressed = !message.compression.empty() && message.compression != "text";
        std::string plain;
        if (is_compressed) plain = TRY(decompressed(message.compression, message.entries));
        FluentLines lines =
            TRY(read_fluent_entries(message, is_compressed ? plain : message.entries,
                                    {.received = logs_.now(),
                                     .line_bytes_max = log_line_bytes_max,
                                     .attributes_max = log_attributes_max,
                                     .bytes_max = log_batch_bytes_max}));
        const std::uint64_t held = bytes.size() + plain.size();
        peer_->hold(held);
        logs_.put({.batch = std::move(lines.batch),
                   .bytes = bytes.size(),
                   .rejected = lines.rejected,
                   .why = std::move(lines.why)},
                  LogSource::fluent,
                  [peer = peer_, held,
                   chunk = std::string(message.chunk)](const Result<LogOutcome>& outcome) {
                      if (!outcome)
                          log_warn("forwarded lines not kept", {{"error", outcome.error()}});
                      else if (!chunk.empty())
                          peer->send(fluent_ack(chunk));
                      peer->release(held);
                  });
        return {};
    }

    LogIntake& logs_;
    std::shared_ptr<StreamPeer> peer_;
    MsgpackScan scan_;
};

}  // namespace

MakeStreamSession fluent_sessions(LogIntake& logs) {
    return [&logs](std::shared_ptr<StreamPeer> peer) {
        return std::make_unique<ForwardSession>(logs, std::move(peer));
    };
}

}  // namespace tomograph
