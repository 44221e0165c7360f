"""compare.py READER CORPUS [FILE...]: every sample that READER --samples prints, against Python's prometheus_client.

Name, labels, value and timestamp of every sample must be equal, and none may be missing on either side.
"""

import collections
import json
import math
import pathlib
import subprocess
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as prometheus


def main():
    reader, corpus, *files = sys.argv[1:]
    paths = [pathlib.Path(file) for file in files] or real_dumps(pathlib.Path(corpus))
    if not paths:
        sys.exit(f"no real dumps in {corpus}: set SERVESCOPE_CORPUS, or name files")

    equal = samples = different = 0
    refused = []
    for path in paths:
        text = path.read_bytes().decode("utf-8")
        try:
            theirs = python_samples(text)
        except ValueError as error:
            refused.append(f"{path}: {error}")
            continue
        ours = our_samples(reader, path)
        # What one side has more often than the other.
        missing, surplus = theirs - ours, ours - theirs
        if missing or surplus:
            different += 1
            print(f"DIFFERENT {path}: {missing.total()} missing, {surplus.total()} too many")
            for what, bag in (("missing", missing), ("too many", surplus)):
                for sample in list(bag)[:5]:
                    print(f"  {what}: {sample}")
        else:
            equal += 1
            samples += theirs.total()

    for line in refused:
        print(f"not comparable, prometheus_client refuses it: {line}")
    print(f"{samples} samples equal in {equal} files; {different} files differ; {len(refused)} not comparable")
    sys.exit(1 if different or not equal else 0)


def real_dumps(corpus):
    """The dumps whose row in an INDEX.tsv says REAL, and all recorded snapshots."""
    found = []
    for index in sorted(corpus.glob("dumps/*/INDEX.tsv")):
        for row in index.read_text().splitlines():
            path = index.parent / row.split("\t")[0]
            if "REAL" in row and path.is_file():
                found.append(path)
    return found + sorted(corpus.glob("series/**/t*.prom"))


def python_samples(text):
    """A bag of samples. The text parser renames: it appends _total to every counter that lacks it, which is undone here."""
    if text.rstrip().endswith("# EOF"):
        return collections.Counter(
            key(sample.name, sample.labels, sample.value, sample.timestamp) for family in openmetrics(text) for sample in family.samples
        )
    written = {(line.split("{")[0].split() or [""])[0] for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")}
    bag = collections.Counter()
    for family in prometheus(text):
        for sample in family.samples:
            name = sample.name
            if family.type == "counter" and name not in written:
                name = name.removesuffix("_total")
            bag[key(name, sample.labels, sample.value, sample.timestamp)] += 1
    return bag


def our_samples(reader, path):
    """One JSON array a line: name, labels, value as text, timestamp in ms or null, line."""
    output = subprocess.run([reader, "--samples", str(path)], check=True, capture_output=True, text=True).stdout
    bag = collections.Counter()
    for line in output.splitlines():
        name, labels, value, timestamp, _ = json.loads(line)
        bag[key(name, labels, float(value), None if timestamp is None else timestamp / 1000)] += 1
    return bag


def key(name, labels, value, timestamp):
    value = float(value)
    return (
        name,
        tuple(sorted(labels.items())),
        "NaN" if math.isnan(value) else value,
        None if timestamp is None else round(float(timestamp) * 1000),
    )


if __name__ == "__main__":
    main()
