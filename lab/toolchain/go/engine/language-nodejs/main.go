// Command pulumi-language-nodejs is a language host: it lets the Pulumi engine run Node.js programs, policy packs and
// plugins. Program and engine talk to each other directly, so every feature the npm SDK knows (hooks, transforms,
// policy packs, plans) works. What it leaves out is code generation: `pulumi convert`, `pulumi package gen-sdk`, `pulumi new`.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

// engineCheckInterval is how often the host asks whether its engine still lives. An engine that was killed must not
// leave a program behind.
const engineCheckInterval = 5 * time.Second

// version is set by the linker.
var version = "0.0.0-dev"

func main() {
	if err := serve(engineAddress(os.Args[1:])); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-language-nodejs:", err)
		os.Exit(1)
	}
}

// engineAddress returns the first argument that is no flag: the engine's address, empty when a debugger started the host.
func engineAddress(args []string) string {
	for _, arg := range args {
		if len(arg) > 0 && arg[0] != '-' {
			return arg
		}
	}
	return ""
}

// serve announces its port on stdout and answers until the engine closes it or is gone.
func serve(engine string) error {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	h := newHost(ctx, engine)
	cancel := make(chan bool)
	if engine != "" {
		gone, lost := context.WithCancel(ctx)
		defer lost()
		if err := rpcutil.Healthcheck(gone, engine, engineCheckInterval, lost); err != nil {
			return fmt.Errorf("watch the engine at %s: %w", engine, err)
		}
		go func() {
			<-gone.Done()
			h.cancelChildren()
			close(cancel)
		}()
	}
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: cancel,
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(server, h)
			return nil
		},
		Options: rpcutil.TracingServerInterceptorOptions(nil),
	})
	if err != nil {
		return fmt.Errorf("listen on loopback: %w", err)
	}
	fmt.Println(handle.Port)
	return <-handle.Done
}
