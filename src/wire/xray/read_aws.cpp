#include <initializer_list>

#include "wire/xray/read_context.h"

namespace tomograph {
namespace {

/// Names that stand in several places; the better place wins, wherever it comes in the text.
struct AwsCandidates {
    std::string_view ec2_zone;
    std::string_view ecs_zone;
    std::string_view ecs_container;
    std::string_view eks_container;
    std::string_view single_queue;
    std::string_view single_table;
    std::string_view single_resource;
};

void read_ec2(ReadContext& context, SpanAws& aws, AwsCandidates& candidates) {
    context.json.members([&](std::string_view key) {
        if (key == "instance_id") {
            aws.instance_id = read_text(context, text_characters_max);
        } else if (key == "availability_zone") {
            candidates.ec2_zone = read_text(context, text_characters_max);
        } else {
            context.json.skip();
        }
    });
}

void read_ecs(ReadContext& context, SpanAws& aws, AwsCandidates& candidates) {
    context.json.members([&](std::string_view key) {
        if (key == "task_arn") {
            aws.task_arn = read_text(context, arn_characters_max);
        } else if (key == "container_id") {
            candidates.ecs_container = read_text(context, text_characters_max);
        } else if (key == "availability_zone") {
            candidates.ecs_zone = read_text(context, text_characters_max);
        } else {
            context.json.skip();
        }
    });
}

void read_eks(ReadContext& context, AwsCandidates& candidates) {
    context.json.members([&](std::string_view key) {
        if (key == "container_id") {
            candidates.eks_container = read_text(context, text_characters_max);
        } else {
            context.json.skip();
        }
    });
}

/// Node and Java send `rule_name`, Python and Go `sampling_rule_name`.
void read_xray(ReadContext& context, SpanAws& aws) {
    context.json.members([&](std::string_view key) {
        if (key == "rule_name" || key == "sampling_rule_name") {
            aws.sampling_rule = read_text(context, text_characters_max);
        } else {
            context.json.skip();
        }
    });
}

void read_member(ReadContext& context, std::string_view key, SpanAws& aws,
                 AwsCandidates& candidates) {
    if (key == "operation") {
        aws.operation = read_text(context, text_characters_max);
    } else if (key == "region") {
        aws.region = read_text(context, text_characters_max);
    } else if (key == "request_id") {
        aws.request_id = read_text(context, text_characters_max);
    } else if (key == "account_id") {
        aws.account_id = read_text(context, text_characters_max);
    } else if (key == "table_name") {
        aws.table_name = read_text(context, text_characters_max);
    } else if (key == "table_names") {
        candidates.single_table = read_single_text(context, text_characters_max);
    } else if (key == "resource_names") {
        candidates.single_resource = read_single_text(context, text_characters_max);
    } else if (key == "queue_url") {
        aws.queue_url = read_text(context, url_characters_max);
    } else if (key == "queue_urls") {
        candidates.single_queue = read_single_text(context, url_characters_max);
    } else if (key == "topic_arn") {
        aws.topic_arn = read_text(context, arn_characters_max);
    } else if (key == "bucket_name") {
        aws.bucket_name = read_text(context, text_characters_max);
    } else if (key == "function_name") {
        aws.function_name = read_text(context, text_characters_max);
    } else if (key == "ec2") {
        read_ec2(context, aws, candidates);
    } else if (key == "ecs") {
        read_ecs(context, aws, candidates);
    } else if (key == "eks") {
        read_eks(context, candidates);
    } else if (key == "xray") {
        read_xray(context, aws);
    } else {
        context.json.skip();
    }
}

std::string_view first_given(std::initializer_list<std::string_view> texts) {
    for (const std::string_view text : texts) {
        if (!text.empty()) return text;
    }
    return {};
}

}  // namespace

void read_aws(ReadContext& context, Span& span, EntityFacts& facts) {
    span.aws = {};
    span.aws.is_present = context.json.kind() == JsonKind::object;
    AwsCandidates candidates;
    context.json.members(
        [&](std::string_view key) { read_member(context, key, span.aws, candidates); });

    SpanAws& aws = span.aws;
    aws.availability_zone = first_given({candidates.ec2_zone, candidates.ecs_zone});
    aws.container_id = first_given({candidates.ecs_container, candidates.eks_container});
    aws.queue_url = first_given({aws.queue_url, candidates.single_queue});
    aws.table_name = first_given({aws.table_name, candidates.single_table});
    facts.single_resource = candidates.single_resource;
}

}  // namespace tomograph
