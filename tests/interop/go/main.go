// Reads a log as an independent implementation does: golang.org/x/mod/sumdb, written by others, for another log.
//
// Usage: main FOLDER LOG_KEY WITNESS_NAME WITNESS_KEY_BASE64 OLD_SIZE OLD_ROOT_BASE64
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// A log is a set of static files: what it serves at a path lies in a folder under that path.
func get(path string) []byte {
	data, err := os.ReadFile(path)
	check(err)
	return data
}

// A witness's key: C2SP tlog-cosignature, Ed25519.
type witness struct {
	name string
	key  ed25519.PublicKey
}

func (w witness) Name() string { return w.name }

func (w witness) KeyHash() uint32 {
	sum := sha256.Sum256(append([]byte(w.name+"\n\x04"), w.key...))
	return binary.BigEndian.Uint32(sum[:])
}

func (w witness) Verify(text, signature []byte) bool {
	if len(signature) != 72 {
		return false
	}
	time := binary.BigEndian.Uint64(signature)
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", time, text)
	return ed25519.Verify(w.key, []byte(message), signature[8:])
}

// Tiles by their paths; C2SP leaves the height out of the path.
type tiles struct{ folder string }

func (t tiles) Height() int { return 8 }

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range wanted {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		found = append(found, get(t.folder+"/"+path))
	}
	return found, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func leaves(folder string, size int64) [][]byte {
	var found [][]byte
	for start := int64(0); start < size; start += 256 {
		tile := tlog.Tile{H: 8, L: 0, N: start / 256, W: 256}
		if size-start < 256 {
			tile.W = int(size - start)
		}
		path := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
		data := get(folder + "/" + path)
		for len(data) > 0 {
			length := int(binary.BigEndian.Uint16(data))
			found = append(found, data[2:2+length])
			data = data[2+length:]
		}
	}
	return found
}

func main() {
	folder, arguments := os.Args[1], os.Args[2:]
	logKey, err := note.NewVerifier(arguments[0])
	check(err)
	raw, err := base64.StdEncoding.DecodeString(arguments[2])
	check(err)
	cosigner := witness{arguments[1], ed25519.PublicKey(raw)}
	opened, err := note.Open(get(folder+"/checkpoint"), note.VerifierList(logKey, cosigner))
	check(err)
	if len(opened.Sigs) != 2 {
		check(fmt.Errorf("expected the signatures of log and witness, found %d", len(opened.Sigs)))
	}
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := tlog.ParseHash(lines[2])
	check(err)
	tree := tlog.Tree{N: size, Hash: root}
	reader := tlog.TileHashReader(tree, tiles{folder})
	for number, leaf := range leaves(folder, size) {
		proof, err := tlog.ProveRecord(size, int64(number), reader)
		check(err)
		check(tlog.CheckRecord(proof, size, root, int64(number), tlog.RecordHash(leaf)))
	}
	oldSize, err := strconv.ParseInt(arguments[3], 10, 64)
	check(err)
	oldRoot, err := tlog.ParseHash(arguments[4])
	check(err)
	proof, err := tlog.ProveTree(size, oldSize, reader)
	check(err)
	check(tlog.CheckTree(proof, size, root, oldSize, oldRoot))
	fmt.Printf("%d leaves under %s, cosigned by %s\n", size, lines[0], cosigner.name)
}
