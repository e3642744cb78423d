// Command gendocs writes docs/configuration.md from the tables of package declare.
package main

import (
	"bytes"
	"log"
	"os"

	"github.com/flambeau-ml/flambeau/declare"
)

func main() {
	log.SetFlags(0)
	var page bytes.Buffer
	if err := declare.WriteReference(&page); err != nil {
		log.Fatal(err)
	}
	// go generate runs in the folder of the package that asks for it.
	if err := os.WriteFile("../docs/configuration.md", page.Bytes(), 0o666); err != nil {
		log.Fatal(err)
	}
}
