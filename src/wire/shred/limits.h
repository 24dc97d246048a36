#pragma once

#include <cstddef>
#include <cstdint>

#include "wire/limits.h"

namespace tomograph {

inline constexpr std::size_t shredded_document_bytes_max = document_bytes_max;

/// What a trace may hold; a row takes 40 bytes and more of text anyhow.
inline constexpr std::size_t shredded_rows_max = 10'000;

/// A hundred services make some hundreds of templates. Behind the first bound only the coarse cut
/// makes new ones; together they fit 12 bits.
inline constexpr std::size_t templates_fine_max = 3'584;
inline constexpr std::size_t templates_max = 4'096;

/// Each path is a column of the part that holds the rows. As for templates.
inline constexpr std::size_t paths_fine_max = 960;
inline constexpr std::size_t paths_max = 1'024;

/// A text with more places for values is not a usual document, and would make a wide table row.
inline constexpr std::size_t slots_per_template_max = 256;

/// Memory of the tables, whatever the keys: the text of one template and of all, and the keys and
/// shapes remembered of objects.
inline constexpr std::size_t template_bytes_max = 16'384;
inline constexpr std::size_t template_bytes_sum_max = 16'777'216;
inline constexpr std::size_t object_notes_max = 65'536;

/// A path of an annotation key of annotation_key_bytes_max, and more.
inline constexpr std::size_t path_bytes_max = 1'024;

/// Objects inside each other whose members get slots of their own: `aws.ecs.x` is 3. Deeper ones
/// are kept as text.
inline constexpr unsigned slot_depth_max = 8;

/// Entities inside each other: each level takes two of json_depth_max.
inline constexpr unsigned entity_depth_max = 32;

// One object whose keys are made up as they come (metadata keyed by request) would fill the tables
// alone. Members that X-Ray documents vary by nature, from service to service.
inline constexpr std::size_t object_shapes_max = 64;
inline constexpr std::size_t object_keys_max = 128;
inline constexpr std::size_t known_object_shapes_max = 512;
inline constexpr std::size_t known_object_keys_max = 512;

// With more shapes than that, objects are taken apart by their members: the forms at one path, all
// forms and their members, and the space in front of a closing brace. A form takes 4 bytes a
// member in each group that it comes in.
inline constexpr std::size_t object_forms_max = 16'384;
inline constexpr std::size_t object_forms_sum_max = 32'768;
inline constexpr std::size_t object_listed_sum_max = 1'048'576;
inline constexpr std::size_t object_close_bytes_max = 64;

/// 10^18 is the largest power of ten in 64 bits.
inline constexpr unsigned number_scale_max = 18;

// A stored dictionary may come from several shredders, by merging.
inline constexpr std::size_t dictionary_templates_max = 65'536;
inline constexpr std::size_t dictionary_paths_max = 65'536;
inline constexpr std::size_t dictionary_members_max = 65'536;
inline constexpr std::size_t dictionary_forms_max = 65'536;
inline constexpr std::size_t dictionary_shapes_max = 262'144;

}  // namespace tomograph
