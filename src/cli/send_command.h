#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cli/api_client.h"
#include "cli/console.h"
#include "net/datagram_intake.h"

namespace tomograph::cli {

struct SendOptions {
    std::string name = "tomo-send";
    std::string duration = "100ms";
    bool is_fault = false;
    bool is_error = false;
    bool is_throttle = false;
    std::string message = {};  ///< of an exception
    std::vector<std::pair<std::string, std::string>> annotations = {};
    bool over_api = false;
    std::string xray_address = {};  ///< "": AWS_XRAY_DAEMON_ADDRESS, else 127.0.0.1:2000
};

/// The segment, ended now, and its trace id.
struct MadeSegment {
    std::string trace_id;
    std::string json;
};
Result<MadeSegment> make_segment(const SendOptions& options, Instant now, std::uint64_t seed);

/// The UDP address in AWS_XRAY_DAEMON_ADDRESS: "127.0.0.1:2000" or "tcp:… udp:…".
std::string choose_daemon_address(const std::string& flag, const Environment& environment);

/// Sends a document as an SDK does, header line first.
/// errors  unavailable  also when the host answers at once that no one listens
Result<void> send_document(DatagramSender& sender, std::string_view document);

ExitCode run_send(const SendOptions& options, ApiClient& api, const Console& console);

}  // namespace tomograph::cli
