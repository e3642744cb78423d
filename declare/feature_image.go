package declare

import (
	"fmt"
	"image"
	"image/color"
	_ "image/gif" // formats that an image file may have
	_ "image/jpeg"
	_ "image/png"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

var imageInput = inputKind{
	name: "image",
	doc: "A picture: the path of a PNG, JPEG or GIF file, relative to the table; or its pixels as numbers, plane by plane " +
		"and row by row, separated by white space in one field or spread over several columns; or an image of an IDX file.",
	preprocessing: []key{
		{name: "height", kind: kindInt, must: true, in: between(1, 1<<14), doc: "Height in pixels."},
		{name: "width", kind: kindInt, must: true, in: between(1, 1<<14), doc: "Width in pixels."},
		{name: "num_channels", kind: kindInt, def: 1, in: between(1, 1<<10),
			doc: "Planes of an image: 1 for grey, 3 for red, green and blue."},
		{name: "scale", kind: kindNumber, def: 255.0, in: moreThan(0),
			doc: "What pixels are divided by: the largest value that one can have."},
	},
	encoders: []*encoderKind{&stackedCNNEncoder, &denseEncoder, &passthroughEncoder},
	codec: func(f *InputFeature) (inputCodec, error) {
		c := &imageCodec{spread: spread{column: f.Column, pattern: f.Columns}}
		return c, f.Preprocessing.Decode(&c.opts)
	},
}

// imageCodec reads images; the model takes their pixels divided by the scale.
type imageCodec struct {
	spread
	opts struct {
		Height   int     `yaml:"height"`
		Width    int     `yaml:"width"`
		Channels int     `yaml:"num_channels"`
		Scale    float64 `yaml:"scale"`
	}
	folder  string // that paths begin in
	pending []float32
	raw     pixels
}

func (c *imageCodec) read(r rowReader, row []string) (bool, error) {
	c.pending = c.pending[:0]
	_, shape := arrayOf(r, c.at[0])
	if shape != nil && !sameImage(shape, c.size()) {
		return false, r.FieldError(c.at[0], fmt.Errorf("an image of %s pixels, and the configuration says %s",
			by(shape), by(c.size())))
	}
	first := ""
	if c.pattern == "" && shape == nil {
		first, _, _ = strings.Cut(strings.TrimSpace(row[c.at[0]]), " ")
	}
	_, notNumber := strconv.ParseFloat(first, 64)
	var err error
	if c.pattern == "" && first != "" && notNumber != nil {
		if err = c.decode(strings.TrimSpace(row[c.at[0]])); err != nil {
			return false, r.FieldError(c.at[0], err)
		}
	} else if c.pending, err = c.spread.read(r, row, c.pending); err != nil {
		return false, err
	}
	if want := c.opts.Height * c.opts.Width * c.opts.Channels; len(c.pending) != want {
		return false, r.FieldError(c.at[0], fmt.Errorf("%d pixels, and %d × %d × %d make %d",
			len(c.pending), c.opts.Channels, c.opts.Height, c.opts.Width, want))
	}
	return true, nil
}

// decode reads an image file.
func (c *imageCodec) decode(name string) error {
	if !filepath.IsAbs(name) {
		name = filepath.Join(c.folder, name)
	}
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	head, _, err := image.DecodeConfig(f)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if head.Width != c.opts.Width || head.Height != c.opts.Height {
		return fmt.Errorf("%s: an image of %d × %d pixels, and the configuration says %d × %d",
			name, head.Height, head.Width, c.opts.Height, c.opts.Width)
	}
	if c.opts.Channels != 1 && c.opts.Channels != 3 {
		return fmt.Errorf("%s: an image file has 1 or 3 channels, and num_channels is %d", name, c.opts.Channels)
	}
	if _, err := f.Seek(0, 0); err != nil {
		return err
	}
	m, _, err := image.Decode(f)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for channel := range c.opts.Channels {
		for y := range c.opts.Height {
			for x := range c.opts.Width {
				at := m.At(m.Bounds().Min.X+x, m.Bounds().Min.Y+y)
				if c.opts.Channels == 1 {
					c.pending = append(c.pending, float32(color.GrayModel.Convert(at).(color.Gray).Y))
					continue
				}
				p := color.NRGBAModel.Convert(at).(color.NRGBA)
				c.pending = append(c.pending, float32([]uint8{p.R, p.G, p.B}[channel]))
			}
		}
	}
	return nil
}

func (c *imageCodec) push() { c.raw.add(c.pending) }

func (c *imageCodec) fit([]int) error { return nil }
func (c *imageCodec) learned() any    { return &struct{}{} }
func (c *imageCodec) size() []int     { return []int{c.opts.Channels, c.opts.Height, c.opts.Width} }

func (c *imageCodec) encode() (*column, error) {
	out := &column{shape: c.size(), floats: c.raw.floats, bytes: c.raw.bytes, scale: float32(c.opts.Scale)}
	for i := range out.floats {
		out.floats[i] /= out.scale
	}
	c.raw = pixels{}
	return out, nil
}
