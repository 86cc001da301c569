// Command pulumi-resource-proxmoxve is the upstream Terraform provider bpg/proxmox behind Pulumi's bridge, under the names
// of the npm package @muhlba91/pulumi-proxmoxve 8.x. It serves the classic resources (VmLegacy, firewall.RulesLegacy, ...);
// resources built on the newer plugin framework (download.File, Acl, ...) are left out.
package main

import (
	"github.com/bpg/terraform-provider-proxmox/proxmoxtf/provider"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
)

// version is the version of the npm package that this plugin answers for; the linker sets it.
var version = "0.0.0-dev"

func main() {
	tfbridge.Main("proxmoxve", version, providerInfo(), []byte(`{"name":"proxmoxve","version":"`+version+`"}`))
}

func providerInfo() tfbridge.ProviderInfo {
	upstream := provider.ProxmoxVirtualEnvironment()
	info := tfbridge.ProviderInfo{
		P:              shimv2.NewProvider(upstream),
		Name:           "proxmox",
		ResourcePrefix: "proxmox",
		Version:        version,
		MetadataInfo:   tfbridge.NewProviderMetadata([]byte("{}")),
		Resources:      map[string]*tfbridge.ResourceInfo{},
		DataSources:    map[string]*tfbridge.DataSourceInfo{},
	}
	for name := range upstream.ResourcesMap {
		info.Resources[name] = &tfbridge.ResourceInfo{Tok: resourceToken(name)}
	}
	for name := range upstream.DataSourcesMap {
		info.DataSources[name] = &tfbridge.DataSourceInfo{Tok: dataSourceToken(name)}
	}
	return info
}
