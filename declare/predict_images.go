package declare

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/flambeau-ml/flambeau/internal/idxfile"
)

// imageColumn is the one column of images that are no table.
const imageColumn = "image"

// imageEndings are how the names of image files in a folder end.
var imageEndings = []string{".png", ".jpg", ".jpeg", ".gif"}

// File predicts what is in the file or folder at path: the rows of a CSV table, as Table does; the images of an IDX file;
// an image file (PNG, JPEG or GIF); or all image files of a folder, in the order of their names. Images are for models
// with one input feature, which is an image.
func (p *Predictor) File(ctx context.Context, path string) (*Predictions, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		names, err := imageFiles(path)
		if err != nil {
			return nil, err
		}
		return p.images(ctx, path, &imageList{names: names}, names)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head := bufio.NewReader(f)
	switch sniff(head) {
	case "idx":
		list, err := openIDXImages(path, head)
		if err != nil {
			return nil, err
		}
		return p.images(ctx, path, list, nil)
	case "image":
		names := []string{filepath.Base(path)}
		return p.images(ctx, filepath.Dir(path), &imageList{names: names}, names)
	}
	return p.Table(ctx, path, head)
}

// sniff says by its first bytes whether a file is an image, or IDX, compressed or not; "" for anything else.
func sniff(r *bufio.Reader) string {
	head, _ := r.Peek(8) // an error comes back from the next read
	for _, magic := range []string{"\x89PNG\r\n\x1a\n", "\xff\xd8\xff", "GIF8"} {
		if strings.HasPrefix(string(head), magic) {
			return "image"
		}
	}
	if bytes.HasPrefix(head, []byte("\x1f\x8b")) {
		more, _ := r.Peek(r.Size())
		if z, err := gzip.NewReader(bytes.NewReader(more)); err == nil {
			head = make([]byte, 2)
			_, _ = io.ReadFull(z, head) // as many as there are
		}
	}
	if bytes.HasPrefix(head, []byte{0, 0}) {
		return "idx"
	}
	return ""
}

// imageFiles are the names of the image files in a folder.
func imageFiles(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if !e.IsDir() && slices.Contains(imageEndings, strings.ToLower(filepath.Ext(e.Name()))) {
			names = append(names, e.Name())
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s has no image files: their names end in %s", dir, strings.Join(imageEndings, ", "))
	}
	return names, nil
}

// images predicts images that are no table: their paths begin in folder, and names are what they are called, if anything.
func (p *Predictor) images(ctx context.Context, folder string, list rowReader, names []string) (*Predictions, error) {
	defer list.Close()
	l, err := p.learner()
	if err != nil {
		return nil, err
	}
	if len(l.codecs.in) != 1 {
		return nil, fmt.Errorf("%s: images alone do not say what the %d input features of the model are: give a table", folder, len(l.codecs.in))
	}
	c, ok := l.codecs.in[0].(*imageCodec)
	if !ok {
		f := p.config.InputFeatures[0]
		return nil, fmt.Errorf("%s: images, and the input feature %q of the model is a %s", folder, f.Name, f.Type)
	}
	c.column, c.pattern = imageColumn, "" // whatever it is in the table that the model was trained with
	if err := c.bind(list.Columns()); err != nil {
		return nil, err
	}
	for _, c := range l.codecs.out {
		c.allowMissing()
		if err := c.bind(list.Columns()[:0]); err != nil {
			return nil, err
		}
	}
	folder, err = filepath.Abs(folder)
	if err != nil {
		return nil, err
	}
	src, err := l.codecs.readAll(ctx, list, folder, "")
	if err != nil {
		return nil, err
	}
	preds, err := l.run(ctx, src, everything(len(src.rows)))
	if err != nil {
		return nil, err
	}
	preds.Files = names
	return preds, nil
}

// imageList is a rowReader of images: of names of files, or of the images in an IDX file.
type imageList struct {
	names  []string
	at     int
	idx    *idxfile.Reader
	pixels []float32
	shape  []int
}

func openIDXImages(path string, r io.Reader) (*imageList, error) {
	idx, err := idxfile.NewReader(path, r)
	if err != nil {
		return nil, err
	}
	shape := idx.Shape()
	if len(shape) < 3 {
		return nil, errors.Join(fmt.Errorf("%s: an array of %s numbers, and not of images", path, by(shape)), idx.Close())
	}
	return &imageList{idx: idx, shape: shape[1:]}, nil
}

func (l *imageList) Columns() []string { return []string{imageColumn} }

func (l *imageList) Read() ([]string, error) {
	if l.idx != nil {
		row, err := l.idx.Row()
		if err != nil {
			return nil, err
		}
		if l.pixels = l.idx.Floats(row, l.pixels[:0]); slices.ContainsFunc(l.pixels, func(x float32) bool { return x-x != 0 }) {
			return nil, l.idx.RowError(errors.New("a number is not finite"))
		}
		return []string{by(l.shape) + " numbers"}, nil
	}
	if l.at == len(l.names) {
		return nil, io.EOF
	}
	l.at++
	// A name alone might begin with a number, as pixels do.
	return []string{"." + string(filepath.Separator) + l.names[l.at-1]}, nil
}

// array is the image of the row, of an IDX file.
func (l *imageList) array(int) ([]float32, []int) {
	if l.idx == nil {
		return nil, nil
	}
	return l.pixels, l.shape
}

func (l *imageList) Float(i int) (float64, error) {
	return 0, l.FieldError(i, errors.New("an image is not a number"))
}

// FieldError says which image it is in an IDX file; an error about a file names that.
func (l *imageList) FieldError(_ int, err error) error {
	if l.idx != nil {
		return l.idx.RowError(err)
	}
	return err
}

func (l *imageList) Close() error {
	if l.idx != nil {
		return l.idx.Close()
	}
	return nil
}
