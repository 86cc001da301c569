package local

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"ghrunners/toolchain/providers/resource-command/output"
)

// grace is how long a cancelled command may take to end after SIGTERM.
const grace = 5 * time.Second

// run runs one command and keeps what it printed and the files it asked to keep.
func (s *CommandOutputs) run(ctx context.Context, command string) error {
	if err := s.Logging.Validate(); err != nil {
		return err
	}
	words := []string{"/bin/sh", "-c"}
	if s.Interpreter != nil && len(*s.Interpreter) > 0 {
		words = append([]string{}, *s.Interpreter...)
	}
	words = append(words, command)

	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	// The command's own process group, so that a cancel ends what it started too.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = grace
	dir, err := s.directory()
	if err != nil {
		return err
	}
	cmd.Dir = dir
	cmd.Env = s.environment()
	if s.Stdin != nil && *s.Stdin != "" {
		cmd.Stdin = strings.NewReader(*s.Stdin)
	}
	capture := output.NewCapture(ctx, s.Logging)
	cmd.Stdout, cmd.Stderr = capture.Stdout, capture.Stderr
	err = cmd.Run()
	capture.Close()
	if err != nil {
		return capture.Failure(err, command)
	}
	if err := s.collect(dir); err != nil {
		return err
	}
	s.Base = capture.Outputs()
	return nil
}

func (s *CommandOutputs) directory() (string, error) {
	if s.Dir != nil {
		return *s.Dir, nil
	}
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the working directory: %w", err)
	}
	return dir, nil
}

func (s *CommandOutputs) environment() []string {
	env := os.Environ()
	for name, value := range s.Environment {
		env = append(env, name+"="+value)
	}
	for name, value := range output.Previous(s.AddPreviousOutputInEnv, s.Base) {
		env = append(env, name+"="+value)
	}
	return env
}

// collect reads the files that assetPaths and archivePaths select.
func (s *CommandOutputs) collect(dir string) error {
	if s.AssetPaths != nil {
		assets, err := globAssets(dir, *s.AssetPaths)
		if err != nil {
			return fmt.Errorf("assetPaths: %w", err)
		}
		s.Assets = &assets
	}
	if s.ArchivePaths != nil {
		assets, err := globAssets(dir, *s.ArchivePaths)
		if err != nil {
			return fmt.Errorf("archivePaths: %w", err)
		}
		members := make(map[string]any, len(assets))
		for name, asset := range assets {
			members[name] = asset
		}
		archive, err := resource.NewAssetArchive(members)
		if err != nil {
			return fmt.Errorf("archivePaths: %w", err)
		}
		s.Archive = archive
	}
	return nil
}
