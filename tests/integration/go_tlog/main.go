// Asks the authors' own packages about a log: reads a checkpoint with `note`, recomputes the root and proofs with
// `tlog` from the record digests, and says "ok" or what does not agree. Input: one JSON object on stdin.
package main

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct {
	Note        string     `json:"note"`
	Vkey        string     `json:"vkey"`
	Digests     []string   `json:"digests"`
	Inclusion   [][]string `json:"inclusion"`
	Consistency [][]string `json:"consistency"`
	Tiles       []tile     `json:"tiles"`
}

type tile struct {
	Path string `json:"path"`
	Data string `json:"data"`
}

func must(err error) {
	if err != nil {
		fmt.Println("refused:", err)
		os.Exit(1)
	}
}

func hash(text string) (found tlog.Hash) {
	data, err := hex.DecodeString(text)
	must(err)
	copy(found[:], data)
	return found
}

func hashes(texts []string) (found []tlog.Hash) {
	for _, text := range texts {
		found = append(found, hash(text))
	}
	return found
}

func main() {
	var asked question
	must(json.NewDecoder(os.Stdin).Decode(&asked))

	verifier, err := note.NewVerifier(asked.Vkey)
	must(err)
	opened, err := note.Open([]byte(asked.Note), note.VerifierList(verifier))
	must(err)
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := base64.StdEncoding.DecodeString(lines[2])
	must(err)

	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, index := range indexes {
			found = append(found, stored[index])
		}
		return found, nil
	})
	roots := []tlog.Hash{{}}
	for index, text := range asked.Digests {
		data, err := hex.DecodeString(text)
		must(err)
		added, err := tlog.StoredHashes(int64(index), data, reader)
		must(err)
		stored = append(stored, added...)
		tree, err := tlog.TreeHash(int64(index+1), reader)
		must(err)
		roots = append(roots, tree)
	}
	if int64(len(asked.Digests)) != size || roots[size] != tlog.Hash(root) {
		fmt.Println("refused: the checkpoint's root is another one")
		os.Exit(1)
	}
	for index, proof := range asked.Inclusion {
		data, err := hex.DecodeString(asked.Digests[index])
		must(err)
		must(tlog.CheckRecord(hashes(proof), size, roots[size], int64(index), tlog.RecordHash(data)))
	}
	for before, proof := range asked.Consistency {
		must(tlog.CheckTree(hashes(proof), size, roots[size], int64(before+1), roots[before+1]))
	}
	for _, each := range asked.Tiles {
		// C2SP names tiles of height 8 without the height that Go's own path has.
		named, err := tlog.ParseTilePath("tile/8/" + each.Path)
		must(err)
		data, err := hex.DecodeString(each.Data)
		must(err)
		computed, err := tlog.ReadTileData(named, reader)
		must(err)
		if string(computed) != string(data) {
			fmt.Println("refused: tile", each.Path)
			os.Exit(1)
		}
	}
	fmt.Println("ok", size)
}
