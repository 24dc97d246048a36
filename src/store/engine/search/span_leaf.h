#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/predicate.h"
#include "store/engine/search/path_columns.h"
#include "store/engine/search/verdicts.h"
#include "store/part/group_reader.h"

namespace tomograph {

/// One condition on spans, made ready for the columns of a group.
class SpanLeaf {
 public:
    explicit SpanLeaf(const Condition& condition) : condition_(condition) {}

    /// Looks at the group's head and filter.
    /// returns  false when no span of the group can pass: then evaluate() need not be called
    /// errors   corrupt, io
    Result<bool> start(GroupReader& group, std::string_view filter);

    /// Of each span of a block, in order. After start(). errors: corrupt, io
    Result<Verdicts> evaluate(std::size_t block);

 private:
    /// A column of the attribute's path: of one kind of values.
    struct PathColumn {
        PathColumns::Column of;
        std::size_t chunk = ~std::size_t{0};
        column::Bitmap passing{0};  ///< of that chunk's values
    };

    bool start_attribute(std::string_view filter);
    bool can_pass(const PathColumns::Column& column, std::string_view filter) const;
    Result<Verdicts> evaluate_field(std::size_t block) const;
    Result<Verdicts> evaluate_attribute(std::size_t block);
    Result<void> match_chunk(PathColumn& column, std::size_t chunk) const;
    Result<column::Bitmap> match_ints(GroupColumn kind, std::size_t block, int decimals) const;
    Result<column::Bitmap> match_texts(GroupColumn kind, std::size_t block) const;
    Result<column::Bitmap> match_flags(std::size_t block) const;

    Condition condition_;
    GroupReader* group_ = nullptr;
    std::vector<PathColumn> columns_;
    std::vector<std::uint8_t> unknown_templates_;  ///< see PathColumns
    bool has_unknown_ = false;
};

}  // namespace tomograph
