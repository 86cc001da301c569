package main

import "testing"

// The names on the right stand in the npm package @muhlba91/pulumi-proxmoxve 8.6.0.
func TestTokensAreTheNpmPackages(t *testing.T) {
	for upstream, want := range map[string]string{
		"proxmox_virtual_environment_vm":                              "proxmoxve:index/vmLegacy:VmLegacy",
		"proxmox_virtual_environment_firewall_rules":                  "proxmoxve:firewall/rulesLegacy:RulesLegacy",
		"proxmox_virtual_environment_firewall_options":                "proxmoxve:firewall/optionsLegacy:OptionsLegacy",
		"proxmox_virtual_environment_cluster_firewall":                "proxmoxve:cluster/firewallLegacy:FirewallLegacy",
		"proxmox_virtual_environment_cluster_firewall_security_group": "proxmoxve:cluster/firewall/security/groupLegacy:GroupLegacy",
	} {
		if got := string(resourceToken(upstream)); got != want {
			t.Errorf("%s: saw %s, expected %s", upstream, got, want)
		}
	}
	if got := string(dataSourceToken("proxmox_virtual_environment_nodes")); got != "proxmoxve:index/getNodesLegacy:getNodesLegacy" {
		t.Errorf("saw %s", got)
	}
}

func TestEveryUpstreamResourceHasAName(t *testing.T) {
	info := providerInfo()
	if len(info.Resources) == 0 || info.Resources["proxmox_virtual_environment_vm"].Tok != "proxmoxve:index/vmLegacy:VmLegacy" {
		t.Errorf("saw %d resources", len(info.Resources))
	}
}
