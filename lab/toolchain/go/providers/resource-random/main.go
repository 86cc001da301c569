// Command pulumi-resource-random serves the two resources of @pulumi/random 4.x that this project uses: RandomPassword and
// RandomId. Inputs, outputs and limits are those of the official plugin. All randomness is the operating system's.
package main

import (
	"context"
	"fmt"
	"os"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
)

// version is the version of the npm package that this plugin answers for; the linker sets it.
var version = "0.0.0-dev"

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-resource-random:", err)
		os.Exit(1)
	}
}

func run() error {
	provider, err := newProvider()
	if err != nil {
		return err
	}
	return p.RunProvider(context.Background(), "random", version, provider)
}

func newProvider() (p.Provider, error) {
	return infer.NewProviderBuilder().
		WithDisplayName("Random").
		WithResources(infer.Resource(&RandomPassword{}), infer.Resource(&RandomID{})).
		Build()
}
