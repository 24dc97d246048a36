#pragma once

#include <cstddef>

#include "base/time.h"

namespace tomograph {

/// A document, as X-Ray has it: 64 KB.
inline constexpr std::size_t segment_bytes_max = 65'536;

/// Objects and arrays inside each other. Bounds recursion, so the stack too. Thirty subsegments
/// deep.
inline constexpr unsigned json_depth_max = 64;

/// The header line of a datagram is some 30 bytes; more is room for members we do not know.
inline constexpr std::size_t datagram_header_bytes_max = 1'024;

/// What fits into a datagram of 64 KiB, at two bytes each.
inline constexpr std::size_t datagram_documents_max = 32'768;

// Lengths that X-Ray documents, in characters (code points). What is longer is cut, never refused.
inline constexpr std::size_t name_characters_max = 200;
inline constexpr std::size_t text_characters_max = 250;
inline constexpr std::size_t annotation_value_characters_max = 1'000;

/// A longer annotation key cannot be indexed: cut, it would be another key.
inline constexpr std::size_t annotation_key_bytes_max = 500;

// Ours: these overrun 250 in practice and are useless when cut.
inline constexpr std::size_t url_characters_max = 2'048;
inline constexpr std::size_t arn_characters_max = 500;
inline constexpr std::size_t exception_message_characters_max = 1'000;

/// Paths of attributes, all keys together: an annotation of the longest key fits. What lies deeper
/// or is named longer is no attribute.
inline constexpr std::size_t attribute_path_bytes_max = 1'024;

/// Arrays and maps of an OTLP value inside each other.
inline constexpr unsigned value_depth_max = 16;

/// An id of the wrong form is answered as sent, up to here.
inline constexpr std::size_t rejected_id_characters_max = 250;

/// No time in a document lies farther from the document's own start. A trace stays open for 7 days,
/// so more than 30 is a wrong unit or a wrong clock. Independent of the time of arrival: a document
/// once accepted decodes to the same rows for ever.
inline constexpr Duration time_spread_max = Duration::days(30);

}  // namespace tomograph
