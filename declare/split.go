package declare

import (
	"fmt"
	"slices"
	"strings"

	"github.com/flambeau-ml/flambeau/data"
)

// parts are the rows that train, validate and test.
type parts [3][]int

// splitBy is the column that divides the rows, "" where none does.
func (c *Config) splitBy() string {
	if s := c.Preprocessing.Split; s.Type != "random" {
		return s.Column
	}
	return ""
}

// split divides the rows.
func (c *Config) split(src *source) (p parts, err error) {
	n, by := len(src.rows), src.by
	s := c.Preprocessing.Split
	var dealt [][]int
	switch s.Type {
	case "fixed":
		for i, field := range by {
			switch strings.TrimSpace(field) {
			case "0":
				p[0] = append(p[0], i)
			case "1":
				p[1] = append(p[1], i)
			case "2":
				p[2] = append(p[2], i)
			default:
				return p, c.errorAt("preprocessing.split", "column %q has %.40q, and only 0, 1 and 2 are parts", s.Column, field)
			}
		}
		if s.Validation > 0 {
			dealt, err = data.Split(len(p[0]), s.Seed, 1-s.Validation, s.Validation)
			if err == nil {
				all := p[0]
				p[0], p[1] = at(all, dealt[0]), append(p[1], at(all, dealt[1])...)
				slices.Sort(p[1])
			}
			dealt = nil
		}
	case "stratify":
		dealt, err = data.StratifiedSplit(by, s.Seed, s.Probabilities...)
	default:
		dealt, err = data.Split(n, s.Seed, s.Probabilities...)
	}
	if err != nil {
		return p, err
	}
	copy(p[:], dealt) // nothing where the column has said it
	if len(p[0]) == 0 {
		return p, fmt.Errorf("%s: none of the %d rows train", c.file, n)
	}
	return p, nil
}

// at are the elements of all at these places.
func at(all, places []int) []int {
	out := make([]int, len(places))
	for i, k := range places {
		out[i] = all[k]
	}
	return out
}
