package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// About says which Node.js runs the program (`pulumi about`).
func (h *host) About(ctx context.Context, _ *pulumirpc.AboutRequest) (*pulumirpc.AboutResponse, error) {
	path, err := exec.LookPath("node")
	if err != nil {
		return nil, fmt.Errorf("node was not found on PATH: %w", err)
	}
	out, err := exec.CommandContext(ctx, path, "--version").Output()
	if err != nil {
		return nil, fmt.Errorf("%s --version: %w", path, err)
	}
	return &pulumirpc.AboutResponse{Executable: path, Version: firstLine(out)}, nil
}

// InstallDependencies installs the program's npm packages (`pulumi install`): exactly the lock file's where there is one.
func (h *host) InstallDependencies(
	req *pulumirpc.InstallDependenciesRequest, stream pulumirpc.LanguageRuntime_InstallDependenciesServer,
) error {
	dir := req.GetInfo().GetProgramDirectory()
	verb := "install"
	if _, err := os.Stat(filepath.Join(dir, "package-lock.json")); err == nil {
		verb = "ci"
	}
	ctx, stop := h.withChildren(stream.Context())
	defer stop()
	cmd := command(ctx, dir, "npm", verb)
	// One writer for both streams: os/exec then copies them one after the other, never at once.
	output := relay(func(text []byte) error {
		return stream.Send(&pulumirpc.InstallDependenciesResponse{Stdout: text})
	})
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("npm %s in %s: %w", verb, dir, err)
	}
	return nil
}

// packageJSON is the part of a package.json that names dependencies.
type packageJSON struct {
	Version         string            `json:"version"`
	Dependencies    map[string]string `json:"dependencies"`
	DevDependencies map[string]string `json:"devDependencies"`
}

// packageLock is the part of a package-lock.json (version 2 and 3) that names what is installed.
type packageLock struct {
	Packages map[string]packageJSON `json:"packages"`
}

// GetProgramDependencies lists the program's npm packages: the direct ones, or all that are locked.
func (h *host) GetProgramDependencies(
	_ context.Context, req *pulumirpc.GetProgramDependenciesRequest,
) (*pulumirpc.GetProgramDependenciesResponse, error) {
	dir := req.GetInfo().GetProgramDirectory()
	var manifest packageJSON
	if err := readJSON(filepath.Join(dir, "package.json"), &manifest); err != nil {
		return nil, err
	}
	var lock packageLock
	if err := readJSON(filepath.Join(dir, "package-lock.json"), &lock); err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	return &pulumirpc.GetProgramDependenciesResponse{
		Dependencies: dependencies(manifest, lock, req.GetTransitiveDependencies()),
	}, nil
}

// dependencies gives each name its installed version, or the wanted one where nothing is locked, in order of name.
func dependencies(manifest packageJSON, lock packageLock, transitive bool) []*pulumirpc.DependencyInfo {
	const prefix = "node_modules/"
	versions := map[string]string{}
	for _, wanted := range []map[string]string{manifest.Dependencies, manifest.DevDependencies} {
		for name, version := range wanted {
			if locked, ok := lock.Packages[prefix+name]; ok {
				version = locked.Version
			}
			versions[name] = version
		}
	}
	if transitive {
		for path, locked := range lock.Packages {
			if len(path) > len(prefix) && path[:len(prefix)] == prefix {
				versions[path[len(prefix):]] = locked.Version
			}
		}
	}
	infos := make([]*pulumirpc.DependencyInfo, 0, len(versions))
	for name, version := range versions {
		infos = append(infos, &pulumirpc.DependencyInfo{Name: name, Version: version})
	}
	sort.Slice(infos, func(i, j int) bool { return infos[i].Name < infos[j].Name })
	return infos
}

func readJSON(path string, into any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
