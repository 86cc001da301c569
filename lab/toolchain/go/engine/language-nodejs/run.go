package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"sync"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// exitReported is the exit code by which the SDK's runner says that it already told the user what is wrong.
// Source: nodeJSProcessExitedAfterLoggingUserActionableMessage in @pulumi/pulumi/cmd/run.
const exitReported = 32

// Run runs the program to its end. What the program prints goes to the host's own output, which the engine shows.
func (h *host) Run(ctx context.Context, req *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	info := req.GetInfo()
	opts, err := parseOptions(info.GetOptions())
	if err != nil {
		return nil, err
	}
	runner, err := findRunner(info.GetProgramDirectory(), "run")
	if err != nil {
		return nil, err
	}
	// The SDK takes an object: a stack without configuration has none on the wire, which would be "null".
	values := req.GetConfig()
	if values == nil {
		values = map[string]string{}
	}
	config, err := json.Marshal(values)
	if err != nil {
		return nil, err
	}
	secretKeys, err := json.Marshal(append([]string{}, req.GetConfigSecretKeys()...))
	if err != nil {
		return nil, err
	}
	ctx, stop := h.withChildren(ctx)
	defer stop()
	cmd := node(ctx, opts, info.GetProgramDirectory(), runner, runArguments(req, h.engineAddress())...)
	cmd.Env = append(cmd.Env, "PULUMI_CONFIG="+string(config), "PULUMI_CONFIG_SECRET_KEYS="+string(secretKeys))
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return runResponse(cmd.Run()), nil
}

// runArguments are the flags of @pulumi/pulumi/cmd/run, the entry point and the program's own arguments.
func runArguments(req *pulumirpc.RunRequest, engine string) []string {
	info := req.GetInfo()
	args := []string{
		"--monitor=" + req.GetMonitorAddress(),
		"--engine=" + engine,
		"--project=" + req.GetProject(),
		"--stack=" + req.GetStack(),
		"--organization=" + req.GetOrganization(),
		"--pwd=" + req.GetPwd(),
		"--root-directory=" + info.GetRootDirectory(),
		"--parallel=" + strconv.Itoa(int(req.GetParallel())),
	}
	if req.GetDryRun() {
		args = append(args, "--dry-run")
	}
	return append(append(args, info.GetEntryPoint()), req.GetArgs()...)
}

func runResponse(err error) *pulumirpc.RunResponse {
	if err == nil {
		return &pulumirpc.RunResponse{}
	}
	code, ok := exitCode(err)
	switch {
	case ok && code == exitReported:
		return &pulumirpc.RunResponse{Bail: true}
	case ok:
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("Program exited with non-zero exit code: %d", code)}
	default:
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("problem executing program (could not run node): %v", err)}
	}
}

// RunPlugin runs a policy pack or another plugin written for Node.js and hands on what it prints and its exit code.
func (h *host) RunPlugin(req *pulumirpc.RunPluginRequest, stream pulumirpc.LanguageRuntime_RunPluginServer) error {
	info := req.GetInfo()
	opts, err := parseOptions(info.GetOptions())
	if err != nil {
		return err
	}
	dir, script := req.GetPwd(), "run-plugin"
	args := append([]string{info.GetProgramDirectory()}, req.GetArgs()...)
	if req.GetKind() == "analyzer" {
		// A policy pack resolves its files from its own folder and takes ENGINE PROGRAM.
		dir, script = info.GetProgramDirectory(), "run-policy-pack"
		args = append(append([]string{}, req.GetArgs()...), info.GetProgramDirectory())
	}
	runner, err := findRunner(info.GetProgramDirectory(), script)
	if err != nil {
		return err
	}
	ctx, stop := h.withChildren(stream.Context())
	defer stop()
	cmd := node(ctx, opts, dir, runner, args...)
	cmd.Env = append(cmd.Env, req.GetEnv()...)
	var sending sync.Mutex
	cmd.Stdout = relay(func(text []byte) error {
		sending.Lock()
		defer sending.Unlock()
		return stream.Send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Stdout{Stdout: text}})
	})
	cmd.Stderr = relay(func(text []byte) error {
		sending.Lock()
		defer sending.Unlock()
		return stream.Send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Stderr{Stderr: text}})
	})
	err = cmd.Run()
	code, ok := exitCode(err)
	if err != nil && !ok {
		return fmt.Errorf("run node %s: %w", runner, err)
	}
	return stream.Send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Exitcode{Exitcode: int32(code)}})
}

// withChildren returns a context that ends with the call, with Cancel and with the host.
func (h *host) withChildren(call context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(call)
	unhook := context.AfterFunc(h.children, cancel)
	return ctx, func() { unhook(); cancel() }
}

// relay is a writer that sends a copy of each piece of output.
type relay func(text []byte) error

var _ io.Writer = relay(nil)

func (send relay) Write(text []byte) (int, error) {
	if err := send(append([]byte{}, text...)); err != nil {
		return 0, err
	}
	return len(text), nil
}
