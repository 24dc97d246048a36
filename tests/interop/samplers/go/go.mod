module tomograph/interop/sampler

go 1.24.0

require github.com/aws/aws-xray-sdk-go/v2 v2.0.1

require github.com/pkg/errors v0.9.1 // indirect
