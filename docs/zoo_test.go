package docs_test

import "testing"

const zooHeader = `package main

import (
	"context"
	"fmt"

	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
	"github.com/flambeau-ml/flambeau/zoo"
)

var _ = tensor.Zeros
var _ = context.Background
`

// TestZooPage runs the blocks of zoo.md.
func TestZooPage(t *testing.T) { runBlocks(t, "zoo.md", zooHeader) }
