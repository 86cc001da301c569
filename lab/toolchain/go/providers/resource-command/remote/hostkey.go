package remote

import (
	"bytes"
	"fmt"
	"net"

	"golang.org/x/crypto/ssh"
)

// hostKeyError means that the server proved another identity than the expected one. Trying again does not help.
type hostKeyError struct {
	host           string
	seen, expected ssh.PublicKey
}

func (e *hostKeyError) Error() string {
	text := fmt.Sprintf("host key of %s: saw %s %s, expected %s %s (connection.hostKey); ",
		e.host, e.seen.Type(), ssh.FingerprintSHA256(e.seen), e.expected.Type(), ssh.FingerprintSHA256(e.expected))
	if e.seen.Type() != e.expected.Type() {
		return text + fmt.Sprintf("a server with several keys shows the one this client likes best: "+
			"pin its %s key, or let the server have one key only", e.seen.Type())
	}
	return text + "if the machine was rebuilt on purpose, pin its new key, else somebody may be in between"
}

// hostKeyCallback checks for exactly the expected key. Without one any key is taken, as the official plugin does.
func (e *endpoint) hostKeyCallback() (ssh.HostKeyCallback, error) {
	if e.HostKey == nil {
		return ssh.InsecureIgnoreHostKey(), nil //nolint:gosec // the documented behaviour without a hostKey
	}
	expected, _, _, _, err := ssh.ParseAuthorizedKey([]byte(*e.HostKey))
	if err != nil {
		return nil, fmt.Errorf("read connection.hostKey, expected a line like \"ssh-ed25519 AAAA...\": %w", err)
	}
	return func(host string, _ net.Addr, seen ssh.PublicKey) error {
		if bytes.Equal(seen.Marshal(), expected.Marshal()) {
			return nil
		}
		return &hostKeyError{host: host, seen: seen, expected: expected}
	}, nil
}
