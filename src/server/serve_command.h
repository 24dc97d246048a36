#pragma once

namespace tomograph {

/// `tomo serve …` and `tomo config print …`, with argv as main got it. Returns the exit code: 0, 2
/// for a bad configuration, 1 when serving failed.
int serve_command(int argc, char** argv);
int config_command(int argc, char** argv);
int key_command(int argc, char** argv);

}  // namespace tomograph
