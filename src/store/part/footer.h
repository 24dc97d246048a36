#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/part/format.h"
#include "store/part/part.h"

namespace tomograph {

/// Where the blocks of one section are.
struct SectionEntry {
    PartSection section = PartSection::documents;
    bool is_required = false;  ///< a reader that does not know the section must refuse the part
    std::uint32_t blocks = 0;
    std::uint32_t rows_per_block = 0;  ///< 0: varies
    std::uint64_t directory_offset = 0;
    std::uint64_t directory_copy_offset = 0;
};

/// What leads to everything else in a part. `facts.format` and `facts.bytes` are not in the
/// footer's bytes: the header and the file tell them.
struct PartFooter {
    PartFacts facts;
    bool is_sealed = false;
    std::uint64_t part_id = 0;  ///< under which the data key of a sealed part is wrapped
    std::vector<SectionEntry> sections;

    /// Null when the part has no such section.
    const SectionEntry* find(PartSection section) const;
};

std::string encode_footer(const PartFooter& footer);

/// Fields and sections that are not known are skipped.
/// errors  corrupt; invalid for a required section that is not known
Result<PartFooter> decode_footer(std::string_view bytes, std::uint32_t format);

}  // namespace tomograph
