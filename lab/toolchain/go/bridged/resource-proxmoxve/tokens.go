package main

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

// upstreamPrefix begins the names of all classic resources upstream.
const upstreamPrefix = "proxmox_virtual_environment_"

// modules are the npm package's modules other than index, by the prefix of the upstream name. The longest prefix counts.
var modules = []struct{ prefix, module string }{
	{"cluster_firewall_security_", "cluster/firewall/security"},
	{"cluster_", "cluster"},
	{"firewall_", "firewall"},
}

// resourceToken gives an upstream resource its npm name: proxmox_virtual_environment_firewall_rules is
// proxmoxve:firewall/rulesLegacy:RulesLegacy.
func resourceToken(upstream string) tokens.Type {
	module, name := split(upstream)
	camel := camelCase(name) + "Legacy"
	return tokens.Type("proxmoxve:" + module + "/" + camel + ":" + upperFirst(camel))
}

// dataSourceToken gives an upstream data source its npm name: proxmox_virtual_environment_nodes is
// proxmoxve:index/getNodesLegacy:getNodesLegacy.
func dataSourceToken(upstream string) tokens.ModuleMember {
	module, name := split(upstream)
	function := "get" + upperFirst(camelCase(name)) + "Legacy"
	return tokens.ModuleMember("proxmoxve:" + module + "/" + function + ":" + function)
}

func split(upstream string) (module, name string) {
	name = strings.TrimPrefix(upstream, upstreamPrefix)
	for _, m := range modules {
		if rest, ok := strings.CutPrefix(name, m.prefix); ok {
			return m.module, rest
		}
	}
	return "index", name
}

func camelCase(snake string) string {
	words := strings.Split(snake, "_")
	for i := 1; i < len(words); i++ {
		words[i] = upperFirst(words[i])
	}
	return strings.Join(words, "")
}

func upperFirst(word string) string {
	if word == "" {
		return word
	}
	return strings.ToUpper(word[:1]) + word[1:]
}
