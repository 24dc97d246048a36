#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/crypto/file_keys.h"
#include "base/fault_file_system.h"
#include "base/log.h"
#include "store/part/block_writer.h"
#include "store/part/group_facts.h"
#include "store/part/group_head.h"
#include "store/part/id_index.h"
#include "store/part/merge.h"
#include "store/part/part.h"

// The first byte of an input picks one of four forms:
//
//   'F'  the rest is a file
//   'S'  the rest is a file that may be sealed; its master key is 32 times 'k'
//   'P'  a part of format 1: varint traces, varint spans, then blocks: u8 section, varint rows per
//        block, varint length, bytes
//   'G'  a part of one group: the group table, the head and the filter, each varint length and
//        bytes; the rest are its chunks
//
// The last two get right checksums, so that the fuzzer reaches what is behind them.
namespace tomograph {
namespace {

constexpr std::uint64_t rows_read_max = 64;

void put_file(FileSystem& files, std::string_view bytes) {
    const auto file = files.open("/part", OpenMode::create);
    ASSERT(file && (*file)->write(0, bytes));
}

/// The head with the checksums that its chunks have.
std::string with_checksums(std::string_view bytes, std::string_view chunks) {
    auto head = decode_group_head(bytes);
    if (!head) return std::string(bytes);
    for (std::size_t column = 0; column < head->columns.size(); ++column) {
        auto& places = head->columns[column].chunks;
        for (std::size_t i = 0; i < places.size(); ++i)
            if (places[i].offset <= chunks.size())
                places[i].checksum = chunk_checksum(
                    head->seed, column, i, chunks.substr(places[i].offset, places[i].bytes));
    }
    return encode_group_head(*head);
}

void put_group(FileSystem& files, ByteReader reader) {
    auto writer = PartBlockWriter::create(files, "/part");
    ASSERT(writer);
    const std::string_view table = reader.text();
    const std::string_view head_bytes = reader.text();
    const std::string_view filter = reader.text();
    const std::string_view chunks = reader.raw(reader.remaining());
    ASSERT((*writer)->put_chunks(chunks));
    const std::string head = with_checksums(head_bytes, chunks);
    ASSERT((*writer)->append(PartSection::group_heads, 0, head, FrameCodec::none));
    ASSERT((*writer)->append(PartSection::group_filters, 0, filter, FrameCodec::none));
    ASSERT((*writer)->append(PartSection::group_heads, 0, head, FrameCodec::none));
    PartFacts facts;
    if (const auto groups = decode_group_table(table); groups && groups->size() == 1)
        add_group(groups->front(), facts);
    IdIndexBuilder index;
    for (std::uint64_t row = 0; row < std::min(facts.traces, rows_read_max); ++row)
        index.add({row, row}, 0);
    ASSERT(index.write(**writer));
    ASSERT((*writer)->append(PartSection::groups, 0, table, FrameCodec::none));
    ASSERT((*writer)->append(PartSection::groups, 0, table, FrameCodec::none));
    ASSERT((*writer)->finish(facts));
}

void put_part(FileSystem& files, ByteReader reader) {
    auto writer = PartBlockWriter::create_format(files, "/part", 1);
    ASSERT(writer);
    PartFacts facts;
    facts.traces = reader.varint();
    facts.spans = reader.varint();
    while (reader.remaining() > 0) {
        const auto section = static_cast<PartSection>(reader.fixed<std::uint8_t>());
        const auto rows = static_cast<std::uint32_t>(reader.varint());
        const std::string_view block = reader.text();
        ASSERT((*writer)->append(section, rows, block, FrameCodec::none));
    }
    ASSERT((*writer)->finish(facts));
}

void read_everything(PartReader& part) {
    const auto rows = part.rows();
    const auto rollup = part.rollup();
    const auto verified = part.verify();
    const std::uint64_t count = std::min(part.facts().traces, rows_read_max);
    for (std::uint32_t ordinal = 0; ordinal < count; ++ordinal) {
        const auto row = part.row(ordinal);
        const auto documents = part.documents(ordinal);
        Arena texts;
        const auto spans = part.spans(ordinal, texts);
        if (!row) continue;
        const auto found = part.find(row->id);
        if (documents)
            for (const StoredDocument& stored : *documents)
                ASSERT(stored.document.header.trace_id == row->id);
    }
    static_cast<void>(part.fragments());
}

// What reads well merges into something that reads well, or the merge says why not.
void merge(FileSystem& files, PartReader& part) {
    PartReader* const inputs[] = {&part, &part};
    if (!merge_parts(files, inputs, "/merged")) return;
    const auto merged = PartReader::open(files, "/merged");
    ASSERT(merged && (*merged)->verify());
}

}  // namespace
}  // namespace tomograph

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tomograph;
    if (size == 0) return 0;
    [[maybe_unused]] static const bool is_quiet =
        (set_log_options({.sink = [](std::string_view) {}}), true);
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    FaultFileSystem files;
    static FileKeys keys(7, {.key = SecretKey(std::string(secret_key_bytes, 'k')), .version = 1},
                         {});
    const bool is_sealed = input.front() == 'S';
    if (input.front() == 'F' || is_sealed)
        put_file(files, input.substr(1));
    else if (input.front() == 'G')
        put_group(files, ByteReader(input.substr(1)));
    else
        put_part(files, ByteReader(input.substr(1)));
    if (is_sealed) static_cast<void>(check_part(files, "/part"));
    const auto part = PartReader::open(files, "/part", nullptr, is_sealed ? &keys : nullptr);
    if (!part) return 0;
    read_everything(**part);
    merge(files, **part);
    return 0;
}
