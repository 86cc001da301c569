package remote

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/pkg/sftp"
	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi-go-provider/infer/types"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// CopyToRemote is command:remote:CopyToRemote: a file, a text or a folder that is copied to another host.
type CopyToRemote struct{}

// CopyToRemoteInputs are its inputs. A changed source or remotePath copies again, a changed trigger replaces.
type CopyToRemoteInputs struct {
	Connection *Connection          `pulumi:"connection"        provider:"secret"`
	Source     types.AssetOrArchive `pulumi:"source"`
	RemotePath string               `pulumi:"remotePath"`
	Triggers   *[]any               `pulumi:"triggers,optional" provider:"replaceOnChanges"`
}

// CopyToRemoteOutputs are its outputs.
type CopyToRemoteOutputs struct {
	CopyToRemoteInputs
}

// Check refuses a source that cannot be copied.
func (*CopyToRemote) Check(
	ctx context.Context, req infer.CheckRequest,
) (infer.CheckResponse[CopyToRemoteInputs], error) {
	inputs, failures, err := infer.DefaultCheck[CopyToRemoteInputs](ctx, req.NewInputs)
	if err == nil && len(failures) == 0 && !req.NewInputs.Get("source").IsComputed() {
		failures = checkSource(inputs.Source)
	}
	return infer.CheckResponse[CopyToRemoteInputs]{Inputs: inputs, Failures: failures}, err
}

func checkSource(source types.AssetOrArchive) []p.CheckFailure {
	reason := ""
	switch {
	case source.Asset == nil && source.Archive == nil:
		reason = "saw neither an asset nor an archive, expected one of them"
	case source.Asset != nil && source.Archive != nil:
		reason = "saw an asset and an archive, expected one of them"
	case source.Asset != nil && !source.Asset.IsPath() && !source.Asset.IsText():
		reason = "expected an asset of a local file or a text"
	case source.Archive != nil && !source.Archive.IsPath():
		reason = "expected an archive of a local file or folder"
	}
	if reason == "" {
		return nil
	}
	return []p.CheckFailure{{Property: "source", Reason: reason}}
}

// Create copies.
func (*CopyToRemote) Create(
	ctx context.Context, req infer.CreateRequest[CopyToRemoteInputs],
) (infer.CreateResponse[CopyToRemoteOutputs], error) {
	response := infer.CreateResponse[CopyToRemoteOutputs]{Output: CopyToRemoteOutputs{req.Inputs}}
	if req.DryRun {
		return response, nil
	}
	if err := req.Inputs.copy(ctx); err != nil {
		return response, err
	}
	id, err := resource.NewUniqueHex("", 8, 0)
	response.ID = id
	return response, err
}

// Update copies again if content or place changed: a new password of the connection is no reason to.
func (*CopyToRemote) Update(
	ctx context.Context, req infer.UpdateRequest[CopyToRemoteInputs, CopyToRemoteOutputs],
) (infer.UpdateResponse[CopyToRemoteOutputs], error) {
	response := infer.UpdateResponse[CopyToRemoteOutputs]{Output: CopyToRemoteOutputs{req.Inputs}}
	changed := req.Inputs.hash() != req.State.hash() || req.Inputs.RemotePath != req.State.RemotePath
	if req.DryRun || !changed {
		return response, nil
	}
	return response, req.Inputs.copy(ctx)
}

// hash identifies the content of the source.
func (i *CopyToRemoteInputs) hash() string {
	switch {
	case i.Source.Asset != nil:
		return i.Source.Asset.Hash
	case i.Source.Archive != nil:
		return i.Source.Archive.Hash
	}
	return ""
}

func (i *CopyToRemoteInputs) copy(ctx context.Context) error {
	connection, err := i.Connection.dial(ctx)
	if err != nil {
		return err
	}
	defer connection.Close()
	files, err := sftp.NewClient(connection.Client, sftp.UseConcurrentWrites(true))
	if err != nil {
		return fmt.Errorf("start SFTP on %s: %w", i.Connection.address(), err)
	}
	defer files.Close() //nolint:errcheck // every file was closed with its error checked
	switch {
	case i.Source.Asset != nil && i.Source.Asset.IsText():
		return writeText(files, i.Source.Asset.Text, i.RemotePath)
	case i.Source.Asset != nil:
		return copyPath(files, i.Source.Asset.Path, i.RemotePath)
	case i.Source.Archive != nil:
		return copyPath(files, i.Source.Archive.Path, i.RemotePath)
	}
	return fmt.Errorf("source: saw %s, expected an asset or an archive", describe(i.Source))
}

func describe(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
