#include "wire/xray/splice.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "wire/xray/entity_outline.h"

namespace tomograph {
namespace {

/// What goes into one document in front of the byte `offset`.
struct Insertion {
    std::size_t offset = 0;
    std::string_view prefix;
    std::string_view suffix;
    std::vector<std::size_t> pieces;  ///< by index, joined by commas
};

/// A document and what goes into it.
struct Piece {
    std::string_view text;
    std::vector<Insertion> insertions;
};

/// The place for further subsegments of one entity.
struct Opening {
    std::size_t piece = 0;
    Insertion insertion;
    bool is_used = false;
    std::size_t index = 0;  ///< into the piece's insertions, once used
};

Insertion insertion_for(const EntityOutline& entity) {
    if (entity.closing_bracket == 0) {
        return {entity.closing_brace, R"(,"subsegments":[)", "]", {}};
    }
    return {entity.closing_bracket, entity.has_subsegments ? "," : "", "", {}};
}

class Splicer {
 public:
    Result<void> add_piece(std::string_view text) {
        const std::vector<EntityOutline> entities = TRY(outline(text));
        for (const EntityOutline& entity : entities) {
            // The first of equal ids is the parent: later ones cannot take its children.
            if (entity.id.is_none()) continue;
            openings_.try_emplace(entity.id, Opening{pieces_.size(), insertion_for(entity)});
        }
        pieces_.push_back({text, {}});
        return {};
    }

    /// Puts the piece added next under `parent`.
    Result<void> place_next(SpanId parent) {
        const auto found = openings_.find(parent);
        if (found == openings_.end()) {
            return Error(ErrorCode::not_found,
                         fmt::format("no entity {} to graft on", to_hex(parent)));
        }
        Opening& opening = found->second;
        auto& insertions = pieces_[opening.piece].insertions;
        if (!opening.is_used) {
            opening.is_used = true;
            opening.index = insertions.size();
            insertions.push_back(opening.insertion);
        }
        insertions[opening.index].pieces.push_back(pieces_.size());
        return {};
    }

    std::string join() &&;

 private:
    std::vector<Piece> pieces_;
    std::unordered_map<SpanId, Opening> openings_;
};

/// How far a piece has been written.
struct Frame {
    const Piece* piece;
    std::size_t offset = 0;
    std::size_t insertion = 0;
    std::size_t inner = 0;
};

// With a stack of its own: grafts on grafts may be thousands deep.
std::string Splicer::join() && {
    std::size_t bytes = 0;
    for (Piece& piece : pieces_) {
        bytes += piece.text.size() + 32;
        std::sort(piece.insertions.begin(), piece.insertions.end(),
                  [](const Insertion& a, const Insertion& b) { return a.offset < b.offset; });
    }
    std::string out;
    out.reserve(bytes);
    std::vector<Frame> stack{{&pieces_.front()}};
    while (!stack.empty()) {
        Frame& frame = stack.back();
        const Piece& piece = *frame.piece;
        if (frame.insertion == piece.insertions.size()) {
            out.append(piece.text.substr(frame.offset));
            stack.pop_back();
            continue;
        }
        const Insertion& insertion = piece.insertions[frame.insertion];
        if (frame.inner == insertion.pieces.size()) {
            out.append(insertion.suffix);
            ++frame.insertion;
            frame.inner = 0;
            continue;
        }
        if (frame.inner == 0) {
            out.append(piece.text.substr(frame.offset, insertion.offset - frame.offset));
            out.append(insertion.prefix);
            frame.offset = insertion.offset;
        } else {
            out.push_back(',');
        }
        stack.push_back({&pieces_[insertion.pieces[frame.inner++]]});
    }
    return out;
}

}  // namespace

Result<std::string> splice_subsegments(std::string_view document, std::span<const Graft> grafts) {
    if (grafts.empty()) return std::string(document);
    Splicer splicer;
    TRY(splicer.add_piece(document));
    for (const Graft& graft : grafts) {
        TRY(splicer.place_next(graft.parent));
        TRY_WITHIN(fmt::format("graft under {}", to_hex(graft.parent)),
                   splicer.add_piece(graft.json));
    }
    return std::move(splicer).join();
}

}  // namespace tomograph
