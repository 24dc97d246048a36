// The calls that Terraform's AWS provider makes for its X-Ray resources, replayed: program ENDPOINT KEY_ARN KEY_ARN
//
// Not the provider, which is in no package registry: the same SDK, its requests with the same members, and of each
// answer what the provider takes into its state. What differs from the configuration would be a plan that never ends.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/xray"
	"github.com/aws/aws-sdk-go-v2/service/xray/types"
)

var ctx = context.Background()

// A resource as Terraform's core drives it; arguments and state are JSON of the same members.
type resource struct {
	name          string
	first, second arguments
	// The id that the state keeps.
	create func(arguments) string
	// nil: gone, so that the plan creates it again.
	read   func(id string) arguments
	update func(id string, before, after arguments)
	// nil: the provider only forgets such a setting.
	delete func(id string)
	// Somebody else's change, past Terraform.
	outside func(id string)
}

type arguments map[string]any

func must(holds bool, what string, about ...any) {
	if !holds {
		fmt.Println("not so:", what, about)
		os.Exit(1)
	}
}

func got[T any](answer T, err error) T {
	must(err == nil, "the call is answered", err)
	return answer
}

// An InvalidRequestException with that in its message: how the provider tells what is gone.
func isRefusal(err error, says string) bool {
	var refusal *types.InvalidRequestException
	return errors.As(err, &refusal) && strings.Contains(refusal.ErrorMessage(), says)
}

func text(value any) string { return string(got(json.Marshal(value))) }

// No plan: every argument that is set has come back as it was given.
func (r *resource) isAsConfigured(id string, wanted arguments, when string) {
	state := r.read(id)
	must(state != nil, r.name+" is there "+when)
	for name, value := range wanted {
		must(text(state[name]) == text(value), r.name+" needs no change "+when, name, text(state[name]), text(value))
	}
	again := r.read(id)
	must(text(again) == text(state), r.name+" reads the same twice "+when, text(again), text(state))
}

func (r *resource) replay() {
	id := r.create(r.first)
	must(id != "", r.name+" has an id")
	r.isAsConfigured(id, r.first, "after its creation")
	r.update(id, r.first, r.second)
	r.isAsConfigured(id, r.second, "after its update")
	r.outside(id)
	if r.delete == nil {
		state := r.read(id)
		differs := false
		for name, value := range r.second {
			differs = differs || text(state[name]) != text(value)
		}
		must(differs, r.name+" shows the change from outside", text(state))
		r.update(id, state, r.second)
		r.isAsConfigured(id, r.second, "after that is mended")
		r.create(r.second) // a second configuration that takes the same setting over
		r.isAsConfigured(id, r.second, "after it was taken over")
	} else {
		must(r.read(id) == nil, r.name+" is gone after its deletion from outside")
		r.delete(id) // destroy, planned before it was gone
		id = r.create(r.first)
		r.isAsConfigured(id, r.first, "after it was created again")
		r.delete(id)
		must(r.read(id) == nil, r.name+" is gone in the end")
	}
	fmt.Println("ok", r.name)
}

// Polls as the provider waits, which gives up after minutes.
func until(active func() bool, what string) {
	for begun := time.Now(); !active(); time.Sleep(50 * time.Millisecond) {
		must(time.Since(begun) < 30*time.Second, what)
	}
}

func main() {
	client := xray.New(xray.Options{
		Region:       "eu-west-1",
		BaseEndpoint: aws.String(os.Args[1]),
		Credentials:  credentials.NewStaticCredentialsProvider("key", "secret", ""),
	})
	for _, each := range []*resource{
		group(client), samplingRule(client), resourcePolicy(client),
		encryptionConfig(client, os.Args[2], os.Args[3]), indexingRule(client), segmentDestination(client),
	} {
		each.replay()
	}
}
