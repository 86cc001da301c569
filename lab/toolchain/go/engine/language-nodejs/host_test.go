package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

func runtimeOptions(t *testing.T, values map[string]any) *structpb.Struct {
	t.Helper()
	options, err := structpb.NewStruct(values)
	if err != nil {
		t.Fatal(err)
	}
	return options
}

func TestOptionsAreHonoured(t *testing.T) {
	parsed, err := parseOptions(runtimeOptions(t, map[string]any{
		"nodeargs": `--require "a b" --stack-size=900`, "typescript": false, "tsconfig": "tsconfig.pulumi.json",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(parsed.nodeArgs, []string{"--require", "a b", "--stack-size=900"}) {
		t.Errorf("nodeargs: saw %q", parsed.nodeArgs)
	}
	want := []string{"PULUMI_NODEJS_TYPESCRIPT=false", "PULUMI_NODEJS_TSCONFIG_PATH=tsconfig.pulumi.json"}
	if !slices.Equal(parsed.environment(), want) {
		t.Errorf("saw %q", parsed.environment())
	}
	if plain, err := parseOptions(nil); err != nil || !plain.typeScript {
		t.Errorf("TypeScript is on by default, saw %v, %v", plain, err)
	}
	if _, err := parseOptions(runtimeOptions(t, map[string]any{"typescript": "yes"})); err == nil {
		t.Error("a typescript option that is no boolean must be refused")
	}
}

func TestRunnerIsFoundUpwardsOrNamedAsMissing(t *testing.T) {
	root := t.TempDir()
	runner := filepath.Join(root, "node_modules", "@pulumi", "pulumi", "cmd", "run")
	deep := filepath.Join(root, "a", "b")
	for _, dir := range []string{runner, deep} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := findRunner(deep, "run"); err == nil || !strings.Contains(err.Error(), "npm install") {
		t.Errorf("saw %v", err)
	}
	if err := os.WriteFile(filepath.Join(runner, "index.js"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if found, err := findRunner(deep, "run"); err != nil || found != runner {
		t.Errorf("saw %q, %v", found, err)
	}
}

// program writes a stand-in for the SDK's runner and returns a request that runs it.
func program(t *testing.T, script string) *pulumirpc.RunRequest {
	t.Helper()
	root := t.TempDir()
	runner := filepath.Join(root, "node_modules", "@pulumi", "pulumi", "cmd", "run")
	if err := os.MkdirAll(runner, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(runner, "index.js"), []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	return &pulumirpc.RunRequest{
		Project: "shop", Stack: "dev", DryRun: true, MonitorAddress: "m:1", Config: map[string]string{"shop:a": "b"},
		Info: &pulumirpc.ProgramInfo{RootDirectory: root, ProgramDirectory: root, EntryPoint: "index.ts"},
	}
}

func TestRunHandsOverArgumentsAndConfiguration(t *testing.T) {
	h := newHost(t.Context(), "e:1")
	response, err := h.Run(t.Context(), program(t, `
		const has = (word) => { if (!process.argv.includes(word)) { console.error("missing " + word); process.exit(1); } };
		["--monitor=m:1", "--engine=e:1", "--project=shop", "--stack=dev", "--dry-run", "index.ts"].forEach(has);
		if (JSON.parse(process.env.PULUMI_CONFIG)["shop:a"] !== "b") process.exit(2);
		if (JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS).length !== 0) process.exit(3);
	`))
	if err != nil || response.GetError() != "" || response.GetBail() {
		t.Errorf("saw %v, %v", response, err)
	}
}

func TestRunHandsOverAnEmptyConfiguration(t *testing.T) {
	h := newHost(t.Context(), "e:1")
	request := program(t, `if (process.env.PULUMI_CONFIG !== "{}") process.exit(2);`)
	request.Config = nil
	if response, err := h.Run(t.Context(), request); err != nil || response.GetError() != "" {
		t.Errorf("saw %v, %v", response, err)
	}
}

func TestRunTellsReportedFailuresFromOthers(t *testing.T) {
	h := newHost(t.Context(), "e:1")
	if response, err := h.Run(t.Context(), program(t, "process.exit(32)")); err != nil || !response.GetBail() {
		t.Errorf("saw %v, %v", response, err)
	}
	response, err := h.Run(t.Context(), program(t, "process.exit(7)"))
	if err != nil || !strings.HasSuffix(response.GetError(), ": 7") {
		t.Errorf("saw %v, %v", response, err)
	}
}

func TestCancelEndsTheProgram(t *testing.T) {
	h := newHost(t.Context(), "e:1")
	if _, err := h.Cancel(t.Context(), &emptypb.Empty{}); err != nil {
		t.Fatal(err)
	}
	response, err := h.Run(t.Context(), program(t, "setInterval(() => {}, 1000)"))
	if err != nil || response.GetError() == "" {
		t.Errorf("a cancelled program must end with an error, saw %v, %v", response, err)
	}
}

func TestDependenciesPreferTheLockedVersion(t *testing.T) {
	manifest := packageJSON{Dependencies: map[string]string{"a": "^1.0.0"}, DevDependencies: map[string]string{"b": "2.x"}}
	lock := packageLock{Packages: map[string]packageJSON{
		"": {Version: "0"}, "node_modules/a": {Version: "1.2.3"}, "node_modules/c": {Version: "3.0.0"},
	}}
	names := func(infos []*pulumirpc.DependencyInfo) (words []string) {
		for _, info := range infos {
			words = append(words, info.GetName()+"@"+info.GetVersion())
		}
		return words
	}
	if got := names(dependencies(manifest, lock, false)); !slices.Equal(got, []string{"a@1.2.3", "b@2.x"}) {
		t.Errorf("direct: saw %q", got)
	}
	if got := names(dependencies(manifest, lock, true)); !slices.Equal(got, []string{"a@1.2.3", "b@2.x", "c@3.0.0"}) {
		t.Errorf("all: saw %q", got)
	}
}
