"""Faiss IndexBinaryFlat on the codes of benches/benches/scan.rs, one thread.

    python faiss_flat.py CODES QUERIES RADIUS

CODES and QUERIES are files of 32 bytes a code. The first two lines on standard output name Faiss
and what it was built for. Each line on standard input is a number N: the first N queries are
searched in one call, and a line `SECONDS HITS` is printed.
"""

import sys
import time

import faiss
import numpy


def codes_of(path):
    return numpy.fromfile(path, dtype=numpy.uint8).reshape(-1, 32)


def search(index, queries, radius):
    """Hits of a range search; Faiss takes the distances below its radius, we those up to ours."""
    limits, _, _ = index.range_search(queries, radius + 1)
    return int(limits[-1])


def main():
    index = faiss.IndexBinaryFlat(256)
    index.add(codes_of(sys.argv[1]))
    queries = codes_of(sys.argv[2])
    radius = int(sys.argv[3])
    faiss.omp_set_num_threads(1)
    print(f"faiss {faiss.__version__}\n{faiss.get_compile_options().strip()}", flush=True)
    for line in sys.stdin:
        asked = queries[: int(line)]
        begin = time.perf_counter()
        hits = search(index, asked, radius)
        print(time.perf_counter() - begin, hits, flush=True)


main()
