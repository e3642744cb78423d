package csvfile

import (
	"bytes"
	"fmt"
	"io"
)

// A source hands a CSV parser the bytes of r, at most left of them before it must be given more, and remembers where it ended and why. The
// parser asks for bytes only when it needs them to complete a row, so left limits a row.
type source struct {
	r     io.Reader
	left  int
	lines int   // line ends handed out
	err   error // of r, or the limit
}

func (s *source) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	if s.left <= 0 {
		s.err = fmt.Errorf("no end of the row in %d bytes", maxRow)
		return 0, s.err
	}
	n, err := s.r.Read(p[:min(len(p), s.left)])
	s.left -= n
	s.lines += bytes.Count(p[:n], []byte{'\n'})
	s.err = err
	return n, err
}
