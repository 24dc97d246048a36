#pragma once

#include <functional>
#include <string>

#include "base/clock.h"
#include "store/embedded_store.h"

namespace tomograph {

/// Opens the store of a data directory that no server uses, runs `work`, and closes it. Nothing is
/// retired meanwhile: its retention is the server's affair.
/// errors  not_found (no such directory), conflict (a server has it), as EmbeddedStore and `work`
Result<void> with_offline_store(const std::string& data_dir, const Clock& clock,
                                const std::function<Result<void>(EmbeddedStore&)>& work);

}  // namespace tomograph
