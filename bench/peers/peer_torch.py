#!/usr/bin/env python3
"""PyTorch beside `flambeau bench --peer`: a line of JSON for each case. README.md says how to install and to run it.

A repetition is clean if this process' threads waited less than 2% of it for a processor (Linux schedstat). median_ms is
over the clean ones; with fewer than three it is that of the best quarter, and noisy is true. raw_* are over all."""
import argparse
import contextlib
import json
import os
import re
import sys
import time

KEEP = {"MALLOC_MMAP_THRESHOLD_": "4294967296", "MALLOC_TRIM_THRESHOLD_": "17179869184"}


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--only", default="", help="a regular expression of the cases to measure")
    p.add_argument("--threads", default="2,1", help="numbers of threads, one after the other")
    p.add_argument("--budget", type=float, default=0.8, help="seconds for which each case is repeated")
    p.add_argument("--patience", type=float, default=5, help="budgets to go on for until five repetitions are clean")
    p.add_argument("--max-reps", type=int, default=200)
    p.add_argument("--mode", default="eager", choices=["eager", "compile", "freeze"], help="freeze: compiled, weights are constants")
    p.add_argument("--nhwc", action="store_true", help="channels-last for convolutions")
    p.add_argument("--fusedopt", action="store_true", help="fused optimisers")
    p.add_argument("--list", action="store_true", help="print the names of the cases")
    return p.parse_args()


def busy():
    """Seconds that the processors of the machine have worked."""
    v = [int(x) for x in open("/proc/stat").readline().split()[1:9]]
    return (sum(v) - v[3] - v[4]) / os.sysconf("SC_CLK_TCK")


def waited():
    """Seconds that this process' threads have waited for a processor."""
    total = 0
    for task in os.listdir("/proc/self/task"):
        with contextlib.suppress(OSError):
            total += int(open(f"/proc/self/task/{task}/schedstat").read().split()[1])
    return total * 1e-9


class Meter:
    def __init__(self):
        self.all, self.clean = [], []
        self.start, self.busy, self.own = time.perf_counter(), busy(), time.process_time()

    def spent(self):
        return time.perf_counter() - self.start

    def repeat(self, f, calls):
        before, start = waited(), time.perf_counter()
        for _ in range(calls):
            f()
        took = time.perf_counter() - start
        self.quiet = waited() - before <= 0.02 * took
        self.all.append(took / calls)
        if self.quiet:
            self.clean.append(took / calls)

    def settle(self, deadline):
        """After a repetition that was not clean: waits until the machine is quiet, or the deadline."""
        while self.all and not self.quiet and self.spent() < deadline:
            b = busy()
            time.sleep(0.08)
            if busy() - b < 0.08 * os.cpu_count() * 0.12:
                return

    def result(self):
        every, clean = sorted(self.all), sorted(self.clean)
        noisy = len(clean) < 3
        if noisy:
            clean = every[:max(1, len(every) // 4)]
        others = max(0, busy() - self.busy - (time.process_time() - self.own)) / self.spent() / os.cpu_count()
        ms = lambda s: float(f"{s * 1e3:.5g}")
        return clean[len(clean) // 2], {
            "median_ms": ms(clean[len(clean) // 2]), "min_ms": ms(every[0]), "raw_median_ms": ms(every[len(every) // 2]),
            "raw_p90_ms": ms(every[len(every) * 9 // 10]), "clean": len(self.clean), "reps": len(every), "others": round(min(1, others), 3),
            **({"noisy": True} if noisy else {})}


def rate(work, s):
    """What the work of a case comes to in s seconds."""
    units = {"flops": ("gflops", 1e-9 / s), "bytes": ("gbps", 1e-9 / s), "items": ("items_s", 1 / s)}
    out = {name: float(f"{work[w] * per:.5g}") for w, (name, per) in units.items() if w in work}
    if "ops" in work:
        out["us_per_op"] = float(f"{s * 1e6 / work['ops']:.5g}")
    return out


def measure(c, args):
    """The figures of a case."""
    compiled = args.mode != "eager"
    if compiled:
        torch._dynamo.reset()
    step, extra = c.make(), {}
    if c.cold:
        warm = step

        def step():
            torch._dynamo.reset()
            with fresh_cache():
                warm()
        one = 1
    else:
        took = []
        while len(took) < 4 and (len(took) < 2 or took[-1] < 0.3):
            start = time.perf_counter()
            step()
            took.append(time.perf_counter() - start)
        one = min(took[1:])
        if compiled:
            extra["compile_s"] = round(max(0, took[0] - one), 3)
    m, calls = Meter(), max(1, int(0.003 / one))
    while True:
        spent = m.spent()
        enough = len(m.all) >= args.max_reps or spent > args.budget and len(m.clean) >= 5 or spent > args.patience * args.budget
        if enough and len(m.all) >= 3:
            break
        m.settle(0.6 * args.patience * args.budget)
        m.repeat(step, calls)
    s, figures = m.result()
    return {**figures, **rate(c.work, s), **extra}


args = arguments()
if not KEEP.items() <= os.environ.items():  # glibc keeps freed memory: a large result costs no page faults
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **KEEP})

import torch  # noqa: E402: after the environment is set
import cases  # noqa: E402
import cases_zoo  # noqa: E402, F401: adds its own to them

names = [n for n in cases.CASES if re.search(args.only, n) and (args.mode != "eager" or not cases.CASES[n].cold)]
if args.list:
    print("\n".join(names))
    sys.exit()
cases.opt.compiled, cases.opt.nhwc, cases.opt.fusedopt = args.mode != "eager", args.nhwc, args.fusedopt
peer = "pytorch-" + torch.__version__.split("+")[0] + {"eager": "", "compile": "-compile", "freeze": "-freeze"}[args.mode]
peer += "-nhwc" * args.nhwc + "-fusedopt" * args.fusedopt
if names and args.mode != "eager":
    import torch._inductor.config
    from torch._inductor.utils import fresh_cache
    torch._inductor.config.freezing = args.mode == "freeze"
    torch._dynamo.config.recompile_limit = 64
    torch.compile(lambda x: x + 1)(torch.ones(4))  # imports what compiling needs
print(json.dumps({"case": "_info", "engine": peer, "torch": torch.__version__}), flush=True)
for threads in map(int, args.threads.split(",")):
    torch.set_num_threads(threads)
    for name in names:
        c = cases.CASES[name]
        torch.manual_seed(0)
        with contextlib.nullcontext() if c.grad else torch.no_grad():
            figures = measure(c, args)
        print(json.dumps({"case": name, "peer": peer, "threads": threads, **figures}), flush=True)
