package docs_test

import "testing"

const distributionsHeader = `package main

import (
	"fmt"

	"github.com/flambeau-ml/flambeau/distributions"
	"github.com/flambeau-ml/flambeau/tensor"
)

`

// TestDistributionsPage runs the blocks of distributions.md.
func TestDistributionsPage(t *testing.T) { runBlocks(t, "distributions.md", distributionsHeader) }
