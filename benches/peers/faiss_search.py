"""Faiss for benches/search, one thread, one process for each kind of index.

    python faiss_search.py faiss-flat|faiss-multihash|faiss-ivf|faiss-hnsw FOLDER RADIUS BUDGET_S

FOLDER holds the files `codes`, `queries` and `warm`, 32 bytes a code. For each way of asking, one
JSON object goes to standard output: see benches/search/contender.rs. Each call is timed from
Python, which adds a few microseconds to it.
"""

import json
import os
import sys
import time

import faiss
import numpy

BATCH = 100
CALLS_MIN = 20


def codes_of(path):
    return numpy.fromfile(path, dtype=numpy.uint8).reshape(-1, 32)


def resident_bytes():
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def flat(codes):
    index = faiss.IndexBinaryFlat(256)
    index.add(codes)
    return index


def multihash(codes):
    """Sixteen tables of sixteen bits, one of which may differ."""
    index = faiss.IndexBinaryMultiHash(256, 16, 16)
    index.nflip = 1
    index.add(codes)
    return index


def ivf(codes):
    quantizer = faiss.IndexBinaryFlat(256)
    index = faiss.IndexBinaryIVF(quantizer, 256, min(4096, len(codes) // 40))
    index.cp.max_points_per_centroid = 64
    index.train(codes)
    index.add(codes)
    return index


def hnsw(codes):
    index = faiss.IndexBinaryHNSW(256, 32)
    index.hnsw.efConstruction = 128
    index.add(codes)
    return index


def ask_range(index, queries, radius):
    """Hits of each query; Faiss takes the distances below its radius, we those up to ours."""
    limits, _, _ = index.range_search(queries, radius + 1)
    return numpy.diff(limits.astype(numpy.int64))


def ask_nearest(index, queries, radius):
    """A graph has no range search: the nearest ef, of which those within the radius count."""
    distances, labels = index.search(queries, index.hnsw.efSearch)
    return ((distances <= radius) & (labels >= 0)).sum(axis=1)


def measure(ask, index, queries, radius, batch, budget_s):
    ns, hits = [], []
    begin = time.perf_counter()
    for first in range(0, len(queries), batch):
        asked = queries[first : first + batch]
        called = time.perf_counter_ns()
        found = ask(index, asked, radius)
        ns.append((time.perf_counter_ns() - called) // len(asked))
        hits.extend(int(count) for count in found)
        if time.perf_counter() - begin > budget_s and len(ns) * batch >= CALLS_MIN:
            break
    return ns, hits


def set_none(_index):
    pass


def set_nprobe(nprobe):
    def change(index):
        index.nprobe = nprobe

    return change


def set_ef(ef):
    def change(index):
        index.hnsw.efSearch = ef

    return change


KINDS = {
    "faiss-flat": (flat, ask_range, [("", set_none, 1), (" batch of 100", set_none, BATCH)]),
    "faiss-multihash": (
        multihash,
        ask_range,
        [("", set_none, 1), (" batch of 100", set_none, BATCH)],
    ),
    "faiss-ivf": (
        ivf,
        ask_range,
        [(f" nprobe {nprobe}", set_nprobe(nprobe), 1) for nprobe in (1, 16, 64)]
        + [(" nprobe 64 batch of 100", set_nprobe(64), BATCH)],
    ),
    "faiss-hnsw": (
        hnsw,
        ask_nearest,
        [(f" ef {ef}", set_ef(ef), 1) for ef in (16, 64, 256)]
        + [(" ef 64 batch of 100", set_ef(64), BATCH)],
    ),
}


def main():
    name, folder = sys.argv[1], sys.argv[2]
    radius, budget_s = int(sys.argv[3]), float(sys.argv[4])
    build, ask, ways = KINDS[name]
    faiss.omp_set_num_threads(1)
    codes = codes_of(os.path.join(folder, "codes"))
    before, begin = resident_bytes(), time.perf_counter()
    index = build(codes)
    build_s, size = time.perf_counter() - begin, max(0, resident_bytes() - before)
    queries = codes_of(os.path.join(folder, "queries"))
    warm = codes_of(os.path.join(folder, "warm"))
    for suffix, change, batch in ways:
        change(index)
        ask(index, warm[:4], radius)
        ns, hits = measure(ask, index, queries, radius, batch, budget_s)
        told = {
            "name": name + suffix,
            "asked": "queries",
            "radius_bits": radius,
            "threads": 1,
            "build_s": build_s,
            "bytes": size,
            "ns": ns,
            "hits": hits,
        }
        print(json.dumps(told), flush=True)


main()
