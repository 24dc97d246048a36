#include "net/datagram_receiver.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <exception>
#include <vector>

#include "base/assert.h"
#include "base/log.h"
#include "net/datagram_socket.h"
#include "net/limits.h"

namespace tomograph {

DatagramMetrics::DatagramMetrics(MetricsRegistry& registry, const std::string& listener)
    : received(registry.counter("tomograph_net_datagrams_received_total",
                                "Datagrams read and handed on.", {{"listener", listener}})),
      dropped_by_kernel(registry.counter("tomograph_net_datagrams_dropped_total",
                                         "Datagrams lost before they were handed on, by cause.",
                                         {{"listener", listener}, {"cause", "kernel"}})),
      truncated(registry.counter("tomograph_net_datagrams_dropped_total",
                                 "Datagrams lost before they were handed on, by cause.",
                                 {{"listener", listener}, {"cause", "truncated"}})) {}

/// Room for one recvmmsg. The pages of a buffer are touched by the datagrams that need them only.
struct DatagramReceiver::Batch {
    std::unique_ptr<char[]> bytes =
        std::make_unique_for_overwrite<char[]>(datagram_batch * datagram_bytes_max);
    std::array<iovec, datagram_batch> places{};
    std::array<mmsghdr, datagram_batch> messages{};
    std::vector<std::string_view> views;

    Batch() {
        for (std::size_t i = 0; i < datagram_batch; ++i) {
            places[i] = {bytes.get() + i * datagram_bytes_max, datagram_bytes_max};
            messages[i].msg_hdr.msg_iov = &places[i];
            messages[i].msg_hdr.msg_iovlen = 1;
        }
        views.reserve(datagram_batch);
    }
};

Result<std::unique_ptr<DatagramReceiver>> DatagramReceiver::start(int descriptor,
                                                                  const DatagramHandler& handler,
                                                                  DatagramMetrics& metrics) {
    const int stop_event = eventfd(0, EFD_CLOEXEC);
    if (stop_event < 0) {
        const Error error = error_from_errno(ErrorCode::unavailable, "make an event descriptor");
        close(descriptor);
        return error;
    }
    try {
        return std::unique_ptr<DatagramReceiver>(
            new DatagramReceiver(descriptor, stop_event, handler, metrics));
    } catch (const std::exception& thrown) {  // no thread to be had
        close(stop_event);
        close(descriptor);
        return Error(ErrorCode::unavailable, std::string("start a receiver: ") + thrown.what());
    }
}

DatagramReceiver::DatagramReceiver(int descriptor, int stop_event, const DatagramHandler& handler,
                                   DatagramMetrics& metrics)
    : descriptor_(descriptor),
      stop_event_(stop_event),
      handler_(handler),
      metrics_(metrics),
      thread_([this] { run(); }) {}

DatagramReceiver::~DatagramReceiver() {
    const std::uint64_t one = 1;
    ASSERT(write(stop_event_, &one, sizeof one) == sizeof one);
    thread_.join();
    close(stop_event_);
    close(descriptor_);
}

void DatagramReceiver::run() {
    pthread_setname_np(pthread_self(), "tomo-datagrams");
    Batch batch;
    while (wait()) {
        // As much as a queue can hold, then look whether it is time to stop.
        receive_all(batch, drain_datagrams_max);
        count_kernel_drops();
    }
    receive_all(batch, drain_datagrams_max);
    count_kernel_drops();
}

bool DatagramReceiver::wait() const {
    std::array<pollfd, 2> watched = {pollfd{descriptor_, POLLIN, 0},
                                     pollfd{stop_event_, POLLIN, 0}};
    while (poll(watched.data(), watched.size(), -1) < 0) ASSERT(errno == EINTR || errno == ENOMEM);
    return watched[1].revents == 0;
}

void DatagramReceiver::receive_all(Batch& batch, std::size_t datagrams_max) {
    for (std::size_t seen = 0; seen < datagrams_max;) {
        const int count =
            recvmmsg(descriptor_, batch.messages.data(), datagram_batch, MSG_DONTWAIT, nullptr);
        if (count < 0) {
            if (errno == EINTR) continue;
            if (errno == EAGAIN || errno == EWOULDBLOCK) return;
            log_warn("receiving datagrams failed",
                     {{"error", error_from_errno(ErrorCode::io, "recvmmsg")}});
            pollfd stop{stop_event_, POLLIN, 0};
            poll(&stop, 1, static_cast<int>(receive_backoff.as_milliseconds()));
            return;
        }
        const auto datagrams = static_cast<std::size_t>(count);
        hand_over(batch, datagrams);
        seen += datagrams;
    }
}

void DatagramReceiver::hand_over(Batch& batch, std::size_t datagrams) {
    batch.views.clear();
    for (std::size_t i = 0; i < datagrams; ++i) {
        const mmsghdr& message = batch.messages[i];
        if ((message.msg_hdr.msg_flags & MSG_TRUNC) != 0)
            metrics_.truncated.add();
        else
            batch.views.emplace_back(static_cast<const char*>(batch.places[i].iov_base),
                                     message.msg_len);
    }
    if (batch.views.empty()) return;
    metrics_.received.add(batch.views.size());
    try {
        handler_(batch.views);
    } catch (const std::exception& thrown) {
        log_error("datagram handler failed", {{"error", thrown.what()}});
    }
}

void DatagramReceiver::count_kernel_drops() {
    const auto drops = kernel_drops(descriptor_);
    if (!drops) return;
    metrics_.dropped_by_kernel.add(*drops -
                                   kernel_drops_seen_);  // modulo 2^32, as the kernel counts
    kernel_drops_seen_ = *drops;
}

}  // namespace tomograph
