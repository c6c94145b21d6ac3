//go:build tools

// Package pin names the Kubo that tests and operators build: `go build github.com/ipfs/kubo/cmd/ipfs` in this folder.
package pin

import _ "github.com/ipfs/kubo/cmd/ipfs"
