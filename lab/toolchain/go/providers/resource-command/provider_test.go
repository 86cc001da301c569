package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/blang/semver"
	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/integration"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"ghrunners/toolchain/providers/resource-command/sshtest"
)

const (
	remoteCommand = "urn:pulumi:test::test::command:remote:Command::it"
	remoteCopy    = "urn:pulumi:test::test::command:remote:CopyToRemote::it"
	localCommand  = "urn:pulumi:test::test::command:local:Command::it"
)

func start(t *testing.T) integration.Server {
	t.Helper()
	provider, err := newProvider()
	if err != nil {
		t.Fatal(err)
	}
	server, err := integration.NewServer(t.Context(), "command", semver.MustParse("1.2.1"), integration.WithProvider(provider))
	if err != nil {
		t.Fatal(err)
	}
	return server
}

func values(pairs map[string]any) property.Map {
	return resource.FromResourcePropertyMap(resource.NewPropertyMapFromMap(pairs))
}

func connection(s *sshtest.Server, extra map[string]any) map[string]any {
	c := map[string]any{
		"host": s.Host, "port": s.Port, "user": sshtest.User, "privateKey": s.PrivateKey, "hostKey": s.HostKey,
		"dialErrorLimit": 3.0, "perDialTimeout": 5.0,
	}
	for key, value := range extra {
		c[key] = value
	}
	return c
}

func create(server integration.Server, urn string, inputs map[string]any) (p.CreateResponse, error) {
	checked, err := server.Check(p.CheckRequest{Urn: resource.URN(urn), Inputs: values(inputs)})
	if err != nil {
		return p.CreateResponse{}, err
	}
	return server.Create(p.CreateRequest{Urn: resource.URN(urn), Properties: checked.Inputs})
}

func mustCreate(t *testing.T, server integration.Server, urn string, inputs map[string]any) p.CreateResponse {
	t.Helper()
	created, err := create(server, urn, inputs)
	if err != nil {
		t.Fatal(err)
	}
	return created
}

func text(m property.Map, key string) string {
	value, ok := m.GetOk(key)
	if !ok || !value.IsString() {
		return ""
	}
	return value.AsString()
}

func TestRemoteCommandPassesStdinAndSplitsStreams(t *testing.T) {
	ssh := sshtest.Start(t)
	created := mustCreate(t, start(t), remoteCommand, map[string]any{
		"connection": connection(ssh, nil), "create": "cat; echo oops >&2", "stdin": "secret line\n",
	})
	if got := text(created.Properties, "stdout"); got != "secret line" {
		t.Errorf("stdout: saw %q", got)
	}
	if got := text(created.Properties, "stderr"); got != "oops" {
		t.Errorf("stderr: saw %q", got)
	}
	if !created.Properties.Get("connection").Secret() {
		t.Error("the connection must be secret")
	}
}

func TestRemoteCommandFailureNamesCommandAndOutput(t *testing.T) {
	ssh := sshtest.Start(t)
	_, err := create(start(t), remoteCommand, map[string]any{
		"connection": connection(ssh, nil), "create": "echo why; exit 3",
	})
	if err == nil || !strings.Contains(err.Error(), "exited with status 3") || !strings.Contains(err.Error(), "why") {
		t.Errorf("saw %v", err)
	}
}

func TestRemoteCommandUpdateSeesPreviousOutputAndFallsBackToCreate(t *testing.T) {
	ssh := sshtest.Start(t, "PULUMI_COMMAND_STDOUT")
	server := start(t)
	inputs := map[string]any{"connection": connection(ssh, nil), "create": "echo first; echo was $PULUMI_COMMAND_STDOUT"}
	created := mustCreate(t, server, remoteCommand, inputs)
	for want, change := range map[string]map[string]any{
		"update saw first was": {"update": "echo update saw $PULUMI_COMMAND_STDOUT"},
		"first\nwas first was": {"stdin": "changed"},
		"first\nwas":           {"stdin": "changed", "addPreviousOutputInEnv": false},
	} {
		news := map[string]any{}
		for _, source := range []map[string]any{inputs, change} {
			for key, value := range source {
				news[key] = value
			}
		}
		updated, err := server.Update(p.UpdateRequest{
			Urn: remoteCommand, ID: created.ID, State: created.Properties, Inputs: values(news),
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := text(updated.Properties, "stdout"); got != want {
			t.Errorf("%v: saw %q, expected %q", change, got, want)
		}
	}
}

func TestRemoteCommandRunsDeleteOnlyWhenThereIsOne(t *testing.T) {
	ssh := sshtest.Start(t)
	server := start(t)
	mark := filepath.Join(t.TempDir(), "deleted")
	created := mustCreate(t, server, remoteCommand, map[string]any{
		"connection": connection(ssh, nil), "delete": "touch " + mark,
	})
	if ssh.Dials() != 0 {
		t.Errorf("without a create command nothing is dialled, saw %d dials", ssh.Dials())
	}
	err := server.Delete(p.DeleteRequest{Urn: remoteCommand, ID: created.ID, Properties: created.Properties})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(mark); err != nil {
		t.Error(err)
	}
}

func TestRemoteCommandEnvironmentNeedsAcceptEnv(t *testing.T) {
	ssh := sshtest.Start(t, "ACCEPTED")
	server := start(t)
	inputs := func(name string) map[string]any {
		return map[string]any{
			"connection": connection(ssh, nil), "create": "echo $" + name, "environment": map[string]any{name: "value"},
		}
	}
	if got := text(mustCreate(t, server, remoteCommand, inputs("ACCEPTED")).Properties, "stdout"); got != "value" {
		t.Errorf("saw %q", got)
	}
	if _, err := create(server, remoteCommand, inputs("REFUSED")); err == nil || !strings.Contains(err.Error(), `"REFUSED"`) {
		t.Errorf("saw %v", err)
	}
}

func TestRemoteCommandRefusesAnotherHostKeyAtOnce(t *testing.T) {
	ssh, other := sshtest.Start(t), sshtest.Start(t)
	_, err := create(start(t), remoteCommand, map[string]any{
		"connection": connection(ssh, map[string]any{"hostKey": other.HostKey}), "create": "true",
	})
	if err == nil || !strings.Contains(err.Error(), "expected ssh-ed25519 SHA256:") {
		t.Errorf("saw %v", err)
	}
	if ssh.Dials() != 1 {
		t.Errorf("saw %d dials, expected 1", ssh.Dials())
	}
}

func TestRemoteCommandDialsAgainUpToTheLimit(t *testing.T) {
	ssh := sshtest.Start(t)
	server := start(t)
	ssh.RefuseNext(2)
	mustCreate(t, server, remoteCommand, map[string]any{"connection": connection(ssh, nil), "create": "true"})
	if ssh.Dials() != 3 {
		t.Errorf("saw %d dials, expected 3", ssh.Dials())
	}
	ssh.RefuseNext(100)
	_, err := create(server, remoteCommand, map[string]any{
		"connection": connection(ssh, map[string]any{"dialErrorLimit": 1.0}), "create": "true",
	})
	if err == nil || !strings.Contains(err.Error(), "after 2 failed attempts") {
		t.Errorf("saw %v", err)
	}
}

func TestRemoteCommandPasswordAndProxy(t *testing.T) {
	bastion, target := sshtest.Start(t), sshtest.Start(t)
	created := mustCreate(t, start(t), remoteCommand, map[string]any{
		"create": "echo through",
		"connection": map[string]any{
			"host": target.Host, "port": target.Port, "user": sshtest.User, "password": sshtest.Password,
			"proxy": connection(bastion, nil),
		},
	})
	if got := text(created.Properties, "stdout"); got != "through" || bastion.Dials() != 1 || target.Dials() != 1 {
		t.Errorf("saw %q, %d and %d dials", got, bastion.Dials(), target.Dials())
	}
}

// The npm SDK asks for a replacement when a path under triggers[*] changes, so the path must say which trigger it was.
func TestDiffNamesTheChangedInputOnly(t *testing.T) {
	server := start(t)
	inputs := func(command, trigger string) property.Map {
		checked, err := server.Check(p.CheckRequest{
			Urn: localCommand, Inputs: values(map[string]any{"create": command, "triggers": []any{"same", trigger}}),
		})
		if err != nil {
			t.Fatal(err)
		}
		return checked.Inputs
	}
	before := inputs("true", "a")
	created, err := server.Create(p.CreateRequest{Urn: localCommand, Properties: before})
	if err != nil {
		t.Fatal(err)
	}
	for want, news := range map[string]property.Map{
		"triggers[1]": inputs("true", "b"), "create": inputs("echo", "a"), "": before,
	} {
		diff, err := server.Diff(p.DiffRequest{
			Urn: localCommand, ID: created.ID, State: created.Properties, OldInputs: before, Inputs: news,
		})
		if err != nil {
			t.Fatal(err)
		}
		seen := ""
		for key := range diff.DetailedDiff {
			seen += key
		}
		if seen != want || diff.HasChanges != (want != "") {
			t.Errorf("saw %q, expected %q", seen, want)
		}
	}
}

func TestCopyToRemoteCopiesTextAndFolder(t *testing.T) {
	ssh := sshtest.Start(t)
	server := start(t)
	target := filepath.Join(t.TempDir(), "note")
	asset, err := resource.NewTextAsset("hello")
	if err != nil {
		t.Fatal(err)
	}
	mustCreate(t, server, remoteCopy, map[string]any{
		"connection": connection(ssh, nil), "source": asset, "remotePath": target,
	})
	if content, err := os.ReadFile(target); err != nil || string(content) != "hello" {
		t.Errorf("saw %q, %v", content, err)
	}
	folder, remote := filepath.Join(t.TempDir(), "site"), t.TempDir()
	if err := os.MkdirAll(filepath.Join(folder, "deep"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "deep", "page"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	archive, err := resource.NewPathArchive(folder)
	if err != nil {
		t.Fatal(err)
	}
	mustCreate(t, server, remoteCopy, map[string]any{
		"connection": connection(ssh, nil), "source": archive, "remotePath": remote,
	})
	if _, err := os.Stat(filepath.Join(remote, "site", "deep", "page")); err != nil {
		t.Error(err)
	}
}

func TestLocalCommandDirectoryInterpreterEnvironmentAndFiles(t *testing.T) {
	dir := t.TempDir()
	created := mustCreate(t, start(t), localCommand, map[string]any{
		"create": "echo $0 $A; pwd; touch keep.txt drop.txt", "dir": dir, "environment": map[string]any{"A": "b"},
		"interpreter": []any{"/bin/sh", "-c"}, "assetPaths": []any{"*.txt", "!drop*"},
	})
	if got := text(created.Properties, "stdout"); got != "/bin/sh b\n"+dir {
		t.Errorf("saw %q", got)
	}
	assets := created.Properties.Get("assets").AsMap()
	if _, kept := assets.GetOk("keep.txt"); !kept || assets.Len() != 1 {
		t.Errorf("saw %v", assets)
	}
}
