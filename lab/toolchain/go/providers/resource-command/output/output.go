// Package output captures what a command prints and shows it to the user line by line.
package output

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
)

// Variables by which a command learns what its previous run printed.
const (
	PreviousStdout = "PULUMI_COMMAND_STDOUT"
	PreviousStderr = "PULUMI_COMMAND_STDERR"
)

// Logging says which streams are shown to the user. Both are captured in any case. Empty means both.
type Logging string

// The values of Logging.
const (
	LogStdout          Logging = "stdout"
	LogStderr          Logging = "stderr"
	LogStdoutAndStderr Logging = "stdoutAndStderr"
	LogNone            Logging = "none"
)

// Values lists the allowed values for the schema.
func (Logging) Values() []infer.EnumValue[Logging] {
	return []infer.EnumValue[Logging]{
		{Name: "Stdout", Value: LogStdout}, {Name: "Stderr", Value: LogStderr},
		{Name: "StdoutAndStderr", Value: LogStdoutAndStderr}, {Name: "None", Value: LogNone},
	}
}

func (l *Logging) shows(stream Logging) bool {
	return l == nil || *l == "" || *l == LogStdoutAndStderr || *l == stream
}

// Validate refuses a value that is none of the four.
func (l *Logging) Validate() error {
	if l == nil {
		return nil
	}
	switch *l {
	case "", LogStdout, LogStderr, LogStdoutAndStderr, LogNone:
		return nil
	}
	return fmt.Errorf("logging: saw %q, expected %q, %q, %q or %q",
		string(*l), LogStdout, LogStderr, LogStdoutAndStderr, LogNone)
}

// Base are the outputs that every kind of command has.
type Base struct {
	Stdout string `pulumi:"stdout"`
	Stderr string `pulumi:"stderr"`
}

// Capture collects the two streams of one run. Stdout and Stderr are safe to be written at the same time.
type Capture struct {
	Stdout, Stderr io.Writer

	mu                       sync.Mutex
	stdout, stderr, combined bytes.Buffer
	loggers                  []*lineLogger
}

// NewCapture begins a capture that shows the streams that logging asks for.
func NewCapture(ctx context.Context, logging *Logging) *Capture {
	c := &Capture{}
	show := p.GetLogger(ctx).Info
	c.Stdout = c.stream(&c.stdout, logging.shows(LogStdout), show)
	c.Stderr = c.stream(&c.stderr, logging.shows(LogStderr), show)
	return c
}

func (c *Capture) stream(into *bytes.Buffer, shown bool, show func(string)) io.Writer {
	writers := []io.Writer{into, &c.combined}
	if shown {
		logger := &lineLogger{show: show}
		c.loggers = append(c.loggers, logger)
		writers = append(writers, logger)
	}
	return &lockedWriter{mu: &c.mu, to: io.MultiWriter(writers...)}
}

// Close shows a last line that had no newline.
func (c *Capture) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, logger := range c.loggers {
		logger.flush()
	}
}

// Outputs returns both streams, each without its last newline.
func (c *Capture) Outputs() Base {
	c.mu.Lock()
	defer c.mu.Unlock()
	return Base{
		Stdout: strings.TrimSuffix(c.stdout.String(), "\n"),
		Stderr: strings.TrimSuffix(c.stderr.String(), "\n"),
	}
}

// Failure says which command failed, why, and all that it printed.
func (c *Capture) Failure(err error, command string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return fmt.Errorf("%w: running %q:\n%s", err, command, c.combined.String())
}

// Previous returns the variables of a previous run's outputs, unless the user does not want them.
func Previous(wanted *bool, base Base) map[string]string {
	variables := map[string]string{}
	if wanted != nil && !*wanted {
		return variables
	}
	if base.Stdout != "" {
		variables[PreviousStdout] = base.Stdout
	}
	if base.Stderr != "" {
		variables[PreviousStderr] = base.Stderr
	}
	return variables
}

type lockedWriter struct {
	mu *sync.Mutex
	to io.Writer
}

func (w *lockedWriter) Write(text []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.to.Write(text)
}

// lineLogger shows whole lines.
type lineLogger struct {
	show func(string)
	rest []byte
}

func (l *lineLogger) Write(text []byte) (int, error) {
	l.rest = append(l.rest, text...)
	for {
		line, after, found := bytes.Cut(l.rest, []byte("\n"))
		if !found {
			return len(text), nil
		}
		l.show(string(line))
		l.rest = append([]byte{}, after...)
	}
}

func (l *lineLogger) flush() {
	if len(l.rest) > 0 {
		l.show(string(l.rest))
		l.rest = nil
	}
}
