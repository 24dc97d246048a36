#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "wire/shred/object_form.h"
#include "wire/shred/template.h"

namespace tomograph {

/// What became of the documents since reset().
struct ShredderCounters {
    std::uint64_t matched = 0;             ///< taken apart by templates seen before, the fast way
    std::uint64_t cut = 0;                 ///< taken apart byte by byte: something in them was new
    std::uint64_t refused = 0;             ///< not taken apart: kept whole by the caller
    std::uint64_t objects_by_members = 0;  ///< paths with many combinations of keys: forms since
    std::uint64_t objects_kept_whole = 0;  ///< paths whose keys exploded: json slots since
    bool is_coarse = false;  ///< the tables are full: metadata is no longer taken apart
    bool has_room = true;    ///< for forms; objects of new forms are json slots else
};

/// Takes documents apart into templates and values.
///
/// A document is a tree of entities: its own object, and each element of `subsegments` of an
/// entity. Each entity becomes a row, in the order of their opening braces (as Segment::spans); a
/// row names a template and holds a value for each of its slots. Only scalars under objects get
/// slots of their own. An array is one json slot; so is an object nested deeper than slot_depth_max
/// or whose keys exploded. An object whose keys come in many combinations is one slot: its form,
/// and the values of its members behind it. An empty object is literal text.
///
/// Which template a document gets depends on its text and on the documents before it, never on
/// time or chance. Not for threads: keep one for each.
class Shredder {
 public:
    Shredder();
    ~Shredder();

    /// Replaces rows and values.
    ///
    /// document  JSON that SegmentDecoder accepted; other bytes are refused, or rebuilt all the
    /// same values    their texts borrow from the document, or from the Shredder until its next
    /// shred() returns   false: not taken apart, rows and values are empty. For a key twice in an
    /// object,
    ///           path_separator in a key, `subsegments` with anything but objects, or with unlike
    ///           separators, a bound of limits.h
    /// cost      0.23 CPU-us for 558 bytes with 17 values whose templates were seen, 9 when the
    ///           tables are empty (bench wire: shred_segment, 2 shared EPYC cores)
    bool shred(std::string_view document, std::vector<ShreddedRow>& rows,
               std::vector<ShreddedValue>& values);

    /// Templates and paths are numbered from 0 as they come; a number keeps its meaning, and
    /// references stay valid, until reset().
    std::size_t templates() const;
    const Template& template_at(std::uint32_t index) const;
    const std::vector<std::string>& paths() const;
    /// The forms of objects; numbered as templates are.
    const ObjectForms& objects() const;

    /// Forgets all templates and paths.
    void reset();

    const ShredderCounters& counters() const;

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tomograph
