#pragma once

namespace tomograph {

/// Runs every verb that is not the server's: send, traces, trace, map, demo, version; and `tomo`,
/// `--help` and
/// `--version`, whose list names the server's verbs (serve, config) too. `main` hands those two to
/// the server and everything else here, unknown verbs included.
///
/// argv     as main got it, the verb in argv[1]
/// returns  the exit code (cli/exit_code.h)
int cli_main(int argc, const char* const* argv);

}  // namespace tomograph
