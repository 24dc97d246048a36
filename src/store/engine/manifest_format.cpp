#include <fmt/format.h>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "store/engine/manifest.h"
#include "store/engine/manifest_format.h"

namespace tomograph {
namespace {

constexpr std::string_view magic = "TOMOMAN\n";
// 2 has rollups; 3 policies, redactions and pins; 4 the days of summaries.
constexpr std::uint32_t format = 4;
constexpr std::size_t header_bytes = 32;
constexpr std::size_t record_head_bytes = 16;  // length, crc, sequence
constexpr std::size_t crc_end = 8;
constexpr std::uint64_t facts_has_fragments = 1;
constexpr std::uint64_t facts_is_summary = 2;

enum class EditType : std::uint8_t {
    add_part = 1,
    drop_part = 2,
    floor = 3,
    quarantine = 4,
    next_part_id = 5,
    clean = 6,
    add_rollup = 7,
    drop_rollup = 8,
    policies = 9,
    redact = 10,
    pin = 11,
    unpin = 12,
};

constexpr std::uint64_t policy_has_fault = 1;
constexpr std::uint64_t policy_has_error = 2;
constexpr std::uint64_t policy_has_throttle = 4;
constexpr std::uint64_t policy_has_summary_days = 8;

void write_id(ByteWriter& writer, TraceId id) {
    writer.fixed(id.high);
    writer.fixed(id.low);
}

TraceId read_id(ByteReader& reader) {
    TraceId id;
    id.high = reader.fixed<std::uint64_t>();
    id.low = reader.fixed<std::uint64_t>();
    return id;
}

void write_policy(ByteWriter& writer, const RetentionPolicy& policy) {
    writer.varint(policy.retention_class);
    writer.varint(policy.days);
    writer.varint((policy.has_fault ? policy_has_fault : 0) |
                  (policy.has_error ? policy_has_error : 0) |
                  (policy.has_throttle ? policy_has_throttle : 0) |
                  (policy.summary_days > 0 ? policy_has_summary_days : 0));
    writer.text(policy.root_service);
    writer.signed_varint(policy.duration_min.ns);
    writer.varint(policy.group.value);
    if (policy.summary_days > 0) writer.varint(policy.summary_days);
}

RetentionPolicy read_policy(ByteReader& reader) {
    RetentionPolicy policy;
    policy.retention_class = static_cast<std::uint32_t>(reader.varint());
    policy.days = static_cast<std::uint32_t>(reader.varint());
    const std::uint64_t flags = reader.varint();
    policy.has_fault = (flags & policy_has_fault) != 0;
    policy.has_error = (flags & policy_has_error) != 0;
    policy.has_throttle = (flags & policy_has_throttle) != 0;
    policy.root_service = reader.text();
    policy.duration_min = {reader.signed_varint()};
    policy.group = {static_cast<std::uint32_t>(reader.varint())};
    if ((flags & policy_has_summary_days) != 0)
        policy.summary_days = static_cast<std::uint32_t>(reader.varint());
    return policy;
}

void write_facts(ByteWriter& writer, const PartFacts& facts) {
    writer.varint(facts.format);
    for (const std::uint64_t value : {facts.traces, facts.spans, facts.documents, facts.bytes})
        writer.varint(value);
    for (const std::int64_t value :
         {facts.second_min, facts.second_max, facts.claimed_second_min, facts.claimed_second_max,
          facts.start_min.ns, facts.end_max.ns, facts.minute_min, facts.minute_max})
        writer.signed_varint(value);
    writer.varint(facts.lsn_min.value);
    writer.varint(facts.lsn_max.value);
    writer.varint((facts.has_fragments ? facts_has_fragments : 0) |
                  (facts.is_summary ? facts_is_summary : 0));
}

PartFacts read_facts(ByteReader& reader) {
    PartFacts facts;
    facts.format = static_cast<std::uint32_t>(reader.varint());
    for (std::uint64_t* value : {&facts.traces, &facts.spans, &facts.documents, &facts.bytes})
        *value = reader.varint();
    for (std::int64_t* value : {&facts.second_min, &facts.second_max, &facts.claimed_second_min,
                                &facts.claimed_second_max, &facts.start_min.ns, &facts.end_max.ns,
                                &facts.minute_min, &facts.minute_max})
        *value = reader.signed_varint();
    facts.lsn_min = {reader.varint()};
    facts.lsn_max = {reader.varint()};
    const std::uint64_t flags = reader.varint();
    facts.has_fragments = (flags & facts_has_fragments) != 0;
    facts.is_summary = (flags & facts_is_summary) != 0;
    return facts;
}

struct BodyWriter {
    ByteWriter& writer;

    void operator()(const AddPart& edit) const {
        writer.varint(edit.part.id);
        writer.varint(edit.part.level);
        writer.text(edit.part.path);
        write_facts(writer, edit.part.facts);
    }
    void operator()(const DropPart& edit) const { writer.varint(edit.id); }
    void operator()(const SetFloor& edit) const { writer.varint(edit.floor.value); }
    void operator()(const NoteQuarantine& edit) const {
        writer.varint(edit.part_id);
        writer.text(edit.what);
        writer.text(edit.why);
    }
    void operator()(const SetNextPartId& edit) const { writer.varint(edit.id); }
    void operator()(const MarkClean&) const {}
    void operator()(const AddRollup& edit) const {
        writer.varint(edit.rollup.id);
        writer.text(edit.rollup.path);
        for (const std::int64_t value : {edit.rollup.grain, edit.rollup.period,
                                         edit.rollup.minute_min, edit.rollup.minute_max})
            writer.signed_varint(value);
        writer.varint(edit.rollup.cells);
        writer.varint(edit.rollup.bytes);
    }
    void operator()(const DropRollup& edit) const { writer.varint(edit.id); }
    void operator()(const SetPolicies& edit) const {
        writer.varint(edit.policies.size());
        for (const RetentionPolicy& policy : edit.policies) write_policy(writer, policy);
    }
    void operator()(const Redact& edit) const {
        write_id(writer, edit.id);
        writer.varint(edit.through.value);
    }
    void operator()(const Pin& edit) const { write_id(writer, edit.id); }
    void operator()(const Unpin& edit) const { write_id(writer, edit.id); }
};

std::optional<ManifestEdit> read_rollup(ByteReader body) {
    AddRollup edit;
    edit.rollup.id = body.varint();
    edit.rollup.path = body.text();
    for (std::int64_t* value : {&edit.rollup.grain, &edit.rollup.period, &edit.rollup.minute_min,
                                &edit.rollup.minute_max})
        *value = body.signed_varint();
    edit.rollup.cells = body.varint();
    edit.rollup.bytes = body.varint();
    const bool is_grain =
        edit.rollup.grain == 1 || edit.rollup.grain == 5 || edit.rollup.grain == 60;
    if (body.failed() || !is_grain) return std::nullopt;
    return edit;
}

std::optional<ManifestEdit> read_policies(ByteReader body) {
    SetPolicies edit;
    const std::uint64_t count = body.varint();
    if (count > retention_class_policy_max) return std::nullopt;
    for (std::uint64_t i = 0; i < count; ++i) edit.policies.push_back(read_policy(body));
    if (body.failed() || !check_policies(edit.policies)) return std::nullopt;
    return edit;
}

std::optional<ManifestEdit> read_body(EditType type, ByteReader body) {
    switch (type) {
        case EditType::add_part: {
            AddPart edit;
            edit.part.id = body.varint();
            edit.part.level = static_cast<std::uint32_t>(body.varint());
            edit.part.path = body.text();
            edit.part.facts = read_facts(body);
            if (body.failed()) return std::nullopt;
            return edit;
        }
        case EditType::drop_part:
            return DropPart{body.varint()};
        case EditType::floor:
            return SetFloor{{body.varint()}};
        case EditType::quarantine: {
            NoteQuarantine edit{.part_id = body.varint(), .what = "", .why = ""};
            edit.what = body.text();
            edit.why = body.text();
            return edit;
        }
        case EditType::next_part_id:
            return SetNextPartId{body.varint()};
        case EditType::clean:
            return MarkClean{};
        case EditType::add_rollup:
            return read_rollup(body);
        case EditType::drop_rollup:
            return DropRollup{body.varint()};
        case EditType::policies:
            return read_policies(body);
        case EditType::redact: {
            Redact edit;
            edit.id = read_id(body);
            edit.through = {body.varint()};
            if (body.failed()) return std::nullopt;
            return edit;
        }
        case EditType::pin:
            return Pin{read_id(body)};
        case EditType::unpin:
            return Unpin{read_id(body)};
    }
    return std::nullopt;
}

/// A record whose checksum is right.
struct Record {
    std::uint64_t sequence = 0;
    std::string_view edits;
    std::size_t size = 0;
};

std::optional<Record> record_at(std::string_view bytes, std::uint32_t seed) {
    if (bytes.size() < record_head_bytes) return std::nullopt;
    ByteReader reader(bytes);
    const auto length = reader.fixed<std::uint32_t>();
    const auto crc = reader.fixed<std::uint32_t>();
    if (length < record_head_bytes - crc_end || length > bytes.size() - crc_end)
        return std::nullopt;
    if (crc32c(bytes.substr(crc_end, length), seed) != crc) return std::nullopt;
    Record record;
    record.sequence = reader.fixed<std::uint64_t>();
    record.edits = bytes.substr(record_head_bytes, crc_end + length - record_head_bytes);
    record.size = crc_end + length;
    return record;
}

struct Header {
    std::uint32_t format = 0;
    std::uint32_t number = 0;
    std::uint64_t store_id = 0;
};

std::string encode_copy(const Header& header) {
    std::string bytes;
    ByteWriter writer(bytes);
    writer.raw(magic);
    writer.fixed(header.format);
    writer.fixed(header.number);
    writer.fixed(header.store_id);
    writer.fixed(std::uint32_t{0});
    writer.fixed(crc32c(bytes));
    return bytes;
}

Result<Header> read_header(std::string_view bytes) {
    for (const std::size_t offset : {std::size_t{0}, header_bytes}) {
        if (bytes.size() < offset + header_bytes) continue;
        const std::string_view copy = bytes.substr(offset, header_bytes);
        ByteReader reader(copy);
        if (reader.raw(magic.size()) != magic) continue;
        Header header;
        header.format = reader.fixed<std::uint32_t>();
        header.number = reader.fixed<std::uint32_t>();
        header.store_id = reader.fixed<std::uint64_t>();
        reader.fixed<std::uint32_t>();
        const auto crc = reader.fixed<std::uint32_t>();
        if (crc != crc32c(copy.substr(0, header_bytes - sizeof crc))) continue;
        if (header.format > format)
            return Error(ErrorCode::invalid,
                         fmt::format("manifest of format {}, this program reads up to {}",
                                     header.format, format));
        return header;
    }
    return Error(ErrorCode::corrupt, "manifest without a valid header");
}

std::uint32_t seed_of(const Header& header) {
    // Without its own checksum: the crc of anything followed by its crc is always the same.
    const std::string copy = encode_copy(header);
    return crc32c(std::string_view(copy).substr(0, header_bytes - sizeof(std::uint32_t)));
}

}  // namespace

std::string encode_manifest_header(std::uint32_t number, std::uint64_t store_id) {
    const std::string copy =
        encode_copy({.format = format, .number = number, .store_id = store_id});
    return copy + copy;
}

std::uint32_t record_seed(std::uint32_t number, std::uint64_t store_id) {
    return seed_of({.format = format, .number = number, .store_id = store_id});
}

std::string encode_record(std::uint32_t seed, std::uint64_t sequence, std::string_view edits) {
    std::string covered;
    ByteWriter covered_writer(covered);
    covered_writer.fixed(sequence);
    covered_writer.raw(edits);
    std::string bytes;
    ByteWriter writer(bytes);
    writer.fixed(static_cast<std::uint32_t>(covered.size()));
    writer.fixed(crc32c(covered, seed));
    writer.raw(covered);
    return bytes + bytes;
}

std::string encode_edits(const std::vector<ManifestEdit>& edits) {
    std::string bytes;
    ByteWriter writer(bytes);
    for (const ManifestEdit& edit : edits) {
        std::string body;
        ByteWriter body_writer(body);
        std::visit(BodyWriter{body_writer}, edit);
        writer.fixed(static_cast<std::uint8_t>(edit.index() + 1));
        writer.text(body);
    }
    return bytes;
}

Result<std::vector<ManifestEdit>> decode_edits(std::string_view bytes) {
    std::vector<ManifestEdit> edits;
    ByteReader reader(bytes);
    while (reader.remaining() != 0) {
        const auto type = static_cast<EditType>(reader.fixed<std::uint8_t>());
        auto edit = read_body(type, ByteReader(reader.text()));
        if (reader.failed() || !edit)
            return Error(ErrorCode::corrupt,
                         fmt::format("manifest edit of type {}", static_cast<unsigned>(type)));
        edits.push_back(std::move(*edit));
    }
    return edits;
}

Result<ManifestContents> read_manifest(std::string_view bytes) {
    const Header header = TRY(read_header(bytes));
    const std::uint32_t seed = seed_of(header);
    ManifestContents contents{.state = {}, .number = header.number, .store_id = header.store_id};
    std::uint64_t sequence = 0;
    std::size_t at = 2 * header_bytes;
    while (at < bytes.size()) {
        const auto record = record_at(bytes.substr(at), seed);
        if (!record) {
            ++at;
            continue;
        }
        at += record->size;
        if (record->sequence <= sequence) continue;  // the second copy
        if (sequence == 0 && record->sequence != 1) break;
        if (record->sequence != sequence + 1) contents.is_damaged = true;
        sequence = record->sequence;
        for (const ManifestEdit& edit : TRY(decode_edits(record->edits)))
            contents.state.apply(edit);
    }
    if (sequence == 0) return Error(ErrorCode::corrupt, "manifest without its first record");
    return contents;
}

}  // namespace tomograph
