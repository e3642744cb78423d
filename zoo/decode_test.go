package zoo_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/flambeau-ml/flambeau/backend/cpu"
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
	"github.com/flambeau-ml/flambeau/zoo"
)

// language is a language model of the zoo.
type language interface {
	zoo.Decoder
	Forward(ids *tensor.Tensor) *tensor.Tensor
}

func languages() map[string]language {
	return map[string]language{
		"gpt2":  nn.Init(zoo.NewGPT2(zoo.GPT2Config{Layers: 2, Heads: 4, Width: 32, Vocabulary: 97, Positions: 128}), 3),
		"llama": nn.Init(zoo.NewLlama(zoo.LlamaConfig{Layers: 2, Heads: 4, KVHeads: 2, Width: 32, Inner: 48, Vocabulary: 97}), 3),
	}
}

// on computes f on a device of its own, and says what that did.
func on(f func()) tensor.Stats {
	old, d := tensor.Default(), tensor.NewDevice(cpu.New(cpu.Options{}))
	tensor.SetDefault(d)
	defer tensor.SetDefault(old)
	f()
	return d.Stats()
}

// TestDecode has a cache give the scores of the whole text, however it is divided.
func TestDecode(t *testing.T) {
	for name, m := range languages() {
		t.Run(name, func(t *testing.T) {
			m := nn.Eval(nn.NoGrad(m))
			ids := whole("ids", 97, 2, 12)
			all := m.Forward(ids)
			cache := m.NewCache(2, 12)
			at := 0
			for _, n := range []int{5, 1, 1, 3, 2} {
				scores := m.Decode(ids.Narrow(1, at, n), cache)
				at += n
				want := all.Select(1, at-1).Float32s()
				for i, x := range scores.Float32s() {
					if !(math.Abs(float64(x-want[i])) <= 1e-5) {
						t.Fatalf("score %d behind token %d is %g, want %g", i, at, x, want[i])
					}
				}
			}
			if cache.Len() != 12 {
				t.Errorf("the cache remembers %d tokens of 12", cache.Len())
			}
			if err := tensor.Try(func() { m.Decode(ids.Narrow(1, 0, 1), cache) }); err == nil {
				t.Error("a full cache takes another token")
			}
			cache.Truncate(6)
			again := m.Decode(ids.Narrow(1, 6, 6), cache)
			if x, y := again.Float32s()[0], all.Select(1, 11).Float32s()[0]; !(math.Abs(float64(x-y)) <= 1e-5) {
				t.Errorf("after Truncate a score is %g, want %g", x, y)
			}
		})
	}
}

// TestDecodePrograms has all tokens after the first be decoded by one program.
func TestDecodePrograms(t *testing.T) {
	for name := range languages() {
		t.Run(name, func(t *testing.T) {
			var before, after tensor.Stats
			s := on(func() {
				m := languages()[name]
				before = tensor.Default().Stats()
				n := 0
				for _, err := range zoo.Greedy(t.Context(), m, []int64{1, 2, 3, 4, 5}, 100) {
					if err != nil {
						t.Fatal(err)
					}
					n++
				}
				if n != 100 {
					t.Errorf("%d tokens, want 100", n)
				}
				after = tensor.Default().Stats()
			})
			if n := after.Programs - before.Programs; n > 3 {
				t.Errorf("100 tokens take %d programs (%+v), want 3 at most", n, s)
			}
			if n := after.Forms - before.Forms; n > 3 {
				t.Errorf("100 tokens take %d compilations, want 3 at most", n)
			}
		})
	}
}

func TestGreedyEnds(t *testing.T) {
	m := languages()["gpt2"]
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	var last error
	for _, err := range zoo.Greedy(ctx, m, []int64{1}, 50) {
		if last = err; err != nil {
			break
		}
		if n++; n == 3 {
			cancel()
		}
	}
	if n != 3 || !errors.Is(last, context.Canceled) {
		t.Errorf("%d tokens and %v, want 3 and an error that the context is done", n, last)
	}
	for name, prompt := range map[string][]int64{"empty": nil, "no token": {97}, "too long": make([]int64, 200)} {
		var got error
		for _, got = range zoo.Greedy(t.Context(), m, prompt, 2) {
		}
		if got == nil {
			t.Errorf("prompt %s: no error", name)
		}
	}
}

// stories is the file of weights of a small language model, with what stands at its beginning.
type stories struct {
	Dim, Hidden, Layers, Heads, KVHeads, Vocabulary, Length int32

	rest []byte
}

func (s *stories) take(t *testing.T, sizes ...int32) *tensor.Tensor {
	t.Helper()
	n := 4
	ints := make([]int, len(sizes))
	for i, x := range sizes {
		ints[i] = int(x)
		n *= int(x)
	}
	x, err := tensor.FromBytes(tensor.Float32, ints, s.rest[:n])
	if err != nil {
		t.Fatal(err)
	}
	s.rest = s.rest[n:]
	return x
}

// paired reorders rows of heads whose neighbours are rotated together to those where halves are.
func paired(x *tensor.Tensor, heads int32) *tensor.Tensor {
	n, in := x.Size(0), x.Size(1)
	return x.Reshape(int(heads), n/int(heads)/2, 2, in).Transpose(1, 2).Reshape(n, in)
}

// TestStories has a Llama that was trained elsewhere tell the stories that it tells there.
func TestStories(t *testing.T) {
	dir := filepath.Join("..", "..", "shared", "data", "llm")
	file, err := os.ReadFile(filepath.Join(dir, "stories260K.bin"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("no folder %s with the weights that this test reads", dir)
	}
	if err != nil {
		t.Fatal(err)
	}
	var s stories
	for _, p := range []*int32{&s.Dim, &s.Hidden, &s.Layers, &s.Heads, &s.KVHeads, &s.Vocabulary, &s.Length} {
		*p = int32(binary.LittleEndian.Uint32(file))
		file = file[4:]
	}
	s.rest = file
	d, kv := &nn.Dict{}, s.Dim*s.KVHeads/s.Heads
	d.Set("model.embed_tokens.weight", s.take(t, s.Vocabulary, s.Dim))
	for _, part := range []struct {
		name    string
		sizes   []int32
		rotated int32
	}{
		{"input_layernorm", []int32{s.Dim}, 0},
		{"self_attn.q_proj", []int32{s.Dim, s.Dim}, s.Heads}, {"self_attn.k_proj", []int32{kv, s.Dim}, s.KVHeads},
		{"self_attn.v_proj", []int32{kv, s.Dim}, 0}, {"self_attn.o_proj", []int32{s.Dim, s.Dim}, 0},
		{"post_attention_layernorm", []int32{s.Dim}, 0},
		{"mlp.gate_proj", []int32{s.Hidden, s.Dim}, 0}, {"mlp.down_proj", []int32{s.Dim, s.Hidden}, 0}, {"mlp.up_proj", []int32{s.Hidden, s.Dim}, 0},
	} {
		for i := range s.Layers {
			x := s.take(t, part.sizes...)
			if part.rotated > 0 {
				x = paired(x, part.rotated)
			}
			d.Set("model.layers."+string(rune('0'+i))+"."+part.name+".weight", x)
		}
	}
	d.Set("model.norm.weight", s.take(t, s.Dim))
	m := zoo.NewLlama(zoo.LlamaConfig{
		Layers: int(s.Layers), Heads: int(s.Heads), KVHeads: int(s.KVHeads), Width: int(s.Dim), Inner: int(s.Hidden),
		Vocabulary: int(s.Vocabulary), Eps: 1e-5, Tied: true,
	})
	if _, err := nn.LoadStateDict(m, d, true); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "stories260K_greedy.json"))
	if err != nil {
		t.Fatal(err)
	}
	var told map[string]json.RawMessage
	if err := json.Unmarshal(text, &told); err != nil {
		t.Fatal(err)
	}
	for name, raw := range told {
		var c struct {
			PromptIDs []int64 `json:"prompt_ids"`
			IDs       []int64 `json:"ids"`
		}
		if err := json.Unmarshal(raw, &c); err != nil || len(c.IDs) == 0 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			ids := slices.Clone(c.PromptIDs)
			for token, err := range zoo.Greedy(t.Context(), m, c.PromptIDs, len(c.IDs)-len(c.PromptIDs)) {
				if err != nil {
					t.Fatal(err)
				}
				ids = append(ids, token)
			}
			if !slices.Equal(ids, c.IDs) {
				t.Errorf("it goes on with %v, want %v", ids, c.IDs)
			}
		})
	}
}
