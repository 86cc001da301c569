package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
)

// RandomID is random:index/randomId:RandomId: random bytes in several spellings. Any changed input replaces it.
type RandomID struct{}

// RandomIDInputs are its inputs.
type RandomIDInputs struct {
	ByteLength int               `pulumi:"byteLength"`
	Keepers    map[string]string `pulumi:"keepers,optional"`
	Prefix     *string           `pulumi:"prefix,optional"`
}

// RandomIDOutputs are its outputs: the prefix followed by the bytes in the named spelling.
type RandomIDOutputs struct {
	RandomIDInputs
	B64Std string `pulumi:"b64Std"`
	B64URL string `pulumi:"b64Url"`
	Dec    string `pulumi:"dec"`
	Hex    string `pulumi:"hex"`
}

// Annotate gives the resource the official name.
func (r *RandomID) Annotate(a infer.Annotator) {
	a.SetToken("index/randomId", "RandomId")
}

// Check refuses an empty identifier.
func (*RandomID) Check(ctx context.Context, req infer.CheckRequest) (infer.CheckResponse[RandomIDInputs], error) {
	inputs, failures, err := infer.DefaultCheck[RandomIDInputs](ctx, req.NewInputs)
	if err == nil && len(failures) == 0 && !req.NewInputs.Get("byteLength").IsComputed() && inputs.ByteLength < 1 {
		failures = []p.CheckFailure{{
			Property: "byteLength", Reason: fmt.Sprintf("saw %d, expected at least 1", inputs.ByteLength),
		}}
	}
	return infer.CheckResponse[RandomIDInputs]{Inputs: inputs, Failures: failures}, err
}

// Create draws the bytes.
func (*RandomID) Create(
	_ context.Context, req infer.CreateRequest[RandomIDInputs],
) (infer.CreateResponse[RandomIDOutputs], error) {
	if req.DryRun {
		return infer.CreateResponse[RandomIDOutputs]{Output: RandomIDOutputs{RandomIDInputs: req.Inputs}}, nil
	}
	drawn := make([]byte, req.Inputs.ByteLength)
	if _, err := rand.Read(drawn); err != nil {
		return infer.CreateResponse[RandomIDOutputs]{}, err
	}
	return infer.CreateResponse[RandomIDOutputs]{
		ID:     base64.RawURLEncoding.EncodeToString(drawn),
		Output: spell(req.Inputs, drawn),
	}, nil
}

func spell(inputs RandomIDInputs, drawn []byte) RandomIDOutputs {
	prefix := ""
	if inputs.Prefix != nil {
		prefix = *inputs.Prefix
	}
	return RandomIDOutputs{
		RandomIDInputs: inputs,
		B64Std:         prefix + base64.StdEncoding.EncodeToString(drawn),
		B64URL:         prefix + base64.RawURLEncoding.EncodeToString(drawn),
		Dec:            prefix + new(big.Int).SetBytes(drawn).String(),
		Hex:            prefix + hex.EncodeToString(drawn),
	}
}
