#pragma once

#include "api/log_intake.h"
#include "net/stream_server.h"

namespace tomograph {

/// Fluent's forward protocol on a connection (wire/fluent/forward.h): each message is kept, and its
/// chunk acknowledged when its lines are on stable storage. A message that cannot be kept is not
/// acknowledged: its sender comes again. What is no message of the protocol ends the connection.
///
/// logs  outlives every session
MakeStreamSession fluent_sessions(LogIntake& logs);

}  // namespace tomograph
