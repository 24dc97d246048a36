#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "store/engine/search/run_counter.h"
#include "store/trace_search.h"

namespace tomograph {

/// The paths at which values came, and how many of each kind.
class NameTable {
 public:
    /// limit  more paths are over any memory budget
    explicit NameTable(std::size_t limit) : limit_(limit) {}

    void add(std::string_view path, ScalarKind kind, std::uint64_t count = 1);
    void add(const AttributeName& name);
    std::uint64_t bytes() const { return names_.size() > limit_ ? ~std::uint64_t{0} : bytes_; }
    /// By path, as many as the limit allows. The table is empty after that.
    std::vector<AttributeName> take();

 private:
    AttributeName& find(std::string_view path);

    std::size_t limit_;
    std::map<std::string, AttributeName, std::less<>> names_;
    std::uint64_t bytes_ = 0;
};

/// Counts the values at every path: from the templates of the spans where they tell the kind,
/// else from the columns of literals and of what is kept whole.
class NameCounter final : public RunCounter {
 public:
    /// table  borrowed
    explicit NameCounter(NameTable& table) : table_(table) {}

    Result<std::shared_ptr<const RunCounts>> count(GroupReader& group,
                                                   const column::Bitmap& rows) const override;
    void add(const RunCounts& counts) override;
    std::uint64_t bytes() const override { return table_.bytes(); }

 private:
    NameTable& table_;
};

}  // namespace tomograph
