"""OpenCV's ORB and SIFT for the evaluation, one thread.

    python opencv_landmarks.py orb|sift ...

The first line on standard output names OpenCV. Each line on standard input is a JSON object
{"query": FILE, "stored": [FILE, ...]}; each answer is one line
{"orb": {"inliers": [n, ...], "landmarks_ms": t, "pair_ms": t}, ...} with the number of landmarks
that agree with each stored file. The query is tried as it is and mirrored, and the better counts.

Stored pictures give 300 landmarks, queries 1500: what the matcher beside them may have. A pair is
verified by a similarity that is refined to a homography, and only inliers at distinct places on
both sides are counted.
"""

import collections
import json
import sys
import time

import cv2
import numpy

STORED, STORED_SIDE_PX = 300, 800
ASKED, ASKED_SIDE_PX = 1500, 1600
RATIO = 0.8
ORB_RADIUS = 64
COARSE, FINE = 0.02, 0.006
KEPT_PICTURES = 1024

MAKERS = {
    "orb": lambda count: cv2.ORB_create(nfeatures=count, fastThreshold=10),
    "sift": lambda count: cv2.SIFT_create(nfeatures=count),
}
NORMS = {"orb": cv2.NORM_HAMMING, "sift": cv2.NORM_L2}


def picture_of(path, side_px):
    grey = cv2.imread(path, cv2.IMREAD_GRAYSCALE)
    if grey is None:
        return None
    scale = side_px / max(grey.shape)
    if scale < 1:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return grey


class Peer:
    def __init__(self, name):
        self.stored_maker = MAKERS[name](STORED)
        self.asked_maker = MAKERS[name](ASKED)
        self.matcher = cv2.BFMatcher(NORMS[name])
        self.radius = ORB_RADIUS if name == "orb" else None
        self.known = collections.OrderedDict()

    def stored(self, path):
        if path not in self.known:
            self.known[path] = landmarks(self.stored_maker, picture_of(path, STORED_SIDE_PX))
            if len(self.known) > KEPT_PICTURES:
                self.known.popitem(last=False)
        return self.known[path]

    def answer(self, grey, paths):
        begin = time.perf_counter()
        ways = [landmarks(self.asked_maker, way) for way in (grey, cv2.flip(grey, 1))]
        made = time.perf_counter()
        stored = [self.stored(path) for path in paths]
        begin_pairs = time.perf_counter()
        inliers = [max(self.agree(way, one, grey.shape) for way in ways) for one in stored]
        ended = time.perf_counter()
        return {
            "inliers": inliers,
            "landmarks_ms": (made - begin) * 500,
            "pair_ms": (ended - begin_pairs) * 1000 / max(len(paths), 1) / 2,
        }

    def agree(self, asked, stored, shape):
        if asked is None or stored is None or len(stored[1]) < 2:
            return 0
        pairs = self.matcher.knnMatch(asked[1], stored[1], k=2)
        kept = [a for a, b in pairs if a.distance < RATIO * b.distance]
        if self.radius is not None:
            kept = [a for a in kept if a.distance <= self.radius]
        if len(kept) < 4:
            return 0
        asked_at = asked[0][[pair.queryIdx for pair in kept]]
        stored_at = stored[0][[pair.trainIdx for pair in kept]]
        return inliers_of(stored_at, asked_at, numpy.hypot(*shape[:2]))


def landmarks(maker, grey):
    if grey is None:
        return None
    points, descriptors = maker.detectAndCompute(grey, None)
    if descriptors is None:
        return None
    return numpy.float32([point.pt for point in points]), descriptors


def inliers_of(stored_at, asked_at, diagonal):
    cv2.setRNGSeed(1)
    motion, _ = cv2.estimateAffinePartial2D(
        stored_at, asked_at, method=cv2.RANSAC, ransacReprojThreshold=COARSE * diagonal / 2, maxIters=2000
    )
    if motion is None:
        return 0
    away = numpy.linalg.norm(stored_at @ motion[:, :2].T + motion[:, 2] - asked_at, axis=1)
    near = away < 2 * COARSE * diagonal
    stored_at, asked_at = stored_at[near], asked_at[near]
    if len(stored_at) < 4:
        return distinct(stored_at, asked_at)
    plane, mask = cv2.findHomography(stored_at, asked_at, cv2.RANSAC, FINE * diagonal)
    if plane is None:
        return 0
    mask = mask.ravel() > 0
    return distinct(stored_at[mask], asked_at[mask])


def distinct(stored_at, asked_at):
    def places(points):
        return len({(int(x) // 4, int(y) // 4) for x, y in points})

    return min(places(stored_at), places(asked_at))


def main():
    cv2.setNumThreads(1)
    peers = {name: Peer(name) for name in sys.argv[1:]}
    print(f"OpenCV {cv2.__version__}", flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        grey = picture_of(question["query"], ASKED_SIDE_PX)
        answers = {}
        for name, peer in peers.items():
            if grey is None:
                none = [0] * len(question["stored"])
                answers[name] = {"inliers": none, "landmarks_ms": 0.0, "pair_ms": 0.0}
            else:
                answers[name] = peer.answer(grey, question["stored"])
        print(json.dumps(answers), flush=True)


main()
