// aws_xray_resource_policy, and the settings of an account, of which there is always one.
package main

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/xray"
	"github.com/aws/aws-sdk-go-v2/service/xray/types"
)

func resourcePolicy(client *xray.Client) *resource {
	const document = `{"Statement": [{"Action": ["xray:PutTraceSegments", "xray:GetSamplingRules"], "Effect": "Allow",
		"Principal": {"Service": "sns.amazonaws.com"}, "Resource": "*", "Sid": "SNSAccess"}], "Version": "2012-10-17"}`
	const other = `{"Version":"2012-10-17","Statement":[{"Sid":"B","Effect":"Allow",` +
		`"Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":["xray:*"],"Resource":["*"]}]}`
	find := func(name string) *types.ResourcePolicy {
		var found *types.ResourcePolicy
		for pages := xray.NewListResourcePoliciesPaginator(client, &xray.ListResourcePoliciesInput{}); pages.HasMorePages(); {
			for _, policy := range got(pages.NextPage(ctx)).ResourcePolicies {
				if *policy.PolicyName == name {
					must(found == nil, "a policy is listed once")
					found = &policy
				}
			}
		}
		return found
	}
	put := func(asked arguments) {
		got(client.PutResourcePolicy(ctx, &xray.PutResourcePolicyInput{
			PolicyName: aws.String("tf-policy"), PolicyDocument: aws.String(asked["policy_document"].(string)),
			BypassPolicyLockoutCheck: asked["bypass_policy_lockout_check"] == true}))
		must(find("tf-policy") != nil, "a policy is listed at once")
	}
	return &resource{
		name:   "aws_xray_resource_policy",
		first:  arguments{"policy_document": document},
		second: arguments{"policy_document": other},
		create: func(asked arguments) string { put(asked); return "tf-policy" },
		read: func(id string) arguments {
			policy := find(id)
			if policy == nil {
				return nil
			}
			must(*policy.PolicyRevisionId != "", "a policy has a revision")
			return arguments{"policy_document": policy.PolicyDocument, "last_updated_time": policy.LastUpdatedTime,
				"policy_revision_id": policy.PolicyRevisionId}
		},
		update: func(_ string, _, after arguments) {
			put(arguments{"policy_document": after["policy_document"], "bypass_policy_lockout_check": true})
		},
		delete: func(id string) {
			if policy := find(id); policy != nil {
				got(client.DeleteResourcePolicy(ctx, &xray.DeleteResourcePolicyInput{
					PolicyName: &id, PolicyRevisionId: policy.PolicyRevisionId}))
			}
		},
		outside: func(id string) {
			got(client.DeleteResourcePolicy(ctx, &xray.DeleteResourcePolicyInput{PolicyName: &id}))
		},
	}
}

func encryptionConfig(client *xray.Client, firstKey, secondKey string) *resource {
	config := func() *types.EncryptionConfig {
		return got(client.GetEncryptionConfig(ctx, &xray.GetEncryptionConfigInput{})).EncryptionConfig
	}
	put := func(asked arguments) {
		input := &xray.PutEncryptionConfigInput{Type: types.EncryptionType(asked["type"].(string))}
		if key, isSet := asked["key_id"].(string); isSet {
			input.KeyId = &key
		}
		got(client.PutEncryptionConfig(ctx, input))
		until(func() bool { return config().Status == types.EncryptionStatusActive }, "the encryption becomes ACTIVE")
	}
	return &resource{
		name:   "aws_xray_encryption_config",
		first:  arguments{"type": "KMS", "key_id": firstKey},
		second: arguments{"type": "KMS", "key_id": secondKey},
		create: func(asked arguments) string { put(asked); return "eu-west-1" },
		read:   func(string) arguments { return arguments{"type": config().Type, "key_id": config().KeyId} },
		update: func(_ string, _, after arguments) { put(after) },
		outside: func(string) {
			got(client.PutEncryptionConfig(ctx, &xray.PutEncryptionConfigInput{Type: types.EncryptionTypeNone}))
		},
	}
}

func indexingRule(client *xray.Client) *resource {
	set := func(percentage float64) *types.IndexingRule {
		return got(client.UpdateIndexingRule(ctx, &xray.UpdateIndexingRuleInput{
			Name: aws.String("Default"), Rule: &types.IndexingRuleValueUpdateMemberProbabilistic{
				Value: types.ProbabilisticRuleValueUpdate{DesiredSamplingPercentage: &percentage}}})).IndexingRule
	}
	share := func(rule *types.IndexingRule) *float64 {
		value, isKnown := rule.Rule.(*types.IndexingRuleValueMemberProbabilistic)
		must(isKnown && value.Value.ActualSamplingPercentage != nil, "the rule is one of percentages")
		return value.Value.DesiredSamplingPercentage
	}
	put := func(asked arguments) {
		wanted := asked["desired_sampling_percentage"].(float64)
		must(*share(set(wanted)) == wanted, "the answer has the percentage that was set")
	}
	return &resource{
		name:   "aws_xray_indexing_rule",
		first:  arguments{"desired_sampling_percentage": 0.66},
		second: arguments{"desired_sampling_percentage": 12.5},
		create: func(asked arguments) string { put(asked); return "Default" },
		read: func(id string) arguments {
			rules := got(client.GetIndexingRules(ctx, &xray.GetIndexingRulesInput{})).IndexingRules
			must(len(rules) == 1 && *rules[0].Name == id, "there is the one rule")
			return arguments{"desired_sampling_percentage": share(&rules[0])}
		},
		update:  func(_ string, _, after arguments) { put(after) },
		outside: func(string) { set(1) },
	}
}

func segmentDestination(client *xray.Client) *resource {
	read := func() *xray.GetTraceSegmentDestinationOutput {
		return got(client.GetTraceSegmentDestination(ctx, &xray.GetTraceSegmentDestinationInput{}))
	}
	set := func(destination types.TraceSegmentDestination) {
		answer, err := client.UpdateTraceSegmentDestination(ctx, &xray.UpdateTraceSegmentDestinationInput{
			Destination: destination})
		if !isRefusal(err, "The destination is already set to ") {
			got(answer, err)
		}
	}
	put := func(asked arguments) {
		set(types.TraceSegmentDestination(asked["destination"].(string)))
		until(func() bool { return read().Status == types.TraceSegmentDestinationStatusActive },
			"the destination becomes ACTIVE")
	}
	return &resource{
		name:    "aws_xray_trace_segment_destination",
		first:   arguments{"destination": "XRay"},
		second:  arguments{"destination": "CloudWatchLogs"},
		create:  func(asked arguments) string { put(asked); return "eu-west-1" },
		read:    func(string) arguments { return arguments{"destination": read().Destination} },
		update:  func(_ string, _, after arguments) { put(after) },
		outside: func(string) { set(types.TraceSegmentDestinationXRay) },
	}
}
