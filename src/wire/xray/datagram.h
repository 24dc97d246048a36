#pragma once

#include <string_view>
#include <variant>
#include <vector>

namespace tomograph {

enum class DatagramDrop {
    missing_header,  ///< no newline, or nothing behind it
    bad_header,      ///< not {"format":"json","version":1}
};

/// Takes the daemon's header line off: `{"format":"json","version":1}\n` and one or more documents,
/// one a line (daemon.md §1); OTLP in that envelope (T1S, T1U, M1) is one document. The views
/// borrow from `datagram`.
std::variant<std::vector<std::string_view>, DatagramDrop> split_datagram(std::string_view datagram);

std::string_view to_text(DatagramDrop drop);

}  // namespace tomograph
