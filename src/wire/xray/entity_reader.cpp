#include "wire/xray/entity_reader.h"

#include "wire/xray/row_rules.h"
#include "wire/xray/validity.h"

namespace tomograph {

EntityFacts EntityReader::read_own() {
    segment_.spans.emplace_back();
    return read_entity(0);
}

EntityFacts EntityReader::read_entity(std::size_t row) {
    EntityFacts facts;
    segment_.spans[row].text_offset = static_cast<std::uint32_t>(context_.json.offset());
    context_.json.members([&](std::string_view key) { read_member(key, row, facts); });
    derive_row(facts, segment_.spans[row]);
    segment_.annotations_dropped += facts.annotations_dropped;
    segment_.links_dropped += facts.links_dropped;
    return facts;
}

// Of a key that stands twice the last wins: every reader starts by forgetting what was there.
void EntityReader::read_member(std::string_view key, std::size_t row, EntityFacts& facts) {
    if (key == "subsegments") return read_subsegments(row);
    Span& span = segment_.spans[row];
    if (read_scalar_member(key, span, facts)) return;
    if (read_block_member(key, span, facts)) return;
    context_.json.skip();  // metadata, and all that is not ours: it stays in the document
}

bool EntityReader::read_scalar_member(std::string_view key, Span& span, EntityFacts& facts) {
    if (key == "id") {
        read_given(context_, facts.id);
    } else if (key == "name") {
        read_given(context_, facts.name);
    } else if (key == "start_time") {
        read_given(context_, facts.start_time);
    } else if (key == "end_time") {
        read_given(context_, facts.end_time);
    } else if (key == "in_progress") {
        facts.in_progress = read_flag(context_);
    } else if (key == "parent_id") {
        read_given(context_, facts.parent_id);
    } else if (key == "trace_id") {
        read_given(context_, facts.trace_id);
    } else if (key == "type") {
        facts.is_subsegment = read_text(context_, text_characters_max) == "subsegment";
    } else if (key == "namespace") {
        span.name_space = to_name_space(read_text(context_, text_characters_max));
    } else if (key == "error") {
        span.error = read_outcome_flag(context_, facts);
    } else if (key == "fault") {
        span.fault = read_outcome_flag(context_, facts);
    } else if (key == "throttle") {
        span.throttle = read_outcome_flag(context_, facts);
    } else if (key == "traced") {
        facts.is_traced = read_flag(context_);
    } else if (key == "origin") {
        span.origin = read_text(context_, text_characters_max);
    } else if (key == "user") {
        span.user = read_text(context_, text_characters_max);
    } else if (key == "resource_arn") {
        span.resource_arn = read_text(context_, arn_characters_max);
    } else {
        return false;
    }
    return true;
}

bool EntityReader::read_block_member(std::string_view key, Span& span, EntityFacts& facts) {
    if (key == "http") {
        read_http(context_, span, facts);
    } else if (key == "aws") {
        read_aws(context_, span, facts);
    } else if (key == "annotations") {
        read_annotations(context_, span, facts);
    } else if (key == "cause") {
        read_cause(context_, span);
    } else if (key == "sql") {
        read_sql(context_, span);
    } else if (key == "service") {
        read_service(context_, span);
    } else if (key == "links") {
        read_links(context_, span, facts);
    } else {
        return false;
    }
    return true;
}

void EntityReader::read_subsegments(std::size_t row) {
    // Rows behind this entity's own are its descendants, from an earlier `subsegments` if there are
    // any.
    segment_.spans.resize(row + 1);
    context_.json.elements([&] { read_embedded(row); });
}

void EntityReader::read_embedded(std::size_t parent_row) {
    const std::size_t row = segment_.spans.size();
    segment_.spans.emplace_back();
    const EntityFacts facts = read_entity(row);
    if (context_.json.failed()) return;
    Span& span = segment_.spans[row];
    span.parent_row = static_cast<std::int32_t>(parent_row);
    if (check_embedded(facts, context_.arena, span)) {
        segment_.subsegments_dropped += static_cast<std::uint32_t>(segment_.spans.size() - row);
        segment_.spans.resize(row);
    }
}

}  // namespace tomograph
