//go:build tools

// Package network pins the client that the members' network runs; it is built by scripts/network/geth.py.
package network

import _ "github.com/ethereum/go-ethereum/cmd/geth"
