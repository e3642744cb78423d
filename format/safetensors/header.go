package safetensors

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/flambeau-ml/flambeau/graph"
)

// An entry is what a header says of one tensor. Nothing is known yet of whether its bytes are there.
type entry struct {
	name       string
	dtype      graph.DType
	shape      []int
	begin, end uint64 // in the bytes after the header
}

// parseHeader reads the header of a file.
func parseHeader(head []byte) (entries []entry, metadata map[string]string, err error) {
	if len(head) == 0 || head[0] != '{' {
		return nil, nil, errors.New("not a safetensors file: the header does not begin with {")
	}
	// Package json puts U+FFFD for what is not Unicode; then two names could become one.
	if !utf8.Valid(head) {
		return nil, nil, errors.New("header: not UTF-8 text")
	}
	if at := loneSurrogate(head); at >= 0 {
		return nil, nil, fmt.Errorf("header, byte %d: half of a surrogate pair", at)
	}
	r := headerReader{json.NewDecoder(bytes.NewReader(head))}
	r.UseNumber()
	err = r.object(func(key string) error {
		if key == metadataKey {
			m, err := r.metadata()
			if err != nil {
				return fmt.Errorf("%s: %w", metadataKey, err)
			}
			metadata = m
			return nil
		}
		e, err := r.entry()
		if err != nil {
			return fmt.Errorf("tensor %s: %w", quote(key), err)
		}
		e.name = key
		entries = append(entries, e)
		return nil
	})
	if err == nil {
		err = r.atEnd()
	}
	if err != nil {
		return nil, nil, fmt.Errorf("header, byte %d: %w", r.InputOffset(), err)
	}
	return entries, metadata, nil
}

// A headerReader reads the JSON of a header token by token, because package json itself lets the last of two equal keys win.
type headerReader struct{ *json.Decoder }

// object reads an object. It calls field after each key, to read the value.
func (r headerReader) object(field func(key string) error) error {
	if err := r.delim('{'); err != nil {
		return err
	}
	return r.fields(field)
}

// fields reads what follows the opening brace of an object.
func (r headerReader) fields(field func(key string) error) error {
	seen := make(map[string]bool)
	for r.More() {
		key, err := r.string()
		if err != nil {
			return err
		}
		if seen[key] {
			return fmt.Errorf("key %s is there twice", quote(key))
		}
		seen[key] = true
		if err := field(key); err != nil {
			return err
		}
	}
	return r.delim('}')
}

// metadata reads the value of metadataKey: strings by name, or null, which the reference implementation takes for none.
func (r headerReader) metadata() (map[string]string, error) {
	token, err := r.token()
	if err != nil || token == nil {
		return nil, err
	}
	if token != json.Delim('{') {
		return nil, fmt.Errorf("%s where { belongs", describe(token))
	}
	var m map[string]string
	err = r.fields(func(key string) error {
		s, err := r.string()
		if err != nil {
			return fmt.Errorf("%s: %w", quote(key), err)
		}
		if m == nil {
			m = make(map[string]string)
		}
		m[key] = s
		return nil
	})
	return m, err
}

// entry reads the value of a tensor's name. Fields that the format does not have are passed over, as the reference implementation does.
func (r headerReader) entry() (e entry, err error) {
	var hasDType, hasShape, hasOffsets bool
	err = r.object(func(key string) error {
		switch key {
		case "dtype":
			hasDType = true
			s, err := r.string()
			if err != nil {
				return fmt.Errorf("dtype: %w", err)
			}
			e.dtype, err = parseDType(s)
			return err
		case "shape":
			hasShape = true
			sizes, err := r.uints(maxRank)
			if err != nil {
				return fmt.Errorf("shape: %w", err)
			}
			e.shape = make([]int, len(sizes))
			for i, n := range sizes {
				if n > math.MaxInt {
					return fmt.Errorf("shape: %d is too large for a size", n)
				}
				e.shape[i] = int(n)
			}
			return nil
		case "data_offsets":
			hasOffsets = true
			offsets, err := r.uints(2)
			if err != nil {
				return fmt.Errorf("data_offsets: %w", err)
			}
			if len(offsets) != 2 {
				return fmt.Errorf("data_offsets: %d numbers, want 2", len(offsets))
			}
			e.begin, e.end = offsets[0], offsets[1]
			return nil
		}
		var skipped json.RawMessage
		return cutShort(r.Decode(&skipped))
	})
	switch {
	case err != nil:
	case !hasDType:
		err = errors.New("no dtype")
	case !hasShape:
		err = errors.New("no shape")
	case !hasOffsets:
		err = errors.New("no data_offsets")
	}
	return e, err
}

// uints reads an array of at most so many whole numbers.
func (r headerReader) uints(most int) ([]uint64, error) {
	if err := r.delim('['); err != nil {
		return nil, err
	}
	var list []uint64
	for r.More() {
		token, err := r.token()
		if err != nil {
			return nil, err
		}
		number, ok := token.(json.Number)
		if !ok {
			return nil, fmt.Errorf("%s where a number belongs", describe(token))
		}
		n, err := strconv.ParseUint(number.String(), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%s is not a whole number from 0 to 2^64−1", quote(number.String()))
		}
		if len(list) == most {
			return nil, fmt.Errorf("more than %d numbers", most)
		}
		list = append(list, n)
	}
	return list, r.delim(']')
}

func (r headerReader) string() (string, error) {
	token, err := r.token()
	if err != nil {
		return "", err
	}
	s, ok := token.(string)
	if !ok {
		return "", fmt.Errorf("%s where a string belongs", describe(token))
	}
	return s, nil
}

func (r headerReader) delim(want json.Delim) error {
	token, err := r.token()
	if err != nil {
		return err
	}
	if token != want {
		return fmt.Errorf("%s where %v belongs", describe(token), want)
	}
	return nil
}

// atEnd checks that nothing but white space is left.
func (r headerReader) atEnd() error {
	switch token, err := r.Token(); {
	case err == io.EOF:
		return nil
	case err != nil:
		return err
	default:
		return fmt.Errorf("%s after the end of the header's object", describe(token))
	}
}

func (r headerReader) token() (json.Token, error) {
	token, err := r.Token()
	return token, cutShort(err)
}

// cutShort turns the end of the header, met where more belongs, into an error that no caller takes for an orderly end.
func cutShort(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// describe names a token for an error message.
func describe(token json.Token) string {
	switch token := token.(type) {
	case nil:
		return "null"
	case string:
		return "the string " + quote(token)
	case json.Number:
		return "the number " + quote(token.String())
	default:
		return fmt.Sprint(token) // a delimiter, true, false
	}
}

// loneSurrogate is where in text, which is JSON if it is well-formed, a \u escape stands for half of a UTF-16 pair without the other half;
// −1 if nowhere.
func loneSurrogate(text []byte) int {
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		first := escaped(text[i:])
		if first < 0 {
			i++ // a short escape, perhaps of a backslash
			continue
		}
		if !utf16.IsSurrogate(first) {
			continue
		}
		if utf16.DecodeRune(first, escaped(text[i+6:])) == utf8.RuneError {
			return i
		}
		i += 11
	}
	return -1
}

// escaped is the UTF-16 unit of the \u escape that text begins with; −1 if it begins with none.
func escaped(text []byte) rune {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return -1
	}
	unit, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	if err != nil {
		return -1 // malformed, as the decoder will say
	}
	return rune(unit)
}
