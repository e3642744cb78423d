"""The cases of `flambeau bench` in PyTorch. A case is made when it is asked for: its function makes inputs, and returns
what is to be repeated. Shapes, and what is computed, are those of the Go cases of the same names."""
import pathlib
import re
import types

import torch
import torch.nn as nn
import torch.nn.functional as F

CASES = {}  # by name
opt = types.SimpleNamespace(compiled=False, nhwc=False, fusedopt=False)  # what the command line says


def case(name, grad=False, cold=False, **work):
    """A case; work is flops, bytes, ops or items, for its rate."""
    def add(make):
        CASES[name] = types.SimpleNamespace(name=name, make=make, grad=grad, cold=cold, work=work)
        return make
    return add


def C(f):
    """f compiled, if that is the mode."""
    return torch.compile(f, dynamic=False) if opt.compiled else f


def call(f, *args):
    f = C(f)
    return lambda: f(*args)


def into(f, out, *args):
    """f with memory for its result at hand, where it is not compiled."""
    return call(f, *args) if opt.compiled else lambda: f(*args, out=out)


def gradients(f, leaves, seed):
    """f of the first leaf, forward and backward to all of them, and nothing of the last time."""
    f = C(f)
    for l in leaves:
        l.requires_grad_()

    def step():
        for l in leaves:
            l.grad = None
        f(leaves[0]).backward(seed)
    return step


def layout(x):
    return x.to(memory_format=torch.channels_last) if opt.nhwc else x


# Products.

for n in (32, 128, 256, 512, 1024, 2048, 4096):
    @case(f"sgemm_{n}", flops=2 * n**3)
    def _(n=n):
        return into(torch.mm, torch.empty(n, n), torch.randn(n, n), torch.randn(n, n))


@case("linear_64x784x512", flops=2 * 64 * 784 * 512)
def _():
    return call(nn.Linear(784, 512).eval(), torch.randn(64, 784))


def product(m, n, k, how, batch):
    b = (int(batch),) if batch else ()
    x = torch.randn(*b, k, m).mT if how == "_tn" else torch.randn(*b, m, k)
    y = torch.randn(*b, n, k).mT if how == "_nt" else torch.randn(*b, k, n)
    return into(torch.matmul, torch.empty(*b, m, n), x, y)


for name in (pathlib.Path(__file__).parent.parent / "products.txt").read_text().split():
    size = re.fullmatch(r"sgemm_(\d+)x(\d+)x(\d+)(_nt|_tn)?(?:_b(\d+))?", name)
    m, n, k = map(int, size.groups()[:3])

    @case(name, flops=2 * m * n * k * int(size[5] or 1))
    def _(m=m, n=n, k=k, how=size[4], batch=size[5]):
        return product(m, n, k, how, batch)

# Elementwise work, in memory and in caches.

MANY, CACHED = 16 << 20, 32 << 10


def chain(x, approximate="none"):
    return F.gelu(x * 1.5 + 0.5, approximate=approximate) + x


for name, f in {"ew_chain_16M": chain, "ew_chain_tanhgelu_16M": lambda x: chain(x, "tanh"), "ew_add_16M": lambda x: x + x}.items():
    @case(name, bytes=8 * MANY)
    def _(f=f):
        return call(f, torch.randn(MANY))


@case("ew_chain_16M_fwdbwd", grad=True, bytes=12 * MANY)
def _():
    return gradients(chain, [torch.randn(MANY)], torch.randn(MANY))


def even(lo, hi):
    return lambda: torch.rand(CACHED) * (hi - lo) + lo


def spread(lo, hi):
    return lambda: torch.exp2(even(lo, hi)())


for name, f, draw in (
        ("exp", torch.exp, even(-87, 88)), ("log", torch.log, spread(-126, 127)), ("log1p", torch.log1p, spread(-30, 100)),
        ("expm1", torch.expm1, even(-20, 88)), ("tanh", torch.tanh, even(-10, 10)), ("erf", torch.erf, even(-5, 5)),
        ("sigmoid", torch.sigmoid, even(-88, 88)), ("sin", torch.sin, even(-100, 100)), ("cos", torch.cos, even(-100, 100)),
        ("rsqrt", torch.rsqrt, spread(-126, 127)), ("sqrt", torch.sqrt, spread(-126, 127))):
    @case(f"{name}_32K", bytes=8 * CACHED)
    def _(f=f, draw=draw):
        return into(f, torch.empty(CACHED), draw())

for name, f, draw in (("gelu", F.gelu, even(-10, 10)), ("silu", F.silu, even(-88, 88)), ("elu", F.elu, even(-10, 10))):
    @case(f"{name}_32K", bytes=8 * CACHED)
    def _(f=f, draw=draw):
        return call(f, draw())


@case("pow_32K", bytes=12 * CACHED)
def _():
    return into(torch.pow, torch.empty(CACHED), spread(-8, 8)(), even(-8, 8)())


# Reductions, and what moves data.

ROWS, ALL = (8192, 1024), 8192 * 1024
SHAPES = {"8192x1024": (ROWS, 1), "dim0_8192x1024": (ROWS, 0), "dim1_64x1024x128": ((64, 1024, 128), 1)}

for name, f in {"sum": torch.sum, "amax": torch.amax, "mean": torch.mean, "var": torch.var}.items():
    for where, (shape, dim) in SHAPES.items():
        @case(f"{name}_{where}", bytes=4 * ALL)
        def _(f=f, shape=shape, dim=dim):
            return call(lambda x: f(x, dim), torch.randn(shape))

for name, f, traffic in (
        ("softmax", lambda x: torch.softmax(x, -1), 8), ("argmax", lambda x: x.argmax(-1), 4), ("mean_all", torch.mean, 4),
        ("cumsum", lambda x: x.cumsum(-1), 8), ("cumsum_dim0", lambda x: x.cumsum(0), 8), ("transpose", lambda x: x.t().contiguous(), 8)):
    @case(f"{name}_8192x1024", bytes=traffic * ALL)
    def _(f=f):
        return call(f, torch.randn(ROWS))


@case("softmax_8192x1024_fwdbwd", grad=True, bytes=12 * ALL)
def _():
    return gradients(lambda x: torch.softmax(x, -1), [torch.randn(ROWS)], torch.randn(ROWS))


@case("layernorm_8192x768", bytes=8 * 8192 * 768)
def _():
    return call(nn.LayerNorm(768).eval(), torch.randn(8192, 768))


@case("layernorm_8192x768_fwdbwd", grad=True, bytes=12 * 8192 * 768)
def _():
    w, b = torch.randn(768), torch.randn(768)
    return gradients(lambda x: F.layer_norm(x, (768,), w, b), [torch.randn(8192, 768), w, b], torch.randn(8192, 768))


for name, f, shape in (
        ("sort_1M", torch.sort, (1 << 20,)), ("topk100_1M", lambda x: x.topk(100), (1 << 20,)),
        ("sort_1024x4096", torch.sort, (1024, 4096)), ("topk10_1024x4096", lambda x: x.topk(10), (1024, 4096))):
    @case(name)
    def _(f=f, shape=shape):
        return call(f, torch.randn(shape))

# Convolutions and models.

PIXELS = 8 * 56 * 56
for name, out, kernel, groups in (("conv3x3_n8c64k64_56", 64, 3, 1), ("conv1x1_n8c64k256_56", 256, 1, 1), ("dwconv3x3_n8c64_56", 64, 3, 64)):
    def layer(out=out, kernel=kernel, groups=groups):
        return layout(nn.Conv2d(64, out, kernel, padding=kernel // 2, groups=groups)), layout(torch.randn(8, 64, 56, 56))
    flops = 2 * PIXELS * out * (64 // groups) * kernel**2

    @case(name + "_fwd", flops=flops)
    def _(layer=layer):
        return call(*layer())

    @case(name + "_fwdbwd", grad=True, flops=3 * flops)
    def _(layer=layer, out=out):
        c, x = layer()
        return gradients(lambda x: c(x), [x, c.weight, c.bias], layout(torch.randn(8, out, 56, 56)))

# Attention.

ATTENDED = 8 * 12 * 1024 * 1025 * 64  # products with half of the keys


def attention(queries, keys, causal):
    q, k, v = (torch.randn(8, 12, n, 64) for n in (queries, keys, keys))
    return (lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=causal)), [q, k, v]


@case("attn_8x12x1024x64_causal", flops=2 * ATTENDED)
def _():
    f, leaves = attention(1024, 1024, True)
    return call(f, *leaves)


@case("attn_8x12x1024x64_causal_fwdbwd", grad=True, flops=7 * ATTENDED)
def _():
    f, (q, k, v) = attention(1024, 1024, True)
    return gradients(lambda q: f(q, k, v), [q, k, v], torch.randn(8, 12, 1024, 64))


@case("attn_8x12x1x64_over4096", bytes=2 * 4 * 8 * 12 * 4096 * 64)
def _():
    f, leaves = attention(1, 4096, False)
    return call(f, *leaves)


def mlp():
    return nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10))


def lenet():
    return layout(nn.Sequential(
        nn.Conv2d(1, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(32 * 7 * 7, 128), nn.ReLU(), nn.Linear(128, 10)))


def trainer(model, *sizes):
    """A step of Adam on a batch of ten classes."""
    m, x, y = model(), torch.randn(sizes), torch.randint(0, 10, sizes[:1])
    adam = torch.optim.Adam(m.parameters(), 1e-3, fused=opt.fusedopt)
    loss = C(lambda x, y: F.cross_entropy(m(x), y))

    def step():
        adam.zero_grad()
        loss(x, y).backward()
        adam.step()
    return step


MODELS = [(f"mlp_{{}}_b{n}", mlp, (n, 784), n * (784 * 512 + 512 * 512 + 5120)) for n in (64, 512)]
MODELS += [("lenet_{}_b64", lenet, (64, 1, 28, 28), 64 * (784 * 16 * 25 + 196 * 32 * 16 * 25 + 1568 * 128 + 1280))]
for name, model, sizes, macs in MODELS:
    @case(name.format("train_adam"), grad=True, flops=6 * macs, items=sizes[0])
    def _(model=model, sizes=sizes):
        return trainer(model, *sizes)

    @case(name.format("infer"), flops=2 * macs, items=sizes[0])
    def _(model=model, sizes=sizes):
        return call(model().eval(), torch.randn(sizes))


@case("compile_kernel", cold=True)
def _():
    x = torch.randn(1000)
    return lambda: C(chain)(x)


@case("compile_lenet_train_adam_b64", grad=True, cold=True)
def _():
    return lambda: trainer(lenet, 64, 1, 28, 28)()


# Tiny operators.

def adds(a, z):
    for _ in range(100):
        a = a + z
    return a


def products(x):
    y = x
    for _ in range(100):
        y = y @ x
        y = y / y.sum()
    return y


@case("tiny_add_chain100_nograd", ops=100)
def _():
    return call(adds, torch.randn(16), torch.randn(16))


@case("tiny_add_chain100_grad_fwd", grad=True, ops=100)
def _():
    return call(adds, torch.randn(16, requires_grad=True), torch.randn(16))


@case("tiny_add_chain100_grad_fwdbwd", grad=True, ops=100)
def _():
    x, z, f = torch.randn(16, requires_grad=True), torch.randn(16), C(adds)

    def step():
        x.grad = None
        f(x, z).sum().backward()
    return step


@case("tiny_add_call100_nograd", ops=100)
def _():
    x, z, add = torch.randn(16), torch.randn(16), C(torch.add)

    def step():
        y = x
        for _ in range(100):
            y = add(y, z)
    return step


@case("tiny_mm4_chain100", ops=100)
def _():
    return call(products, torch.rand(4, 4) + 0.5)


# Tables.

EDGES, NODES, DIM = 1_000_000, 100_000, 64
SCATTERED = 4 * (EDGES + 2 * NODES) * DIM


def bag():
    return nn.EmbeddingBag(1_000_000, DIM, mode="sum", sparse=True), torch.randint(0, 1_000_000, (4096, 20))


@case("embbag_1Mx64_4096x20_fwd", bytes=4 * 4096 * 20 * DIM)
def _():
    return call(*bag())


@case("embbag_1Mx64_4096x20_fwdbwd_sparse", grad=True, bytes=12 * 4096 * 20 * DIM)
def _():
    e, index = bag()
    return gradients(lambda w: F.embedding_bag(index, w, mode="sum", sparse=True), [e.weight], torch.randn(4096, DIM))


@case("embbag_1Mx64_4096x20_step_sparseadam", grad=True, items=4096)
def _():
    e, index = bag()
    backward = gradients(lambda w: F.embedding_bag(index, w, mode="sum", sparse=True), [e.weight], torch.randn(4096, DIM))
    adam = torch.optim.SparseAdam(e.parameters(), 1e-3)

    def step():
        backward()
        adam.step()
    return step


def messages():
    return torch.zeros(NODES, DIM), torch.randint(0, NODES, (EDGES,)), torch.randn(EDGES, DIM)


@case("scatter_add_1Mx64_100k", bytes=SCATTERED)
def _():
    out, index, x = messages()
    return call(lambda out, index, x: out.zero_().scatter_add_(0, index, x), out, index[:, None].expand(EDGES, DIM), x)


@case("index_add_1Mx64_100k", bytes=SCATTERED)
def _():
    return call(lambda out, index, x: out.zero_().index_add_(0, index, x), *messages())


for name in ("sum", "max"):
    @case(f"segment_{name}_1Mx64_100k", bytes=SCATTERED)
    def _(name=name):
        _, index, x = messages()
        lengths = torch.bincount(index, minlength=NODES)
        return call(lambda x, lengths: torch.segment_reduce(x, name, lengths=lengths), x, lengths)


@case("gather_1Mx64_100k", bytes=8 * EDGES * DIM)
def _():
    _, index, x = messages()
    return call(lambda x, index: x.index_select(0, index), x[:NODES].clone(), index)
