"""Asks a sampler at a steady pace: SECONDS as argument, shapes of requests as JSON on stdin, what came of them on stdout.

The programs of the other languages do the same, each in its own file.
"""
import json
import os
import sys
import time

TICKS_PER_SECOND = 100


def drive(decide):
    """decide  of a shape: the name of the rule if sampled, else None"""
    seconds, shapes = int(sys.argv[1]), json.load(sys.stdin)
    for shape in shapes:
        decide(shape)  # starts the pollers
    time.sleep(2)
    told = {shape["name"]: {"asked": [0] * seconds, "sampled": [0] * seconds, "rules": {}} for shape in shapes}
    begun = time.monotonic()
    for tick in range(seconds * TICKS_PER_SECOND):
        time.sleep(max(0.0, begun + tick / TICKS_PER_SECOND - time.monotonic()))
        for shape in shapes:
            row, second, pace = told[shape["name"]], tick // TICKS_PER_SECOND, shape["per_second"]
            for _ in range((tick + 1) * pace // TICKS_PER_SECOND - tick * pace // TICKS_PER_SECOND):
                rule = decide(shape)
                row["asked"][second] += 1
                if rule:
                    row["sampled"][second] += 1
                    row["rules"][rule] = row["rules"].get(rule, 0) + 1
    print(json.dumps(told), flush=True)
    os._exit(0)  # the pollers are not asked to end
