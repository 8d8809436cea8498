// Verifies a static export with Go's sumdb packages alone: the signed note, every tile, every entry, proofs.
//
//	go run verifyexport.go FOLDER VKEY
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type folder string

func (f folder) Height() int { return 8 }

func (f folder) path(t tlog.Tile) string {
	// Go writes tile/8/L/N; tlog-tiles leaves the height out.
	return filepath.Join(string(f), "tile", strings.TrimPrefix(t.Path(), "tile/8/"))
}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, t := range tiles {
		d, err := os.ReadFile(f.path(t))
		if err != nil {
			return nil, err
		}
		data = append(data, d)
	}
	return data, nil
}

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	f := folder(os.Args[1])
	verifier, err := note.NewVerifier(os.Args[2])
	check(err)
	text, err := os.ReadFile(filepath.Join(string(f), "checkpoint"))
	check(err)
	opened, err := note.Open(text, note.VerifierList(verifier))
	check(err)
	lines := strings.Split(opened.Text, "\n")
	if lines[0] != verifier.Name() {
		check(fmt.Errorf("origin %q is not the key's name", lines[0]))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := tlog.ParseHash(lines[2])
	check(err)
	reader := tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, f)
	for _, t := range tlog.NewTiles(8, 0, size) {
		if t.W < 256 && int64(t.W) != (size>>(8*t.L))%256 {
			continue // tiles of sizes in between, which only a log that signed those sizes serves
		}
		kept, err := os.ReadFile(f.path(t))
		check(err)
		made, err := tlog.ReadTileData(t, reader)
		check(err)
		if !bytes.Equal(kept, made) {
			check(fmt.Errorf("%s differs", t.Path()))
		}
	}
	entries := 0
	for n := int64(0); n*256 < size; n++ {
		t := tlog.Tile{H: 8, L: 0, N: n, W: 256}
		if size-n*256 < 256 {
			t.W = int(size - n*256)
		}
		name := filepath.Join(string(f), "tile", "entries", strings.TrimPrefix(t.Path(), "tile/8/0/"))
		bundle, err := os.ReadFile(name)
		check(err)
		for i := n * 256; len(bundle) > 0; i++ {
			length := int(binary.BigEndian.Uint16(bundle))
			leaf := tlog.RecordHash(bundle[2 : 2+length])
			bundle = bundle[2+length:]
			proof, err := tlog.ProveRecord(size, i, reader)
			check(err)
			check(tlog.CheckRecord(proof, size, root, i, leaf))
			entries++
		}
	}
	for n := int64(1); n <= size; n += 1 + size/50 {
		older, err := tlog.TreeHash(n, reader)
		check(err)
		proof, err := tlog.ProveTree(size, n, reader)
		check(err)
		check(tlog.CheckTree(proof, size, root, n, older))
	}
	fmt.Println("verified", size, entries)
}
