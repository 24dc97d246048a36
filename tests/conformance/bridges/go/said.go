// What Go cannot say is not sent: a number that was left out would travel as 0, an enumeration that was "" not at all.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"

	"github.com/aws/aws-sdk-go-v2/service/xray"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

type unsaidError struct{ member string }

func (e *unsaidError) Error() string { return "the SDK changes " + e.member }

// Compares the body with what was asked for before it leaves.
func asSaid(asked map[string]any) func(*xray.Options) {
	check := func(ctx context.Context, in middleware.BuildInput, next middleware.BuildHandler) (
		out middleware.BuildOutput, metadata middleware.Metadata, err error) {
		request := in.Request.(*smithyhttp.Request)
		var body map[string]any
		if stream := request.GetStream(); stream != nil {
			text, err := io.ReadAll(stream)
			if err == nil {
				err = json.Unmarshal(text, &body)
			}
			if err == nil {
				err = request.RewindStream()
			}
			if err != nil {
				return out, metadata, fmt.Errorf("read the body that is sent: %w", err)
			}
		}
		if changed := difference(asked, body, "input"); changed != "" {
			return out, metadata, &unsaidError{changed}
		}
		return next.HandleBuild(ctx, in)
	}
	return func(options *xray.Options) {
		options.APIOptions = append(options.APIOptions, func(stack *middleware.Stack) error {
			return stack.Build.Add(middleware.BuildMiddlewareFunc("asSaid", check), middleware.After)
		})
	}
}

// The first member that is not the same; "" if none.
func difference(asked, sent any, name string) string {
	switch wanted := asked.(type) {
	case map[string]any:
		if seconds, isMoment := wanted["$moment"]; isMoment {
			return difference(seconds, sent, name)
		}
		members, _ := sent.(map[string]any)
		for key := range members {
			if _, known := wanted[key]; !known {
				return fmt.Sprintf("%s.%s, which was left out, to %v", name, key, members[key])
			}
		}
		for key, each := range wanted {
			if changed := difference(each, members[key], name+"."+key); changed != "" {
				return changed
			}
		}
		return ""
	case []any:
		elements, _ := sent.([]any)
		if len(elements) != len(wanted) {
			return fmt.Sprintf("%s to %v", name, sent)
		}
		for i, each := range wanted {
			if changed := difference(each, elements[i], name+"[]"); changed != "" {
				return changed
			}
		}
		return ""
	case float64:
		if number, isNumber := sent.(float64); isNumber && math.Abs(number-wanted) < 0.001 {
			return ""
		}
	}
	if asked == sent {
		return ""
	}
	return fmt.Sprintf("%s from %v to %v", name, asked, sent)
}
