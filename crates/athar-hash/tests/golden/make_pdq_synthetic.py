#!/usr/bin/env python3
"""Writes pdq_synthetic.tsv: the reference's codes of pictures that are given by formula.

Needs the Python packages pdqhash 0.2.8 (which wraps the C++ reference) and numpy. The formulas
are those of `../pdq_golden.rs`, in whole numbers only, so both sides make the same bytes:

    python3 make_pdq_synthetic.py > pdq_synthetic.tsv
"""

import sys

import numpy as np
import pdqhash

# Two equal checkers are the hardest pictures: most of their coefficients tie with the median.
SIZES = [
    (1, 1), (1, 300), (300, 1), (4, 4), (4, 900), (5, 4), (5, 5), (5, 4096), (4096, 5), (17, 33),
    (63, 65), (65, 64), (64, 128), (100, 100), (127, 127), (128, 128), (128, 129), (129, 128),
    (200, 133), (255, 256), (257, 256), (320, 240), (384, 385), (500, 375), (512, 512),
    (513, 511), (640, 480), (777, 1030), (1023, 1025), (1280, 720), (1920, 1080), (2048, 1365),
    (4096, 96), (96, 4096),
]
# Exactly 64 x 64 has a code only: the reference filters such a picture for the eight
# orientations, but not for its code, and there can be only one of the two.
UNFILTERED = (64, 64)
LARGE = [(4096, 4096), (4096, 3072)]
KINDS = ["noise", "grey", "blocks", "gradient", "one", "black", "white", "cells8", "cells16"]


def noise(seed, count):
    """Byte 3 of x[n + 1] = 1664525 x[n] + 1013904223 mod 2^32, x[0] = seed."""
    mask, a, c = 0xFFFFFFFF, 1664525, 1013904223
    out = np.empty(count, dtype=np.uint64)
    # Doubling: x[n + k] = a^k x[n] + c (a^(k-1) + ... + 1).
    state = np.array([(a * seed + c) & mask], dtype=np.uint64)
    while len(state) < count:
        state = np.concatenate([state, (state * np.uint64(a) + np.uint64(c)) & np.uint64(mask)])
        a, c = (a * a) & mask, (a * c + c) & mask
    out[:] = state[:count]
    return (out >> np.uint64(24)).astype(np.uint8)


def picture(kind, width, height):
    y, x = np.mgrid[0:height, 0:width].astype(np.int64)
    seed = width * 65536 + height
    if kind == "noise":
        return noise(seed, width * height * 3).reshape(height, width, 3)
    if kind == "blocks":
        cells = noise(seed, 33 * 33 * 3).reshape(33, 33, 3)
        return cells[y * 33 // height, x * 33 // width]
    if kind == "one":
        return np.broadcast_to(np.array([200, 17, 93], dtype=np.uint8), (height, width, 3))
    grey = {
        "grey": lambda: noise(seed + 1, width * height).reshape(height, width),
        "gradient": lambda: (3 * x + 5 * y) * 255 // (3 * width + 5 * height),
        "black": lambda: 0 * x,
        "white": lambda: 0 * x + 255,
        "cells8": lambda: (x // 8 + y // 8) % 2 * 255,
        "cells16": lambda: (x // 16 + y // 16) % 2 * 255,
    }[kind]()
    return np.repeat(grey.astype(np.uint8)[:, :, None], 3, axis=2)


def hex_of(vector):
    return "%064x" % int("".join("1" if bit else "0" for bit in vector), 2)


def main():
    out = sys.stdout
    out.write("# PDQ of pictures by formula, by the reference implementation (pdqhash 0.2.8).\n")
    out.write("# Made by make_pdq_synthetic.py, which says how; `-` where there is but one code.\n")
    eight = "orig rot90 rot180 rot270 flipx flipy flipplus1 flipminus1".split()
    out.write("\t".join(["kind", "width", "height", "quality", "pdq"] + eight) + "\n")
    jobs = [(kind, size) for size in SIZES + [UNFILTERED] for kind in KINDS]
    jobs += [(kind, size) for size in LARGE for kind in ["noise", "blocks"]]
    for kind, (width, height) in jobs:
        image = np.ascontiguousarray(picture(kind, width, height))
        code, quality = pdqhash.compute(image)
        codes = ["-"] * 8
        if (width, height) != UNFILTERED:
            codes = [hex_of(v) for v in pdqhash.compute_dihedral(image)[0]]
        row = [kind, width, height, quality, hex_of(code)] + codes
        out.write("\t".join(map(str, row)) + "\n")


main()
