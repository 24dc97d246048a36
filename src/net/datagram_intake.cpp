#include "net/datagram_intake.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <vector>

#include "base/log.h"
#include "net/datagram_receiver.h"
#include "net/datagram_socket.h"
#include "net/limits.h"

namespace tomograph {

struct DatagramIntake::Impl {
    Impl(DatagramHandler handler_in, MetricsRegistry& registry, const std::string& listener)
        : handler(std::move(handler_in)), metrics(registry, listener) {}

    Result<void> open_unix(const DatagramIntakeOptions& options);
    Result<void> open_udp(const DatagramIntakeOptions& options);
    Result<void> receive_from(int descriptor, std::size_t buffer_bytes);
    void stop();

    DatagramHandler handler;
    DatagramMetrics metrics;
    std::string address;
    std::optional<UnixSocket> unix_socket;
    std::vector<std::unique_ptr<DatagramReceiver>> receivers;
    std::once_flag stopped;
};

Result<std::unique_ptr<DatagramIntake>> DatagramIntake::start(const DatagramIntakeOptions& options,
                                                              DatagramHandler handler,
                                                              MetricsRegistry& metrics) {
    const bool is_unix = options.address.starts_with(unix_scheme);
    auto impl = std::make_unique<Impl>(std::move(handler), metrics, is_unix ? "unix" : "udp");
    if (is_unix)
        TRY(impl->open_unix(options));
    else
        TRY(impl->open_udp(options));
    return std::unique_ptr<DatagramIntake>(new DatagramIntake(std::move(impl)));
}

Result<void> DatagramIntake::Impl::open_unix(const DatagramIntakeOptions& options) {
    unix_socket = TRY(bind_unix_datagrams(options.address.substr(unix_scheme.size())));
    address = unix_socket->socket.address;
    return receive_from(unix_socket->socket.descriptor, options.receive_buffer_bytes);
}

Result<void> DatagramIntake::Impl::open_udp(const DatagramIntakeOptions& options) {
    SocketAddress wanted = TRY(parse_socket_address(options.address));
    const std::size_t count = std::clamp<std::size_t>(options.receivers, 1, datagram_receivers_max);
    for (std::size_t i = 0; i < count; ++i) {
        const BoundSocket bound = TRY(bind_socket(wanted, SOCK_DGRAM, count > 1));
        TRY(receive_from(bound.descriptor, options.receive_buffer_bytes));
        address = bound.address;
        // Port 0 has become a real one, which the others share.
        const SocketAddress real = TRY(parse_socket_address(bound.address));
        wanted.port = real.port;
    }
    return {};
}

Result<void> DatagramIntake::Impl::receive_from(int descriptor, std::size_t buffer_bytes) {
    if (const std::size_t given = ask_receive_buffer(descriptor, buffer_bytes);
        given < buffer_bytes)
        log_info("receive buffer is smaller than asked; raise net.core.rmem_max",
                 {{"asked_bytes", buffer_bytes}, {"given_bytes", given}});
    if (!kernel_drops(descriptor))
        log_warn("the kernel does not tell which datagrams it drops", {{"address", address}});
    auto receiver = TRY(DatagramReceiver::start(descriptor, handler, metrics));
    receivers.push_back(std::move(receiver));
    return {};
}

void DatagramIntake::Impl::stop() {
    if (unix_socket) remove_socket_file(*unix_socket);  // no new senders
    receivers.clear();
}

DatagramIntake::DatagramIntake(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
DatagramIntake::~DatagramIntake() { stop(); }
const std::string& DatagramIntake::address() const { return impl_->address; }

void DatagramIntake::stop() {
    std::call_once(impl_->stopped, [this] { impl_->stop(); });
}

Result<std::unique_ptr<DatagramSender>> DatagramSender::connect(const std::string& address) {
    const int descriptor = TRY(connect_datagrams(address));
    return std::unique_ptr<DatagramSender>(new DatagramSender(descriptor));
}

DatagramSender::~DatagramSender() { close(descriptor_); }

Result<void> DatagramSender::send(std::string_view datagram) {
    ssize_t sent;
    do {
        sent = ::send(descriptor_, datagram.data(), datagram.size(), MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    if (sent >= 0) return {};
    return error_from_errno(errno == EMSGSIZE ? ErrorCode::limit : ErrorCode::unavailable,
                            "send a datagram");
}

Result<void> DatagramSender::take_refusal() {
    int refusal = 0;
    socklen_t size = sizeof refusal;
    if (getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &refusal, &size) != 0) refusal = errno;
    if (refusal == 0) return {};
    errno = refusal;
    return error_from_errno(ErrorCode::unavailable, "send a datagram");
}

}  // namespace tomograph
