package main

import (
	"context"
	"fmt"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"golang.org/x/crypto/bcrypt"
)

// passwordID is the id of every RandomPassword, so that the id tells nothing.
const passwordID = "none"

// bcryptLimit is how many bytes bcrypt takes; the official plugin hashes the first ones of a longer password.
const bcryptLimit = 72

// RandomPassword is random:index/randomPassword:RandomPassword. Any changed input replaces it.
type RandomPassword struct{}

// RandomPasswordInputs are its inputs.
type RandomPasswordInputs struct {
	Keepers         map[string]string `pulumi:"keepers,optional"`
	Length          int               `pulumi:"length"`
	Lower           *bool             `pulumi:"lower,optional"`
	MinLower        *int              `pulumi:"minLower,optional"`
	MinNumeric      *int              `pulumi:"minNumeric,optional"`
	MinSpecial      *int              `pulumi:"minSpecial,optional"`
	MinUpper        *int              `pulumi:"minUpper,optional"`
	Number          *bool             `pulumi:"number,optional"` // the old name of numeric
	Numeric         *bool             `pulumi:"numeric,optional"`
	OverrideSpecial *string           `pulumi:"overrideSpecial,optional"`
	Special         *bool             `pulumi:"special,optional"`
	Upper           *bool             `pulumi:"upper,optional"`
}

// RandomPasswordOutputs are its outputs.
type RandomPasswordOutputs struct {
	RandomPasswordInputs
	Result     string `pulumi:"result"     provider:"secret"`
	BcryptHash string `pulumi:"bcryptHash" provider:"secret"`
}

// Annotate gives the resource the official name.
func (r *RandomPassword) Annotate(a infer.Annotator) {
	a.SetToken("index/randomPassword", "RandomPassword")
}

// Annotate sets the defaults.
func (i *RandomPasswordInputs) Annotate(a infer.Annotator) {
	a.SetDefault(&i.Lower, true)
	a.SetDefault(&i.Upper, true)
	a.SetDefault(&i.Special, true)
	a.SetDefault(&i.MinLower, 0)
	a.SetDefault(&i.MinUpper, 0)
	a.SetDefault(&i.MinNumeric, 0)
	a.SetDefault(&i.MinSpecial, 0)
}

// Check refuses what no password can fulfil.
func (*RandomPassword) Check(
	ctx context.Context, req infer.CheckRequest,
) (infer.CheckResponse[RandomPasswordInputs], error) {
	inputs, failures, err := infer.DefaultCheck[RandomPasswordInputs](ctx, req.NewInputs)
	if err != nil || len(failures) > 0 {
		return infer.CheckResponse[RandomPasswordInputs]{Inputs: inputs, Failures: failures}, err
	}
	if inputs.Number != nil && inputs.Numeric != nil && *inputs.Number != *inputs.Numeric {
		failures = append(failures, p.CheckFailure{
			Property: "number", Reason: "number is the old name of numeric: set one of them",
		})
	}
	numeric := true
	if inputs.Numeric != nil {
		numeric = *inputs.Numeric
	} else if inputs.Number != nil {
		numeric = *inputs.Number
	}
	inputs.Number, inputs.Numeric = &numeric, &numeric
	if !req.NewInputs.Get("length").IsComputed() {
		if reason := inputs.impossible(); reason != "" {
			failures = append(failures, p.CheckFailure{Property: "length", Reason: reason})
		}
	}
	return infer.CheckResponse[RandomPasswordInputs]{Inputs: inputs, Failures: failures}, nil
}

// impossible says why no password fits the inputs; empty if one does.
func (i *RandomPasswordInputs) impossible() string {
	if i.Length < 1 {
		return fmt.Sprintf("saw %d, expected at least 1", i.Length)
	}
	minimum, any := 0, false
	for _, class := range i.classes() {
		minimum += class.minimum
		any = any || (class.allowed && class.characters != "")
	}
	if minimum > i.Length {
		return fmt.Sprintf("saw %d, expected at least minUpper + minLower + minNumeric + minSpecial = %d", i.Length, minimum)
	}
	if !any {
		return "saw no allowed kind of character, expected at least one of upper, lower, numeric, special"
	}
	return ""
}

// Create draws the password.
func (*RandomPassword) Create(
	_ context.Context, req infer.CreateRequest[RandomPasswordInputs],
) (infer.CreateResponse[RandomPasswordOutputs], error) {
	output := RandomPasswordOutputs{RandomPasswordInputs: req.Inputs}
	if req.DryRun {
		return infer.CreateResponse[RandomPasswordOutputs]{Output: output}, nil
	}
	result, err := draw(req.Inputs.classes(), req.Inputs.Length)
	if err != nil {
		return infer.CreateResponse[RandomPasswordOutputs]{}, err
	}
	hash, err := bcrypt.GenerateFromPassword([]byte(result)[:min(len(result), bcryptLimit)], bcrypt.DefaultCost)
	if err != nil {
		return infer.CreateResponse[RandomPasswordOutputs]{}, err
	}
	output.Result, output.BcryptHash = result, string(hash)
	return infer.CreateResponse[RandomPasswordOutputs]{ID: passwordID, Output: output}, nil
}
