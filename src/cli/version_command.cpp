#include "cli/version_command.h"

#include <fmt/format.h>

#include "cli/json.h"

namespace tomograph::cli {
namespace {

constexpr std::string_view version = TOMOGRAPH_VERSION;  // of the CMake project
#if defined(__OPTIMIZE__) && defined(_FORTIFY_SOURCE)
constexpr std::string_view build = "release";
#else
constexpr std::string_view build = "development";
#endif
#if defined(__x86_64__)
constexpr std::string_view architecture = "x86_64";
#elif defined(__aarch64__)
constexpr std::string_view architecture = "aarch64";
#else
constexpr std::string_view architecture = "other";
#endif
#if defined(__clang__)
constexpr std::string_view compiler = "clang " __clang_version__;
#else
constexpr std::string_view compiler = "g++ " __VERSION__;
#endif

}  // namespace

ExitCode run_version(bool as_json, const Console& console) {
    if (as_json)
        console.out(
            fmt::format(
                R"({{"name":"tomo","version":{},"build":{},"architecture":{},"compiler":{}}})",
                json_quoted(version), json_quoted(build), json_quoted(architecture),
                json_quoted(compiler)) +
            "\n");
    else
        console.out(fmt::format("tomo {} ({} {}, {})\n", version, build, architecture, compiler));
    return ExitCode::ok;
}

}  // namespace tomograph::cli
