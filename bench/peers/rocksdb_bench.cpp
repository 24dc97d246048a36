// RocksDB as Jaeger uses Badger: the document under (trace, span), and a key without a value for
// each thing that is looked for: service, operation, duration, status and annotations.
//
//   rocksdb_bench DIRECTORY SPANS
#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <set>

#include "measure/measure.h"
#include "peers/peer_data.h"

namespace {

using namespace tomograph::peers;
using tomograph::TraceId;
using tomograph::measure::print_cell;
using tomograph::measure::require;
using tomograph::workload::W1Span;

constexpr char document_kind = 'd';
constexpr char index_kind = 'i';

rocksdb::Options options() {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.IncreaseParallelism(2);
    options.OptimizeLevelStyleCompaction(64 << 20);
    options.compression_per_level.clear();
    options.compression = rocksdb::kLZ4Compression;
    options.bottommost_compression = rocksdb::kZSTD;
    options.bottommost_compression_opts.enabled = true;
    options.bottommost_compression_opts.max_dict_bytes = 16 << 10;
    options.bottommost_compression_opts.zstd_max_train_bytes = 1 << 20;
    rocksdb::BlockBasedTableOptions table;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    table.block_size = 16 << 10;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    return options;
}

void check(const rocksdb::Status& status) { require(status.ok(), "rocksdb: " + status.ToString()); }

/// Ends with a zero byte: no name is the beginning of another.
std::string index_prefix(std::string_view name, std::string_view value) {
    return fmt::format("{}{}={}{}", index_kind, name, value, '\0');
}

std::string index_key(std::string_view name, std::string_view value, const PeerSpan& span) {
    return index_prefix(name, value) + big_endian(static_cast<std::uint64_t>(span.span->start_us)) +
           trace_key(span.trace->id);
}

void put(rocksdb::WriteBatch& batch, const PeerSpan& span) {
    const W1Span& own = *span.span;
    check(batch.Put(document_kind + trace_key(span.trace->id) + big_endian(own.id.value),
                    span.document));
    const std::string_view service = tomograph::workload::service_names[own.service];
    check(batch.Put(index_key("service", service, span), {}));
    check(batch.Put(index_key("operation", fmt::format("{}/{}", service, span.name), span), {}));
    check(batch.Put(
        index_key("duration", big_endian(static_cast<std::uint64_t>(own.end_us - own.start_us)),
                  span),
        {}));
    if (own.status != 0)
        check(batch.Put(index_key("status", std::to_string(own.status), span), {}));
    for (const Pair& pair : span.annotations)
        check(batch.Put(index_key(pair.key, pair.value, span), {}));
}

template <typename Visit>
void scan(rocksdb::DB& db, const std::string& prefix, const Visit& visit) {
    const std::unique_ptr<rocksdb::Iterator> at(db.NewIterator({}));
    for (at->Seek(prefix); at->Valid() && at->key().starts_with(prefix); at->Next())
        visit(at->key(), at->value());
    check(at->status());
}

std::set<std::string> traces_with(rocksdb::DB& db, std::string_view name, std::string_view value) {
    std::set<std::string> traces;
    scan(db, index_prefix(name, value), [&](const rocksdb::Slice& key, const rocksdb::Slice&) {
        traces.emplace(key.data() + key.size() - 16, 16);
    });
    return traces;
}

std::uint64_t filter(rocksdb::DB& db, std::string_view tenant) {
    const auto with_tenant = traces_with(db, "tenant", tenant);
    std::uint64_t both = 0;
    for (const auto& trace : traces_with(db, "status", "500")) both += with_tenant.contains(trace);
    return both;
}

std::int64_t time_us(std::string_view document, std::string_view member) {
    const std::size_t at = document.find(member);
    require(at != std::string_view::npos, "a document without times");
    const std::string_view digits = document.substr(at + member.size(), 17);
    std::int64_t us = 0;
    for (const char c : digits)
        if (c != '.') us = us * 10 + (c - '0');
    return us;
}

/// No index has sums: every document is read.
Groups group(rocksdb::DB& db) {
    constexpr std::string_view member = R"("tenant":")";
    Groups groups;
    scan(db, std::string(1, document_kind),
         [&](const rocksdb::Slice&, const rocksdb::Slice& value) {
             const std::string_view document(value.data(), value.size());
             const std::size_t at = document.find(member);
             if (at == std::string_view::npos) return;
             auto& [spans, duration] = groups[std::string(document.substr(at + member.size(), 11))];
             ++spans;
             duration += static_cast<std::uint64_t>(time_us(document, R"("end_time":)") -
                                                    time_us(document, R"("start_time":)"));
         });
    return groups;
}

void load(rocksdb::DB& db, PeerData& data) {
    const double before = tomograph::measure::cpu_seconds();
    const double begun = tomograph::measure::wall_seconds();
    rocksdb::WriteBatch batch;
    const auto write = [&] {
        check(db.Write({}, &batch));
        batch.Clear();
    };
    data.visit([&](const std::vector<PeerSpan>& spans) {
        for (const PeerSpan& span : spans) put(batch, span);
        if (batch.Count() > 4'000) write();
    });
    write();
    check(db.CompactRange({}, nullptr, nullptr));
    const auto spans = static_cast<double>(data.oracle().spans);
    print_cell("rocksdb", "load_cpu_us",
               (tomograph::measure::cpu_seconds() - before - data.making_seconds()) * 1e6 / spans);
    print_cell("rocksdb", "load_wall_us",
               (tomograph::measure::wall_seconds() - begun) * 1e6 / spans);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        fmt::print(stderr, "rocksdb_bench DIRECTORY SPANS\n");
        return 2;
    }
    const std::string directory = argv[1];
    std::filesystem::remove_all(directory);
    rocksdb::DB* opened = nullptr;
    check(rocksdb::DB::Open(options(), directory, &opened));
    const std::unique_ptr<rocksdb::DB> db(opened);
    PeerData data(std::strtoull(argv[2], nullptr, 10));
    load(*db, data);
    print_cell("rocksdb", "bytes_per_span",
               static_cast<double>(tomograph::measure::directory_bytes(directory)) /
                   static_cast<double>(data.oracle().spans));
    measure_answers(
        "rocksdb", data,
        {.documents =
             [&](TraceId id) {
                 std::vector<std::string> documents;
                 scan(*db, document_kind + trace_key(id),
                      [&](const rocksdb::Slice&, const rocksdb::Slice& value) {
                          documents.push_back(value.ToString());
                      });
                 return documents;
             },
         .search =
             [&](std::string_view tenant) { return traces_with(*db, "tenant", tenant).size(); },
         .filter = [&](std::string_view tenant) { return filter(*db, tenant); },
         .group = [&] { return group(*db); }});
}
