"""OpenCV's ORB on the pictures of benches/benches/landmark.rs, one thread.

    python opencv_orb.py FILE WIDTH HEIGHT

FILE holds grey pictures of WIDTH x HEIGHT bytes, one after another. The first line on standard
output names OpenCV. Each line on standard input is two numbers, MOST and PICTURE: the landmarks of
that picture are found and described, MOST at most, and a line `SECONDS LANDMARKS` is printed.
"""

import functools
import sys
import time

import cv2
import numpy


@functools.cache
def maker(most):
    return cv2.ORB_create(nfeatures=most)


def main():
    cv2.setNumThreads(1)
    width, height = int(sys.argv[2]), int(sys.argv[3])
    pictures = numpy.fromfile(sys.argv[1], dtype=numpy.uint8).reshape(-1, height, width)
    print(f"OpenCV {cv2.__version__} ORB", flush=True)
    for line in sys.stdin:
        most, picture = map(int, line.split())
        orb = maker(most)
        begin = time.perf_counter()
        points, _ = orb.detectAndCompute(pictures[picture], None)
        print(time.perf_counter() - begin, len(points), flush=True)


main()
