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

/// I/O threads of a pool.
constexpr std::size_t io_threads_max = 64;

}  // namespace tomograph
