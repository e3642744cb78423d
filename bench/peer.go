package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Peer is another program that measures the same cases. It is called with --only REGEX --threads N --budget SECONDS and
// prints a line of JSON for each case that matches, as this suite does: case, peer, threads, median_ms, min_ms and more.
type Peer struct {
	Command []string
}

// NewPeer reads a command as a shell would: words, with quotes round what has spaces. Nothing is expanded.
func NewPeer(command string) (Peer, error) {
	var words []string
	var word strings.Builder
	quote, in := rune(0), false
	for _, r := range command {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, in = r, true
		case r == ' ' || r == '\t':
			if in {
				words = append(words, word.String())
			}
			word.Reset()
			in = false
		default:
			in = true
			word.WriteRune(r)
		}
	}
	if quote != 0 {
		return Peer{}, fmt.Errorf("%q: the quote %c is not closed", command, quote)
	}
	if in {
		words = append(words, word.String())
	}
	if len(words) == 0 {
		return Peer{}, errors.New("the command is empty")
	}
	return Peer{words}, nil
}

// Name is the peer's program, for progress: what it is called in results it says itself.
func (p *Peer) Name() string {
	for _, w := range p.Command {
		if w != "env" && !strings.Contains(w, "=") {
			return filepath.Base(w)
		}
	}
	return p.Command[0]
}

// Measure runs the program for a family of cases, and gives what it says of them. It is no error that it knows none.
func (p *Peer) Measure(ctx context.Context, family []Case, threads int, budget time.Duration) ([]Result, error) {
	var names []string
	for i := range family {
		if n := family[i].like(); !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	only := "^(" + strings.Join(names, "|") + ")$"
	args := append(slices.Clone(p.Command[1:]), "--only", only, "--threads", strconv.Itoa(threads),
		"--budget", strconv.FormatFloat(budget.Seconds(), 'g', -1, 64))
	c := exec.CommandContext(ctx, p.Command[0], args...)
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	if err := c.Run(); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("running %s: %w\n%s", p.Name(), err, tail(errs.String(), 10))
	}
	r, err := Read(&out)
	if errors.Is(err, errEmpty) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading what %s prints: %w", p.Name(), err)
	}
	return slices.DeleteFunc(r.Results, func(r Result) bool {
		return r.Threads != threads || !slices.Contains(names, r.Case)
	}), nil
}

// tail is the last lines of a text.
func tail(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
