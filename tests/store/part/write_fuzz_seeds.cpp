// Writes the seeds of the fuzz targets that read the store's files:  write_fuzz_seeds <fuzz/corpus>
//
// Run it when a format changed; what the fuzzers found themselves stays beside it.
#include <cstdio>

#define DOCTEST_CONFIG_IMPLEMENT
#include "base/bytes.h"
#include "base/crypto/file_keys.h"
#include "store/engine/manifest.h"
#include "store/golden/golden_traffic.h"
#include "store/keys/sealed_file.h"
#include "store/part/block_reader.h"
#include "store/part/fixture.h"
#include "store/part/group_facts.h"
#include "store/part/rollup.h"
#include "store/store_image.h"

namespace tomograph::testing {
namespace {

class Corpus {
 public:
    explicit Corpus(std::string folder) : folder_(std::move(folder)) {}

    void write(const std::string& target, const std::string& name, const std::string& seed) {
        REQUIRE(files_->make_directories(folder_ + "/" + target));
        REQUIRE(replace_file(*files_, folder_ + "/" + target + "/" + name, seed));
    }

 private:
    std::unique_ptr<FileSystem> files_ = make_real_file_system();
    std::string folder_;
};

/// The largest part of a store that was given the first traces of the golden traffic.
std::string sealed_traffic(std::uint64_t traces) {
    StoreFixture fixture;
    fixture.must_open();
    GoldenTraffic traffic(3);
    for (std::uint64_t n = 0; n < traces; ++n) {
        std::vector<Document> documents;
        for (const std::string& text : traffic.begin(n)) documents.push_back(golden_document(text));
        REQUIRE(fixture.append(std::move(documents)));
    }
    fixture.settle();
    std::string largest;
    for (const auto& [name, bytes] : read_image(fixture.files, fixture.options.directory))
        if (name.ends_with(".part") && bytes.size() > largest.size()) largest = bytes;
    return largest;
}

std::string with_length(std::string_view bytes) {
    std::string text;
    ByteWriter(text).text(bytes);
    return text;
}

/// The form 'G' of part_reader: what the only group of a part is made of.
std::string group_form(FileSystem& files, const std::string& path) {
    const auto blocks = PartBlockReader::open(files, path);
    REQUIRE(blocks);
    std::string seed = "G";
    const auto table = (*blocks)->read(PartSection::groups, 0);
    REQUIRE(table);
    const auto groups = decode_group_table(*table);
    REQUIRE(groups);
    REQUIRE(groups->size() == 1);
    seed += with_length(*table);
    for (const PartSection section : {PartSection::group_heads, PartSection::group_filters}) {
        const auto block = (*blocks)->read(section, 0);
        REQUIRE(block);
        seed += with_length(*block);
    }
    const GroupFacts& group = groups->front();
    const auto chunks =
        (*blocks)->read_bytes(group.offset, static_cast<std::uint32_t>(group.bytes));
    REQUIRE(chunks);
    return seed + *chunks;
}

/// The same part under a key, as the fuzz target has it.
std::string sealed_form(FileSystem& files, const std::string& path, FileKeys& keys) {
    const auto part = open_part(files, path);
    auto writer = PartWriter::create(files, path + "-sealed", {.keys = &keys, .part_id = 5});
    REQUIRE(writer);
    for (std::uint32_t ordinal = 0; ordinal < part->facts().traces; ++ordinal) {
        Arena texts;
        REQUIRE((*writer)->add({.row = *part->row(ordinal),
                                .documents = *part->documents(ordinal),
                                .spans = *part->spans(ordinal, texts)}));
    }
    REQUIRE((*writer)->finish(*part->rollup()));
    const auto bytes = read_file(files, path + "-sealed", 1 << 20);
    REQUIRE(bytes);
    return "S" + *bytes;
}

void write_parts(Corpus& corpus, FileKeys& keys) {
    for (const std::uint64_t traces : {1, 2, 12}) {
        FaultFileSystem files;
        const std::string bytes = sealed_traffic(traces);
        REQUIRE(replace_file(files, "/part", bytes));
        const std::string name = fmt::format("traffic_{}", traces);
        corpus.write("part_reader", "file_" + name, "F" + bytes);
        corpus.write("part_reader", "group_" + name, group_form(files, "/part"));
        corpus.write("part_reader", "sealed_" + name, sealed_form(files, "/part", keys));
    }
}

void write_rollups(Corpus& corpus) {
    for (const std::size_t cells : {0, 1, 5, 60}) {
        TraceMaker maker(cells);
        const auto blocks = encode_rollup(make_rollup(maker, cells));
        REQUIRE(blocks);
        std::string seed;
        for (const std::string& block : *blocks) seed += with_length(block);
        corpus.write("rollup", fmt::format("cells_{}", cells), seed);
    }
    // The layout of older programs, from a part that one wrote.
    const auto files = make_real_file_system();
    const auto old = PartBlockReader::open(*files, GOLDENS_FOLDER
                                           "/format1/killed/spans/20261117/"
                                           "L1-1794913605-1794913662-0000000000000007.part");
    REQUIRE(old);
    const auto block = (*old)->read(PartSection::rollup, 0);
    REQUIRE(block);
    corpus.write("rollup", "format_1", with_length(*block));
}

void write_sealed_files(Corpus& corpus, FileKeys& keys) {
    const std::string text = R"({"lsn":7,"received":1700000000.123,"record":{"a":1}})"
                             "\n";
    const auto sealed =
        seal_file(&keys, {.kind = SealedKind::telemetry, .number = 20'261'118}, text);
    REQUIRE(sealed);
    corpus.write("sealed_file", "plain", "0" + text);
    corpus.write("sealed_file", "sealed", "1" + *sealed);
    corpus.write("sealed_file", "without_key", "0" + *sealed);
    corpus.write("sealed_file", "cut_short", "1" + sealed->substr(0, 700));
    std::string damaged = *sealed;
    damaged.back() = static_cast<char>(damaged.back() ^ 1);
    corpus.write("sealed_file", "wrong_tag", "1" + damaged);
}

void write_manifests(Corpus& corpus) {
    ManifestPart part{.id = 7, .level = 1, .path = "spans/20261118/L1.part", .facts = {}};
    part.facts.traces = 3;
    const ManifestRollup rollup{.id = 8, .path = "rollup/20261118-m5.rollup", .grain = 5};
    const TraceId trace{1, 2};
    const std::string first = encode_edits({AddPart{part}, SetFloor{{9}}, SetNextPartId{10}});
    const std::string second = encode_edits(
        {AddRollup{rollup}, DropPart{7},
         SetPolicies{{{.retention_class = 2, .has_fault = true},
                      {.retention_class = 3, .root_service = "api"}}},
         Redact{trace, {8}}, Pin{trace}, Unpin{trace}, DropRollup{8},
         NoteQuarantine{.part_id = 7, .what = "a part", .why = "a flipped bit"}, MarkClean{}});
    corpus.write("manifest", "one_record", "R" + with_length(first));
    corpus.write("manifest", "every_edit", "R" + with_length(first) + with_length(second));
    corpus.write("manifest", "second_is_damaged",
                 "R" + with_length(first) + with_length(second.substr(0, second.size() - 3)));
    StoreFixture fixture;
    fixture.must_open();
    fixture.must_append({{.trace = trace_number(1)}});
    fixture.settle();
    for (const auto& [name, bytes] : read_image(fixture.files, fixture.options.directory))
        if (name.ends_with(".mf")) corpus.write("manifest", "whole", "M" + bytes);
}

}  // namespace
}  // namespace tomograph::testing

int main(int count, char** arguments) {
    using namespace tomograph;
    if (count != 2) {
        std::fprintf(stderr, "usage: write_fuzz_seeds <fuzz/corpus>\n");
        return 2;
    }
    doctest::Context context;
    context.setAsDefaultForAssertsOutOfTestCases();
    testing::Corpus corpus(arguments[1]);
    FileKeys keys(7, {.key = SecretKey(std::string(secret_key_bytes, 'k')), .version = 1}, {});
    testing::write_parts(corpus, keys);
    testing::write_rollups(corpus);
    testing::write_sealed_files(corpus, keys);
    testing::write_manifests(corpus);
    return 0;
}
