package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/google/shlex"
	"google.golang.org/protobuf/types/known/structpb"
)

// childGrace is how long a child may take to end after SIGTERM before it is killed.
const childGrace = 5 * time.Second

// options are the runtime options of Pulumi.yaml that change how Node.js is started.
// https://www.pulumi.com/docs/iac/concepts/projects/project-file/#runtime-options
type options struct {
	nodeArgs   []string // words put before the program, split as a shell would
	typeScript bool     // whether the SDK transpiles TypeScript itself; default true
	tsConfig   string   // path of a tsconfig.json, empty for the SDK's default
}

func parseOptions(raw *structpb.Struct) (options, error) {
	parsed := options{typeScript: true}
	for key, value := range raw.GetFields() {
		switch key {
		case "nodeargs":
			words, err := shlex.Split(value.GetStringValue())
			if err != nil {
				return parsed, fmt.Errorf("runtime option nodeargs %q: %w", value.GetStringValue(), err)
			}
			parsed.nodeArgs = words
		case "typescript":
			flag, ok := value.GetKind().(*structpb.Value_BoolValue)
			if !ok {
				return parsed, fmt.Errorf("runtime option typescript: saw %v, expected true or false", value)
			}
			parsed.typeScript = flag.BoolValue
		case "tsconfig":
			parsed.tsConfig = value.GetStringValue()
		}
	}
	return parsed, nil
}

// environment returns the variables by which the SDK's runner learns the options.
func (o options) environment() []string {
	env := []string{fmt.Sprintf("PULUMI_NODEJS_TYPESCRIPT=%t", o.typeScript)}
	if o.tsConfig != "" {
		env = append(env, "PULUMI_NODEJS_TSCONFIG_PATH="+o.tsConfig)
	}
	return env
}

// findRunner returns the SDK's script cmd/NAME as Node.js would resolve it from dir: in the nearest node_modules upwards.
func findRunner(dir, name string) (string, error) {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for at := absolute; ; at = filepath.Dir(at) {
		candidate := filepath.Join(at, "node_modules", "@pulumi", "pulumi", "cmd", name)
		if _, err := os.Stat(filepath.Join(candidate, "index.js")); err == nil {
			return candidate, nil
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("the npm package @pulumi/pulumi was found neither in %s nor above it; "+
				"expected it to be installed: run npm install there", absolute)
		}
	}
}

// command prepares a child that ends when ctx does: SIGTERM first, SIGKILL after childGrace.
func command(ctx context.Context, dir, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	cmd.Env = os.Environ()
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = childGrace
	return cmd
}

// node prepares node NODEARGS SCRIPT ARGS.
func node(ctx context.Context, opts options, dir, script string, args ...string) *exec.Cmd {
	words := append(append(append([]string{}, opts.nodeArgs...), script), args...)
	cmd := command(ctx, dir, "node", words...)
	cmd.Env = append(cmd.Env, opts.environment()...)
	return cmd
}

// exitCode returns a child's exit code, or ok = false when it never ran or was killed.
func exitCode(err error) (code int, ok bool) {
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() >= 0 {
		return exit.ExitCode(), true
	}
	return 0, false
}

func firstLine(text []byte) string {
	line, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimSpace(line)
}
