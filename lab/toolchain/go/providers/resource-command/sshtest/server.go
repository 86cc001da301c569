// Package sshtest is a real SSH server on loopback for tests: it runs commands with /bin/sh and serves SFTP.
package sshtest

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
)

// User and Password are what the server lets in beside the key.
const (
	User     = "runner"
	Password = "correct horse"
)

// Server is a running server.
type Server struct {
	Host       string
	Port       float64
	HostKey    string // as one line of authorized_keys
	PrivateKey string // PEM of the key that is let in
	AcceptEnv  []string

	mu     sync.Mutex
	dials  int
	refuse int
}

// Dials returns how many connections were opened.
func (s *Server) Dials() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dials
}

// RefuseNext closes the next n connections before a word is said.
func (s *Server) RefuseNext(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = n
}

// NewKey makes an ed25519 key.
func NewKey(t *testing.T) (signer ssh.Signer, privatePEM string) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(key, "")
	if err != nil {
		t.Fatal(err)
	}
	signer, err = ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return signer, string(pem.EncodeToMemory(block))
}

// Start starts a server that ends with the test.
func Start(t *testing.T, acceptEnv ...string) *Server {
	t.Helper()
	hostSigner, _ := NewKey(t)
	userSigner, userPEM := NewKey(t)
	config := &ssh.ServerConfig{
		PasswordCallback: func(c ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
			if c.User() == User && string(password) == Password {
				return nil, nil
			}
			return nil, errors.New("wrong password")
		},
		PublicKeyCallback: func(c ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			if c.User() == User && string(key.Marshal()) == string(userSigner.PublicKey().Marshal()) {
				return nil, nil
			}
			return nil, errors.New("unknown key")
		},
	}
	config.AddHostKey(hostSigner)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	host, port, _ := net.SplitHostPort(listener.Addr().String())
	number, _ := strconv.Atoi(port)
	server := &Server{
		Host: host, Port: float64(number), AcceptEnv: acceptEnv, PrivateKey: userPEM,
		HostKey: string(ssh.MarshalAuthorizedKey(hostSigner.PublicKey())),
	}
	var open sync.WaitGroup
	t.Cleanup(func() { _ = listener.Close(); open.Wait() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			open.Go(func() { server.serve(conn, config) })
		}
	}()
	return server
}

func (s *Server) serve(stream net.Conn, config *ssh.ServerConfig) {
	defer stream.Close() //nolint:errcheck // the client closed it first
	s.mu.Lock()
	s.dials++
	refused := s.refuse > 0
	if refused {
		s.refuse--
	}
	s.mu.Unlock()
	if refused {
		return
	}
	conn, channels, requests, err := ssh.NewServerConn(stream, config)
	if err != nil {
		return
	}
	defer conn.Close() //nolint:errcheck // the client closed it first
	go ssh.DiscardRequests(requests)
	for offered := range channels {
		switch offered.ChannelType() {
		case "session":
			channel, requests, err := offered.Accept()
			if err == nil {
				go s.session(channel, requests)
			}
		case "direct-tcpip":
			go forward(offered)
		default:
			_ = offered.Reject(ssh.UnknownChannelType, offered.ChannelType())
		}
	}
}

func (s *Server) session(channel ssh.Channel, requests <-chan *ssh.Request) {
	defer channel.Close() //nolint:errcheck // the end of the session
	env := os.Environ()
	for request := range requests {
		switch request.Type {
		case "env":
			var variable struct{ Name, Value string }
			ok := ssh.Unmarshal(request.Payload, &variable) == nil && slices.Contains(s.AcceptEnv, variable.Name)
			if ok {
				env = append(env, variable.Name+"="+variable.Value)
			}
			_ = request.Reply(ok, nil)
		case "exec":
			var command struct{ Text string }
			_ = ssh.Unmarshal(request.Payload, &command)
			_ = request.Reply(true, nil)
			cmd := exec.Command("/bin/sh", "-c", command.Text)
			cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = env, channel, channel, channel.Stderr()
			status := struct{ Code uint32 }{}
			var exit *exec.ExitError
			if err := cmd.Run(); errors.As(err, &exit) {
				status.Code = uint32(exit.ExitCode())
			}
			_, _ = channel.SendRequest("exit-status", false, ssh.Marshal(status))
			return
		case "subsystem":
			_ = request.Reply(true, nil)
			if files, err := sftp.NewServer(channel); err == nil {
				_ = files.Serve()
			}
			return
		default:
			_ = request.Reply(false, nil)
		}
	}
}
