package declare

// rowReader is a table that is read row by row: a CSV file, or files of another kind that are shown as a table.
type rowReader interface {
	// Columns are the names of the columns.
	Columns() []string
	// Read returns the next row, with a field for each column, and io.EOF after the last.
	Read() ([]string, error)
	// Float is field i of the row that Read returned last, as a number.
	Float(i int) (float64, error)
	// FieldError wraps what is wrong with that field, saying where it is.
	FieldError(i int, err error) error
	// Close closes the files.
	Close() error
}

// arrayReader is a rowReader some of whose columns have an array of numbers in each row.
type arrayReader interface {
	// array is what column i has in the row that Read returned last, and its shape; nil where a column has text. It is
	// valid until the next Read.
	array(i int) (numbers []float32, shape []int)
}

// arrayOf is the array in column i of the row that r read last, nil where there is none.
func arrayOf(r rowReader, i int) (numbers []float32, shape []int) {
	if a, ok := r.(arrayReader); ok {
		return a.array(i)
	}
	return nil, nil
}
