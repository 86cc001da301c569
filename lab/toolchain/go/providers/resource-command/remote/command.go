package remote

import (
	"context"
	"fmt"
	"sort"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"ghrunners/toolchain/providers/resource-command/output"
)

// Command is command:remote:Command: commands that run on another host when it is created, updated and deleted.
type Command struct{}

// CommandInputs are its inputs. A changed trigger replaces it; any other change runs update, or create without one.
type CommandInputs struct {
	Connection             *Connection       `pulumi:"connection"                      provider:"secret"`
	Create                 *string           `pulumi:"create,optional"`
	Update                 *string           `pulumi:"update,optional"`
	Delete                 *string           `pulumi:"delete,optional"`
	Stdin                  *string           `pulumi:"stdin,optional"`
	Environment            map[string]string `pulumi:"environment,optional"`
	Logging                *output.Logging   `pulumi:"logging,optional"`
	AddPreviousOutputInEnv *bool             `pulumi:"addPreviousOutputInEnv,optional"`
	Triggers               *[]any            `pulumi:"triggers,optional"               provider:"replaceOnChanges"`
}

// CommandOutputs are its outputs.
type CommandOutputs struct {
	CommandInputs
	output.Base
}

// Annotate sets the defaults.
func (i *CommandInputs) Annotate(a infer.Annotator) {
	a.SetDefault(&i.AddPreviousOutputInEnv, true)
}

// Create runs the create command.
func (*Command) Create(
	ctx context.Context, req infer.CreateRequest[CommandInputs],
) (infer.CreateResponse[CommandOutputs], error) {
	state := CommandOutputs{CommandInputs: req.Inputs}
	id, err := resource.NewUniqueHex(req.Name, 8, 0)
	if err != nil {
		return infer.CreateResponse[CommandOutputs]{}, err
	}
	if !req.DryRun && req.Inputs.Create != nil {
		err = state.run(ctx, *req.Inputs.Create)
	}
	return infer.CreateResponse[CommandOutputs]{ID: id, Output: state}, err
}

// Update runs the update command, or create where there is none.
func (*Command) Update(
	ctx context.Context, req infer.UpdateRequest[CommandInputs, CommandOutputs],
) (infer.UpdateResponse[CommandOutputs], error) {
	state := CommandOutputs{CommandInputs: req.Inputs, Base: req.State.Base}
	command := req.Inputs.Update
	if command == nil {
		command = req.Inputs.Create
	}
	var err error
	if !req.DryRun && command != nil {
		err = state.run(ctx, *command)
	}
	return infer.UpdateResponse[CommandOutputs]{Output: state}, err
}

// Delete runs the delete command.
func (*Command) Delete(ctx context.Context, req infer.DeleteRequest[CommandOutputs]) (infer.DeleteResponse, error) {
	if req.State.Delete == nil {
		return infer.DeleteResponse{}, nil
	}
	return infer.DeleteResponse{}, req.State.run(ctx, *req.State.Delete)
}

// run runs one command in its own connection and keeps what it printed.
func (s *CommandOutputs) run(ctx context.Context, command string) error {
	if err := s.Logging.Validate(); err != nil {
		return err
	}
	connection, err := s.Connection.dial(ctx)
	if err != nil {
		return err
	}
	defer connection.Close()
	session, err := connection.NewSession()
	if err != nil {
		return fmt.Errorf("open a session on %s: %w", s.Connection.address(), err)
	}
	defer session.Close() //nolint:errcheck // a session that ended by itself is closed already

	for _, name := range sortedKeys(s.Environment) {
		if err := session.Setenv(name, s.Environment[name]); err != nil {
			p.GetLogger(ctx).Error(refusedVariable(name))
			return fmt.Errorf("could not set environment variable %q: %w", name, err)
		}
	}
	previous := output.Previous(s.AddPreviousOutputInEnv, s.Base)
	for _, name := range sortedKeys(previous) {
		// Most servers refuse these two, and most commands do not need them.
		if err := session.Setenv(name, previous[name]); err != nil {
			p.GetLogger(ctx).Warning(refusedVariable(name))
		}
	}
	if s.Stdin != nil && *s.Stdin != "" {
		session.Stdin = strings.NewReader(*s.Stdin)
	}
	capture := output.NewCapture(ctx, s.Logging)
	session.Stdout, session.Stderr = capture.Stdout, capture.Stderr
	err = session.Run(command)
	capture.Close()
	if err != nil {
		return capture.Failure(err, command)
	}
	s.Base = capture.Outputs()
	return nil
}

func refusedVariable(name string) string {
	return fmt.Sprintf("Unable to set '%s'. This only works if the SSH server accepts the variable (AcceptEnv). "+
		"Otherwise pass the value on stdin, or put it before the command: 'VAR=value command'.", name)
}

func sortedKeys(variables map[string]string) []string {
	keys := make([]string, 0, len(variables))
	for key := range variables {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
