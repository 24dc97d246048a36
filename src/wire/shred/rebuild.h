#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/result.h"
#include "wire/shred/document_sink.h"
#include "wire/shred/limits.h"
#include "wire/shred/object_form.h"
#include "wire/shred/template.h"

namespace tomograph {

/// A row of a document that is put together again.
struct RebuildRow {
    const Template* shape = nullptr;
    std::uint32_t children = 0;
};

/// Appends a value as it stood in the document, by its slot's kind.
///
/// returns  false when no shredder makes such a value: a scale beyond 18, an unknown literal
bool append_value(SlotKind kind, const ShreddedValue& value, DocumentSink& out);
bool append_value(SlotKind kind, const ShreddedValue& value, std::string& out);

/// Writes one document from its rows; value_of comes in the order of the text.
class DocumentRebuild {
 public:
    DocumentRebuild(std::span<const RebuildRow> rows, const ObjectForms& objects, std::string& out)
        : rows_(rows), objects_(objects), out_(out, bytes_expected(rows)) {}
    ~DocumentRebuild() { out_.finish(); }
    DocumentRebuild(const DocumentRebuild&) = delete;
    DocumentRebuild& operator=(const DocumentRebuild&) = delete;

    /// See rebuild().
    template <class ValueOf>
    Result<void> run(ValueOf& value_of);

 private:
    struct Frame {
        std::uint32_t row = 0;
        std::uint32_t slot = 0;
        std::uint32_t value = 0;  ///< the next one
        std::uint32_t children_left = 0;
    };

    static std::size_t bytes_expected(std::span<const RebuildRow> rows);
    /// Begins the next row; false when there is none, or too deep.
    bool push_row();
    /// A child of the innermost row is written: goes on to the next, or behind the last one.
    bool after_child();
    Error broken(const char* what) const;
    bool is_too_large() const { return out_.bytes() > shredded_document_bytes_max; }

    template <class ValueOf>
    Result<void> write_object(std::size_t form, Frame& frame, ValueOf& value_of);

    std::span<const RebuildRow> rows_;
    const ObjectForms& objects_;
    DocumentSink out_;
    std::array<Frame, entity_depth_max> stack_;
    std::size_t depth_ = 0;
    std::uint32_t next_row_ = 0;
};

/// Appends the document that a Shredder took apart, byte for byte.
///
/// rows      in preorder, as shred() gave them; must be one tree
/// objects   the forms that values of object slots name
/// value_of  bool value_of(row, i, ShreddedValue& value): value number `i` of row number `row`,
///           called once for each in the order of the text (rows interleave around their children).
///           false: there is none
/// errors    corrupt  the rows are no tree, a value is missing or impossible, the document is over
///                    shredded_document_bytes_max; out then holds a part of it
/// cost      0.25 CPU-us for 558 bytes with 17 values (bench wire: rebuild_segment)
template <class ValueOf>
Result<void> rebuild(std::span<const RebuildRow> rows, const ObjectForms& objects,
                     ValueOf&& value_of, std::string& out) {
    return DocumentRebuild(rows, objects, out).run(value_of);
}

template <class ValueOf>
Result<void> DocumentRebuild::run(ValueOf& value_of) {
    if (!push_row()) return broken("no rows");
    ShreddedValue value;
    while (depth_ > 0) {
        Frame& frame = stack_[depth_ - 1];
        const Template& shape = *rows_[frame.row].shape;
        bool is_done = true;
        for (; frame.slot < shape.slots.size(); ++frame.slot) {
            const Slot& slot = shape.slots[frame.slot];
            out_.append(shape.literal(frame.slot));
            if (slot.kind == SlotKind::children) {
                is_done = false;
                break;
            }
            if (!value_of(frame.row, frame.value++, value)) return broken("a value is missing");
            if (slot.kind == SlotKind::object) {
                TRY(write_object(static_cast<std::size_t>(value.mantissa), frame, value_of));
                continue;
            }
            if (!append_value(slot.kind, value, out_)) return broken("a value is out of range");
            if (is_too_large()) return broken("the document is too large");
        }
        if (is_done) {
            out_.append(shape.literal(frame.slot));
            if (is_too_large()) return broken("the document is too large");
            --depth_;
            if (depth_ > 0 && !after_child()) return broken("the rows are no tree");
        } else {
            out_.append(shape.separators.open);
            if (!push_row()) return broken("the rows are no tree");
        }
    }
    if (next_row_ != rows_.size()) return broken("the rows are no tree");
    return {};
}

template <class ValueOf>
Result<void> DocumentRebuild::write_object(std::size_t form, Frame& frame, ValueOf& value_of) {
    if (form >= objects_.size()) return broken("an object has no form");
    ShreddedValue value;
    out_.append('{');
    bool is_first = true;
    for (const std::uint32_t index : objects_.members_of(form)) {
        const ObjectMember& member = objects_.members()[index];
        if (!is_first) out_.append(',');
        is_first = false;
        out_.append(member.literal);
        if (!value_of(frame.row, frame.value++, value)) return broken("a value is missing");
        if (!append_value(member.kind, value, out_)) return broken("a value is out of range");
        if (is_too_large()) return broken("the document is too large");
    }
    out_.append(objects_.close_of(form));
    out_.append('}');
    return {};
}

}  // namespace tomograph
