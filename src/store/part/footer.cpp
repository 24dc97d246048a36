#include "store/part/footer.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/bytes.h"
#include "store/part/limits.h"

namespace tomograph {
namespace {

constexpr std::uint32_t facts_bytes = 120;
constexpr std::uint32_t entry_bytes = 32;
constexpr std::uint64_t fact_has_fragments = 1;
constexpr std::uint64_t fact_sealed = 2;
constexpr std::uint64_t fact_summary = 4;
constexpr std::uint16_t section_required = 1;

void write_facts(const PartFooter& footer, ByteWriter& writer) {
    const PartFacts& facts = footer.facts;
    writer.fixed(facts.traces);
    writer.fixed(facts.spans);
    writer.fixed(facts.documents);
    writer.fixed(facts.second_min);
    writer.fixed(facts.second_max);
    writer.fixed(facts.claimed_second_min);
    writer.fixed(facts.claimed_second_max);
    writer.fixed(facts.start_min.ns);
    writer.fixed(facts.end_max.ns);
    writer.fixed(facts.minute_min);
    writer.fixed(facts.minute_max);
    writer.fixed(facts.lsn_min.value);
    writer.fixed(facts.lsn_max.value);
    writer.fixed((facts.has_fragments ? fact_has_fragments : 0) |
                 (footer.is_sealed ? fact_sealed : 0) | (facts.is_summary ? fact_summary : 0));
    writer.fixed(footer.part_id);
}

void read_facts(ByteReader reader, PartFooter& footer) {
    PartFacts& facts = footer.facts;
    facts.traces = reader.fixed<std::uint64_t>();
    facts.spans = reader.fixed<std::uint64_t>();
    facts.documents = reader.fixed<std::uint64_t>();
    facts.second_min = reader.fixed<std::int64_t>();
    facts.second_max = reader.fixed<std::int64_t>();
    facts.claimed_second_min = reader.fixed<std::int64_t>();
    facts.claimed_second_max = reader.fixed<std::int64_t>();
    facts.start_min.ns = reader.fixed<std::int64_t>();
    facts.end_max.ns = reader.fixed<std::int64_t>();
    facts.minute_min = reader.fixed<std::int64_t>();
    facts.minute_max = reader.fixed<std::int64_t>();
    facts.lsn_min.value = reader.fixed<std::uint64_t>();
    facts.lsn_max.value = reader.fixed<std::uint64_t>();
    const auto flags = reader.fixed<std::uint64_t>();
    facts.has_fragments = (flags & fact_has_fragments) != 0;
    footer.is_sealed = (flags & fact_sealed) != 0;
    facts.is_summary = (flags & fact_summary) != 0;
    footer.part_id = reader.fixed<std::uint64_t>();
}

SectionEntry read_entry(ByteReader reader) {
    SectionEntry entry;
    entry.section = static_cast<PartSection>(reader.fixed<std::uint16_t>());
    entry.is_required = (reader.fixed<std::uint16_t>() & section_required) != 0;
    entry.blocks = reader.fixed<std::uint32_t>();
    entry.rows_per_block = reader.fixed<std::uint32_t>();
    reader.fixed<std::uint32_t>();
    entry.directory_offset = reader.fixed<std::uint64_t>();
    entry.directory_copy_offset = reader.fixed<std::uint64_t>();
    return entry;
}

bool is_known(PartSection section) {
    switch (section) {
        case PartSection::documents:
        case PartSection::spans:
        case PartSection::traces:
        case PartSection::id_index:
        case PartSection::rollup:
        case PartSection::group_filters:
        case PartSection::fragments:
        case PartSection::groups:
        case PartSection::group_heads:
        case PartSection::id_pages:
        case PartSection::group_sums:
        case PartSection::log_groups:
        case PartSection::log_heads:
        case PartSection::log_rows:
        case PartSection::log_texts:
        case PartSection::log_attributes:
        case PartSection::log_filters:
        case PartSection::metric_index:
        case PartSection::metric_series:
        case PartSection::metric_points:
        case PartSection::metric_exemplars:
        case PartSection::metric_families:
            return true;
        case PartSection::footer:
            return false;
    }
    return false;
}

// As many blocks as the rows need, so that arithmetic on ordinals never leaves the section.
Result<void> check_rows(const PartFooter& footer, PartSection section, std::uint64_t rows) {
    const SectionEntry* entry = footer.find(section);
    if (rows == 0 && entry == nullptr) return {};
    const std::uint64_t per_block = entry == nullptr ? 0 : entry->rows_per_block;
    if (per_block == 0 || (rows + per_block - 1) / per_block != entry->blocks)
        return Error(ErrorCode::corrupt, fmt::format("footer: {} rows do not fit the blocks of {}",
                                                     rows, to_text(section)));
    return {};
}

Result<void> check(const PartFooter& footer, std::uint32_t format) {
    const PartFacts& facts = footer.facts;
    constexpr std::uint64_t rows_max = std::numeric_limits<std::uint32_t>::max();
    if (facts.traces > rows_max || facts.spans > rows_max * span_block_rows)
        return Error(ErrorCode::corrupt, "footer: more rows than a part can have");
    if (format > 1) return check_rows(footer, PartSection::id_pages, facts.traces);
    TRY(check_rows(footer, PartSection::traces, facts.traces));
    TRY(check_rows(footer, PartSection::id_index, facts.traces));
    TRY(check_rows(footer, PartSection::spans, facts.spans));
    return {};
}

}  // namespace

const SectionEntry* PartFooter::find(PartSection section) const {
    const auto found =
        std::find_if(sections.begin(), sections.end(),
                     [&](const SectionEntry& entry) { return entry.section == section; });
    return found == sections.end() ? nullptr : &*found;
}

std::string encode_footer(const PartFooter& footer) {
    ASSERT(footer.sections.size() <= sections_max);
    std::string bytes;
    ByteWriter writer(bytes);
    writer.fixed(facts_bytes);
    write_facts(footer, writer);
    writer.fixed(entry_bytes);
    writer.fixed(static_cast<std::uint32_t>(footer.sections.size()));
    for (const SectionEntry& entry : footer.sections) {
        writer.fixed(static_cast<std::uint16_t>(entry.section));
        writer.fixed(entry.is_required ? section_required : std::uint16_t{0});
        writer.fixed(entry.blocks);
        writer.fixed(entry.rows_per_block);
        writer.fixed(std::uint32_t{0});
        writer.fixed(entry.directory_offset);
        writer.fixed(entry.directory_copy_offset);
    }
    return bytes;
}

Result<PartFooter> decode_footer(std::string_view bytes, std::uint32_t format) {
    ByteReader reader(bytes);
    const std::string_view facts = reader.raw(reader.fixed<std::uint32_t>());
    const auto bytes_per_entry = reader.fixed<std::uint32_t>();
    const auto sections = reader.fixed<std::uint32_t>();
    if (reader.failed() || facts.size() < facts_bytes || bytes_per_entry < entry_bytes ||
        sections > sections_max)
        return Error(ErrorCode::corrupt,
                     fmt::format("footer of {} bytes, {} sections", bytes.size(), sections));

    PartFooter footer;
    read_facts(ByteReader(facts), footer);
    for (std::uint32_t i = 0; i < sections; ++i) {
        const SectionEntry entry = read_entry(ByteReader(reader.raw(bytes_per_entry)));
        if (entry.is_required && !is_known(entry.section))
            return Error(ErrorCode::invalid,
                         fmt::format("{} is needed to read this part and not known to this program",
                                     to_text(entry.section)));
        footer.sections.push_back(entry);
    }
    if (reader.failed()) return Error(ErrorCode::corrupt, "footer: section table is cut short");
    TRY(check(footer, format));
    return footer;
}

}  // namespace tomograph
