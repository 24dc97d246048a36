#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/assert.h"
#include "base/result.h"
#include "model/predicate.h"
#include "store/engine/search/verdicts.h"

namespace tomograph {

/// A predicate made ready for columns: how the answers of its leaves, which the plan keeps by
/// number, are joined. What is no matter of columns is unknown.
struct VerdictTree {
    enum class Kind : std::uint8_t { all, any, negation, leaf, unknown };

    Kind kind = Kind::unknown;
    std::vector<VerdictTree> children;
    std::size_t leaf = 0;

    static VerdictTree of_leaf(std::size_t number) {
        return {.kind = Kind::leaf, .children = {}, .leaf = number};
    }

    /// grow  the tree of a predicate that is not all, any or negation
    template <typename Grow>
    static VerdictTree of(const Predicate& predicate, const Grow& grow) {
        switch (predicate.kind) {
            case Predicate::Kind::all:
                return branch(Kind::all, predicate, grow);
            case Predicate::Kind::any:
                return branch(Kind::any, predicate, grow);
            case Predicate::Kind::negation:
                return branch(Kind::negation, predicate, grow);
            default:
                return grow(predicate);
        }
    }

    /// Whether it may hold for some row.
    ///
    /// leaf_can  the same of a leaf
    template <typename LeafCan>
    bool can_hold(const LeafCan& leaf_can) const {
        const auto child_can = [&](const VerdictTree& child) { return child.can_hold(leaf_can); };
        switch (kind) {
            case Kind::all:
                return std::all_of(children.begin(), children.end(), child_can);
            case Kind::any:
                return std::any_of(children.begin(), children.end(), child_can);
            case Kind::leaf:
                return leaf_can(leaf);
            case Kind::negation:
            case Kind::unknown:
                return true;
        }
        ASSERT(false);
    }

    /// Of each row.
    ///
    /// evaluate_leaf  Result<Verdicts> of a leaf; not asked for where it cannot matter
    /// errors         those of evaluate_leaf
    template <typename EvaluateLeaf>
    Result<Verdicts> evaluate(std::size_t rows, const EvaluateLeaf& evaluate_leaf) const {
        switch (kind) {
            case Kind::leaf:
                return evaluate_leaf(leaf);
            case Kind::negation: {
                Verdicts verdicts = TRY(children.front().evaluate(rows, evaluate_leaf));
                verdicts.negate();
                return verdicts;
            }
            case Kind::all: {
                Verdicts verdicts = Verdicts::all(rows, true);
                for (const VerdictTree& child : children) {
                    const Verdicts next = TRY(child.evaluate(rows, evaluate_leaf));
                    verdicts &= next;
                    if (!verdicts.maybe.any()) break;
                }
                return verdicts;
            }
            case Kind::any: {
                Verdicts verdicts(rows);
                for (const VerdictTree& child : children) {
                    const Verdicts next = TRY(child.evaluate(rows, evaluate_leaf));
                    verdicts |= next;
                }
                return verdicts;
            }
            case Kind::unknown:
                return Verdicts::all(rows, false);
        }
        ASSERT(false);
    }

 private:
    template <typename Grow>
    static VerdictTree branch(Kind kind, const Predicate& predicate, const Grow& grow) {
        VerdictTree tree{.kind = kind, .children = {}};
        for (const Predicate& child : predicate.children) tree.children.push_back(of(child, grow));
        return tree;
    }
};

}  // namespace tomograph
