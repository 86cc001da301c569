// Command pulumi-resource-command serves the three resources of @pulumi/command 1.2.1 that this project uses: remote.Command,
// remote.CopyToRemote and local.Command. Inputs, outputs and behaviour are those of the official plugin.
package main

import (
	"context"
	"fmt"
	"os"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"

	"ghrunners/toolchain/providers/resource-command/local"
	"ghrunners/toolchain/providers/resource-command/remote"
)

// version is the version of the npm package that this plugin answers for; the linker sets it.
var version = "0.0.0-dev"

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-resource-command:", err)
		os.Exit(1)
	}
}

func run() error {
	provider, err := newProvider()
	if err != nil {
		return err
	}
	return p.RunProvider(context.Background(), "command", version, provider)
}

func newProvider() (p.Provider, error) {
	return infer.NewProviderBuilder().
		WithDisplayName("Command").
		WithResources(
			infer.Resource(&remote.Command{}),
			infer.Resource(&remote.CopyToRemote{}),
			infer.Resource(&local.Command{}),
		).
		Build()
}
