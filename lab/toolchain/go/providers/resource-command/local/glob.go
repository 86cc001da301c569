package local

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/gobwas/glob"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// rule selects files, or leaves them out if it began with "!".
type rule struct {
	pattern glob.Glob
	exclude bool
}

func parseRules(patterns []string) ([]rule, error) {
	rules := make([]rule, 0, len(patterns))
	for _, text := range patterns {
		bare, exclude := strings.CutPrefix(text, "!")
		pattern, err := glob.Compile(bare, '/')
		if err != nil {
			return nil, fmt.Errorf("pattern %q: %w", text, err)
		}
		rules = append(rules, rule{pattern: pattern, exclude: exclude})
	}
	return rules, nil
}

// selects applies the rules in order: the last one that matches decides.
func selects(rules []rule, name string) bool {
	selected := false
	for _, r := range rules {
		if r.pattern.Match(name) {
			selected = !r.exclude
		}
	}
	return selected
}

// globAssets returns the selected files under dir by their path relative to it.
func globAssets(dir string, patterns []string) (map[string]*resource.Asset, error) {
	rules, err := parseRules(patterns)
	if err != nil {
		return nil, err
	}
	assets := map[string]*resource.Asset{}
	err = fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !selects(rules, name) {
			return err
		}
		asset, err := resource.NewPathAsset(path.Join(dir, name))
		assets[name] = asset
		return err
	})
	return assets, err
}
