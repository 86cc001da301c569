package main
import (
 _ "github.com/pkg/sftp"
 _ "github.com/gobwas/glob"
 _ "golang.org/x/crypto/ssh"
 _ "golang.org/x/crypto/bcrypt"
 _ "github.com/pulumi/pulumi-go-provider/infer"
 _ "github.com/pulumi/pulumi-go-provider/integration"
 _ "github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
)
