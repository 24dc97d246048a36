#pragma once

#include <string>

#include "model/segment.h"

namespace tomograph {

/// What is kept of an old document: a smaller one that X-Ray would take as well.
///
///   kept   ids, parents, names, times, type, namespace, origin, error, fault and throttle, whether
///          a downstream was expected, method and status of HTTP, the database type, account,
///          operation and the one resource of AWS calls, account and links of segments; of every
///          subsegment the same
///   gone   annotations, metadata, users, urls, addresses, agents, causes, SQL, all other blocks
///
/// It decodes to the same rows as far as span rows, trace rows and the service graph go, and its
/// own summary is itself. Documents of one kind are spelled alike, so that few templates hold all.
/// May be longer than what was sent, where that had times like 1e9: the caller looks at its size.
///
/// cost  O(text), one allocation or two
std::string summary_document(const Segment& segment);

}  // namespace tomograph
