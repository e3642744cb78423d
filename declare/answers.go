package declare

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
)

// Answers are the predictions of one output feature, row by row.
type Answers struct {
	Feature string

	Labels        []string    // of a category: the most probable class
	Probabilities [][]float32 // of each class
	Classes       []string
	Numbers       []float64 // of a number

	WantLabels  []string  // what the table has, "" where it has nothing
	WantNumbers []float64 // likewise, NaN where it has nothing

	Known   int                // rows for which the table has the answer
	Right   int                // of these, those whose class is right
	Metrics map[string]float64 // over these; nil where there are none
}

// Predictions are the predictions for the rows of a table.
type Predictions struct {
	Rows     []int    // the numbers of the rows in the table, from 0
	Files    []string // of images that are files, their names; else nil
	Features []*Answers
	Loss     float64 // the mean loss of the rows whose answers the table has, NaN where it has none
}

// Metrics are the figures of all features; their names begin with the feature's where there are several.
func (p *Predictions) Metrics() map[string]float64 {
	all := map[string]float64{}
	for _, a := range p.Features {
		for name, x := range a.Metrics {
			if len(p.Features) > 1 {
				name = a.Feature + "." + name
			}
			all[name] = x
		}
	}
	return all
}

// WriteCSV writes a table with a row of column names, of which file is there where images are files. Other columns are named as Ludwig names them: class_predictions,
// class_probability, class_probabilities_0; what the data says itself is in class.
func (p *Predictions) WriteCSV(out io.Writer) error {
	b := bufio.NewWriter(out)
	w := csv.NewWriter(b)
	head := []string{"row"}
	if p.Files != nil {
		head = append(head, "file")
	}
	for _, a := range p.Features {
		if a.Known > 0 {
			head = append(head, a.Feature)
		}
		head = append(head, a.Feature+"_predictions")
		if a.Classes != nil {
			head = append(head, a.Feature+"_probability")
			for _, c := range a.Classes {
				head = append(head, a.Feature+"_probabilities_"+c)
			}
		}
	}
	if err := w.Write(head); err != nil {
		return err
	}
	for i, row := range p.Rows {
		fields := []string{strconv.Itoa(row)}
		if p.Files != nil {
			fields = append(fields, p.Files[row])
		}
		for _, a := range p.Features {
			fields = a.appendFields(fields, i)
		}
		if err := w.Write(fields); err != nil {
			return err
		}
	}
	if w.Flush(); w.Error() != nil {
		return w.Error()
	}
	return b.Flush()
}

func (a *Answers) appendFields(fields []string, i int) []string {
	if a.Classes == nil {
		if a.Known > 0 {
			want := ""
			if !math.IsNaN(a.WantNumbers[i]) {
				want = strconv.FormatFloat(a.WantNumbers[i], 'g', -1, 64)
			}
			fields = append(fields, want)
		}
		return append(fields, strconv.FormatFloat(float64(float32(a.Numbers[i])), 'g', -1, 32))
	}
	if a.Known > 0 {
		fields = append(fields, a.WantLabels[i])
	}
	fields = append(fields, a.Labels[i], probability(slices.Max(a.Probabilities[i])))
	for _, x := range a.Probabilities[i] {
		fields = append(fields, probability(x))
	}
	return fields
}

func probability(x float32) string { return strconv.FormatFloat(float64(x), 'f', 6, 32) }

// WriteJSON writes a list with an object for each row.
func (p *Predictions) WriteJSON(out io.Writer) error {
	b := bufio.NewWriter(out)
	b.WriteString("[")
	for i, row := range p.Rows {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(b, "\n{\"row\":%d", row)
		if p.Files != nil {
			name, err := jsonOf(p.Files[row])
			if err != nil {
				return err
			}
			fmt.Fprintf(b, ",\"file\":%s", name)
		}
		for _, a := range p.Features {
			name, err := jsonOf(a.Feature)
			if err != nil {
				return err
			}
			answer, err := jsonOf(a.object(i))
			if err != nil {
				return fmt.Errorf("row %d, feature %q: %w", row, a.Feature, err)
			}
			fmt.Fprintf(b, ",%s:%s", name, answer)
		}
		b.WriteString("}")
	}
	b.WriteString("\n]\n")
	return b.Flush()
}

// jsonOf is x as JSON that leaves < and & alone.
func jsonOf(x any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(x)
	return bytes.TrimSpace(b.Bytes()), err
}

// object is the answer for row i, as JSON has it.
func (a *Answers) object(i int) any {
	if a.Classes == nil {
		o := struct {
			Prediction float64  `json:"prediction"`
			Want       *float64 `json:"label,omitempty"`
		}{Prediction: a.Numbers[i]}
		if !math.IsNaN(a.WantNumbers[i]) {
			o.Want = &a.WantNumbers[i]
		}
		return o
	}
	o := struct {
		Prediction    string             `json:"prediction"`
		Probability   float32            `json:"probability"`
		Probabilities map[string]float32 `json:"probabilities"`
		Want          string             `json:"label,omitempty"`
	}{a.Labels[i], slices.Max(a.Probabilities[i]), map[string]float32{}, a.WantLabels[i]}
	for j, c := range a.Classes {
		o.Probabilities[c] = a.Probabilities[i][j]
	}
	return o
}
