// Sends segments over UDP as SDKs do, at a steady rate, and prints how many: one line of JSON.
//
//   udp_load HOST PORT SECONDS SEGMENTS_PER_SECOND
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "document_template.h"

int main(int argc, char** argv) {
    using Clock = std::chrono::steady_clock;
    if (argc < 5) {
        std::fprintf(stderr, "udp_load HOST PORT SECONDS SEGMENTS_PER_SECOND\n");
        return 2;
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(argv[2])));
    if (inet_pton(AF_INET, argv[1], &address.sin_addr) != 1) return 2;
    const int descriptor = socket(AF_INET, SOCK_DGRAM, 0);
    if (connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return 1;
    const double seconds = std::atof(argv[3]);
    const double rate = std::atof(argv[4]);

    constexpr std::size_t batch = 32;
    const tomograph::load::DocumentTemplate document(false);
    const std::string header = "{\"format\":\"json\",\"version\":1}\n";
    std::vector<std::string> datagrams(batch, header + document.text());
    std::vector<iovec> vectors(batch);
    std::vector<mmsghdr> messages(batch);
    for (std::size_t i = 0; i < batch; ++i) {
        vectors[i] = {datagrams[i].data(), datagrams[i].size()};
        messages[i].msg_hdr.msg_iov = &vectors[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }

    std::uint64_t number = static_cast<std::uint64_t>(getpid()) << 40;
    std::uint64_t sent = 0;
    std::uint64_t failed = 0;
    const auto begun = Clock::now();
    const auto wanted = static_cast<std::uint64_t>(seconds * rate);
    while (sent + failed < wanted) {
        const auto due =
            begun + std::chrono::duration_cast<Clock::duration>(
                        std::chrono::duration<double>(static_cast<double>(sent + failed) / rate));
        std::this_thread::sleep_until(due);
        const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
                             std::chrono::system_clock::now().time_since_epoch())
                             .count();
        const std::size_t count = std::min<std::uint64_t>(batch, wanted - sent - failed);
        for (std::size_t i = 0; i < count; ++i)
            document.stamp(datagrams[i].data() + header.size(), ++number,
                           static_cast<std::uint64_t>(now));
        const int n = sendmmsg(descriptor, messages.data(), static_cast<unsigned>(count), 0);
        if (n > 0)
            sent += static_cast<std::uint64_t>(n);
        else
            ++failed;
    }
    const double took = std::chrono::duration<double>(Clock::now() - begun).count();
    std::printf("{\"sent\": %llu, \"send_failed\": %llu, \"segments_per_second\": %.0f}\n",
                static_cast<unsigned long long>(sent), static_cast<unsigned long long>(failed),
                static_cast<double>(sent) / took);
    close(descriptor);
    return 0;
}
