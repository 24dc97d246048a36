#pragma once

#include <cstddef>

#include "base/time.h"

namespace tomograph {

/// A document that an X-Ray client sends: 64 KB.
inline constexpr std::size_t segment_bytes_max = 65'536;
/// A document at all: what a span of OTLP becomes, which knows no bound of X-Ray's.
inline constexpr std::size_t document_bytes_max = std::size_t{512} << 10;

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

/// Resources, scopes and spans, log records, or metrics and their points, of one OTLP request. AWS
/// takes 10,000 spans, the Collector sends 8,192; what more there is in 64 MiB is an attack: 2
/// bytes on the wire are a record of some 250.
inline constexpr std::size_t otlp_messages_max = std::size_t{1} << 18;
/// A span, or a metric's point, of more is not read: what a span says stands in its document, with
/// its resource and in part twice, and 2 bytes on the wire become an attribute of 72.
inline constexpr std::size_t otlp_span_bytes_max = std::size_t{256} << 10;
/// A resource, or a scope, of more is not read: it stands in each document.
inline constexpr std::size_t otlp_resource_bytes_max = segment_bytes_max;
/// Events of a span, and links: they take 600 bytes each while they are read, and 2 on the wire.
inline constexpr std::size_t otlp_events_max = 8'192;

/// Entries of one message of Fluent: 8 MiB, its chunks, of the smallest lines. 3 bytes are an empty
/// one, and some 330 as a record.
inline constexpr std::size_t fluent_entries_max = std::size_t{1} << 19;
/// The tag stands in each line's stream.
inline constexpr std::size_t fluent_tag_bytes_max = 4'096;

/// An id of the wrong form is answered as sent, up to here.
inline constexpr std::size_t rejected_id_characters_max = 250;

/// No time in a document lies farther from the document's own start. A trace stays open for 7 days,
/// so more than 30 is a wrong unit or a wrong clock. Independent of the time of arrival: a document
/// once accepted decodes to the same rows for ever.
inline constexpr Duration time_spread_max = Duration::days(30);

}  // namespace tomograph
