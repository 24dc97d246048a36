// aws_xray_group and aws_xray_sampling_rule: what has an ARN and tags.
package main

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/xray"
	"github.com/aws/aws-sdk-go-v2/service/xray/types"
)

type tags map[string]string

func tagList(of tags) []types.Tag {
	list := make([]types.Tag, 0, len(of))
	for key, value := range of {
		list = append(list, types.Tag{Key: aws.String(key), Value: aws.String(value)})
	}
	return list
}

func readTags(client *xray.Client, arn string) tags {
	read := tags{}
	input := &xray.ListTagsForResourceInput{ResourceARN: &arn}
	for _, tag := range got(client.ListTagsForResource(ctx, input)).Tags {
		read[*tag.Key] = *tag.Value
	}
	return read
}

// What is gone is untagged first; what is new or another value is tagged.
func updateTags(client *xray.Client, arn string, before, after tags) {
	var removed []string
	changed := tags{}
	for key := range before {
		if _, stays := after[key]; !stays {
			removed = append(removed, key)
		}
	}
	for key, value := range after {
		if old, was := before[key]; !was || old != value {
			changed[key] = value
		}
	}
	if len(removed) > 0 {
		got(client.UntagResource(ctx, &xray.UntagResourceInput{ResourceARN: &arn, TagKeys: removed}))
	}
	if len(changed) > 0 {
		got(client.TagResource(ctx, &xray.TagResourceInput{ResourceARN: &arn, Tags: tagList(changed)}))
	}
}

func group(client *xray.Client) *resource {
	insights := func(config any) *types.InsightsConfiguration {
		if config == nil { // not in the configuration: what X-Ray says is taken over
			return nil
		}
		both := config.([]bool)
		return &types.InsightsConfiguration{InsightsEnabled: &both[0], NotificationsEnabled: &both[1]}
	}
	return &resource{
		name: "aws_xray_group",
		first: arguments{"group_name": "slow", "filter_expression": "responsetime > 5",
			"tags": tags{"team": "a", "stage": "prod"}},
		second: arguments{"group_name": "slow", "filter_expression": "responsetime > 10 AND fault",
			"insights_configuration": []bool{true, true}, "tags": tags{"team": "b", "cost": ""}},
		create: func(asked arguments) string {
			return *got(client.CreateGroup(ctx, &xray.CreateGroupInput{
				GroupName:             aws.String(asked["group_name"].(string)),
				FilterExpression:      aws.String(asked["filter_expression"].(string)),
				InsightsConfiguration: insights(asked["insights_configuration"]),
				Tags:                  tagList(asked["tags"].(tags)),
			})).Group.GroupARN
		},
		read: func(id string) arguments {
			answer, err := client.GetGroup(ctx, &xray.GetGroupInput{GroupARN: &id})
			if isRefusal(err, "Group not found") {
				return nil
			}
			read := got(answer, err).Group
			must(*read.GroupARN == id, "a group keeps its ARN")
			return arguments{"group_name": read.GroupName, "filter_expression": read.FilterExpression,
				"insights_configuration": []bool{*read.InsightsConfiguration.InsightsEnabled,
					*read.InsightsConfiguration.NotificationsEnabled},
				"tags": readTags(client, id)}
		},
		update: func(id string, before, after arguments) {
			updateTags(client, id, before["tags"].(tags), after["tags"].(tags))
			got(client.UpdateGroup(ctx, &xray.UpdateGroupInput{GroupARN: &id,
				FilterExpression:      aws.String(after["filter_expression"].(string)),
				InsightsConfiguration: insights(after["insights_configuration"])}))
		},
		delete: func(id string) {
			answer, err := client.DeleteGroup(ctx, &xray.DeleteGroupInput{GroupARN: &id})
			if !isRefusal(err, "Group not found") {
				got(answer, err)
			}
		},
		outside: func(id string) { got(client.DeleteGroup(ctx, &xray.DeleteGroupInput{GroupName: aws.String("slow")})) },
	}
}

func samplingRule(client *xray.Client) *resource {
	find := func(name string) *types.SamplingRule {
		for pages := xray.NewGetSamplingRulesPaginator(client, &xray.GetSamplingRulesInput{}); pages.HasMorePages(); {
			for _, record := range got(pages.NextPage(ctx)).SamplingRuleRecords {
				if rule := record.SamplingRule; rule != nil && *rule.RuleName == name {
					return rule
				}
			}
		}
		return nil
	}
	matched := func(asked arguments, name string) *string { return aws.String(asked[name].(string)) }
	return &resource{
		name: "aws_xray_sampling_rule",
		first: arguments{"priority": 9999, "fixed_rate": 0.05, "reservoir_size": 1, "resource_arn": "*",
			"service_name": "*", "service_type": "*", "host": "*", "http_method": "*", "url_path": "*",
			"attributes": map[string]string{"Hello": "Tris"}, "tags": tags{"team": "a"}},
		second: arguments{"priority": 7, "fixed_rate": 0.333, "reservoir_size": 0, "resource_arn": "*",
			"service_name": "shop-?", "service_type": "AWS::ECS::Container", "host": "*.example.com",
			"http_method": "GET", "url_path": "/pay/*", "attributes": map[string]string{},
			"tags": tags{"stage": "prod"}},
		create: func(asked arguments) string {
			rule := got(client.CreateSamplingRule(ctx, &xray.CreateSamplingRuleInput{
				Tags: tagList(asked["tags"].(tags)),
				SamplingRule: &types.SamplingRule{
					RuleName: aws.String("tf-rule"), ResourceARN: matched(asked, "resource_arn"),
					Priority: aws.Int32(int32(asked["priority"].(int))), FixedRate: asked["fixed_rate"].(float64),
					ReservoirSize: int32(asked["reservoir_size"].(int)), ServiceName: matched(asked, "service_name"),
					ServiceType: matched(asked, "service_type"), Host: matched(asked, "host"),
					HTTPMethod: matched(asked, "http_method"), URLPath: matched(asked, "url_path"),
					Version: aws.Int32(1), Attributes: asked["attributes"].(map[string]string),
				}})).SamplingRuleRecord.SamplingRule
			return *rule.RuleName
		},
		read: func(id string) arguments {
			rule := find(id)
			if rule == nil {
				return nil
			}
			attributes := rule.Attributes
			if attributes == nil {
				attributes = map[string]string{}
			}
			must(*rule.Version == 1, "a rule has its version")
			return arguments{"priority": rule.Priority, "fixed_rate": rule.FixedRate,
				"reservoir_size": rule.ReservoirSize, "resource_arn": rule.ResourceARN,
				"service_name": rule.ServiceName, "service_type": rule.ServiceType, "host": rule.Host,
				"http_method": rule.HTTPMethod, "url_path": rule.URLPath, "attributes": attributes,
				"tags": readTags(client, *rule.RuleARN)}
		},
		update: func(id string, before, after arguments) {
			updateTags(client, *find(id).RuleARN, before["tags"].(tags), after["tags"].(tags))
			got(client.UpdateSamplingRule(ctx, &xray.UpdateSamplingRuleInput{SamplingRuleUpdate: &types.SamplingRuleUpdate{
				RuleName: &id, Priority: aws.Int32(int32(after["priority"].(int))),
				FixedRate:     aws.Float64(after["fixed_rate"].(float64)),
				ReservoirSize: aws.Int32(int32(after["reservoir_size"].(int))), ServiceName: matched(after, "service_name"),
				ServiceType: matched(after, "service_type"), Host: matched(after, "host"),
				HTTPMethod: matched(after, "http_method"), URLPath: matched(after, "url_path"),
				ResourceARN: matched(after, "resource_arn"), Attributes: after["attributes"].(map[string]string)}}))
		},
		delete: func(id string) {
			answer, err := client.DeleteSamplingRule(ctx, &xray.DeleteSamplingRuleInput{RuleName: &id})
			if !isRefusal(err, "Sampling rule does not exist") {
				got(answer, err)
			}
		},
		outside: func(id string) {
			got(client.DeleteSamplingRule(ctx, &xray.DeleteSamplingRuleInput{RuleARN: find(id).RuleARN}))
		},
	}
}
