// A second opinion on witnesses: the packages of transparency-dev open a cosigned note, cosign one themselves, or speak
// to a witness as its client. Input: one JSON object on stdin; output: one line, or the signature lines that came back.
package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"

	cosig "github.com/transparency-dev/formats/note"
	client "github.com/transparency-dev/witness/client/http"
	"github.com/transparency-dev/witness/witness"
	"golang.org/x/mod/sumdb/note"
)

type question struct {
	Op       string   `json:"op"`
	Note     string   `json:"note"`
	Log      string   `json:"log"`
	Cosigner []string `json:"cosigners"`
	Secret   string   `json:"secret"`
	URL      string   `json:"url"`
	Old      uint64   `json:"old"`
	Proof    []string `json:"proof"`
}

func must(err error) {
	if err != nil {
		fmt.Println("refused:", err)
		os.Exit(1)
	}
}

func verifiers(asked question) note.Verifiers {
	log, err := note.NewVerifier(asked.Log)
	must(err)
	all := []note.Verifier{log}
	for _, key := range asked.Cosigner {
		verifier, err := cosig.NewVerifierForCosignatureV1(key)
		must(err)
		all = append(all, verifier)
	}
	return note.VerifierList(all...)
}

func open(asked question) {
	opened, err := note.Open([]byte(asked.Note), verifiers(asked))
	must(err)
	fmt.Print("ok")
	for _, signature := range opened.Sigs {
		if signature.Name == opened.Sigs[0].Name {
			continue // the log's own
		}
		when, err := cosig.CoSigV1Timestamp(signature)
		must(err)
		fmt.Print(" ", signature.Name, " ", when.Unix())
	}
	fmt.Println()
}

func sign(asked question) {
	log, err := note.NewVerifier(asked.Log)
	must(err)
	opened, err := note.Open([]byte(asked.Note), note.VerifierList(log))
	must(err)
	signer, err := cosig.NewSignerForCosignatureV1(asked.Secret)
	must(err)
	signed, err := note.Sign(opened, signer)
	must(err)
	fmt.Print(string(signed))
}

func update(asked question) {
	address, err := url.Parse(asked.URL)
	must(err)
	var proof [][]byte
	for _, text := range asked.Proof {
		hash, err := base64.StdEncoding.DecodeString(text)
		must(err)
		proof = append(proof, hash)
	}
	lines, size, err := client.NewWitness(address, http.DefaultClient).Update(
		context.Background(), asked.Old, []byte(asked.Note), proof)
	if errors.Is(err, witness.ErrCheckpointStale) {
		fmt.Println("stale", size)
		return
	}
	must(err)
	asked.Note += string(lines)
	open(asked)
}

func main() {
	var asked question
	must(json.NewDecoder(os.Stdin).Decode(&asked))
	map[string]func(question){"open": open, "sign": sign, "update": update}[asked.Op](asked)
}
