"""Writes what package zoo's tests compare with: goldens.safetensors (results and gradients of small models, by PyTorch)
and names.txt (names and shapes of the published models' state dicts).

    python3 make_goldens.py       # needs torch, torchvision, transformers, torch_geometric, safetensors

Weights and inputs are not stored: they follow from their names by `fill`, which golden_test.go has, too. Of large results
some 256 elements are stored, at equal distances.
"""
import math
import os
import zlib

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import torchvision
import transformers
from safetensors.torch import save_file
from torch_geometric.nn import models as geometric

HERE = os.path.dirname(os.path.abspath(__file__))


def uniform(name, n):
    """n numbers of 24 bits in [0, 1): hashes of the name and their position."""
    x = (np.uint64(zlib.crc32(name.encode())) + np.arange(n, dtype=np.uint64) * np.uint64(2654435761)) & np.uint64(0xFFFFFFFF)
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        x ^= x >> np.uint64(shift)
        x = (x * np.uint64(factor)) & np.uint64(0xFFFFFFFF)
    x ^= x >> np.uint64(16)
    return (x >> np.uint64(8)).astype(np.float32) * np.float32(2 ** -24)


def fill(name, shape):
    """The parameter or buffer of that name."""
    n = math.prod(shape)
    u = uniform(name, n)
    if len(shape) >= 2:
        bound = np.float32(math.sqrt(3 / math.prod(shape[1:])))
        u = (u - np.float32(0.5)) * (2 * bound)
    elif name.endswith("weight") or name.endswith("running_var"):
        u = np.float32(0.75) + np.float32(0.5) * u
    else:
        u = (u - np.float32(0.5)) * np.float32(0.25)
    return torch.from_numpy(u.astype(np.float32)).reshape(shape)


def real(name, *shape):
    return torch.from_numpy((uniform(name, math.prod(shape)) - np.float32(0.5)) * np.float32(4)).reshape(shape)


def whole(name, below, *shape):
    return torch.from_numpy(np.floor(uniform(name, math.prod(shape)) * np.float32(below)).astype(np.int64)).reshape(shape)


def sample(t):
    t = t.detach().float().reshape(-1)
    return t[:: max(1, t.numel() // 256)][:300].clone()


goldens = {}


def golden(case, model, forward, loss, grads, trained=(), **other):
    """Results, loss and gradients in evaluation mode; in training mode loss, gradients and the first running variances.

    Behind many batch normalisations of few numbers, gradients in training mode are rounding more than anything else:
    PyTorch's own of ResNet-50's first filters differ by 1% from those in float64. So they are of few parameters."""
    with torch.no_grad():
        for name, t in list(model.named_parameters()) + list(model.named_buffers()):
            if t.is_floating_point() and not name.endswith("inv_freq"):
                t.copy_(fill(name, t.shape))
    model.eval()
    with torch.no_grad():
        goldens[case + "/out"] = sample(forward(model))
        for name, f in other.items():
            goldens[f"{case}/{name}"] = sample(f(model))
    for mode, params in ("eval", grads), ("train", trained):
        if not params:
            continue
        model.train(mode == "train")
        model.zero_grad()
        value = loss(model)
        value.backward()
        goldens[f"{case}/{mode}/loss"] = value.detach().reshape(1)
        named = dict(model.named_parameters())
        for name in params:
            goldens[f"{case}/{mode}/{name}"] = sample(named[name].grad)
    for name, t in model.named_buffers():
        if name.endswith("running_var"):
            goldens[f"{case}/{name}"] = sample(t)  # one is enough
            break


def classifier(case, model, x, classes, grads, trained=()):
    y = whole("y", classes, x.shape[0])
    golden(case, model, lambda m: m(x), lambda m: F.cross_entropy(m(x), y), grads, trained)


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 16, 5, padding=2), nn.Conv2d(16, 32, 5, padding=2)
        self.fc1, self.fc2 = nn.Linear(32 * 49, 128), nn.Linear(128, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc2(F.relu(self.fc1(x.flatten(1))))


class DoubleConv(nn.Module):
    def __init__(self, i, o, mid=None):
        super().__init__()
        mid = mid or o
        self.double_conv = nn.Sequential(
            nn.Conv2d(i, mid, 3, padding=1, bias=False), nn.BatchNorm2d(mid), nn.ReLU(),
            nn.Conv2d(mid, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU())

    def forward(self, x):
        return self.double_conv(x)


class Down(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.maxpool_conv = nn.Sequential(nn.MaxPool2d(2), DoubleConv(i, o))

    def forward(self, x):
        return self.maxpool_conv(x)


class Up(nn.Module):
    def __init__(self, i, o, bilinear):
        super().__init__()
        if bilinear:
            self.up, self.conv = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True), DoubleConv(i, o, i // 2)
        else:
            self.up, self.conv = nn.ConvTranspose2d(i, i // 2, 2, stride=2), DoubleConv(i, o)

    def forward(self, x, seen):
        x = self.up(x)
        dy, dx = seen.size(2) - x.size(2), seen.size(3) - x.size(3)
        x = F.pad(x, [dx // 2, dx - dx // 2, dy // 2, dy - dy // 2])
        return self.conv(torch.cat([seen, x], 1))


class UNet(nn.Module):
    def __init__(self, channels, classes, w, bilinear):
        super().__init__()
        f = 2 if bilinear else 1
        self.inc = DoubleConv(channels, w)
        self.down1, self.down2 = Down(w, 2 * w), Down(2 * w, 4 * w)
        self.down3, self.down4 = Down(4 * w, 8 * w), Down(8 * w, 16 * w // f)
        self.up1, self.up2 = Up(16 * w, 8 * w // f, bilinear), Up(8 * w, 4 * w // f, bilinear)
        self.up3, self.up4 = Up(4 * w, 2 * w // f, bilinear), Up(2 * w, w, bilinear)
        self.outc = nn.Module()
        self.outc.conv = nn.Conv2d(w, classes, 1)

    def forward(self, x):
        a = self.inc(x)
        b = self.down1(a)
        c = self.down2(b)
        d = self.down3(c)
        x = self.up4(self.up3(self.up2(self.up1(self.down4(d), d), c), b), a)
        return self.outc.conv(x)


class ChannelNorm(nn.Module):
    def forward(self, x):
        var, mean = torch.var_mean(x, (2, 3, 4), unbiased=False, keepdim=True)
        return (x - mean) / torch.sqrt(var + 1e-5)


class MeshNet(nn.Module):
    def __init__(self, width, classes, dilations, norm, act):
        super().__init__()
        layers, i = [], 1
        for d in dilations:
            conv = nn.Conv3d(i, width, 3, dilation=d, padding=d, bias=norm != "channel")
            layers.append(nn.Sequential(conv, {"batch": nn.BatchNorm3d(width), "channel": ChannelNorm(), "none": nn.Identity()}[norm], act))
            i = width
        self.model = nn.Sequential(*layers, nn.Conv3d(i, classes, 1))

    def forward(self, x):
        return self.model(x)


class DLRM(nn.Module):
    def __init__(self, numbers, tables, width, bottom, top):
        super().__init__()
        self.emb_l = nn.ModuleList(nn.EmbeddingBag(n, width, mode="sum") for n in tables)
        self.bot_l, self.top_l = self.mlp([numbers] + bottom + [width], True), None
        n = len(tables) + 1
        self.top_l = self.mlp([width + n * (n - 1) // 2] + top + [1], False)

    @staticmethod
    def mlp(sizes, last):
        layers = []
        for i, o in zip(sizes, sizes[1:]):
            layers += [nn.Linear(i, o), nn.ReLU()]
        return nn.Sequential(*layers[: None if last else -1])

    def forward(self, x, categories):
        x = self.bot_l(x)
        t = torch.stack([x] + [e(c) for e, c in zip(self.emb_l, categories)], 1)
        z = torch.bmm(t, t.transpose(1, 2))
        n = t.shape[1]
        i, j = zip(*[(i, j) for i in range(n) for j in range(i)])
        return self.top_l(torch.cat([x, z[:, list(i), list(j)]], 1)).squeeze(1)


class Tagger(nn.Module):
    def __init__(self, vocabulary, tags, width, hidden, layers):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width)
        self.lstm = nn.LSTM(width, hidden, layers, bidirectional=True, batch_first=True)
        self.tags = nn.Linear(2 * hidden, tags)

    def forward(self, ids):
        return self.tags(self.lstm(self.embed(ids))[0])


def images():
    classifier("lenet", LeNet(), real("x", 4, 1, 28, 28), 10, ["conv1.weight", "fc2.bias"])
    r18 = ["conv1.weight", "layer2.0.downsample.0.weight", "layer4.1.bn2.weight", "fc.weight"]
    for name, grads, trained in (("resnet18", r18, r18),
                                 ("resnet34", ["conv1.weight"], ["layer4.2.bn2.weight"]),
                                 ("resnet50", ["conv1.weight", "layer1.0.conv3.weight", "fc.bias"], ["layer4.2.bn3.bias"])):
        classifier(name, getattr(torchvision.models, name)(num_classes=10), real("x", 2, 3, 96, 96), 10, grads, trained)
    classifier("mobilenet_v2", torchvision.models.mobilenet_v2(num_classes=10, width_mult=0.5, dropout=0.0), real("x", 2, 3, 96, 96), 10,
               ["features.0.0.weight", "features.3.conv.1.0.weight", "classifier.1.weight"], ["features.18.1.weight", "classifier.1.weight"])
    vit = torchvision.models.VisionTransformer(image_size=32, patch_size=8, num_layers=12, num_heads=4, hidden_dim=32, mlp_dim=64, num_classes=10)
    classifier("vit", vit, real("x", 2, 3, 32, 32), 10,
               ["class_token", "conv_proj.weight", "encoder.pos_embedding", "encoder.layers.encoder_layer_10.self_attention.in_proj_weight",
                "encoder.layers.encoder_layer_2.mlp.3.weight", "heads.head.weight"])
    for case, bilinear in (("unet", False), ("unet_bilinear", True)):
        x, y = real("x", 2, 3, 36, 40), whole("y", 2, 2, 36, 40)
        golden(case, UNet(3, 2, 8, bilinear), lambda m: m(x), lambda m: F.cross_entropy(m(x), y),
               ["inc.double_conv.0.weight", "down4.maxpool_conv.1.double_conv.3.weight", "up1.conv.double_conv.1.weight", "outc.conv.bias"]
               + ([] if bilinear else ["up2.up.weight"]), ["up4.conv.double_conv.4.weight", "outc.conv.weight"])
    for norm, act, dilations in (("batch", nn.ReLU(), [1, 2, 4, 2, 1]), ("channel", nn.GELU(), [4, 2, 1]), ("none", nn.ELU(), [1, 2, 1])):
        x, y = real("x", 2, 1, 12, 10, 11), whole("y", 3, 2, 12, 10, 11)
        golden("meshnet_" + norm, MeshNet(5, 3, dilations, norm, act), lambda m: m(x), lambda m: F.cross_entropy(m(x), y),
               ["model.0.0.weight", f"model.{len(dilations)}.weight"], ["model.0.0.weight"])


def texts():
    ids, labels = whole("ids", 97, 2, 11), whole("labels", 97, 2, 11)
    none = dict(attn_implementation="eager")
    c = transformers.GPT2Config(n_layer=2, n_head=4, n_embd=32, vocab_size=97, n_positions=24, resid_pdrop=0, embd_pdrop=0, attn_pdrop=0, **none)
    golden("gpt2", transformers.GPT2LMHeadModel(c), lambda m: m(ids).logits, lambda m: m(ids, labels=labels).loss,
           ["transformer.wte.weight", "transformer.wpe.weight", "transformer.h.0.attn.c_attn.weight", "transformer.h.1.mlp.c_proj.bias",
            "transformer.ln_f.weight"],
           greedy=lambda m: m.generate(ids[:1, :5], max_new_tokens=12, do_sample=False, pad_token_id=0, eos_token_id=None)[0, 5:])
    for case, kv, tied in (("llama", 2, False), ("llama_tied", 4, True)):
        c = transformers.LlamaConfig(num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=kv, hidden_size=32, intermediate_size=48,
                                     vocab_size=97, tie_word_embeddings=tied, **none)
        golden(case, transformers.LlamaForCausalLM(c), lambda m: m(ids).logits, lambda m: m(ids, labels=labels).loss,
               ["model.embed_tokens.weight", "model.layers.0.self_attn.k_proj.weight", "model.layers.1.mlp.gate_proj.weight",
                "model.layers.1.input_layernorm.weight"],
               greedy=lambda m: m.generate(ids[:1, :5], max_new_tokens=12, do_sample=False, pad_token_id=0, eos_token_id=None)[0, 5:])
    types, mask = whole("types", 2, 2, 11), torch.ones(2, 11, dtype=torch.int64)
    mask[1, 7:] = 0
    c = transformers.BertConfig(num_hidden_layers=2, num_attention_heads=4, hidden_size=32, intermediate_size=48, vocab_size=97,
                                max_position_embeddings=24, hidden_dropout_prob=0, attention_probs_dropout_prob=0, **none)
    full = dict(input_ids=ids, token_type_ids=types, attention_mask=mask)
    golden("bert", transformers.BertModel(c), lambda m: m(**full).last_hidden_state, lambda m: m(**full).pooler_output.square().sum(),
           ["embeddings.word_embeddings.weight", "embeddings.token_type_embeddings.weight", "encoder.layer.0.attention.self.key.weight",
            "encoder.layer.1.output.LayerNorm.weight", "pooler.dense.bias"],
           pooled=lambda m: m(**full).pooler_output, plain=lambda m: m(input_ids=ids).last_hidden_state)
    hidden = torch.where(whole("hidden", 3, 2, 11) == 0, labels, -100)
    golden("bert_mlm", transformers.BertForMaskedLM(c), lambda m: m(**full).logits, lambda m: m(**full, labels=hidden).loss,
           ["bert.embeddings.word_embeddings.weight", "cls.predictions.bias", "cls.predictions.transform.dense.weight"])
    tags = whole("tags", 5, 2, 11)
    golden("tagger", Tagger(97, 5, 12, 8, 2), lambda m: m(ids), lambda m: F.cross_entropy(m(ids).flatten(0, 1), tags.flatten()),
           ["embed.weight", "lstm.weight_ih_l0", "lstm.weight_hh_l1_reverse", "tags.weight"])


def tables():
    x, y = real("x", 6, 4), whole("y", 2, 6).float()
    bags = [whole(f"bag{i}", n, 6, 3) for i, n in enumerate((10, 20, 30))]
    golden("dlrm", DLRM(4, [10, 20, 30], 8, [16], [12]), lambda m: m(x, bags), lambda m: F.binary_cross_entropy_with_logits(m(x, bags), y),
           ["emb_l.1.weight", "bot_l.0.weight", "top_l.0.weight", "top_l.2.bias"])


def graphs():
    n, edges = 12, 30
    x, y, ends = real("x", n, 6), whole("y", 3, n), torch.stack([whole("from", n, edges), whole("to", n, edges)])
    ends = ends[:, ends[0] != ends[1]]
    for case, model, grads in (
            ("gcn", geometric.GCN(6, 8, 2, 3), ["convs.0.lin.weight", "convs.1.bias"]),
            ("graphsage", geometric.GraphSAGE(6, 8, 2, 3), ["convs.0.lin_l.weight", "convs.1.lin_r.weight"]),
            ("gat", geometric.GAT(6, 8, 2, 3, heads=2, act="elu"), ["convs.0.att_src", "convs.0.lin.weight", "convs.1.att_dst", "convs.1.bias"])):
        golden(case, model, lambda m: m(x, ends), lambda m: F.cross_entropy(m(x, ends), y), grads)


def names():
    with torch.device("meta"):
        models = {n: getattr(torchvision.models, n)() for n in ("resnet18", "resnet34", "resnet50", "mobilenet_v2", "vit_b_16")}
        models["bert"] = transformers.BertModel(transformers.BertConfig())
        models["bert_mlm"] = transformers.BertForMaskedLM(transformers.BertConfig())
        models["gpt2"] = transformers.GPT2LMHeadModel(transformers.GPT2Config())
        models["llama"] = transformers.LlamaForCausalLM(transformers.LlamaConfig(num_hidden_layers=2, tie_word_embeddings=False))
    with open(os.path.join(HERE, "names.txt"), "w") as f:
        for name, m in models.items():
            print("#", name, file=f)
            for k, v in m.state_dict().items():
                print(k, "x".join(map(str, v.shape)) or "-", file=f)


if __name__ == "__main__":
    torch.manual_seed(0)
    torch.set_num_threads(1)
    for make in (images, texts, tables, graphs, names):
        make()
    path = os.path.join(HERE, "goldens.safetensors")
    save_file(goldens, path)
    os.chmod(path, 0o644)
    print(len(goldens), "tensors by torch", torch.__version__, "torchvision", torchvision.__version__, "transformers", transformers.__version__)
