#pragma once

#include <memory>

#include "store/part/block_reader.h"
#include "store/part/cache.h"
#include "store/part/part.h"

/// Parts of format 1 (docs/formats/part-1.md): read for ever, written no more. Merges turn them
/// into the current format.
namespace tomograph::part_v1 {

std::unique_ptr<PartReader> make_reader(std::unique_ptr<PartBlockReader> blocks,
                                        std::shared_ptr<PartCache> cache);

}  // namespace tomograph::part_v1
