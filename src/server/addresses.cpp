#include "server/addresses.h"

#include <fmt/format.h>

#include "base/version.h"
#include "net/address.h"

namespace tomograph {
namespace {

struct Listener {
    std::string_view setting;
    const std::string& address;
};

std::vector<Listener> listeners(const Settings& settings) {
    return {{"api-addr", settings.api_addr},
            {"xray-addr", settings.xray_addr},
            {"otlp-http-addr", settings.otlp_http_addr},
            {"otlp-grpc-addr", settings.otlp_grpc_addr},
            {"fluent-addr", settings.fluent_addr}};
}

Result<bool> is_exposed(const std::string& address) {
    if (address.empty()) return false;
    return !is_loopback(TRY(parse_socket_address(address)));
}

}  // namespace

Result<void> check_exposure(const Settings& settings) {
    for (const auto& [setting, address] : listeners(settings)) {
        const bool exposed = TRY(is_exposed(address));
        if (exposed && !settings.open)
            return Error(
                ErrorCode::denied,
                fmt::format("{} {} can be reached from the network, and this version has no access "
                            "control: use a loopback address, or --open if that is meant",
                            setting, address));
        if (exposed)
            log_warn("listener open to the network without access control",
                     {{"setting", setting}, {"address", address}});
    }
    return {};
}

Result<void> write_addresses(FileSystem& files, const std::string& data_dir,
                             const Addresses& addresses) {
    std::string json = "{";
    const auto add = [&json](std::string_view key, const std::string& address) {
        if (address.empty()) return;
        json += fmt::format("{}\n  \"{}\": \"{}\"", json.size() > 1 ? "," : "", key, address);
    };
    add("api", addresses.api);
    add("xray", addresses.xray);
    add("otlp_http", addresses.otlp_http);
    add("otlp_grpc", addresses.otlp_grpc);
    add("fluent", addresses.fluent);
    json += "\n}\n";
    return replace_file(files, data_dir + "/addresses.json", json);
}

std::string welcome_text(const Settings& settings, const Addresses& addresses) {
    const std::string scheme = settings.tls_cert.empty() ? "http" : "https";
    std::string text =
        fmt::format("Tomograph {} · {}\n", version,
                    settings.open ? "OPEN: no access control, whoever reaches it may read and write"
                                  : "dev mode: open to every user of this machine, to nobody else");
    if (!addresses.api.empty())
        text += fmt::format("  X-Ray API   {}://{}\n", scheme, addresses.api);
    if (!addresses.xray.empty())
        text += fmt::format("  segments    {} (udp, tcp)\n", addresses.xray);
    if (!addresses.xray_unix.empty())
        text += fmt::format("              unix:{}\n", addresses.xray_unix);
    if (!addresses.otlp_http.empty())
        text += fmt::format("  OTLP/HTTP   {}://{}\n", scheme, addresses.otlp_http);
    if (!addresses.otlp_grpc.empty())
        text += fmt::format("  OTLP/gRPC   {}://{}\n", scheme, addresses.otlp_grpc);
    if (!addresses.fluent.empty())
        text += fmt::format("  Fluent      {} (forward)\n", addresses.fluent);
    text += fmt::format("  data        {}\n", settings.data_dir);
    if (!addresses.xray.empty())
        text += fmt::format("  applications: export AWS_XRAY_DAEMON_ADDRESS={}\n", addresses.xray);
    if (!addresses.otlp_grpc.empty())
        text += fmt::format("  OpenTelemetry: export OTEL_EXPORTER_OTLP_ENDPOINT={}://{}\n", scheme,
                            addresses.otlp_grpc);
    if (!addresses.api.empty())
        text += fmt::format("  AWS CLI, SDKs: export AWS_ENDPOINT_URL_XRAY={}://{}\n", scheme,
                            addresses.api);
    return text;
}

}  // namespace tomograph
