"""The cases of models, as cases_zoo.go has them."""
import torch
import torch.nn.functional as F

import models
from cases import C, call, case, layout, opt


def counted(model, n):
    """The model, which must have as many parameters as the one that it is compared with."""
    has = sum(p.numel() for p in model.parameters())
    if has != n:
        raise ValueError(f"{type(model).__name__} has {has} parameters, want {n}")
    return model


def stepping(loss, args, *optimisers):
    """A step of training: the loss, its gradients, and what optimisers make of them."""
    loss = C(loss)

    def step():
        for o in optimisers:
            o.zero_grad()
        loss(*args).backward()
        for o in optimisers:
            o.step()
    return step


def adamw(model):
    return torch.optim.AdamW(model.parameters(), 1e-4, fused=opt.fusedopt)


# Images.

IMAGES = {
    "resnet18": (models.resnet18, 11_689_512, 1.814e9), "resnet50": (models.resnet50, 25_557_032, 4.089e9),
    "mobilenetv2": (models.mobilenetv2, 3_504_872, 0.3008e9), "vit_b16": (models.ViT, 86_567_656, 17.56e9),
}
for name, (model, params, macs) in IMAGES.items():
    for batch in (1, 8):
        @case(f"{name}_infer_b{batch}", flops=2 * batch * macs, items=batch)
        def _(model=model, params=params, batch=batch):
            return call(layout(models.folded(counted(model(), params))), layout(torch.randn(batch, 3, 224, 224)))

    if name in ("resnet18", "mobilenetv2"):
        @case(f"{name}_train_b8", grad=True, flops=6 * 8 * macs, items=8)
        def _(model=model, params=params):
            m = layout(counted(model(), params))
            sgd = torch.optim.SGD(m.parameters(), 0.01, 0.9, fused=opt.fusedopt)
            batch = layout(torch.randn(8, 3, 224, 224)), torch.randint(0, 1000, (8,))
            return stepping(lambda x, y: F.cross_entropy(m(x), y), batch, sgd)


@case("unet_infer", items=1)
def _():
    return call(layout(models.folded(counted(models.UNet(32), 7_763_074))), layout(torch.randn(1, 3, 256, 256)))


@case("meshnet_infer_96", items=1)
def _():
    return call(models.folded(counted(models.meshnet(), 5_688)), torch.randn(1, 1, 96, 96, 96))


# Texts.

for batch in (1, 8):
    @case(f"bert_infer_b{batch}s128", items=batch)
    def _(batch=batch):
        return call(counted(models.bert_encoder(), 12 * 7_087_872).eval(), torch.randn(batch, 128, 768))


@case("bert_train_b4s128", grad=True, items=4)
def _():
    m = counted(models.BERT(), 109_514_298)
    batch = torch.randint(0, 30522, (4, 128)), torch.randint(0, 30522, (4 * 128,))
    return stepping(lambda x, y: F.cross_entropy(m(x).flatten(0, 1), y), batch, adamw(m))


GPT2, LLAMA = (models.GPT2, 50257, 124_439_808), (models.Llama, 49152, 134_515_008)


@case("gpt2_train_b2s256", grad=True, items=512)
def _():
    model, vocabulary, params = GPT2
    m = counted(model(), params)
    batch = torch.randint(0, vocabulary, (2, 256)), torch.randint(0, vocabulary, (512,))
    return stepping(lambda x, y: F.cross_entropy(m(x).flatten(0, 1), y), batch, adamw(m))


@case("llama_infer_b1s128", items=128)
def _():
    model, vocabulary, params = LLAMA
    return call(counted(model(), params).eval(), torch.randint(0, vocabulary, (1, 128)))


FIRST, LAST = 32, 128  # a text begins with so many tokens, and begins anew when it has so many

for name, (model, vocabulary, params) in {"gpt2": GPT2, "llama": LLAMA}.items():
    @case(f"{name}_decode_b1_ctx{FIRST}to{LAST}", flops=2 * params, items=1)
    def _(model=model, vocabulary=vocabulary, params=params):
        m = counted(model(), params).eval()
        cache = models.Cache(m.depth, m.heads, LAST, m.size, opt.compiled)

        def decode(ids, pos):
            return m.decode(ids, pos, cache).argmax(-1, True)
        begun, f = decode(torch.randint(0, vocabulary, (1, FIRST)), torch.arange(FIRST)), C(decode)
        token, at = begun, FIRST

        def step():
            nonlocal token, at
            if at == LAST:
                token, at = begun, FIRST
            token = f(token, torch.tensor([at])).clone()
            at += 1
            return token.item()
        return step


@case("lstm_512x128", items=8)
def _():
    return call(models.Tagger().eval(), torch.randint(0, 10_000, (8, 128)))


# Offers.

@case("dlrm_train", grad=True, items=2048)
def _():
    m = models.DLRM()
    sparse = torch.optim.SparseAdam(m.tables.parameters(), 1e-3)
    adam = torch.optim.Adam([*m.bottom.parameters(), *m.top.parameters()], 1e-3, fused=opt.fusedopt)
    x, y, bags = torch.randn(2048, 13), torch.randint(0, 2, (2048,)).float(), [torch.randint(0, 20_000, (2048, 4)) for _ in m.tables]
    return stepping(lambda x, y, *bags: F.binary_cross_entropy_with_logits(m(x, bags), y), (x, y, *bags), sparse, adam)
