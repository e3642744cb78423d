package train

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// Progress shows how a run goes.
type Progress interface {
	Epoch(epoch, epochs, batches int) // an epoch begins, or goes on
	Step(Status)                      // a step is done
	Report(Report)                    // an epoch is done
	Close()                           // the run has ended
}

// NewProgress shows a live bar where w is a terminal, and plain lines elsewhere: one for each epoch, and one every
// half minute in long ones.
func NewProgress(w io.Writer) Progress {
	return &progress{w: w, live: isTerminal(w), every: 30 * time.Second}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

type progress struct {
	w             io.Writer
	live          bool
	every         time.Duration
	bar           *Bar
	began, last   time.Time
	epoch, epochs int
}

func (p *progress) Epoch(epoch, epochs, batches int) {
	p.epoch, p.epochs = epoch, epochs
	p.began, p.last = time.Now(), time.Now()
	if p.live {
		p.bar = NewBar(p.w, batches, fmt.Sprintf("epoch %d/%d", epoch+1, epochs))
	}
}

func (p *progress) Step(s Status) {
	switch {
	case p.live:
		p.bar.Set(s.Batch, "loss", s.Loss)
	case time.Since(p.last) >= p.every:
		p.last = time.Now()
		fmt.Fprintf(p.w, "epoch %d/%d  batch %d/%d  loss %.4g\n", s.Epoch+1, s.Epochs, s.Batch, s.Batches, s.Loss)
	}
}

func (p *progress) Report(r Report) {
	p.Close()
	var b strings.Builder
	fmt.Fprintf(&b, "epoch %d/%d  loss %.4g", r.Epoch+1, p.epochs, r.Loss)
	for _, name := range slices.Sorted(maps.Keys(r.Valid)) {
		fmt.Fprintf(&b, "  valid %s %.4g", name, r.Valid[name])
	}
	if r.Best {
		b.WriteString("  best")
	}
	fmt.Fprintf(&b, "  %s\n", time.Since(p.began).Round(10*time.Millisecond))
	io.WriteString(p.w, b.String())
}

func (p *progress) Close() {
	if p.bar != nil {
		p.bar.Close()
		p.bar = nil
	}
}

// Bar is a progress bar with a few figures beside it. Where it is not on a terminal, it shows nothing.
//
//	bar := train.NewBar(os.Stderr, steps, "training")
//	defer bar.Close()
//	…
//	bar.Add(1, "loss", loss.Item())
type Bar struct {
	bar   *progressbar.ProgressBar
	title string
	done  int
}

// NewBar makes a bar of total steps.
func NewBar(w io.Writer, total int, title string) *Bar {
	b := &Bar{title: title}
	if isTerminal(w) {
		b.bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(title),
			progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetWidth(30),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
	}
	return b
}

// Add moves on by n steps; figures are names and values in turn, shown beside the bar.
func (b *Bar) Add(n int, figures ...any) { b.Set(b.done+n, figures...) }

// Set moves to step n.
func (b *Bar) Set(n int, figures ...any) {
	b.done = n
	if b.bar == nil {
		return
	}
	text := b.title
	for i := 0; i+1 < len(figures); i += 2 {
		if x, ok := figures[i+1].(float64); ok {
			text += fmt.Sprintf("  %v %.4g", figures[i], x)
		} else {
			text += fmt.Sprintf("  %v %v", figures[i], figures[i+1])
		}
	}
	b.bar.Describe(text)
	b.bar.Set(n)
}

// Close takes the bar off the terminal.
func (b *Bar) Close() {
	if b.bar != nil {
		b.bar.Exit()
		b.bar.Clear()
		b.bar = nil
	}
}
