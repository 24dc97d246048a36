// The AWS SDK for Go v2 behind clients/bridge.py: bridge ENDPOINT REGION
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"os"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/xray"
	"github.com/aws/smithy-go"
)

type call struct {
	Operation string         `json:"operation"`
	Input     map[string]any `json:"input"`
}

type failure struct {
	Code    string         `json:"code"`
	Message string         `json:"message"`
	Status  int            `json:"status"`
	Members map[string]any `json:"members"`
}

func main() {
	client := xray.New(xray.Options{
		Region:       os.Args[2],
		BaseEndpoint: aws.String(os.Args[1]),
		Credentials:  credentials.NewStaticCredentialsProvider("conformance", "conformance", ""),
	})
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked call
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			panic(err)
		}
		if err := out.Encode(answer(client, asked)); err != nil {
			panic(err)
		}
	}
}

func answer(client *xray.Client, asked call) map[string]any {
	method := reflect.ValueOf(client).MethodByName(asked.Operation)
	input := reflect.New(method.Type().In(1).Elem())
	if err := decode(asked.Input, input.Elem()); err != nil {
		return map[string]any{"not_sent": err.Error()}
	}
	told := method.Call([]reflect.Value{
		reflect.ValueOf(context.Background()), input, reflect.ValueOf(asSaid(asked.Input))})
	if err, failed := told[1].Interface().(error); failed {
		return whyNot(err)
	}
	return map[string]any{"output": encode(told[0])}
}

// An exception of the service, or what kept the SDK from asking.
func whyNot(err error) map[string]any {
	var known smithy.APIError
	if !errors.As(err, &known) {
		var unsaid *unsaidError
		var invalid smithy.InvalidParamsError
		if errors.As(err, &unsaid) {
			return map[string]any{"not_sent": unsaid.Error()}
		}
		if errors.As(err, &invalid) {
			return map[string]any{"not_sent": invalid.Errs()[0].Error()}
		}
		return map[string]any{"error": failure{Code: "not understood", Message: err.Error()}}
	}
	told := failure{Code: known.ErrorCode(), Message: known.ErrorMessage(), Members: map[string]any{}}
	var response *awshttp.ResponseError
	if errors.As(err, &response) {
		told.Status = response.HTTPStatusCode()
	}
	if members, ok := encode(reflect.ValueOf(known)).(map[string]any); ok {
		told.Members = members
	}
	return map[string]any{"error": told}
}
