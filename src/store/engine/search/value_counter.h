#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "store/engine/search/run_counter.h"
#include "store/trace_search.h"

namespace tomograph {

/// How often each value of one attribute came.
class ValueTable {
 public:
    void add(const Scalar& value, std::uint64_t count);
    std::uint64_t bytes() const { return bytes_; }
    /// The most frequent. The table is of no use after that.
    AttributeValues take(std::size_t limit);

 private:
    std::map<Scalar, std::uint64_t> counts_;
    std::uint64_t total_ = 0;
    std::uint64_t bytes_ = 0;
};

/// Counts the values of an attribute from its columns.
class ValueCounter final : public RunCounter {
 public:
    /// table  borrowed
    ValueCounter(std::string path, ValueTable& table) : path_(std::move(path)), table_(table) {}

    Result<std::shared_ptr<const RunCounts>> count(GroupReader& group,
                                                   const column::Bitmap& rows) const override;
    void add(const RunCounts& counts) override;
    std::uint64_t bytes() const override { return table_.bytes(); }

 private:
    std::string path_;
    ValueTable& table_;
};

}  // namespace tomograph
