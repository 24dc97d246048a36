#pragma once

#include <unordered_map>

#include "store/engine/search/run_counter.h"
#include "store/trace_entries.h"

namespace tomograph {

/// Where each attribute of an EntryPoint stands in its segment.
inline constexpr std::string_view entry_type_path = "origin";
inline constexpr std::string_view entry_method_path = "http\x1frequest\x1fmethod";
inline constexpr std::string_view entry_url_path = "http\x1frequest\x1furl";

/// Entries of traces, and their points, each kept once.
class EntryTable {
 public:
    void add(const EntryPoint& point, TraceEntry entry);
    std::uint32_t number_of(const EntryPoint& point);
    void add(TraceEntry entry) { entries_.traces.push_back(entry); }
    std::uint64_t bytes() const;
    TraceEntries take() { return std::move(entries_); }

 private:
    TraceEntries entries_;
    std::unordered_map<std::string, std::uint32_t> numbers_;
    std::uint64_t point_bytes_ = 0;
};

/// Chooses evenly among traces.
std::uint64_t draw_of(TraceId id);

/// Lists the traces of runs by the columns of the spans that they came in by.
class EntryCounter final : public RunCounter {
 public:
    /// table  borrowed
    explicit EntryCounter(EntryTable& table) : table_(table) {}

    Result<std::shared_ptr<const RunCounts>> count(GroupReader& group,
                                                   const column::Bitmap& rows) const override;
    void add(const RunCounts& counts) override;
    std::uint64_t bytes() const override { return table_.bytes(); }

 private:
    EntryTable& table_;
};

}  // namespace tomograph
