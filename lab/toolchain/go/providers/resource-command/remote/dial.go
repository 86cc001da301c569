package remote

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/retry"
	"golang.org/x/crypto/ssh"
)

// client is an SSH connection with everything it stands on.
type client struct {
	*ssh.Client
	under []func()
}

// Close ends the connection and what it stands on.
func (c *client) Close() {
	if c.Client != nil {
		_ = c.Client.Close()
	}
	for i := len(c.under) - 1; i >= 0; i-- {
		c.under[i]()
	}
}

// dial connects, through the proxy if there is one, and tries again as often as dialErrorLimit says. The connection ends
// with ctx.
func (c *Connection) dial(ctx context.Context) (*client, error) {
	result := &client{}
	config, closeAgent, err := c.clientConfig()
	result.under = append(result.under, closeAgent)
	if err != nil {
		return nil, err
	}
	open := func() (net.Conn, error) {
		return (&net.Dialer{Timeout: c.timeout()}).DialContext(ctx, "tcp", c.address())
	}
	if c.Proxy != nil {
		proxy, err := c.Proxy.dial(ctx)
		if err != nil {
			result.Close()
			return nil, fmt.Errorf("proxy: %w", err)
		}
		result.under = append(result.under, func() { _ = proxy.Close() })
		open = func() (net.Conn, error) { return proxy.DialContext(ctx, "tcp", c.address()) }
	}
	result.Client, err = dialWithRetry(ctx, "Dial", c.dialErrorLimit(), func() (*ssh.Client, error) {
		return handshake(ctx, open, c.address(), config)
	})
	if err != nil {
		result.Close()
		return nil, err
	}
	unhook := context.AfterFunc(ctx, func() { _ = result.Client.Close() })
	result.under = append(result.under, func() { unhook() })
	return result, nil
}

func (c *ProxyConnection) dial(ctx context.Context) (*ssh.Client, error) {
	config, closeAgent, err := c.clientConfig()
	if err != nil {
		return nil, err
	}
	defer closeAgent()
	open := func() (net.Conn, error) {
		return (&net.Dialer{Timeout: c.timeout()}).DialContext(ctx, "tcp", c.address())
	}
	return dialWithRetry(ctx, "Dial proxy", c.dialErrorLimit(), func() (*ssh.Client, error) {
		return handshake(ctx, open, c.address(), config)
	})
}

// handshake opens a stream and speaks SSH on it. The limit of an attempt covers both: a server that accepts and then says
// nothing must not hang the run.
func handshake(
	ctx context.Context, open func() (net.Conn, error), address string, config *ssh.ClientConfig,
) (*ssh.Client, error) {
	stream, err := open()
	if err != nil {
		return nil, err
	}
	unhook := context.AfterFunc(ctx, func() { _ = stream.Close() })
	defer unhook()
	var expired *time.Timer
	if config.Timeout > 0 {
		expired = time.AfterFunc(config.Timeout, func() { _ = stream.Close() })
	}
	conn, channels, requests, err := ssh.NewClientConn(stream, address, config)
	if expired != nil && !expired.Stop() && err != nil {
		err = fmt.Errorf("no SSH handshake with %s within %s: %w", address, config.Timeout, err)
	}
	if err != nil {
		_ = stream.Close()
		return nil, err
	}
	return ssh.NewClient(conn, channels, requests), nil
}

// dialWithRetry calls try until it succeeds or failed more than limit times; -1 is no limit. Pauses grow from 0.1 s by
// half each time up to 5 s.
func dialWithRetry(
	ctx context.Context, what string, limit int, try func() (*ssh.Client, error),
) (*ssh.Client, error) {
	_, found, err := retry.Until(ctx, retry.Acceptor{
		Accept: func(before int, _ time.Duration) (bool, any, error) {
			dialled, err := try()
			if err == nil {
				return true, dialled, nil
			}
			var wrongKey *hostKeyError
			if errors.As(err, &wrongKey) {
				return true, nil, wrongKey
			}
			attempts := before + 1
			if limit >= 0 && attempts > limit {
				return true, nil, fmt.Errorf("after %d failed attempts: %w", attempts, err)
			}
			of := "inf"
			if limit >= 0 {
				of = fmt.Sprint(limit)
			}
			p.GetLogger(ctx).InfoStatusf("%s %d/%s failed: retrying", what, attempts, of)
			return false, nil, nil
		},
	})
	if err != nil {
		return nil, err
	}
	if dialled, ok := found.(*ssh.Client); ok {
		return dialled, nil
	}
	return nil, context.Cause(ctx)
}
