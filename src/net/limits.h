#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

/// Bounds of net that no operator needs to turn; what a listener may turn is in HttpLimits.
namespace tomograph {

/// One read of a socket. Holds a usual PutTraceSegments request (50 documents, 50 to 60 kB) whole,
/// so that it costs one system call; shared by all connections of an I/O thread, so an idle one
/// holds no buffer.
constexpr std::size_t read_buffer_bytes = 128U << 10;

/// Connections waiting in the kernel for accept().
constexpr int listen_backlog = 1024;
/// Connections taken per wake-up, so that a flood of them does not starve the ones that are open.
constexpr unsigned accept_batch = 64;
/// After accept() failed for want of descriptors or memory: the kernel would report it again at
/// once.
constexpr Duration accept_backoff = Duration::milliseconds(100);

/// Steps one connection may make before its loop looks at the others (pipelined requests).
constexpr unsigned connection_steps_per_turn = 32;

/// The size line and extensions of a chunk, or the trailer section: no client sends as much as
/// this.
constexpr std::size_t chunk_line_bytes_max = 4U << 10;
/// Smallest allocation for a body, so that bytes that trickle in do not reallocate each time.
constexpr std::size_t body_first_bytes = 16U << 10;
/// Decoded bytes that are free of the ratio rule: short repetitive documents compress extremely
/// well.
constexpr std::uint64_t ratio_free_bytes = 1U << 20;
/// One step of decompression, on the stack.
constexpr std::size_t decode_step_bytes = 16U << 10;
/// zstd windows up to 8 MiB, as RFC 8878 asks of every decoder; a frame may ask for 2 GiB.
constexpr int zstd_window_log_max = 23;
/// Codings in one Content-Encoding; more than one real coding has no use but bombs.
constexpr std::size_t content_codings_max = 1;

/// After a refusal in the middle of a request we read on and discard, or the reset would overtake
/// our answer; this long and this much.
constexpr Duration linger_timeout = Duration::seconds(2);
constexpr std::uint64_t linger_bytes_max = 16ULL << 20;

/// How often time-outs are looked for: a fraction of the shortest one, within these.
constexpr Duration sweep_interval_min = Duration::milliseconds(2);
constexpr Duration sweep_interval_max = Duration::milliseconds(500);

/// Datagrams per recvmmsg: measured 3 to 17 while keeping up; more only costs memory.
constexpr std::size_t datagram_batch = 64;
/// The largest UDP payload over IPv4 is 65,507 bytes; unix datagrams are bounded by us.
constexpr std::size_t datagram_bytes_max = 65'535;
/// After stop(), a receiver reads what is queued, but no more than this: a flood must not keep it
/// alive. 8 MiB of the smallest datagrams (768 bytes of kernel memory each) are 11,000.
constexpr std::size_t drain_datagrams_max = 64U << 10;
/// After an error that the kernel gives again at once.
constexpr Duration receive_backoff = Duration::milliseconds(100);
/// Threads that may share one UDP port.
constexpr std::size_t datagram_receivers_max = 16;

/// HTTP/2, of one connection. What breaks a bound is told by a GOAWAY and counted by cause
/// (CloseCause).
///
/// Streams open at a time. One that was reset while its handler runs counts until the handler has
/// answered: a reset frees the client, not us.
constexpr std::uint32_t http2_streams_max = 100;
/// Requests of them with handlers at a time; the others wait. As many as keep the log's groups
/// full, and half of what the queue of reads takes, so that one connection leaves room for others.
constexpr std::uint32_t http2_running_max = 32;
/// Resets, by the client or for what it did wrong, and frames that neither ask for something nor
/// carry it (PING, SETTINGS, PRIORITY, WINDOW_UPDATE, unknown ones, DATA of almost nothing),
/// within:
constexpr Duration http2_count_window = Duration::seconds(10);
constexpr std::uint32_t http2_resets_max = 200;
constexpr std::uint32_t http2_control_frames_max = 1000;
/// So many of those frames are free with each request and with each frame of a reply: clients open
/// their window as they read, and gRPC's measure the line with a PING for each answer.
constexpr std::uint32_t http2_control_frames_earned = 2;
/// DATA of less that does not end the body is such a frame. A gRPC message's prefix, 5 bytes, may
/// come alone: the request has earned it.
constexpr std::size_t http2_small_data_bytes = 32;
/// CONTINUATION frames of one header block; 9 frames of 16 KiB hold more than any header may.
constexpr std::size_t http2_continuations_max = 8;
/// A header block that decodes to this many times HttpLimits::header_bytes_max is not answered with
/// 431 but ends the connection.
constexpr std::size_t http2_header_bomb_factor = 4;
/// What the client may send ahead of our reading it, for one request and for all. Windows are
/// opened again when the bytes have their place in the body budget.
constexpr std::int32_t http2_stream_window_bytes = 1 << 20;
constexpr std::int32_t http2_connection_window_bytes = 4 << 20;
/// While the handlers hold bodies of more than this, the connection's window is not opened.
constexpr std::uint64_t http2_unanswered_bytes_max = 16ULL << 20;
/// While replies of more than this wait to be sent, no handler is given another request; and a
/// reply beyond the second is replaced by a 503.
constexpr std::uint64_t http2_unsent_bytes_soft_max = 4ULL << 20;
constexpr std::uint64_t http2_unsent_bytes_max = 64ULL << 20;
/// Frames collected for one write.
constexpr std::size_t http2_output_bytes = 64U << 10;
/// A client that does not confirm that we stop is waited for so long.
constexpr Duration http2_stop_patience = Duration::seconds(1);

/// I/O threads of a pool.
constexpr std::size_t io_threads_max = 64;

}  // namespace tomograph
