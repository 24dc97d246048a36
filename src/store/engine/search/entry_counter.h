#pragma once

#include <map>
#include <memory>
#include <string_view>
#include <unordered_map>

#include "store/engine/search/run_counter.h"
#include "store/trace_entries.h"

namespace tomograph {

/// Where each attribute of an entry stands in its segment.
inline constexpr std::string_view entry_type_path = "origin";
inline constexpr std::string_view entry_method_path = "http\x1frequest\x1fmethod";
inline constexpr std::string_view entry_url_path = "http\x1frequest\x1furl";

/// Entries of traces: batches as columns gave them, and one of those that were read.
class EntryList {
 public:
    void add(std::shared_ptr<const EntryBatch> batch);
    /// entry  its point, URL and bytes are filled in here
    void add(const EntryPoint& point, std::string_view url, TraceEntry entry);
    /// All that is held.
    std::uint64_t bytes() const { return batch_bytes_ + read_->bytes() + name_bytes_; }
    TraceEntries take() &&;

 private:
    std::vector<std::shared_ptr<const EntryBatch>> batches_;
    std::uint64_t batch_bytes_ = 0;
    std::shared_ptr<EntryBatch> read_ = std::make_shared<EntryBatch>();
    std::map<EntryPoint, std::uint32_t> points_;  ///< of read_, as its URLs
    std::unordered_map<std::string_view, std::uint32_t> urls_;
    std::uint64_t name_bytes_ = 0;  ///< of both, and of the points
};

/// Chooses evenly among traces.
std::uint64_t draw_of(TraceId id);

/// Lists the traces of runs by the columns of the spans that they came in by.
class EntryCounter final : public RunCounter {
 public:
    /// list  borrowed
    explicit EntryCounter(EntryList& list) : list_(list) {}

    Result<std::shared_ptr<const RunCounts>> count(GroupReader& group,
                                                   const column::Bitmap& rows) const override;
    void add(const RunCounts& counts) override;
    std::uint64_t bytes() const override { return list_.bytes(); }

 private:
    EntryList& list_;
};

}  // namespace tomograph
