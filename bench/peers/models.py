"""The models of package zoo that `flambeau bench` measures, in plain torch.nn, as who wants them fast writes them:
queries, keys and values by one product, fused attention, and in inference batch normalisations folded into convolutions."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils.fusion import fuse_conv_bn_eval


def folded(model):
    """The model for inference: each batch normalisation behind a convolution becomes part of it."""
    convolutions = (nn.Conv2d, nn.Conv3d)
    for m in model.eval().modules():
        if isinstance(m, nn.Sequential):
            for i in range(len(m) - 1):
                if isinstance(m[i], convolutions) and isinstance(m[i + 1], nn.modules.batchnorm._BatchNorm):
                    m[i], m[i + 1] = fuse_conv_bn_eval(m[i], m[i + 1]), nn.Identity()
    return model


def convolution(cin, cout, kernel, stride=1, groups=1, act=None):
    """A convolution without bias, its batch normalisation, and an activation."""
    layers = [nn.Conv2d(cin, cout, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(cout)]
    return nn.Sequential(*layers, *([act(inplace=True)] if act else []))


# Images.

class Residual(nn.Module):
    """Convolutions and a way around them, which a convolution brings to their sizes if need be."""

    def __init__(self, body, cin, cout, stride):
        super().__init__()
        self.body = body
        self.around = nn.Identity() if stride == 1 and cin == cout else convolution(cin, cout, 1, stride)

    def forward(self, x):
        return F.relu(self.body(x) + self.around(x), inplace=True)


def basic(cin, inner, stride):
    body = nn.Sequential(convolution(cin, inner, 3, stride, act=nn.ReLU), convolution(inner, inner, 3))
    return Residual(body, cin, inner, stride), inner


def bottleneck(cin, inner, stride):
    body = nn.Sequential(convolution(cin, inner, 1, act=nn.ReLU), convolution(inner, inner, 3, stride, act=nn.ReLU),
                         convolution(inner, 4 * inner, 1))
    return Residual(body, cin, 4 * inner, stride), 4 * inner


def resnet(block, depths):
    layers, c = [convolution(3, 64, 7, 2, act=nn.ReLU), nn.MaxPool2d(3, 2, 1)], 64
    for i, depth in enumerate(depths):
        for j in range(depth):
            layer, c = block(c, 64 << i, 2 if i and not j else 1)
            layers.append(layer)
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(c, 1000))


def resnet18():
    return resnet(basic, (2, 2, 2, 2))


def resnet50():
    return resnet(bottleneck, (3, 4, 6, 3))


class Inverted(nn.Module):
    """MobileNetV2's block: more channels, a filter for each, fewer channels."""

    def __init__(self, cin, cout, stride, expand):
        super().__init__()
        inner = cin * expand
        more = [convolution(cin, inner, 1, act=nn.ReLU6)] if expand > 1 else []
        self.body = nn.Sequential(*more, convolution(inner, inner, 3, stride, inner, nn.ReLU6), convolution(inner, cout, 1))
        self.around = stride == 1 and cin == cout

    def forward(self, x):
        return x + self.body(x) if self.around else self.body(x)


def mobilenetv2():
    layers, c = [convolution(3, 32, 3, 2, act=nn.ReLU6)], 32
    for expand, out, n, stride in ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)):
        for i in range(n):
            layers.append(Inverted(c, out, 1 if i else stride, expand))
            c = out
    return nn.Sequential(*layers, convolution(c, 1280, 1, act=nn.ReLU6), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1280, 1000))


class UNet(nn.Module):
    def __init__(self, width):
        super().__init__()

        def twice(cin, cout):
            return nn.Sequential(convolution(cin, cout, 3, act=nn.ReLU), convolution(cout, cout, 3, act=nn.ReLU))
        sizes = [width << i for i in range(5)]
        self.first = twice(3, width)
        self.down = nn.ModuleList(nn.Sequential(nn.MaxPool2d(2), twice(c, 2 * c)) for c in sizes[:-1])
        self.up = nn.ModuleList(nn.ConvTranspose2d(2 * c, c, 2, 2) for c in sizes[-2::-1])
        self.merge = nn.ModuleList(twice(2 * c, c) for c in sizes[-2::-1])
        self.last = nn.Conv2d(width, 2, 1)

    def forward(self, x):
        seen = [self.first(x)]
        for down in self.down:
            seen.append(down(seen[-1]))
        x = seen.pop()
        for up, merge in zip(self.up, self.merge):
            x = merge(torch.cat([seen.pop(), up(x)], 1))
        return self.last(x)


def meshnet():
    layers, c = [], 1
    for d in (1, 2, 4, 8, 16, 8, 4, 2, 1):
        layers += [nn.Conv3d(c, 5, 3, padding=d, dilation=d), nn.BatchNorm3d(5), nn.ReLU(inplace=True)]
        c = 5
    return nn.Sequential(*layers, nn.Conv3d(c, 3, 1))


# Transformers.

class Cache:
    """Keys and values of a text of up to length tokens: what is filled of them; or, for compiled programs, which were others
    for each length, all of them behind a mask."""

    def __init__(self, layers, heads, length, size, whole):
        self.kv = [torch.zeros(2, 1, heads, length, size) for _ in range(layers)]
        self.at, self.whole = torch.arange(length), whole

    def attend(self, layer, q, k, v, pos, **gqa):
        """What q sees of the tokens so far and those of k and v, which stand from pos[0] on; pos: their positions, [T]."""
        ks, vs = self.kv[layer]
        if self.whole:
            ks.index_copy_(2, pos, k)
            vs.index_copy_(2, pos, v)
            return F.scaled_dot_product_attention(q, ks, vs, attn_mask=self.at <= pos[:, None], **gqa)
        first, n = int(pos[0]), q.shape[2]
        ks[:, :, first:first + n], vs[:, :, first:first + n] = k, v
        return F.scaled_dot_product_attention(q, ks[:, :, :first + n], vs[:, :, :first + n], is_causal=n > 1, **gqa)


class Attention(nn.Module):
    def __init__(self, width, heads, causal=False):
        super().__init__()
        self.heads, self.causal = heads, causal
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x, layer=0, cache=None, pos=None):
        q, k, v = self.qkv(x).unflatten(2, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        if cache is None:
            y = F.scaled_dot_product_attention(q, k, v, is_causal=self.causal)
        else:
            y = cache.attend(layer, q, k, v, pos)
        return self.out(y.transpose(1, 2).flatten(2))


def network(width, inner, approximate="none"):
    return nn.Sequential(nn.Linear(width, inner), nn.GELU(approximate), nn.Linear(inner, width))


class PreNorm(nn.Module):
    """A layer that normalises what goes into attention and network: of ViT and GPT-2."""

    def __init__(self, width, heads, eps=1e-5, causal=False, approximate="none"):
        super().__init__()
        self.n1, self.n2 = nn.LayerNorm(width, eps), nn.LayerNorm(width, eps)
        self.attention, self.network = Attention(width, heads, causal), network(width, 4 * width, approximate)

    def forward(self, x, *cache):
        x = x + self.attention(self.n1(x), *cache)
        return x + self.network(self.n2(x))


class PostNorm(nn.Module):
    """A layer that normalises the sums behind attention and network: of BERT."""

    def __init__(self, width, heads):
        super().__init__()
        self.n1, self.n2 = nn.LayerNorm(width, 1e-12), nn.LayerNorm(width, 1e-12)
        self.attention, self.network = Attention(width, heads), network(width, 4 * width)

    def forward(self, x):
        x = self.n1(x + self.attention(x))
        return self.n2(x + self.network(x))


def table(rows, width):
    e = nn.Embedding(rows, width)
    nn.init.normal_(e.weight, std=0.02)
    return e


class ViT(nn.Module):
    """ViT-B/16."""

    def __init__(self, width=768):
        super().__init__()
        self.patches, self.token = nn.Conv2d(3, width, 16, 16), nn.Parameter(torch.zeros(1, 1, width))
        self.positions = nn.Parameter(torch.randn(1, 197, width) * 0.02)
        self.layers = nn.Sequential(*[PreNorm(width, 12, 1e-6) for _ in range(12)])
        self.norm, self.head = nn.LayerNorm(width, 1e-6), nn.Linear(width, 1000)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1) + self.positions
        return self.head(self.norm(self.layers(x))[:, 0])


def bert_encoder():
    return nn.Sequential(*[PostNorm(768, 12) for _ in range(12)])


class BERT(nn.Module):
    """BERT-base, which guesses hidden tokens."""

    def __init__(self, width=768, vocabulary=30522):
        super().__init__()
        self.words, self.positions, self.types = table(vocabulary, width), table(512, width), table(2, width)
        self.norm, self.layers = nn.LayerNorm(width, 1e-12), bert_encoder()
        self.transform = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.LayerNorm(width, 1e-12))
        self.bias = nn.Parameter(torch.zeros(vocabulary))

    def forward(self, ids):
        x = self.words(ids) + self.types.weight[:1] + self.positions.weight[:ids.shape[1]]
        return F.linear(self.transform(self.layers(self.norm(x))), self.words.weight, self.bias)


class GPT2(nn.Module):
    heads, size, depth = 12, 64, 12

    def __init__(self, width=768, vocabulary=50257):
        super().__init__()
        self.words, self.positions = table(vocabulary, width), table(1024, width)
        self.layers = nn.ModuleList(PreNorm(width, self.heads, 1e-5, True, "tanh") for _ in range(self.depth))
        self.norm = nn.LayerNorm(width)

    def forward(self, ids):
        x = self.words(ids) + self.positions.weight[:ids.shape[1]]
        for layer in self.layers:
            x = layer(x)
        return F.linear(self.norm(x), self.words.weight)

    def decode(self, ids, pos, cache):
        """Scores of the token behind more tokens at the positions pos."""
        x = self.words(ids) + self.positions(pos)
        for i, layer in enumerate(self.layers):
            x = layer(x, i, cache, pos)
        return F.linear(self.norm(x[:, -1]), self.words.weight)


class LlamaLayer(nn.Module):
    def __init__(self, width, inner, heads, shared):
        super().__init__()
        self.heads, self.shared, size = heads, shared, width // heads
        self.n1, self.n2 = nn.RMSNorm(width, 1e-5), nn.RMSNorm(width, 1e-5)
        self.qkv, self.out = nn.Linear(width, (heads + 2 * shared) * size, bias=False), nn.Linear(width, width, bias=False)
        self.both, self.down = nn.Linear(width, 2 * inner, bias=False), nn.Linear(inner, width, bias=False)

    def forward(self, x, turn, layer=0, cache=None, pos=None):
        cos, sin = turn
        qkv = self.qkv(self.n1(x)).unflatten(2, (self.heads + 2 * self.shared, -1)).transpose(1, 2)
        turned, v = qkv.split([self.heads + self.shared, self.shared], 1)
        a, b = turned.chunk(2, -1)
        q, k = torch.cat([a * cos - b * sin, b * cos + a * sin], -1).split([self.heads, self.shared], 1)
        if cache is None:
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
        else:
            y = cache.attend(layer, q, k, v, pos, enable_gqa=True)
        x = x + self.out(y.transpose(1, 2).flatten(2))
        gate, up = self.both(self.n2(x)).chunk(2, -1)
        return x + self.down(F.silu(gate) * up)


class Llama(nn.Module):
    """The shape of SmolLM-135M: 30 layers of 9 heads that share 3 of keys and values."""
    heads, size, depth = 3, 64, 30  # those of a cache

    def __init__(self, width=576, inner=1536, vocabulary=49152):
        super().__init__()
        self.words, self.norm = table(vocabulary, width), nn.RMSNorm(width, 1e-5)
        self.layers = nn.ModuleList(LlamaLayer(width, inner, 9, self.heads) for _ in range(self.depth))
        self.register_buffer("angles", torch.exp(torch.arange(0, self.size, 2) * (-math.log(10000) / self.size)))

    def run(self, ids, pos, *cache):
        angles = pos[:, None] * self.angles
        x, turn = self.words(ids), (angles.cos(), angles.sin())
        for i, layer in enumerate(self.layers):
            x = layer(x, turn, i, *cache)
        return x

    def forward(self, ids):
        return F.linear(self.norm(self.run(ids, torch.arange(ids.shape[1]))), self.words.weight)

    def decode(self, ids, pos, cache):
        """Scores of the token behind more tokens at the positions pos."""
        return F.linear(self.norm(self.run(ids, pos, cache, pos)[:, -1]), self.words.weight)


# What else there is.

class DLRM(nn.Module):
    def __init__(self, tables=26, rows=20_000, width=64):
        super().__init__()

        def mlp(*sizes):
            layers = [m for a, b in zip(sizes, sizes[1:]) for m in (nn.Linear(a, b), nn.ReLU())]
            return nn.Sequential(*layers)
        self.tables = nn.ModuleList(nn.EmbeddingBag(rows, width, mode="sum", sparse=True) for _ in range(tables))
        self.bottom = mlp(13, 512, 256, width)
        self.top = mlp(width + tables * (tables + 1) // 2, 1024, 512, 256, 1)[:-1]
        i, j = torch.tril_indices(tables + 1, tables + 1, -1)
        self.register_buffer("pairs", i * (tables + 1) + j)

    def forward(self, numbers, bags):
        dense = self.bottom(numbers)
        x = torch.stack([dense, *(table(bag) for table, bag in zip(self.tables, bags))], 1)
        products = (x @ x.mT).flatten(1).index_select(1, self.pairs)
        return self.top(torch.cat([dense, products], 1)).squeeze(1)


class Tagger(nn.Module):
    def __init__(self, vocabulary=10_000, width=512, tags=17):
        super().__init__()
        self.words, self.tags = nn.Embedding(vocabulary, width), nn.Linear(2 * width, tags)
        self.lstm = nn.LSTM(width, width, bidirectional=True, batch_first=True)

    def forward(self, ids):
        return self.tags(self.lstm(self.words(ids))[0])
